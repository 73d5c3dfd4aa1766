"""冲突: what stands in the journal and cannot all be true. Pure, and the same on every machine.

Two kinds. A step that is 不适用: it was written by somebody who did not know what another had done. And
two steps that were written without knowledge of one another and contradict each other
(`db.contradictions`). A conflict is open until a 冲突处置 that had seen all its steps names them; it never
goes in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from db.actions import Action, label_of
from db.contradictions import RULES, Claim, Rule, value_of
from db.state import Step, Verdict
from db.terms import Outcome, Via


class Conflict(NamedTuple):
    """One open contradiction of a case."""

    says: str
    """What contradicts what, in one sentence."""
    steps: tuple[Step, ...]
    """The step that is 不适用, or those that contradict each other, in the order of the fold."""
    rule: Rule | None = None
    """By which they do; ``None`` = 不适用."""

    @property
    def ids(self) -> frozenset[str]:
        """Of its steps: what a 冲突处置 has to name."""
        return frozenset(step.id for step in self.steps)

    @property
    def keeps(self) -> bool:
        """Two values of one field: settling it says which one holds."""
        return self.rule is not None and self.rule.keeps


# -- finding them -----------------------------------------------------------------------------------


def open_ones(verdicts: Sequence[Verdict]) -> list[Conflict]:
    """The open conflicts of a case: those by one rule that have a step in common are one.

    Args:
        verdicts: of all its steps, in the order of the fold.
    """
    groups: list[Conflict] = []
    for one in single(verdicts):
        near = [group for group in groups if group.rule is one.rule and group.ids & one.ids]
        if near:
            groups[groups.index(near[0])] = _joined([*near, one], verdicts)
            groups = [group for group in groups if group not in near[1:]]
        else:
            groups.append(one)
    return groups


def _joined(group: Sequence[Conflict], verdicts: Sequence[Verdict]) -> Conflict:
    ids = frozenset[str]().union(*(one.ids for one in group))
    return group[0]._replace(steps=tuple(one.step for one in verdicts if one.step.id in ids))


def single(verdicts: Sequence[Verdict]) -> list[Conflict]:
    """The open conflicts, each between two steps, in the order of the fold."""
    steps = [verdict.step for verdict in verdicts]
    straight = is_straight(steps)
    if straight and all(verdict.outcome is not Outcome.VOID for verdict in verdicts):
        return []
    past = pasts(steps)
    pairs = {} if straight else _pairs(verdicts, past)
    paired = {place for pair in pairs for place in pair}
    void: dict[tuple[int, ...], Conflict] = {
        (place,): Conflict(f"{label_of(one.step.action)}不适用：{one.why}", (one.step,))
        for place, one in enumerate(verdicts)
        if one.outcome is Outcome.VOID and one.step.via != Via.LEDGER and place not in paired
    }
    settled = _settled(verdicts, past)
    found = {**void, **pairs}
    return [found[places] for places in sorted(found) if not _within(places, settled)]


def is_straight(steps: Iterable[Step]) -> bool:
    """Nearly every case: each step saw exactly the one before it, so no two can contradict each other."""
    last: tuple[str, ...] = ()
    for step in steps:
        if step.seen != last:
            return False
        last = (step.id,)
    return True


def pasts(steps: Sequence[Step]) -> list[int]:
    """For each step the ones that its author knew of, as bits by their place in `steps`."""
    place = {step.id: at for at, step in enumerate(steps)}
    past = [0] * len(steps)
    for at, step in enumerate(steps):
        for one in step.seen:
            if one in place:
                past[at] |= past[place[one]] | 1 << place[one]
    return past


def concurrent(past: Sequence[int], one: int, other: int) -> bool:
    """Whether neither of two steps' authors knew of the other's."""
    return not (past[one] >> other & 1 or past[other] >> one & 1)


def _pairs(verdicts: Sequence[Verdict], past: Sequence[int]) -> dict[tuple[int, ...], Conflict]:
    found: dict[tuple[int, ...], Conflict] = {}
    for rule in RULES:
        left, right = _claims(verdicts, rule.one), _claims(verdicts, rule.other)
        for one, said in left:
            for other, answered in right:
                if rule.one is rule.other and other <= one:
                    continue
                if concurrent(past, one, other) and rule.against(said, answered):
                    places = min(one, other), max(one, other)
                    steps = tuple(verdicts[place].step for place in places)
                    found.setdefault(places, Conflict(rule.says(said, answered), steps, rule))
    return found


def _claims(verdicts: Sequence[Verdict], claim: Claim) -> list[tuple[int, Any]]:
    said = ((place, claim(verdict)) for place, verdict in enumerate(verdicts))
    return [(place, one) for place, one in said if one is not None]


def _settled(verdicts: Sequence[Verdict], past: Sequence[int]) -> list[int]:
    """For each 冲突处置 in force the steps that it names and had seen, as bits."""
    place = {verdict.step.id: at for at, verdict in enumerate(verdicts)}
    return [
        past[at] & sum(1 << place[one] for one in set(verdict.step.data["events"]) if one in place)
        for at, verdict in enumerate(verdicts)
        if verdict.step.action == Action.SETTLE and verdict.outcome is Outcome.APPLIED
    ]


def _within(places: tuple[int, ...], settled: Sequence[int]) -> bool:
    bits = sum(1 << place for place in places)
    return any(bits & one == bits for one in settled)


# -- settling them ----------------------------------------------------------------------------------


def completed(data: Mapping[str, Any], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The data of a 冲突处置, with the value that it makes hold.

    Args:
        data: as it was handed in.
        verdicts: of the case as it stands.

    Raises:
        ValueError: no open conflict is settled by it, or what is to be kept does not fit.
    """
    named = set(map(str, data["events"]))
    settled = [one for one in open_ones(verdicts) if one.ids <= named]
    if not settled:
        raise ValueError("这些步骤之间没有待处置的冲突（events）")
    values = {step.id: step for one in settled if one.keeps for step in one.steps}
    if not values:
        if "keep" in data:
            raise ValueError("这个冲突没有要取舍的值，不用写以哪一步为准（keep）")
        return dict(data)
    if data.get("keep") not in values:
        raise ValueError("同一项有两个值，请写明以哪一步为准（keep）")
    fields = {str((value_of(step) or {})["field"]) for step in values.values()}
    if len(fields) > 1:
        raise ValueError("一次只能处置一项的值，请分开处置（events）")
    return {**data, **(value_of(values[data["keep"]]) or {})}
