"""One case, read whole: facts, flow, notes, drafts. Texts are masked; identities never come from here."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from db import chain, fold, instants
from db.actions import Action
from db.connection import Connection
from db.deadlines import ALARM_SQL, Trace, explain
from db.effects import Calendars
from db.masking import mask_text
from db.state import CaseState
from db.terms import Outcome, Via


class CaseFacts(NamedTuple):
    """Everything the case screen shows at its head. Codes as in `db.terms`; instants in seconds."""

    id: int
    number: str
    title: str
    kind: str
    channel: str
    category: str
    urgency: str
    place: str
    stage: str
    alarm: str
    open: bool
    pending: str | None
    unit_id: int | None
    unclaimed: str | None
    subject_unit_id: int | None
    running: bool
    received_at: int
    registered_at: int
    delivered_at: int | None
    signed_at: int | None
    accepted_at: int | None
    accept_by: int | None
    urgent_from: int | None
    due_at: int | None
    due_first: int | None
    due_rule: int | None
    due_source: str | None
    limit_text: str
    provisional: bool
    paused_at: int | None
    stopped_at: int | None
    closed_at: int | None
    on_time: bool | None
    confidential: bool
    report: bool
    supervised: bool
    odd_dates: bool
    urged: int
    extended: int
    returned: int
    redone: int
    notes: int
    conflicts: int
    updated_at: int
    submitter: str
    """Masked: 张** 138****1234; empty where nobody is recorded."""
    body: str
    reply: str
    unit: str
    """Short name of the 主办, or the written name while unclaimed."""
    subject: str
    awaiting_accept: int
    numbers: tuple[tuple[str, str], ...]
    """(scheme, number) of every source."""


class PartRow(NamedTuple):
    """A unit's part in the case."""

    role: str
    unit_id: int | None
    uid: str | None
    unit: str
    delivered_at: int | None
    signed_at: int | None
    accepted_at: int | None
    accept_by: int | None
    due_at: int | None
    replied_at: int | None
    ended_at: int | None


class TimelineRow(NamedTuple):
    """A step of the flow, oldest first."""

    event_id: str
    at: int | None
    recorded_at: int
    action: str
    by: str
    party: str
    """Name of the unit whose act it is; empty = this office."""
    via: str
    summary: str
    outcome: str
    why: str | None


class NoteRow(NamedTuple):
    """A 核查记录."""

    event_id: str
    method: str
    finding: str | None
    handling: str | None
    arrived_at: int | None
    left_at: int | None
    by: str
    corrects: str | None
    corrected_by: str | None
    place: str
    people: list[Any]
    log: list[Any]
    findings: str


class DraftRow(NamedTuple):
    """Something typed and not submitted."""

    id: str
    form: str
    case_id: int | None
    title: str
    data: dict[str, Any]
    started_at: int
    saved_at: int


UNIT_NAME = """SELECT coalesce(v.short_name, v.name) FROM unit_version v WHERE v.unit_id = {unit}
ORDER BY v.valid_to IS NULL DESC, v.valid_to DESC LIMIT 1"""
"""The name a unit has now, or had when it ended."""

_DIRECT = CaseFacts._fields[: CaseFacts._fields.index("submitter")]

_FACTS = f"""SELECT {", ".join(f"({ALARM_SQL})" if name == "alarm" else f'"case".{name}' for name in _DIRECT)},
  coalesce((SELECT masked FROM submitter s WHERE s.case_id = "case".id), ''),
  coalesce((SELECT text FROM content c WHERE c.id = "case".body_id), ''),
  coalesce((SELECT text FROM content c WHERE c.id = "case".reply_id), ''),
  coalesce(({UNIT_NAME.format(unit='"case".unit_id')}), "case".unclaimed, ''),
  coalesce(({UNIT_NAME.format(unit='"case".subject_unit_id')}), ''),
  (SELECT count(*) FROM assignment a
   WHERE a.case_id = "case".id AND a.ended_at IS NULL AND a.accepted_at IS NULL)
FROM "case" WHERE "case".id = :id"""

_FLAGS = tuple(
    CaseFacts._fields.index(name)
    for name in ("open", "running", "provisional", "confidential", "report", "supervised", "odd_dates")
)


