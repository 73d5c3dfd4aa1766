"""What each action changes in a case. Pure; the table that names them is `db.lifecycle`.

Every function takes the state, the step and the calendars by revision, and changes the state in
place. A rule or calendar that a date depends on is read from the step, never from the config of today.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from db import deadlines
from db.actions import CORRECTABLE, is_sha256
from db.rules import DeadlineRules, Limit
from db.state import CaseState, Part, Step
from db.terms import DueSource, Pending, Role, Stage
from db.workdays import Calendar

Calendars = Mapping[str, Calendar]
"""Revision → working-day calendar."""


def content_id(value: Any) -> str | None:
    """The `content` row that an event's sealed text points to."""
    return value["content"] if isinstance(value, dict) and "content" in value else None


def register(state: CaseState, step: Step, calendars: Calendars) -> None:
    """登记: the facts as they came in."""
    data = step.data
    state.number = data["number"]
    state.numbers = [(scheme, number) for scheme, number in data.get("numbers", [])]
    state.kind = data["kind"]
    state.channel = data.get("channel", "")
    state.category = data.get("category", "")
    state.urgency = data.get("urgency", "")
    state.title = data["title"]
    state.place = data.get("place", "")
    state.body_id = content_id(data.get("body"))
    state.submitter_id = content_id(data.get("submitter"))
    state.subject = data.get("subject_unit")
    state.report = data.get("report", False)
    state.confidential = data.get("confidential", False)
    state.received_at = step.recorded_at if step.at is None else step.at
    state.registered_at = step.recorded_at
    state.stage = Stage.REGISTERED
    state.pending = Pending.DISPATCH


def _limit_in(step: Step) -> Limit | None:
    written = step.data.get("rule")
    return None if written is None else Limit.from_data(written)


def _new_part(state: CaseState, step: Step, role: Role, unit: str | None, text: str | None) -> Part:
    part = Part(role, unit, text, limit=_limit_in(step), delivered_at=step.at)
    state.parts.append(part)
    return part


def _take_clock(state: CaseState, step: Step) -> None:
    """Read the rules and the calendar that the step was judged by."""
    state.rules = DeadlineRules.from_data(step.data["thresholds"])
    state.calendar = step.data["calendar"]


def dispatch(state: CaseState, step: Step, calendars: Calendars) -> None:
    """交办: 送达 starts the unit's clock, and the case's own where none runs yet.

    A ledger may show the same case sent to several departments; the later ones assist.
    """
    _take_clock(state, step)
    role = Role.LEAD if state.lead is None else Role.ASSIST
    if role is Role.LEAD:
        _end_assistance(state, step)
    part = _new_part(state, step, role, step.data.get("lead"), step.data.get("lead_text"))
    part.due_at = part.due_fixed = step.data.get("due")
    _clock_part(state, part, calendars)
    for unit in step.data.get("assist", []):
        _clock_part(state, _new_part(state, step, Role.ASSIST, unit, None), calendars)
    if role is Role.ASSIST:
        return
    if state.start is None:
        state.start, state.limit = step.at, _limit_in(step)
    if part.due_fixed is not None and state.due_first is None:
        state.due_fixed = part.due_fixed
        state.due_source = DueSource(step.data.get("due_source", DueSource.MANUAL.value))
    state.unclaimed = part.unit_text if part.unit is None else None
    state.delivered_at = step.at
    state.signed_at = state.accepted_at = None
    state.stage, state.pending, state.running = Stage.DISPATCHED, None, True
    set_clock(state, calendars)


def _end_assistance(state: CaseState, step: Step) -> None:
    """A unit that becomes 主办 is 协办 or 转办 no longer: it has one part, and one clock."""
    for part in state.parts:
        if part.active and part.unit is not None and part.unit == step.data.get("lead"):
            part.ended_at = step.recorded_at if step.at is None else step.at


def _clock_part(state: CaseState, part: Part, calendars: Calendars) -> None:
    if part.delivered_at is None or part.limit is None or state.calendar is None:
        return
    clock = deadlines.clock(part.delivered_at, part.limit, calendars[state.calendar], state.rules)
    part.accept_by, part.urgent_from = clock.accept_by, clock.urgent_from
    if part.due_at is None:
        part.due_at = clock.due_at


def set_clock(state: CaseState, calendars: Calendars) -> None:
    """Work out the instants of the case from its start, limit, pauses and fixed date.

    There are none while it is paused, or where neither its start nor its due date is known.
    """
    anchor = state.start if state.start is not None else state.due_fixed
    if state.paused_at is not None or state.calendar is None or state.limit is None or anchor is None:
        state.accept_by = state.urgent_from = state.due_at = None
        return
    calendar, rules, limit = calendars[state.calendar], state.rules, state.limit
    ruled = deadlines.clock(anchor, limit, calendar, rules, pauses=tuple(state.pauses))
    held = ruled
    if state.due_fixed is not None:
        held = deadlines.clock(anchor, limit, calendar, rules, due_at=state.due_fixed)
    else:
        state.due_source = DueSource.RULE
    lead = state.shown_lead
    state.due_rule = ruled.due_at if state.start is not None else None
    state.due_at, state.urgent_from, state.provisional = held.due_at, held.urgent_from, held.provisional
    state.accept_by = lead.accept_by if lead is not None else None
    state.urgent_muted = deadlines.urgent_muted(limit, rules)
    state.odd_dates = state.due_fixed is not None and anchor > state.due_fixed
    if state.due_first is None:
        state.due_first = state.due_at


