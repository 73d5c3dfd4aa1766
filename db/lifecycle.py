"""The lifecycle of a case as one table: which action from which stage, whose act it is, what it does.

Pure and light: the desk reads it to offer and to dim, the door to refuse, the fold to mark. Later
actions (回访, 回头看, 并入, 专题, 归档) are further rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from db import effects
from db.actions import Action
from db.state import CaseState, Step
from db.terms import Outcome, Pending, Role, Stage, Via


class Facts(Protocol):
    """What of a case decides about actions; the fold's state and the screen's facts both have it."""

    @property
    def stage(self) -> str:
        """`terms.Stage` code."""

    @property
    def pending(self) -> str | None:
        """`terms.Pending` code."""

    @property
    def paused_at(self) -> int | None:
        """Set while 暂停."""

    @property
    def unclaimed(self) -> str | None:
        """Written unit name without a unit."""

    @property
    def due_at(self) -> int | None:
        """Null for 长期 and while 暂停."""

    @property
    def awaiting_accept(self) -> int:
        """Units that have not accepted."""

    @property
    def awaiting_sign(self) -> int:
        """Units that have neither signed nor accepted."""


class Actor(NamedTuple):
    """Whose act an action is."""

    name: str
    label: str


OFFICE = Actor("office", "督查办")
UNIT = Actor("unit", "承办单位")
LEADER = Actor("leader", "领导批准")

Effect = Callable[[CaseState, Step, effects.Calendars], None]
Need = Callable[[Facts], "str | None"]


class ActionRule(NamedTuple):
    """One row of the table."""

    who: Actor
    stages: tuple[Stage, ...]
    effect: Effect
    need: Need | None = None
    """A further condition: why not, in Chinese, or None."""


def _undecided(facts: Facts) -> str | None:
    if facts.pending in (Pending.RETURN, Pending.EXTENSION):
        return f"{Pending(facts.pending).label}，请先作出决定"
    return None


def _moving(facts: Facts) -> str | None:
    return "已暂停计时，请先恢复" if facts.paused_at is not None else _undecided(facts)


def _paused(facts: Facts) -> str | None:
    return None if facts.paused_at is not None else "没有暂停计时"


def _dated(facts: Facts) -> str | None:
    return _moving(facts) or (None if facts.due_at is not None else "没有办理期限，无须延期")


def _waits_for(pending: Pending, asked: str) -> Need:
    return lambda facts: None if facts.pending == pending else f"没有待决定的{asked}"


def _unaccepted(facts: Facts) -> str | None:
    return None if facts.awaiting_accept else "各承办单位都已受理"


def _unsigned(facts: Facts) -> str | None:
    return None if facts.awaiting_sign else "各承办单位都已签收或受理"


def _unclaimed(facts: Facts) -> str | None:
    return None if facts.unclaimed else "承办单位已明确，无须认领"


_WITH_UNIT = (Stage.DISPATCHED, Stage.SIGNED, Stage.HANDLING)
_OPEN = (Stage.REGISTERED, *_WITH_UNIT, Stage.SUBMITTED)
_ANY = tuple(Stage)

RULES: dict[Action, ActionRule] = {
    Action.REGISTER: ActionRule(OFFICE, (), effects.register),
    Action.REFUSE: ActionRule(OFFICE, (Stage.REGISTERED,), effects.refuse),
    Action.DISPATCH: ActionRule(OFFICE, (Stage.REGISTERED,), effects.dispatch),
    Action.SIGN: ActionRule(UNIT, _WITH_UNIT, effects.sign, _unsigned),
    Action.ACCEPT: ActionRule(UNIT, _WITH_UNIT, effects.accept, _unaccepted),
    Action.RETURN: ActionRule(UNIT, _WITH_UNIT, effects.ask_return, _moving),
    Action.RETURN_GRANT: ActionRule(
        OFFICE, _WITH_UNIT, effects.grant_return, _waits_for(Pending.RETURN, "退回")
    ),
    Action.RETURN_REJECT: ActionRule(
        OFFICE, _WITH_UNIT, effects.reject_return, _waits_for(Pending.RETURN, "退回")
    ),
    Action.REASSIGN: ActionRule(OFFICE, _WITH_UNIT, effects.reassign, _moving),
    Action.SUBDISPATCH: ActionRule(UNIT, _WITH_UNIT, effects.subdispatch),
    Action.PROGRESS: ActionRule(UNIT, (Stage.HANDLING,), effects.nothing),
    Action.EXTEND: ActionRule(UNIT, (Stage.HANDLING,), effects.ask_extension, _dated),
    Action.EXTEND_GRANT: ActionRule(
        LEADER, (Stage.HANDLING,), effects.grant_extension, _waits_for(Pending.EXTENSION, "延期申请")
    ),
    Action.EXTEND_REJECT: ActionRule(
        LEADER, (Stage.HANDLING,), effects.reject_extension, _waits_for(Pending.EXTENSION, "延期申请")
    ),
    Action.PAUSE: ActionRule(OFFICE, (Stage.HANDLING,), effects.pause, _moving),
    Action.RESUME: ActionRule(OFFICE, (Stage.HANDLING,), effects.resume, _paused),
    Action.SUBMIT: ActionRule(UNIT, (Stage.HANDLING,), effects.submit, _moving),
    Action.APPROVE: ActionRule(OFFICE, (Stage.SUBMITTED,), effects.approve),
    Action.REDO: ActionRule(OFFICE, (Stage.SUBMITTED, Stage.CLOSED), effects.redo),
    Action.URGE: ActionRule(OFFICE, _WITH_UNIT, effects.urge),
    Action.VERIFY: ActionRule(OFFICE, _ANY, effects.verify),
    Action.CORRECT: ActionRule(OFFICE, _ANY, effects.correct),
    Action.WITHDRAW: ActionRule(OFFICE, _OPEN, effects.withdraw),
    Action.CLAIM: ActionRule(OFFICE, _ANY, effects.claim, _unclaimed),
    Action.RECALCULATE: ActionRule(OFFICE, _OPEN, effects.recalculate),
    Action.UNDO: ActionRule(OFFICE, _ANY, effects.nothing),
    Action.SETTLE: ActionRule(OFFICE, _ANY, effects.settle),
    Action.DETACH: ActionRule(OFFICE, _ANY, effects.detach),
}
"""Action → who, from which stages, what it changes. `db.actions.FIELDS` has the data of each."""

_ACTIONS = {action.value: action for action in Action}
"""Code → action, asked at every step: the enumeration is slow to ask."""

OFFERED = (
    Action.RETURN_GRANT, Action.RETURN_REJECT, Action.EXTEND_GRANT, Action.EXTEND_REJECT, Action.CLAIM,
    Action.DISPATCH, Action.REFUSE, Action.APPROVE, Action.RESUME, Action.SIGN, Action.ACCEPT,
    Action.PROGRESS, Action.SUBMIT, Action.URGE, Action.VERIFY, Action.REDO, Action.EXTEND, Action.PAUSE,
    Action.RETURN, Action.REASSIGN, Action.SUBDISPATCH, Action.CORRECT, Action.WITHDRAW,
)  # fmt: skip
"""What a menu of a case offers: in each stage what the case waits for first, then what is most usual.

