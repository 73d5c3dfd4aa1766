"""The facts of one case and its due date explained. Texts are masked; identities never come from here."""

from __future__ import annotations

from typing import NamedTuple

from db import chain, fold
from db.connection import Connection
from db.deadlines import ALARM_SQL, Trace, explain
from db.effects import Calendars
from db.masking import mask_text
from db.reads.names import UNIT_NAME
from db.state import CaseState
from db.terms import DueSource


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
    awaiting_sign: int
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


_DIRECT = CaseFacts._fields[: CaseFacts._fields.index("submitter")]

_SELECTED = ", ".join(f"({ALARM_SQL})" if name == "alarm" else f'"case".{name}' for name in _DIRECT)

_FACTS = f"""SELECT {_SELECTED},
  coalesce((SELECT masked FROM submitter s WHERE s.case_id = "case".id), ''),
  coalesce((SELECT text FROM content c WHERE c.id = "case".body_id), ''),
  coalesce((SELECT text FROM content c WHERE c.id = "case".reply_id), ''),
  coalesce(({UNIT_NAME.format(unit='"case".unit_id')}), "case".unclaimed, ''),
  coalesce(({UNIT_NAME.format(unit='"case".subject_unit_id')}), ''),
  (SELECT count(*) FROM assignment a
   WHERE a.case_id = "case".id AND a.ended_at IS NULL AND a.accepted_at IS NULL),
  (SELECT count(*) FROM assignment a
   WHERE a.case_id = "case".id AND a.ended_at IS NULL AND a.accepted_at IS NULL AND a.signed_at IS NULL)
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
        f"""SELECT a.role, a.unit_id, u.uid,
        coalesce(({UNIT_NAME.format(unit="a.unit_id")}), a.unit_text, ''),
        a.delivered_at, a.signed_at, a.accepted_at, a.accept_by, a.due_at, a.replied_at, a.ended_at
        FROM assignment a LEFT JOIN unit u ON u.id = a.unit_id WHERE a.case_id = ? ORDER BY a.seq""",
        (case_id,),
    )
    return [PartRow._make(row) for row in rows]


def state_of(connection: Connection, case_id: int, calendars: Calendars) -> CaseState:
    """The case folded afresh from its events."""
    return fold.fold(chain.steps_of(connection, case_id), calendars)[0]


def trace(connection: Connection, case_id: int, calendars: Calendars, now: int) -> Trace | None:
    """The due date day by day; ``None`` where no clock was ever set."""
    state = state_of(connection, case_id, calendars)
    start = state.start if state.start is not None else state.due_fixed
    if start is None or state.limit is None or state.calendar is None:
        return None
    extended = state.due_source is DueSource.EXTENDED
    return explain(
        start,
        state.limit,
        calendars[state.calendar],
        state.rules,
        pauses=tuple(state.pauses),
        extended_to=state.due_fixed if extended else None,
        due_at=None if extended else state.due_fixed,
        now=now,
    )