def sign(state: CaseState, step: Step, calendars: Calendars) -> None:
    """签收: read, not yet accepted; never touches a clock."""
    part = state.part_of(step.party)
    if part is None:
        return
    part.signed_at = step.at
    if part is state.lead:
        state.signed_at = step.at
        if state.stage is Stage.DISPATCHED:
            state.stage = Stage.SIGNED


def accept(state: CaseState, step: Step, calendars: Calendars) -> None:
    """受理: ends the accept clock of that unit."""
    part = state.part_of(step.party)
    if part is None:
        return
    part.accepted_at = step.recorded_at if step.at is None else step.at
    if part is state.lead:
        state.accepted_at = part.accepted_at
        if state.stage in (Stage.DISPATCHED, Stage.SIGNED):
            state.stage = Stage.HANDLING


def ask_return(state: CaseState, step: Step, calendars: Calendars) -> None:
    """退回 asked: no clock stops until the office agrees."""
    state.pending = Pending.RETURN


def _end_lead(state: CaseState, step: Step) -> None:
    for part in state.parts:
        if part.active and part.role is not Role.ASSIST:
            part.ended_at = step.recorded_at if step.at is None else step.at


def grant_return(state: CaseState, step: Step, calendars: Calendars) -> None:
    """退回 agreed: the unit is out; the case's own clock runs on for the citizen."""
    _end_lead(state, step)
    state.returned += 1
    state.stage, state.pending = Stage.REGISTERED, Pending.DISPATCH
    state.delivered_at = state.signed_at = state.accepted_at = state.accept_by = None
    state.unclaimed = None


def reject_return(state: CaseState, step: Step, calendars: Calendars) -> None:
    """退回 refused: as if never asked."""
    state.pending = None


def reassign(state: CaseState, step: Step, calendars: Calendars) -> None:
    """改派: the new unit gets its own accept clock; `due_at` of the case does not move."""
    _end_lead(state, step)
    dispatch(state, step, calendars)


def subdispatch(state: CaseState, step: Step, calendars: Calendars) -> None:
    """转下级: the lower unit's own part."""
    part = _new_part(state, step, Role.SUB, step.data["unit"], None)
    part.due_at = part.due_fixed = step.data.get("due")
    _clock_part(state, part, calendars)


def nothing(state: CaseState, step: Step, calendars: Calendars) -> None:
    """A step that stands in the timeline and changes nothing else."""


def ask_extension(state: CaseState, step: Step, calendars: Calendars) -> None:
    """延期 asked: a fact of its own; the due date stays."""
    state.pending = Pending.EXTENSION


def _fix_due(state: CaseState, due: int, source: DueSource) -> None:
    """Set the due date from outside, for the case and for its 主办."""
    state.due_fixed, state.due_source = due, source
    if state.lead is not None:
        state.lead.due_at = state.lead.due_fixed = due


def grant_extension(state: CaseState, step: Step, calendars: Calendars) -> None:
    """延期 granted: the due date moves, the first one stays for the statistics."""
    _fix_due(state, step.data["until"], DueSource.EXTENDED)
    state.extended += 1
    if state.pending is Pending.EXTENSION:
        state.pending = None
    set_clock(state, calendars)


def reject_extension(state: CaseState, step: Step, calendars: Calendars) -> None:
    """延期 refused."""
    state.pending = None


def pause(state: CaseState, step: Step, calendars: Calendars) -> None:
    """暂停计时: the instants are null until the clock goes on."""
    state.paused_at = step.recorded_at if step.at is None else step.at
    state.running = False
    set_clock(state, calendars)


def resume(state: CaseState, step: Step, calendars: Calendars) -> None:
    """恢复计时: the days after the pause day up to and including today are given back."""
    if state.paused_at is None:
        return
    span = (state.paused_at, step.recorded_at if step.at is None else step.at)
    if state.due_fixed is None:
        state.pauses.append(span)
    elif state.calendar is not None and state.limit is not None:
        calendar = calendars[state.calendar]
        state.due_fixed = deadlines.postponed(state.due_fixed, state.limit, calendar, state.rules, [span])
    state.paused_at, state.running = None, True
    set_clock(state, calendars)


