"""The fold: events in, the state of a case out. Pure, total, and the same on every machine.

Order: causal first (an event comes after all that its author had seen), then hybrid logical clock,
device and sequence.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from db import conflicts, effects, lifecycle, undo
from db.actions import Action
from db.calendars import CalendarError
from db.effects import Calendars
from db.state import CaseState, Step, Verdict
from db.terms import Outcome

UNREADABLE = "内容不完整，或由更新的版本写成"
"""Why a step is marked that this version cannot take at all."""


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Sort causally; among steps that did not see each other, by clock, device and sequence.

    Steps that claim to have seen one another in a circle come last; none is dropped.
    """
    listed = list(steps)
    if conflicts.is_straight(listed):
        return listed
    by_id = {step.id: step for step in listed}
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
    circular = [step for step in by_id.values() if waits[step.id] > 0]
    return ordered + sorted(circular, key=_rank)


def _rank(step: Step) -> tuple[int, str, int, str]:
    return step.hlc, step.device, step.seq, step.id


def heads(steps: Sequence[Step]) -> tuple[str, ...]:
    """The events of a case that no other event has seen: what a new one builds upon."""
    seen = {one for step in steps for one in step.seen}
    return tuple(step.id for step in steps if step.id not in seen)


def fold(steps: Iterable[Step], calendars: Calendars) -> tuple[CaseState, list[Verdict]]:
    """Fold a case's events from nothing.

    Total: a step of an unknown kind, or without the data it needs, stays in its place, is marked and
    changes nothing; so does one that was undone.

    Raises:
        CalendarError: the office does not hold a calendar that a step was judged by.
    """
    ordered = in_order(steps)
    marked = undo.judge(ordered)
    while True:
        state, verdicts = CaseState(), list[Verdict]()
        for step in ordered:
            try:
                verdicts.append(Verdict(step, *_taken(state, step, calendars, marked.get(step.id))))
            except CalendarError:
                raise
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
                marked[step.id] = Outcome.VOID, UNREADABLE
                break  # It may have changed the half of what it should: fold again without it.
        else:
            state.conflicts = len(conflicts.open_ones(verdicts))
            return state, verdicts


def _taken(
    state: CaseState, step: Step, calendars: Calendars, mark: tuple[Outcome, str | None] | None
) -> tuple[Outcome, str | None]:
    if mark is None:
        return lifecycle.take(state, step, calendars)
    if mark[0] is Outcome.UNDONE and step.action == Action.VERIFY:
        effects.keep_files(state, step)
    return mark
