"""冲突: what stands in the journal and cannot all be true. Pure, and the same on every machine.

Two kinds. A step that is 不适用: it was written by somebody who did not know what another had done. And
two steps that were written without knowledge of one another, both in force, and that contradict each
other: `RULES` says which. Everything else that is merely concurrent stands side by side, two notes above
all. A conflict is open until a 冲突处置 that had seen all its steps names them, and never goes in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from db.actions import CORRECTABLE, Action
from db.state import Step, Verdict
from db.terms import DueSource, Finding, Handling, Outcome, Via


class Conflict(NamedTuple):
    """One open contradiction of a case."""

    says: str
    """What contradicts what, in one sentence."""
    steps: tuple[Step, ...]
    """The step that is 不适用, or the two that contradict each other, in the order of the fold."""
    keeps: bool = False
    """Two values of one field: settling it says which one holds."""

    @property
    def ids(self) -> frozenset[str]:
        """Of its steps: what a 冲突处置 has to name."""
        return frozenset(step.id for step in self.steps)


# -- what contradicts what --------------------------------------------------------------------------

Claim = Callable[[Verdict], Any]
"""What a step says about the matter of a rule; ``None`` = nothing."""


class Rule(NamedTuple):
    """Two claims that cannot both stand, once neither author knew of the other's."""

    one: Claim
    other: Claim
    against: Callable[[Any, Any], bool]
    says: Callable[[Any, Any], str]
    keeps: bool = False


_TRUE = (Finding.TRUE, Finding.MOSTLY, Finding.PARTLY)
_UNTRUE = (Finding.FALSE, Finding.UNPROVEN)
_ASKS = (Handling.AT_ONCE, Handling.WITHIN, Handling.TRANSFER, Handling.SUPERVISE)
"""Handlings after which a case cannot be over."""

_CLOSING = (Action.APPROVE, Action.WITHDRAW, Action.REFUSE)
_HANDING_OVER = (Action.DISPATCH, Action.REASSIGN)


def _of(*actions: Action) -> Claim:
    """The label of an action that is in force, where it is one of these."""

    def claim(verdict: Verdict) -> str | None:
        action = verdict.step.action
        return Action(action).label if action in actions and verdict.outcome is Outcome.APPLIED else None

    return claim


def _verified(verdict: Verdict) -> Mapping[str, Any] | None:
    noted = verdict.step.action == Action.VERIFY and verdict.outcome is Outcome.APPLIED
    return verdict.step.data if noted else None


def _demand(verdict: Verdict) -> str | None:
    """What a verification found that a closed case leaves undone."""
    note = _verified(verdict) or {}
    finding, handling = note.get("finding"), note.get("handling")
    said = [f"认定{Finding(finding).label}"] if finding in _TRUE else []
    return "、".join([*said, f"须{Handling(handling).label}"] if handling in _ASKS else said) or None


def _finding(verdict: Verdict) -> Any:
    found = (_verified(verdict) or {}).get("finding")
    return found if found in (*_TRUE, *_UNTRUE) else None


def _value(verdict: Verdict) -> tuple[str, Any] | None:
    """(field, value) where a step gives a fact of the case another value."""
    if verdict.outcome is not Outcome.APPLIED:
        return None
    given = value_of(verdict.step)
    return None if given is None else (given["field"], given["value"])


def value_of(step: Step) -> dict[str, Any] | None:
    """The fact that a step sets: field, value and, for a due date, where it comes from."""
    data = step.data
    if step.action == Action.CORRECT:
        return {"field": data["field"], "value": data["value"]}
    if step.action == Action.SETTLE and "field" in data:
        return {name: data[name] for name in ("field", "value", "due_source") if name in data}
    if step.action == Action.EXTEND_GRANT:
        return {"field": "due", "value": data["until"], "due_source": str(DueSource.EXTENDED)}
    if step.action in (Action.DISPATCH, Action.REDO) and data.get("due") is not None:
        source = data.get("due_source", str(DueSource.MANUAL))
        return {"field": "due", "value": data["due"], "due_source": source}
    return None


def _due_value(verdict: Verdict) -> Any:
    given = _value(verdict)
    return None if given is None or given[0] != "due" else given[1]


