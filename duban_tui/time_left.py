"""How long something will still take, told from how fast it went so far."""

from __future__ import annotations

import time
from collections.abc import Callable

_SURE_AFTER = 2.0
"""Seconds before anything is said: the first figures jump."""


class TimeLeft:
    """Watches a count go up; a count that falls, or another total, is another piece of work."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Watch by a clock that gives seconds."""
        self._clock = clock
        self._began, self._first, self._last = clock(), 0, 0
        self._total: int | None = -1

    def after(self, done: int, total: int | None) -> float | None:
        """Seconds that are left, now that so much is done; None while nobody can say."""
        now = self._clock()
        if total != self._total or done < self._last:
            self._began, self._first, self._total = now, done, total
        self._last = done
        spent = now - self._began
        if total is None or spent < _SURE_AFTER or done <= self._first:
            return None
        return (total - done) * spent / (done - self._first)


def told(seconds: float | None) -> str:
    """As shown beside the count: ``，还需约 3 分钟``; nothing where nobody can say."""
    if seconds is None:
        return ""
    if seconds < 55:
        return f"，还需约 {max(1, -(-int(seconds) // 5) * 5)} 秒"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"，还需约 {minutes} 分钟"
    return f"，还需约 {minutes // 60} 小时 {minutes % 60} 分"
