"""The working-day calendar: pure, immutable, by table lookup.

A calendar is Monday to Friday plus the days that differ from it, as the State Council announces
them each year: holidays on weekdays (休) and working weekends (班, 调休). A year that nobody has
announced yet has its weekends and the fixed statutory days; every date that touches it is 暂定.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from db.terms import Term

ONE_DAY = dt.timedelta(days=1)

FIXED_DAYS: Mapping[tuple[int, int], str] = MappingProxyType(
    {
        (1, 1): "元旦",
        (5, 1): "劳动节",
        (5, 2): "劳动节",
        (10, 1): "国庆节",
        (10, 2): "国庆节",
        (10, 3): "国庆节",
    }
)
"""Statutory days with a fixed date (全国年节及纪念日放假办法, 2024): all that is sure before the notice."""

LOCAL_NAME = "本地安排"
"""Name of a day that the office itself declared (民族自治地方 may: 放假办法 art. 4)."""


class DayKind(Term):
    """What a day is in the calendar."""

    WORK = "work", "工作日"
    WEEKEND = "weekend", "周末"
    HOLIDAY = "holiday", "休"
    MAKEUP = "makeup", "班"


class Calendar:
    """Which days are working days. Two calendars with the same content have the same `revision`."""

    __slots__ = ("_published", "_revision", "_tables", "days", "source")

    days: Mapping[dt.date, tuple[bool, str]]
    """The announced days: is it a working day, and the holiday it belongs to."""
    source: str
    """Where the days come from, shown beside the revision; not part of it."""

    def __init__(
        self, days: Mapping[dt.date, tuple[bool, str]], published: Collection[int], *, source: str = ""
    ) -> None:
        """Make a calendar of the announced days and the years that are announced."""
        self.days = MappingProxyType(dict(days))
        self.source = source
        self._published = frozenset(published)
        self._tables: dict[int, tuple[int, ...]] = {}
        self._revision = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """As it was made: what is reckoned from that is reckoned again."""
        return partial(type(self), source=self.source), (dict(self.days), self._published)

    @property
    def revision(self) -> str:
        """SHA-256 hex of the canonical content: the announced years, then a line for each day."""
        if not self._revision:
            from hashlib import sha256  # here, because most readers of a calendar never ask

            lines = [",".join(map(str, self.published_years))]
            lines += (f"{day},{work:d},{name}" for day, (work, name) in sorted(self.days.items()))
            self._revision = sha256("\n".join(lines).encode()).hexdigest()
        return self._revision

    @property
    def published_years(self) -> tuple[int, ...]:
        """The years whose holidays are announced, in order."""
        return tuple(sorted(self._published))

    def published(self, year: int) -> bool:
        """Whether the holidays of a year are announced."""
        return year in self._published

    def provisional(self, a: dt.date, b: dt.date) -> bool:
        """暂定: whether a span of days, ends included, touches a year that is not announced."""
        first, last = sorted((a.year, b.year))
        return any(year not in self._published for year in range(first, last + 1))

    def is_workday(self, day: dt.date) -> bool:
        """Whether people work on that day."""
        entry = self._entry(day)
        return day.weekday() < 5 if entry is None else entry[0]

    def kind(self, day: dt.date) -> DayKind:
        """工作日, 周末, 休 or 班."""
        entry, weekday = self._entry(day), day.weekday() < 5
        if entry is None:
            return DayKind.WORK if weekday else DayKind.WEEKEND
        if not entry[0]:
            return DayKind.HOLIDAY
        return DayKind.WORK if weekday else DayKind.MAKEUP

    def name(self, day: dt.date) -> str:
        """The holiday that a 休 or 班 belongs to; empty for an ordinary day."""
        entry = self._entry(day)
        return "" if entry is None else entry[1]

    def next_workday(self, day: dt.date) -> dt.date:
        """The day itself if people work on it, else the first working day after it."""
        return self.add_workdays(day - ONE_DAY, 1)

    def add_workdays(self, day: dt.date, n: int) -> dt.date:
        """The n-th working day strictly after a day; before it where n is negative; itself for 0.

        Raises:
            ValueError: beyond the years that a date can hold.
        """
        if n == 0:
            return day
        year, ordinal = day.year, day.toordinal()
        table = self._table(year)
        index = bisect_right(table, ordinal) + n - 1 if n > 0 else bisect_left(table, ordinal) + n
        while index >= len(table):
            index -= len(table)
            year += 1
            table = self._table(year)
        while index < 0:
            year -= 1
            table = self._table(year)
            index += len(table)
        return dt.date.fromordinal(table[index])

    def workdays_after(self, a: dt.date, b: dt.date) -> int:
        """How many working days lie in (a, b]; negative, those in (b, a], where b is before a."""
        if b < a:
            return -self.workdays_after(b, a)
        whole_years = sum(len(self._table(year)) for year in range(a.year, b.year))
        return whole_years + self._rank(b) - self._rank(a)

    def with_overrides(self, overrides: Mapping[dt.date, bool]) -> Calendar:
        """This calendar with the office's own days (day → is a working day) put over it."""
        if not overrides:
            return self
        own = {day: (work, self.name(day) or LOCAL_NAME) for day, work in overrides.items()}
        return Calendar({**self.days, **own}, self._published, source=self.source)

    def _entry(self, day: dt.date) -> tuple[bool, str] | None:
        entry = self.days.get(day)
        if entry is None and day.year not in self._published:
            name = FIXED_DAYS.get((day.month, day.day))
            return None if name is None else (False, name)
        return entry

    def _rank(self, day: dt.date) -> int:
        return bisect_right(self._table(day.year), day.toordinal())

    def _table(self, year: int) -> tuple[int, ...]:
        """Ordinals of the working days of a year, made when first asked for."""
        table = self._tables.get(year)
        if table is None:
            if not dt.MINYEAR <= year <= dt.MAXYEAR:
                raise ValueError(f"日期超出可以计算的范围：{year} 年")
            first = dt.date(year, 1, 1).toordinal()
            last = dt.date(year, 12, 31).toordinal()
            days = range(first, last + 1)
            table = tuple(day for day in days if self.is_workday(dt.date.fromordinal(day)))
            self._tables[year] = table
        return table