The other actions have screens and commands of their own.
"""


def why_not(facts: Facts, action: Action) -> str | None:
    """Why an action is not allowed now, in Chinese; ``None`` = it is."""
    rule = RULES[action]
    if facts.stage not in rule.stages:
        stage = Stage(facts.stage)
        allowed = "、".join(one.label for one in rule.stages) or "新登记时"
        return f"现在是“{stage.label}”，{action.label}须在“{allowed}”时"
    return rule.need(facts) if rule.need is not None else None


def allowed(facts: Facts) -> list[Action]:
    """The actions a menu may offer now, in its order."""
    return [one for one in OFFERED if why_not(facts, one) is None]


def _objection(state: CaseState, step: Step, action: Action) -> str | None:
    """Why a step cannot be taken at its place, its unit and times included; ``None`` = it can."""
    why = why_not(state, action) or _party_objection(state, step, action)
    own = _OBJECTIONS.get(action)
    return why if why is not None or own is None else own(state, step)


_FOR_THE_CASE = (Action.RETURN, Action.EXTEND, Action.SUBMIT)
"""Acts of a unit that move the whole case: its 主办 alone may take them."""

_TAKING_ON = (Action.SIGN, Action.ACCEPT)


def _party_objection(state: CaseState, step: Step, action: Action) -> str | None:
    if RULES[action].who is not UNIT:
        return None
    part = state.part_of(step.party)
    if part is None:
        return "这个单位没有承办本件"
    if action in _FOR_THE_CASE and part.role is not Role.LEAD:
        return f"{action.label}须由主办单位提出；{part.role.label}单位的情况请登记为进展反馈"
    if action in _TAKING_ON and part.accepted_at is not None:
        return "这个单位已经受理"
    if part.signed_at is not None and action is Action.SIGN:
        return "这个单位已经签收"
    at = step.at
    if at is not None and at < (part.delivered_at or at) and action is not Action.PROGRESS:
        return f"{action.label}时间早于送达时间"
    return None


def _no_such_file(state: CaseState, step: Step) -> str | None:
    return None if step.data["file"] in state.files else "这件事项没有这个附件，或已撤除"


def _paused_too_early(state: CaseState, step: Step) -> str | None:
    return "暂停时间早于送达时间" if _is_before(step.at, state.delivered_at) else None


def _resumed_too_early(state: CaseState, step: Step) -> str | None:
    return "恢复时间早于暂停时间" if _is_before(step.at, state.paused_at) else None


def _judged_too_early(state: CaseState, step: Step) -> str | None:
    if not _is_before(step.at, state.stopped_at):
        return None
    return f"{_ACTIONS[step.action].label}时间早于办结申请时间"


def _asked_too_late(state: CaseState, step: Step) -> str | None:
    if step.at is not None and state.due_at is not None and step.at >= state.due_at:
        return "已超过办理期限，延期须在到期前提出"
    return _extended_to_before(state, step)


def _extended_to_before(state: CaseState, step: Step) -> str | None:
    if step.at is None or step.data["until"] > (state.due_at or 0):
        return None
    return "延期后的日期须晚于现在的应办结日"


def _is_before(at: int | None, other: int | None) -> bool:
    return at is not None and other is not None and at < other


_OBJECTIONS: dict[Action, Callable[[CaseState, Step], str | None]] = {
    Action.DETACH: _no_such_file,
    Action.PAUSE: _paused_too_early,
    Action.RESUME: _resumed_too_early,
    Action.APPROVE: _judged_too_early,
    Action.REDO: _judged_too_early,
    Action.EXTEND: _asked_too_late,
    Action.EXTEND_GRANT: _extended_to_before,
}
"""What of its file or its times may speak against an action."""


def take(state: CaseState, step: Step, calendars: effects.Calendars) -> tuple[Outcome, str | None]:
    """Apply a step where it may be applied; total: it never raises for a step out of place.

    Imported history is applied wherever it stands, and marked where the table would have refused it. What
    reaches back to other steps (撤销, open conflicts) is not seen from here: the fold judges it.
    """
    action = _ACTIONS[step.action]
    if step.recorded_at > state.updated_at:
        state.updated_at = step.recorded_at
    opens = not state.number and action is Action.REGISTER
    why = None if opens else _objection(state, step, action)
    if why is not None and step.via != Via.LEDGER:
        return Outcome.VOID, why
    RULES[action].effect(state, step, calendars)
    return Outcome.APPLIED, why
