"""The deadline state of a case at a moment, in Python and in SQL. Pure, and light: every list reads it.

A state is a comparison of stored instants with now, never a stored column: nothing has to run at
midnight, and a laptop that slept for a week wakes up right.
"""

from __future__ import annotations

from db.instants import day_of, last_day_of
from db.terms import Alarm
from db.workdays import Calendar


def alarm(  # noqa: PLR0913 (an argument for each column)
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
    """The state of a case at a moment; exactly one, the worst that holds. `ALARM_SQL` says the same.

    Without `accept_by` no unit is being waited for to accept: the case is back on the desk after a 退回, or
    a ledger does not say when it was delivered.
    """
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
    if accepted_at is not None or accept_by is None:
        return Alarm.NORMAL
    return Alarm.WARNING if now >= accept_by else Alarm.DELIVERED


ALARM_SQL = f"""CASE
    WHEN NOT open THEN '{Alarm.DONE.value}'
    WHEN paused_at IS NOT NULL THEN '{Alarm.PAUSED.value}'
    WHEN NOT running THEN '{Alarm.NORMAL.value}'
    WHEN :now >= due_at THEN '{Alarm.OVERDUE.value}'
    WHEN :now >= urgent_from AND NOT urgent_muted THEN '{Alarm.URGENT.value}'
    WHEN accepted_at IS NOT NULL OR accept_by IS NULL THEN '{Alarm.NORMAL.value}'
    WHEN :now >= accept_by THEN '{Alarm.WARNING.value}'
    ELSE '{Alarm.DELIVERED.value}'
END"""
"""`alarm` as an SQL expression over the columns of ``case``, with the named parameter ``:now``.

An unknown instant compares as null, which no branch takes. In a query over open cases write
``open = 1`` as its indexes do: they then hold all that this reads. A test holds both equal.
"""


def remaining(calendar: Calendar, now: int, due_at: int) -> int:
    """Working days strictly after today up to the due day; negative = so many since it passed."""
    return calendar.workdays_after(day_of(now), last_day_of(due_at))


def outlasts_due(accept_by: int | None, due_at: int | None) -> bool:
    """Whether the case is due before it need be accepted, as under a limit of one day: then due decides.

    `accept_by` stays the calendar fact that it is; screens do not ask for 受理 after 办结.
    """
    return accept_by is not None and due_at is not None and due_at < accept_by
