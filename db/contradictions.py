"""Which steps cannot both stand, where neither author knew of the other's: one table. Pure.

Everything else that is merely concurrent stands side by side, two notes that agree above all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from db.actions import CORRECTABLE, Action
from db.state import Step, Verdict
from db.terms import DueSource, Finding, Handling, Outcome

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
    data: Any = verdict.step.data
    if verdict.step.action not in _HANDING_OVER or verdict.outcome is Outcome.UNDONE:
        return None
    if not isinstance(data, dict):
        return None  # Not even readable; a step that is 不适用 may be anything.
    lead = data.get("lead") or data.get("lead_text")
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