def _restart(verdict: Verdict) -> bool | None:
    """A 退回重办 that counts anew by its limit."""
    restarted = verdict.step.action == Action.REDO and verdict.outcome is Outcome.APPLIED
    return True if restarted and verdict.step.data.get("due") is None else None


def _lead(verdict: Verdict) -> tuple[Any, bool] | None:
    """(主办, in force): of two units handed a case at once one is 不适用, and both should be named."""
    step = verdict.step
    if step.action not in _HANDING_OVER or verdict.outcome is Outcome.UNDONE:
        return None
    lead = step.data.get("lead") or step.data.get("lead_text")
    return None if lead is None else (lead, verdict.outcome is Outcome.APPLIED)


def _settlement(verdict: Verdict) -> tuple[frozenset[str], str] | None:
    data = verdict.step.data
    settles = verdict.step.action == Action.SETTLE and verdict.outcome is Outcome.APPLIED
    return (frozenset(data["events"]), data["keep"]) if settles and data.get("keep") else None


RULES: tuple[Rule, ...] = (
    Rule(
        _value, _value,
        lambda one, other: one[0] == other[0] and one[1] != other[1],
        lambda one, other: f"“{CORRECTABLE.get(one[0], one[0])}”两处定得不一样",
        keeps=True,
    ),
    Rule(
        _of(*_CLOSING), _demand,
        lambda one, other: True,
        lambda one, other: f"一边已{one}，另一边核查{other}",
    ),
    Rule(
        _finding, _finding,
        lambda one, other: (one in _TRUE) != (other in _TRUE),
        lambda one, other: f"两次核查的结论相反：{Finding(one).label}、{Finding(other).label}",
    ),
    Rule(
        _lead, _lead,
        lambda one, other: one[0] != other[0] and (one[1] or other[1]),
        lambda one, other: "同时交给了两个不同的主办单位",
    ),
    Rule(
        _of(Action.APPROVE), _of(Action.REDO),
        lambda one, other: True,
        lambda one, other: f"一边{one}，另一边{other}",
    ),
    Rule(
        _restart, _due_value,
        lambda one, other: True,
        lambda one, other: "一边退回重办、重新计时，另一边定了应办结日",
    ),
    Rule(
        _settlement, _settlement,
        lambda one, other: not one[0].isdisjoint(other[0]) and one[1] != other[1],
        lambda one, other: "同一个冲突有两种处置",
    ),
)  # fmt: skip
"""The first that fits two steps speaks."""


# -- finding them -----------------------------------------------------------------------------------


def open_ones(verdicts: Sequence[Verdict]) -> list[Conflict]:
    """The open conflicts of a case, in the order of the fold.

    Args:
        verdicts: of all its steps, in the order of the fold.
    """
    if _plain(verdicts):
        return []
    past = pasts([verdict.step for verdict in verdicts])
    pairs = _pairs(verdicts, past)
    paired = {place for pair in pairs for place in pair}
    void = {
        (place,): Conflict(f"{_label(one.step)}不适用：{one.why}", (one.step,))
        for place, one in enumerate(verdicts)
        if one.outcome is Outcome.VOID and one.step.via != Via.LEDGER and place not in paired
    }
    settled = _settled(verdicts, past)
    found: dict[tuple[int, ...], Conflict] = {**void, **pairs}
    return [found[places] for places in sorted(found) if not _within(places, settled)]


def _plain(verdicts: Iterable[Verdict]) -> bool:
    """Nearly every case: each step saw exactly the one before it, and none is out of place."""
    last: tuple[str, ...] = ()
    for step, outcome, _why in verdicts:
        if step.seen != last or outcome is Outcome.VOID:
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
                    found.setdefault(places, Conflict(rule.says(said, answered), steps, rule.keeps))
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


def _label(step: Step) -> str:
    try:
        return Action(step.action).label
    except ValueError:
        return f"“{step.action}”"


# -- settling them ----------------------------------------------------------------------------------


def together(found: Sequence[Conflict], chosen: Conflict) -> list[Conflict]:
    """The conflicts that hang together with one by common steps: one settlement is for all of them."""
    group, reach = [chosen], set(chosen.ids)
    rest = [one for one in found if one != chosen and one.keeps == chosen.keeps]
    while near := [one for one in rest if reach & one.ids]:
        group += near
        reach.update(*(one.ids for one in near))
        rest = [one for one in rest if one not in near]
    return group


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
