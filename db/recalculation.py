"""期限重算: what a newly loaded holiday table changes, shown before it is done, done by events."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from db import calendars, chain, deadlines, effects, fold
from db.actions import Action
from db.connection import Connection, transaction
from db.state import CaseState
from db.terms import Alarm
from db.workdays import Calendar

if TYPE_CHECKING:
    from db.office import Office


class Moved(NamedTuple):
    """A case whose dates another calendar changes. Instants in seconds."""

    case_id: int
    number: str
    title: str
    old_due: int | None
    new_due: int | None
    old_alarm: Alarm
    new_alarm: Alarm


class Loaded(NamedTuple):
    """What loading a year did, or would do."""

    year: int
    revision: str
    days: int
    moved: list[Moved]


_OPEN = 'SELECT id, number, title FROM "case" WHERE open = 1 AND calendar IS NOT NULL AND calendar <> ?'


def load_year(office: Office, path: Path, *, dry_run: bool) -> Loaded:
    """Load a year's holiday table; recalculate open cases whose dates it changes.

    Raises:
        CalendarError: the file is no such table.
        OfficeError: the database refused; nothing was written.
    """
    year = calendars.read_holiday_cn(path)
    with transaction(office.writer) as connection:
        office.settle_calendar(connection)
    announced = calendars.merge(office.announced, year)
    calendar = announced.with_overrides(office.rules.calendar_days)
    moved = preview(office, calendar)
    if not dry_run:
        office.adopt(announced, year.source)
        apply(office, moved)
    return Loaded(year.year, calendar.revision, len(year.days), moved)


def preview(office: Office, calendar: Calendar) -> list[Moved]:
    """Every open case whose due date, urgent day or acceptance limit the calendar changes."""
    found = []
    for case_id, number, title in _stale(office.writer, calendar):
        state = fold.fold(chain.steps_of(office.writer, case_id), office.calendars)[0]
        changed = _under(state, calendar)
        if _dates(changed) != _dates(state):
            now = office.clock()
            found.append(
                Moved(
                    case_id,
                    number,
                    title,
                    state.due_at,
                    changed.due_at,
                    _alarm(state, now),
                    _alarm(changed, now),
                )
            )
    return found


def _stale(connection: Connection, calendar: Calendar) -> list[tuple[int, str, str]]:
    return list(connection.execute(_OPEN, (calendar.revision,)))


def _under(state: CaseState, calendar: Calendar) -> CaseState:
    changed = copy.deepcopy(state)
    effects.rebase(changed, calendar.revision, {calendar.revision: calendar})
    return changed


def _dates(state: CaseState) -> tuple[int | bool | None, ...]:
    parts = tuple(value for part in state.parts for value in (part.accept_by, part.due_at))
    return (state.due_at, state.urgent_from, state.accept_by, state.provisional, *parts)


def _alarm(state: CaseState, now: int) -> Alarm:
    return deadlines.alarm(
        open=state.open,
        running=state.running,
        paused=state.paused_at is not None,
        accepted_at=state.accepted_at,
        accept_by=state.accept_by,
        urgent_from=state.urgent_from,
        due_at=state.due_at,
        urgent_muted=state.urgent_muted,
        now=now,
    )


def apply(office: Office, moved: list[Moved]) -> None:
    """Write one 期限重算 into each case; the calendar must be the office's current one."""
    from db.journal import Act, record_batch

    act = Act(Action.RECALCULATE, {"reason": "放假安排更新"})
    record_batch(office, [(one.case_id, (act,)) for one in moved])
