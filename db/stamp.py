"""What the door adds to an act before it is sealed: number, limit, thresholds, calendar.

All that a date depends on is written into the event here, so that the fold needs nothing else and a
changed config or holiday table never moves a date in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from db import field_clock, instants
from db.actions import CORRECTABLE, Action
from db.evidence import attachments
from db.rules import Limit, Rules
from db.state import CaseState
from db.terms import CopyKind

if TYPE_CHECKING:
    from db.directory import Directory
    from db.office import Office


class Desk(Protocol):
    """What of the writing transaction the stamp needs."""

    office: Office
    directory: Directory
    moment: int
    """The instant of recording of the act in hand."""

    def next_number(self, kind: str, received: int) -> str:
        """This office's next number."""


def stamp(
    action: Action, data: dict[str, Any], state: CaseState, desk: Desk, *, imported: bool
) -> dict[str, Any]:
    """The data of an act, completed.

    Raises:
        ValueError: an unknown kind, unit or value, a 交办 of a 举报 to whom it is about, or an attachment
            that was not taken in.
    """
    complete = _COMPLETE.get(action)
    if complete is not None:
        data = complete(data, state, desk, imported)
    if desk.office.kind is CopyKind.FIELD:
        data["clock"] = list(field_clock.now(desk.office.writer))
    return data


def _registered(data: dict[str, Any], state: CaseState, desk: Desk, imported: bool) -> dict[str, Any]:
    kind = desk.office.rules.kind(data["kind"])
    if kind.report:
        data["report"] = True
    if "subject_unit" in data:
        _known(data["subject_unit"], desk.directory)
    for pair in data.get("numbers", []):
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)):
            raise ValueError("来源编号请写成 来源和编号 两项")
    data["number"] = desk.next_number(kind.name, desk.moment)
    return data


def _handed_over(data: dict[str, Any], state: CaseState, desk: Desk, imported: bool) -> dict[str, Any]:
    _set_clock(data, _limit(data, state, desk.office.rules), desk)
    _check_units(data, state, desk.directory, imported=imported)
    return data


def _redone(data: dict[str, Any], state: CaseState, desk: Desk, imported: bool) -> dict[str, Any]:
    limit = Limit.parse(data["limit"]) if "limit" in data else desk.office.rules.redo_limit
    _set_clock(data, limit, desk)
    return data


def _claimed(data: dict[str, Any], state: CaseState, desk: Desk, imported: bool) -> dict[str, Any]:
    _known(data["unit"], desk.directory)
    _refuse_subject(data["unit"], state, desk.directory)
    return data


def _recalculated(data: dict[str, Any], state: CaseState, desk: Desk, imported: bool) -> dict[str, Any]:
    data["calendar"] = desk.office.calendar.revision
    return data


def _verified(data: dict[str, Any], state: CaseState, desk: Desk, imported: bool) -> dict[str, Any]:
    attachments.check(desk.office.home, data.get("evidence", []))
    return data


def _detached(data: dict[str, Any], state: CaseState, desk: Desk, imported: bool) -> dict[str, Any]:
    return data | attachments.described(desk.office.writer, data["file"])


def _set_clock(data: dict[str, Any], limit: Limit, desk: Desk) -> None:
    data["rule"] = limit.to_data()
    data["thresholds"] = desk.office.rules.deadlines.to_data()
    data["calendar"] = desk.office.calendar.revision


def _limit(data: dict[str, Any], state: CaseState, rules: Rules) -> Limit:
    own = rules.limit_for(state.kind, state.category, state.urgency)
    if "limit" not in data or data["limit"] == str(own):
        return own
    return Limit.parse(data["limit"], same_day=own.same_day, roll=own.roll, basis="交办时指定")


def _known(uid: str, directory: Directory) -> None:
    if directory.place(uid).unit_id is None:
        raise ValueError("没有这个单位，请重新选择")


def _refuse_subject(uid: str, state: CaseState, directory: Directory) -> None:
    if state.report and state.subject and directory.is_within(uid, state.subject):
        raise ValueError("这是举报，不能交给被反映单位或其下级（信访工作条例第三十条）")


def _check_units(data: dict[str, Any], state: CaseState, directory: Directory, *, imported: bool) -> None:
    targets = [data[name] for name in ("lead", "unit") if name in data] + data.get("assist", [])
    for uid in targets:
        _known(uid, directory)
        if not imported:
            _refuse_subject(uid, state, directory)
            if directory.ended(uid):
                raise ValueError("这个单位已撤销，请选承继它的单位")
    if not targets and "lead_text" not in data and not imported:
        raise ValueError(f"{Action.DISPATCH.label}缺“主办单位”（lead）")
    if len(set(targets)) != len(targets):
        raise ValueError("主办和协办单位有重复")


def _corrected(data: dict[str, Any], state: CaseState, desk: Desk, imported: bool) -> dict[str, Any]:
    rules = desk.office.rules
    name, value = data["field"], data["value"]
    by_label = {label: key for key, label in CORRECTABLE.items()}
    name = by_label.get(name, name)
    if name not in CORRECTABLE:
        raise ValueError(f"不能更正“{name}”，可更正：{'、'.join(CORRECTABLE.values())}")
    if name == "due":
        day = instants.day_of(instants.parse_written(value))
        value = instants.end_of(day, rules.deadlines.closing)
    elif name in ("confidential", "report", "supervised"):
        if value not in ("是", "否"):
            raise ValueError(f"“{CORRECTABLE[name]}”请写 是 或 否")
        value = value == "是"
    elif name == "kind":
        rules.kind(value)
    return data | {"field": name, "value": value}


_COMPLETE: dict[Action, Callable[[dict[str, Any], CaseState, Desk, bool], dict[str, Any]]] = {
    Action.REGISTER: _registered,
    Action.DISPATCH: _handed_over,
    Action.REASSIGN: _handed_over,
    Action.SUBDISPATCH: _handed_over,
    Action.REDO: _redone,
    Action.CLAIM: _claimed,
    Action.RECALCULATE: _recalculated,
    Action.VERIFY: _verified,
    Action.DETACH: _detached,
    Action.CORRECT: _corrected,
}
"""What completes the data of an action: of data, state, desk, and whether it is imported. Others have all."""
