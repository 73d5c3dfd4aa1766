"""How a time limit becomes dates: the one computation behind both the clock and its explanation.

Days are counted as 民法典 art. 200-203 says: the day of 送达 is not counted, a limit in 日 that ends
on a day off ends on the next working day, and the last day counts to its end (24:00, or the closing
time of the office). Pure; instants are seconds, days are in +08:00 (see `db.instants`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from db.instants import DAY_SECONDS, day_of, end_of, last_day_of, start_of
from db.rules import DeadlineRules, Limit, LimitUnit
from db.workdays import ONE_DAY, Calendar

Pause = tuple[int, int | None]
"""From 暂停计时 to 恢复计时; ``None`` = still paused."""


class Span(NamedTuple):
    """A stretch of stopped clock; overlapping pauses are one. `ended` is None while it lasts."""

    began: int
    ended: int | None

    def covers(self, day: dt.date) -> bool:
        """Whether a day is paused: after the day it began, up to and including the day it ended."""
        return day_of(self.began) < day and (self.ended is None or day <= day_of(self.ended))


class Reckoning(NamedTuple):
    """The dates of a case. Ends are exclusive instants: 24:00 of the 23rd is 00:00 of the 24th."""

    first: dt.date
    """The first day that may be counted: the day after 送达, or that day itself for 当日起算."""
    spans: tuple[Span, ...]
    accept_by: int | None
    count_end: dt.date | None
    """Where the count of days ends, before a roll; None for limits in hours and for 长期."""
    rule_due: int | None
    """What the limit itself says, whatever date was set or granted since."""
    due_at: int | None
    urgent_from: int | None
    provisional: bool


def reckon(
    start: int,
    limit: Limit,
    calendar: Calendar,
    rules: DeadlineRules,
    pauses: Sequence[Pause] = (),
    fixed: int | None = None,
) -> Reckoning:
    """All dates that follow from 送达 at `start`; `fixed` is a due date that was set from outside.

    While a pause lasts there are no dates. `accept_by` is the end of the 2nd working day after 送达,
    always 次日起算; it and `urgent_from` are calendar facts, never clamped to start or due.
    """
    counted = start if limit.unit is LimitUnit.HOURS else start_of(day_of(start))
    return _reckoned(counted, _first_day(start, limit, rules), limit, calendar, rules, tuple(pauses), fixed)


@lru_cache(maxsize=256)
def _reckoned(
    start: int,
    first: dt.date,
    limit: Limit,
    calendar: Calendar,
    rules: DeadlineRules,
    pauses: tuple[Pause, ...],
    fixed: int | None,
) -> Reckoning:
    """Kept for a while: a case and its 主办 ask for the same, and so do most cases of a day."""
    spans = join(pauses)
    if spans and spans[-1].ended is None:
        return Reckoning(first, spans, None, None, None, None, None, False)
    accept_day = calendar.add_workdays(day_of(start), rules.accept_days)
    count_end, rule_due = _rule_due(start, first, limit, calendar, rules, spans)
    due_at = rule_due if fixed is None else fixed
    last_day = accept_day if due_at is None else max(accept_day, last_day_of(due_at))
    return Reckoning(
        first=first,
        spans=spans,
        accept_by=end_of(accept_day, rules.closing),
        count_end=count_end,
        rule_due=rule_due,
        due_at=due_at,
        urgent_from=None if due_at is None else _urgent_from(last_day_of(due_at), calendar, rules),
        provisional=calendar.provisional(day_of(start), last_day),
    )


def postponed(
    due_at: int,
    limit: Limit,
    calendar: Calendar,
    rules: DeadlineRules,
    pauses: Sequence[Pause],
) -> int:
    """A due date that was set from outside (台账, 更正, 延期), moved by the pauses since.

    The paused working days (for 工作日), days (for 日 and 长期) or hours are added to it, and it keeps
    its time of day. Pauses must have ended.
    """
    spans, day = join(pauses), last_day_of(due_at)
    if limit.unit is LimitUnit.HOURS:
        return _add_hours(due_at, 0, spans)

    def end(moved: dt.date) -> int:
        return due_at + (roll(moved, limit, calendar) - day).days * DAY_SECONDS if moved != day else due_at

    return end(_add_days(day, dt.date.min, limit, calendar, spans, end))


def join(pauses: Iterable[Pause]) -> tuple[Span, ...]:
    """Pauses in order of time, overlapping ones joined, so that no day is given back twice."""
    spans: list[Span] = []
    for began, ended in sorted(pauses, key=lambda pause: pause[0]):
        last = spans[-1] if spans else None
        if last is None or (last.ended is not None and began > last.ended):
            spans.append(Span(began, ended))
        elif last.ended is not None:
            spans[-1] = Span(last.began, None if ended is None else max(last.ended, ended))
    return tuple(spans)


def roll(day: dt.date, limit: Limit, calendar: Calendar) -> dt.date:
    """Where a count that ends on `day` is due: a limit in 日 moves on from a day off (民法典 art. 203)."""
    return calendar.next_workday(day) if limit.unit is LimitUnit.DAYS and limit.roll else day


def urgent_muted(limit: Limit, rules: DeadlineRules) -> bool:
    """Whether a limit is so short that its cases would be 紧急 from birth: the board then mutes it."""
    days = limit.value / 24 if limit.unit is LimitUnit.HOURS else limit.value
    return days < rules.urgent_min_limit and limit.unit is not LimitUnit.NONE


def _first_day(start: int, limit: Limit, rules: DeadlineRules) -> dt.date:
    """当日起算 holds only for what came before the office closed; later is the next day's."""
    day = day_of(start)
    return day if limit.same_day and start < end_of(day, rules.closing) else day + ONE_DAY


