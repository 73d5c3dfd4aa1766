"""Instants and days: one clock, one zone.

An *instant* is an ``int``: seconds since the Unix epoch, UTC. A *day* is a ``datetime.date`` in
China Standard Time (+08:00, no daylight saving since 1991). Everything stored is one of the two.
"""

from __future__ import annotations

import datetime as dt
import re
import time

CST = dt.timezone(dt.timedelta(hours=8), "+08:00")
"""China Standard Time. Every local time in Duban is in this zone, whatever the machine is set to."""

DAY_SECONDS = 86_400


def now() -> int:
    """The present instant, in seconds."""
    return int(time.time())


_OFFSET, _EPOCH = 8 * 3600, dt.date(1970, 1, 1).toordinal()
"""Plain arithmetic, because days are asked for many times in every case and the zone never changes."""


def day_of(instant: int) -> dt.date:
    """The calendar day in China on which an instant falls."""
    return dt.date.fromordinal((instant + _OFFSET) // DAY_SECONDS + _EPOCH)


def last_day_of(end: int) -> dt.date:
    """The day that an exclusive end closes: 24:00 of the 23rd is 00:00 of the 24th, and says 23."""
    return day_of(end - 1)


def start_of(day: dt.date) -> int:
    """00:00 of a day."""
    return (day.toordinal() - _EPOCH) * DAY_SECONDS - _OFFSET


def end_of(day: dt.date, closing: dt.time | None = None) -> int:
    """The exclusive end of a day: 24:00, or the closing time of the office where one is set."""
    if closing is None:
        return start_of(day) + DAY_SECONDS
    return start_of(day) + closing.hour * 3600 + closing.minute * 60 + closing.second


def local(instant: int) -> dt.datetime:
    """An instant as an aware datetime in +08:00."""
    return dt.datetime.fromtimestamp(instant, CST)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """The instant of a wall-clock time in China."""
    return int(dt.datetime(year, month, day, hour, minute, second, tzinfo=CST).timestamp())


def iso(instant: int | None) -> str | None:
    """An instant as ``2026-11-23T09:40:00+08:00``; unknown stays ``None``."""
    return None if instant is None else local(instant).isoformat()


_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?)?(?:\+08:00)?"
)


def parse_written(text: str) -> int:
    """Read a time as an officer types it: ``2026-11-23``, ``2026/11/23 9:40``, ``2026年11月23日 9:40``.

    A day without a clock time is its 00:00.

    Raises:
        ValueError: the text is no such time; the message is fit to be shown.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"看不懂时间“{text}”，请写成 2026-11-23 或 2026-11-23 09:40")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return at(year, month, day, hour, minute, second)
    except ValueError:
        raise ValueError(f"没有这个时间：“{text}”") from None
