"""Limits to instants, and the deadline state of a case at a moment. Pure.

A state is a comparison of stored instants with now, never a stored column: nothing has to run at
midnight, and a laptop that slept for a week wakes up right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from db.alarms import ALARM_SQL, alarm, remaining
from db.deadline_trace import Trace, TraceDay, explain
from db.reckoning import Pause, postponed, reckon, urgent_muted
from db.rules import DeadlineRules, Limit
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