def find_number(connection: Connection, number: str) -> list[int]:
    """Case ids that are known by a number, in any scheme; usually one."""
    rows = connection.execute(
        "SELECT DISTINCT case_id FROM case_number WHERE number = ? ORDER BY case_id", (number.strip(),)
    )
    return [row[0] for row in rows]


def facts(connection: Connection, case_id: int, now: int) -> CaseFacts | None:
    """The facts of a case at a moment; ``None`` where there is none."""
    row = connection.execute(_FACTS, {"id": case_id, "now": now}).fetchone()
    if row is None:
        return None
    numbers = connection.execute(
        "SELECT scheme, number FROM case_number WHERE case_id = ? ORDER BY scheme, number", (case_id,)
    )
    values = [*row, tuple(tuple(pair) for pair in numbers)]
    for index in _FLAGS:
        values[index] = bool(values[index])
    read = CaseFacts._make(values)
    keep = [number for _, number in read.numbers]
    return read._replace(
        title=mask_text(read.title, keep),
        place=mask_text(read.place, keep),
        body=mask_text(read.body, keep),
        reply=mask_text(read.reply, keep),
        on_time=None if read.on_time is None else bool(read.on_time),
    )


def parts(connection: Connection, case_id: int) -> list[PartRow]:
    """主办, 协办 and 转办, in the order they came in."""
    rows = connection.execute(
        f"""SELECT a.role, a.unit_id, u.uid, coalesce(({UNIT_NAME.format(unit="a.unit_id")}), a.unit_text, ''),
        a.delivered_at, a.signed_at, a.accepted_at, a.accept_by, a.due_at, a.replied_at, a.ended_at
        FROM assignment a LEFT JOIN unit u ON u.id = a.unit_id WHERE a.case_id = ? ORDER BY a.seq""",
        (case_id,),
    )
    return [PartRow._make(row) for row in rows]


def timeline(connection: Connection, case_id: int) -> list[TimelineRow]:
    """流程: every step as it was folded, the ones that did not apply included."""
    marks = {
        row[0]: row[1:]
        for row in connection.execute("SELECT id, outcome, why FROM event WHERE case_id = ?", (case_id,))
    }
    texts = _texts(connection, case_id)
    names = _Names(connection)
    return [
        TimelineRow(
            step.id,
            step.at,
            step.recorded_at,
            step.action,
            step.by,
            names.of(step.party),
            step.via,
            mask_text(_summary(Action(step.action), step.data, texts, names)),
            *marks.get(step.id, (str(Outcome.APPLIED), None)),
        )
        for step in fold.in_order(chain.steps_of(connection, case_id))
    ]


