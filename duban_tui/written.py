"""Times and days as an officer writes them: ``14:03``, ``昨天 9:00``, ``11-22 14:30``, ``下午3点半``.

Pure. Everything is in +08:00 (see `db.instants`).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from db import instants

_DAY_WORDS = {"今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "前天": -2, "明天": 1, "明日": 1, "后天": 2}
_NOW_WORDS = ("现在", "刚才", "此刻")
_FULL_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SHORT_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?")
_CLOCK = re.compile(
    r"(上午|早上|中午|下午|晚上)?\s*(\d{1,2})(?:[:点时](半|\d{1,2})?分?)(?::(\d{2}))?",
)
_AFTERNOON = ("下午", "晚上")
_HALF_YEAR = dt.timedelta(days=183)

TIME_HINT = "14:03、昨天 9:00、11-22 14:30"
"""What a time field accepts, shown while it is empty."""

DAY_HINT = "11-30、明天、2026-11-30"
"""What a day field accepts, shown while it is empty."""


def read_time(text: str, now: int) -> int:
    """The instant that was written; a clock time alone is of today, a day alone is its 00:00.

    A month and day without a year are of the year that brings them nearest to today.

    Raises:
        ValueError: not understood, or no such time; the message is fit to be shown.
    """
    written = _plain(text)
    if written in _NOW_WORDS:
        return now
    today = instants.day_of(now)
    day, rest = _leading_day(written, today)
    rest = rest.lstrip("T").strip()
    if not rest and day is not None:
        return instants.start_of(day)
    clock = _clock(rest)
    if clock is None:
        raise ValueError(f"看不懂时间“{text.strip()}”，可写 {TIME_HINT}")
    return instants.end_of(day or today, clock)


def read_day(text: str, today: dt.date) -> dt.date:
    """The day that was written.

    Raises:
        ValueError: not understood, or no such day; the message is fit to be shown.
    """
    day, rest = _leading_day(_plain(text), today)
    if day is None or rest:
        raise ValueError(f"看不懂日期“{text.strip()}”，可写 {DAY_HINT}")
    return day


def show_time(instant: int) -> str:
    """An instant as forms show and keep it: ``2026-11-22 14:03``, clear on any later day."""
    return instants.local(instant).strftime("%Y-%m-%d %H:%M")


def _plain(text: str) -> str:
    """Full-width forms folded (``１４：０３`` → ``14:03``), blanks at the ends gone."""
    return unicodedata.normalize("NFKC", text).strip()


def _leading_day(written: str, today: dt.date) -> tuple[dt.date | None, str]:
    """The day that `written` begins with, and what follows it."""
    for word, shift in _DAY_WORDS.items():
        if written.startswith(word):
            return today + dt.timedelta(days=shift), written[len(word) :].strip()
    if match := _FULL_DAY.match(written):
        return _day(int(match[1]), int(match[2]), int(match[3])), written[match.end() :].strip()
    if match := _SHORT_DAY.match(written):
        return _nearest(int(match[1]), int(match[2]), today), written[match.end() :].strip()
    return None, written


def _nearest(month: int, day: int, today: dt.date) -> dt.date:
    """The month and day in the year that brings them nearest to today."""
    here = _day(today.year, month, day)
    if here - today > _HALF_YEAR:
        return _day(today.year - 1, month, day)
    if today - here > _HALF_YEAR:
        return _day(today.year + 1, month, day)
    return here


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError(f"没有 {year}-{month:02d}-{day:02d} 这一天") from None


def _clock(written: str) -> dt.time | None:
    match = _CLOCK.fullmatch(written)
    if match is None:
        return None
    part, hour, minute, second = match[1], int(match[2]), match[3], int(match[4] or 0)
    if part in _AFTERNOON and hour < 12:
        hour += 12
    minutes = 30 if minute == "半" else int(minute or 0)
    try:
        return dt.time(hour, minutes, second)
    except ValueError:
        raise ValueError(f"没有“{written}”这个时刻") from None
