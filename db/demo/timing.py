"""When things happened in an invented office, so that deadlines stand as they should *now*."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from db import deadlines
from db.instants import DAY_SECONDS, day_of, end_of, start_of
from db.rules import DeadlineRules, Limit
from db.terms import Alarm
from db.workdays import Calendar

_HORIZON = 75
"""Days to look back for a day of delivery that gives the wanted alarm."""

_OPENING, _CLOSING = 9 * 3600, 17 * 3600 + 1800
MINUTE = 60
HOUR = 3600


class Timing:
    """Working hours before `now`, and which day of delivery leads to which alarm."""

    def __init__(self, calendar: Calendar, rules: DeadlineRules, now: int) -> None:
        """Reckon with the office's calendar and rules, as of `now`."""
        self.calendar, self.rules, self.now = calendar, rules, now
        self._starts: dict[Limit, dict[tuple[Alarm, bool], list[int]]] = {}

    def starts(self, limit: Limit, alarm: Alarm, *, accepted: bool) -> list[int]:
        """Days (their 00:00) on which a delivery under `limit` leads to `alarm` now; newest first."""
        if limit not in self._starts:
            self._starts[limit] = self._tabulate(limit)
        return self._starts[limit].get((alarm, accepted), [])

    def _tabulate(self, limit: Limit) -> dict[tuple[Alarm, bool], list[int]]:
        found: dict[tuple[Alarm, bool], list[int]] = defaultdict(list)
        muted = deadlines.urgent_muted(limit, self.rules)
        today = start_of(day_of(self.now))
        for back in range(_HORIZON):
            midnight = today - back * DAY_SECONDS
            if back and not self.calendar.is_workday(day_of(midnight)):
                continue
            clock = deadlines.clock(midnight + _OPENING, limit, self.calendar, self.rules)
            for accepted in (True, False):
                alarm = deadlines.alarm(
                    open=True, running=True, paused=False, accepted_at=midnight if accepted else None,
                    accept_by=clock.accept_by, urgent_from=clock.urgent_from, due_at=clock.due_at,
                    urgent_muted=muted, now=self.now,
                )  # fmt: skip
                found[alarm, accepted].append(midnight)
        return found

    def within(self, rng: Random, midnight: int) -> int:
        """A moment in the working hours of a day, before now."""
        first, last = midnight + _OPENING, min(midnight + _CLOSING, self.now - MINUTE)
        return rng.randint(first, last) if first < last else rng.randint(midnight, max(last, midnight))

    def after(self, rng: Random, moment: int, least: int, most: int) -> int:
        """A moment `least` to `most` seconds later, moved into working hours; always before now."""
        later = moment + rng.randint(least, most)
        day = day_of(later)
        seconds = (later - start_of(day)) // MINUTE * MINUTE
        if not _OPENING <= seconds <= _CLOSING or not self.calendar.is_workday(day):
            day = day if seconds < _OPENING else day_of(later + DAY_SECONDS)
            later = start_of(self.calendar.next_workday(day)) + _OPENING + rng.randint(0, 2 * HOUR)
        return later if later < self.now else moment + (self.now - moment) // 2

    def end_of_workday(self, moment: int, workdays: int) -> int:
        """The exclusive end of the n-th working day after a moment."""
        return end_of(self.calendar.add_workdays(day_of(moment), workdays), self.rules.closing)
