"""Limits to instants, and the deadline state of a case at a moment. Pure.

A state is a comparison of stored instants with now, never a stored column: nothing has to run at
midnight, and a laptop that slept for a week wakes up right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from db.deadline_trace import Trace, TraceDay, explain
from db.instants import day_of, last_day_of
from db.reckoning import Pause, postponed, reckon, urgent_muted
from db.rules import DeadlineRules, Limit
from db.terms import Alarm
from db.workdays import Calendar

__all__ = [
    "ALARM_SQL",
    "Clock",
    "Pause",
    "Trace",
    "TraceDay",
    "alarm",
    "clock",
    "explain",
    "postponed",
    "remaining",
    "urgent_muted",
]


class Clock(NamedTuple):
    """The instants that the fold leaves on a case; all are None while it is paused."""

    accept_by: int | None
    """Exclusive end of the last day on which acceptance is in time."""
    urgent_from: int | None
    due_at: int | None
    """Exclusive end of the due day, or an instant for limits in hours; None for 长期."""
    provisional: bool
    """暂定: the dates touch a year whose holidays are not announced."""


def clock(
    start: int,
    limit: Limit,
    calendar: Calendar,
    rules: DeadlineRules,
    pauses: Sequence[Pause] = (),
    due_at: int | None = None,
) -> Clock:
    """The dates of a case delivered (送达) at `start`.

    A `due_at` that was set from outside (台账, 更正, 延期) stands as it is, whatever the limit and the
    pauses say (see `postponed`); only `urgent_from` is derived from it.

    Raises:
        ValueError: a date beyond the years that can be computed.
    """
    dates = reckon(start, limit, calendar, rules, pauses, due_at)
    return Clock(dates.accept_by, dates.urgent_from, dates.due_at, dates.provisional)


def remaining(calendar: Calendar, now: int, due_at: int) -> int:
    """Working days strictly after today up to the due day; negative = so many since it passed."""
    return calendar.workdays_after(day_of(now), last_day_of(due_at))


def alarm(  # noqa: PLR0911, PLR0913 (a return for each state, an argument for each column)
    *,
    open: bool,
    running: bool,
    paused: bool,
    accepted_at: int | None,
    accept_by: int | None,
    urgent_from: int | None,
    due_at: int | None,
    urgent_muted: bool,
    now: int,
) -> Alarm:
    """The state of a case at a moment; exactly one, the worst that holds. `ALARM_SQL` says the same."""
    if not open:
        return Alarm.DONE
    if paused:
        return Alarm.PAUSED
    if not running:
        return Alarm.NORMAL
    if due_at is not None and now >= due_at:
        return Alarm.OVERDUE
    if urgent_from is not None and now >= urgent_from and not urgent_muted:
        return Alarm.URGENT
    if accepted_at is not None:
        return Alarm.NORMAL
    if accept_by is not None and now >= accept_by:
        return Alarm.WARNING
    return Alarm.DELIVERED


ALARM_SQL = f"""CASE
    WHEN NOT open THEN '{Alarm.DONE.value}'
    WHEN paused_at IS NOT NULL THEN '{Alarm.PAUSED.value}'
    WHEN NOT running THEN '{Alarm.NORMAL.value}'
    WHEN :now >= due_at THEN '{Alarm.OVERDUE.value}'
    WHEN :now >= urgent_from AND NOT urgent_muted THEN '{Alarm.URGENT.value}'
    WHEN accepted_at IS NOT NULL THEN '{Alarm.NORMAL.value}'
    WHEN :now >= accept_by THEN '{Alarm.WARNING.value}'
    ELSE '{Alarm.DELIVERED.value}'
END"""
"""`alarm` as an SQL expression over the columns of ``case``, with the named parameter ``:now``.

An unknown instant compares as null, which no branch takes. In a query over open cases write
``open = 1`` as its indexes do: they then hold all that this reads. A test holds both equal.
"""