def submit(state: CaseState, step: Step, calendars: Calendars) -> None:
    """办结申请 with the reply: the clock stops here where the office has decided so."""
    state.reply_id = content_id(step.data.get("reply")) or state.reply_id
    state.stage, state.pending = Stage.SUBMITTED, Pending.REVIEW
    state.stopped_at = step.at
    part = state.part_of(step.party)
    if part is not None:
        part.replied_at = step.at
    if state.rules.stop_at == "submit":
        state.running = False


def approve(state: CaseState, step: Step, calendars: Calendars) -> None:
    """审核通过 → 办结. On time is judged by the 办结申请 that was passed; the first judgement stays."""
    state.stage, state.pending, state.running = Stage.CLOSED, None, False
    state.closed_at = step.at
    judged = state.stopped_at if state.rules.stop_at == "submit" else state.closed_at
    if state.on_time is None and state.due_at is not None and judged is not None:
        state.on_time = judged <= state.due_at
    state.paused_at = None


def redo(state: CaseState, step: Step, calendars: Calendars) -> None:
    """退回重办: the clock starts again with a limit of its own.

    An answer that came late stays late, whatever limit it is given now; one that came in time and was
    not passed proves nothing yet.
    """
    _take_clock(state, step)
    if state.on_time is None and (state.stopped_at or 0) > (state.due_at or state.stopped_at or 0):
        state.on_time = False
    state.redone += 1
    state.stage, state.pending, state.running, state.paused_at = Stage.HANDLING, None, True, None
    state.start, state.limit = step.at, _limit_in(step)
    state.pauses, state.due_fixed, state.stopped_at, state.closed_at = [], step.data.get("due"), None, None
    if state.due_fixed is not None:
        state.due_source = DueSource(step.data.get("due_source", DueSource.MANUAL.value))
    set_clock(state, calendars)


def urge(state: CaseState, step: Step, calendars: Calendars) -> None:
    """催办."""
    state.urged += 1


_FILE = itemgetter("file", "content", "size")
"""What every attachment of a note must have."""


def verify(state: CaseState, step: Step, calendars: Calendars) -> None:
    """核查: a note; a correction of one is a note as well, but counts once."""
    if content_id(step.data["note"]) is None or not step.data["method"]:
        raise ValueError("核查记录没有内容")
    keep_files(state, step)
    if not step.data.get("corrects"):
        state.notes += 1


def keep_files(state: CaseState, step: Step) -> None:
    """The case has the files of a note, also of one that was undone: they show what was once said."""
    files = [file for file, _, _ in map(_FILE, step.data.get("evidence", ()))]
    if not all(map(is_sha256, files)):
        raise ValueError("附件的文件码不是 SHA-256")  # It names a path in the store.
    state.files.update(files)


def detach(state: CaseState, step: Step, calendars: Calendars) -> None:
    """撤除附件: the case has this file no longer."""
    state.files.discard(step.data["file"])


def correct(state: CaseState, step: Step, calendars: Calendars) -> None:
    """更正 of one fact."""
    name, value = step.data["field"], step.data["value"]
    if name not in CORRECTABLE:
        raise ValueError(f"不能更正“{name}”")
    if name == "due":
        _fix_due(state, value, DueSource(step.data.get("due_source", DueSource.MANUAL.value)))
        set_clock(state, calendars)
    else:
        setattr(state, name, value)


def settle(state: CaseState, step: Step, calendars: Calendars) -> None:
    """冲突处置: of two values of one field the one that was kept holds from here on."""
    events = step.data["events"]
    if not isinstance(events, list) or not all(isinstance(one, str) for one in events):
        raise ValueError("冲突处置没有写明步骤")
    if "field" in step.data:
        correct(state, step, calendars)


def withdraw(state: CaseState, step: Step, calendars: Calendars) -> None:
    """撤回."""
    state.stage, state.pending, state.running = Stage.WITHDRAWN, None, False
    state.closed_at = step.at


def refuse(state: CaseState, step: Step, calendars: Calendars) -> None:
    """不予受理."""
    state.stage, state.pending, state.running = Stage.REFUSED, None, False
    state.closed_at = step.at


def claim(state: CaseState, step: Step, calendars: Calendars) -> None:
    """认领: the written name is this unit's, wherever it stands in the case."""
    for part in state.parts:
        if part.unit is None and part.unit_text == step.data["name"]:
            part.unit = step.data["unit"]
    if state.unclaimed == step.data["name"]:
        state.unclaimed = None


def rebase(state: CaseState, revision: str, calendars: Calendars) -> None:
    """Work out all running clocks by another calendar; a date fixed by hand does not move."""
    state.calendar = revision
    for part in state.parts:
        if part.active:
            part.due_at = part.due_fixed
            _clock_part(state, part, calendars)
    set_clock(state, calendars)


def recalculate(state: CaseState, step: Step, calendars: Calendars) -> None:
    """期限重算 after a holiday table was loaded."""
    rebase(state, step.data["calendar"], calendars)
