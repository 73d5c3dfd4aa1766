"""The fold: events in, the state of a case out. Pure, total, and the same on every machine.

Order: causal first (an event comes after all that its author had seen), then hybrid logical clock,
device and sequence.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from db import lifecycle
from db.effects import Calendars
from db.state import CaseState, Step, Verdict


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Sort causally; among steps that did not see each other, by clock, device and sequence."""
    by_id = {step.id: step for step in steps}
    waits = {step.id: sum(one in by_id for one in step.seen) for step in by_id.values()}
    followers: dict[str, list[str]] = {}
    for step in by_id.values():
        for one in step.seen:
            if one in by_id:
                followers.setdefault(one, []).append(step.id)
    ready = [_rank(step) for step in by_id.values() if waits[step.id] == 0]
    heapq.heapify(ready)
    ordered: list[Step] = []
    while ready:
        step = by_id[heapq.heappop(ready)[-1]]
        ordered.append(step)
        for follower in followers.get(step.id, ()):
            waits[follower] -= 1
            if waits[follower] == 0:
                heapq.heappush(ready, _rank(by_id[follower]))
    return ordered


def _rank(step: Step) -> tuple[int, str, int, str]:
    return step.hlc, step.device, step.seq, step.id


def heads(steps: Sequence[Step]) -> tuple[str, ...]:
    """The events of a case that no other event has seen: what a new one builds upon."""
    seen = {one for step in steps for one in step.seen}
    return tuple(step.id for step in steps if step.id not in seen)


def fold(steps: Iterable[Step], calendars: Calendars) -> tuple[CaseState, list[Verdict]]:
    """Fold a case's events from nothing."""
    state, verdicts = CaseState(), []
    for step in in_order(steps):
        verdicts.append(Verdict(step, *lifecycle.take(state, step, calendars)))
    return state, verdicts