def _rule_due(
    start: int,
    first: dt.date,
    limit: Limit,
    calendar: Calendar,
    rules: DeadlineRules,
    spans: tuple[Span, ...],
) -> tuple[dt.date | None, int | None]:
    if limit.unit is LimitUnit.NONE:
        return None, None
    if limit.unit is LimitUnit.HOURS:
        return None, _add_hours(start + limit.value * 3600, start, spans)
    eve = first - ONE_DAY
    if limit.unit is LimitUnit.WORKDAYS:
        day = calendar.add_workdays(eve, limit.value)
    else:
        day = eve + dt.timedelta(days=limit.value)

    def end(moved: dt.date) -> int:
        return end_of(roll(moved, limit, calendar), rules.closing)

    day = _add_days(day, eve, limit, calendar, spans, end)
    return day, end(day)


def _add_days(
    day: dt.date,
    eve: dt.date,
    limit: Limit,
    calendar: Calendar,
    spans: tuple[Span, ...],
    end: Callable[[dt.date], int],
) -> dt.date:
    """Give back the paused days after `eve`. A pause that began when time was up saves nothing."""
    for began, ended in spans:
        if ended is None or began >= end(day):
            break
        after, until = max(eve, day_of(began)), day_of(ended)
        if until <= after:
            continue
        if limit.unit is LimitUnit.WORKDAYS:
            day = calendar.add_workdays(day, calendar.workdays_after(after, until))
        else:
            day += until - after
    return day


def _add_hours(due_at: int, start: int, spans: tuple[Span, ...]) -> int:
    """Limits in hours know no days: the paused time itself is given back, to the second."""
    for began, ended in spans:
        if ended is None or began >= due_at:
            break
        due_at += max(0, ended - max(began, start))
    return due_at


def _urgent_from(due_day: dt.date, calendar: Calendar, rules: DeadlineRules) -> int:
    """00:00 of the first working day after which at most `urgent_days` working days remain."""
    last_workday = due_day if calendar.is_workday(due_day) else calendar.add_workdays(due_day, -1)
    return start_of(calendar.add_workdays(last_workday, -rules.urgent_days))