class _Names:
    """Short names of units by UID, looked up once each."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._known = connection, {"": ""}

    def of(self, uid: str | None) -> str:
        """The name of a unit; empty for none."""
        key = uid or ""
        if key not in self._known:
            row = self._connection.execute(
                f"SELECT ({UNIT_NAME.format(unit='u.id')}) FROM unit u WHERE u.uid = ?", (key,)
            ).fetchone()
            self._known[key] = "" if row is None else str(row[0])
        return self._known[key]


def _texts(connection: Connection, case_id: int) -> dict[str, str]:
    rows = connection.execute(
        "SELECT id, text FROM content WHERE case_id = ? AND kind <> 'submitter'", (case_id,)
    )
    return {row[0]: "（已按规定删除）" if row[1] is None else row[1] for row in rows}


def _summary(action: Action, data: dict[str, Any], texts: dict[str, str], names: _Names) -> str:
    """One line on a step: whom, until when, what was said."""

    def text(name: str) -> str:
        value = data.get(name)
        return texts.get(value["content"], "") if isinstance(value, dict) else str(value or "")

    def day(name: str) -> str:
        return instants.last_day_of(data[name]).isoformat() if data.get(name) else ""

    said: list[str] = []
    if action in (Action.DISPATCH, Action.REASSIGN):
        said = [f"主办 {names.of(data.get('lead')) or data.get('lead_text', '')}"]
        said += [f"协办 {'、'.join(map(names.of, data['assist']))}"] if data.get("assist") else []
        said += [f"应于 {day('due')} 办结"] if data.get("due") else [f"时限 {data['rule'][0]}{data['rule'][1]}"]
        said += [text("reason"), text("requirement")]
    elif action is Action.SUBDISPATCH:
        said = [names.of(data["unit"]), day("due") and f"{day('due')} 前反馈"]
    elif action in (Action.EXTEND, Action.EXTEND_GRANT):
        said = [f"延至 {day('until')}", text("reason") or text("opinion")]
    elif action is Action.VERIFY:
        said = _note_summary(data, texts)
    elif action is Action.CLAIM:
        said = [f"“{data['name']}”即 {names.of(data['unit'])}"]
    elif action is Action.CORRECT:
        said = _correction(data)
    elif action is Action.REGISTER:
        said = [data.get("channel", ""), "、".join(f"{pair[0]} {pair[1]}" for pair in data.get("numbers", []))]
    else:
        said = [text(name) for name in ("way", "whom", "reason", "detail", "text", "answer", "reply", "opinion")]
    return "，".join(one for one in said if one)


def _note_summary(data: dict[str, Any], texts: dict[str, str]) -> list[str]:
    from db.terms import Finding, Handling, Method

    found = [Method(data["method"]).label]
    found += [Finding(data["finding"]).label] if data.get("finding") else []
    found += [Handling(data["handling"]).label] if data.get("handling") else []
    found += ["更正前一条"] if data.get("corrects") else []
    return [" · ".join(found), _note_text(texts.get(data["note"]["content"], "")).get("findings", "")]


def _note_text(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        return {"findings": text} if text else {}
    return parsed if isinstance(parsed, dict) else {}


def _correction(data: dict[str, Any]) -> list[str]:
    from db.actions import CORRECTABLE

    value = data["value"]
    if data["field"] == "due":
        value = instants.last_day_of(value).isoformat()
    elif isinstance(value, bool):
        value = "是" if value else "否"
    return [f"{CORRECTABLE[data['field']]} → {value}", str(data.get("reason", ""))]


def notes(connection: Connection, case_id: int) -> list[NoteRow]:
    """核查记录, oldest first; texts masked."""
    rows = connection.execute(
        """SELECT n.event_id, n.method, n.finding, n.handling, n.arrived_at, n.left_at, n.by, n.corrects,
        n.corrected_by, c.text FROM note n JOIN content c ON c.id = n.content_id
        WHERE n.case_id = ? ORDER BY n.event_id""",
        (case_id,),
    )
    found = []
    for row in rows:
        text = _note_text(mask_text(row[9] or ""))
        found.append(
            NoteRow(
                *row[:9],
                str(text.get("place", "")),
                list(text.get("people", [])),
                list(text.get("log", [])),
                str(text.get("findings", "")),
            )
        )
    return found


def state_of(connection: Connection, case_id: int, calendars: Calendars) -> CaseState:
    """The case folded afresh from its events."""
    return fold.fold(chain.steps_of(connection, case_id), calendars)[0]


def trace(connection: Connection, case_id: int, calendars: Calendars, now: int) -> Trace | None:
    """The due date day by day; ``None`` where no clock was ever set."""
    state = state_of(connection, case_id, calendars)
    start = state.start if state.start is not None else state.due_fixed
    if start is None or state.limit is None or state.calendar is None:
        return None
    return explain(
        start,
        state.limit,
        calendars[state.calendar],
        state.rules,
        pauses=tuple(state.pauses),
        due_at=state.due_fixed,
        now=now,
    )


def drafts(connection: Connection, case_id: int | None = None) -> list[DraftRow]:
    """Unfinished forms, newest first; of one case where it is named."""
    where = "" if case_id is None else "WHERE case_id = :case_id"
    rows = connection.execute(
        f"SELECT id, form, case_id, title, data, started_at, saved_at FROM draft {where} ORDER BY saved_at DESC",
        {"case_id": case_id},
    )
    return [DraftRow(*row[:4], json.loads(row[4]), *row[5:]) for row in rows]


def via_label(code: str) -> str:
    """The word for the way an act came in."""
    return Via(code).label
