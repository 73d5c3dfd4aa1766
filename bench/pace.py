"""How fast the machine is in these minutes: works of others that were timed where the budgets were set too.

A machine that others share is now half as fast again and now half as slow, and changes within a minute. So
each part of what is measured has its own pace, timed before it and after it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple, TypeVar

from bench import bare, board
from bench.measure import rounds
from db import instants
from db.connection import Connection

Said = TypeVar("Said")

SCANNED = 2_000_000
"""Cases from which on the full scan is about the one that the design timed."""

SCRIPT, APP, SCAN = 0.024, 0.324, 0.437
"""Seconds that each took where the budgets were set (DESIGN §9)."""

TIMED_BY_THE_DESIGN = (
    f"a bare script, {SCRIPT * 1e3:.0f} ms; a bare Textual app, {APP * 1e3:.0f} ms; "
    f"a full scan of 3,000,000 cases, {SCAN * 1e3:.0f} ms"
)


class _Work(NamedTuple):
    """A work of others."""

    then: float
    """Seconds, as above."""
    runs: int
    timed: Callable[[], float]


class Pace:
    """Times those works, as far as an office has what they need."""

    def __init__(self, connection: Connection, home: Path) -> None:
        """Do each once without looking: the first time says more of the disk."""
        self._works = [_Work(SCRIPT, 5, bare.find(home)), _Work(APP, 3, bare.desk(home))]
        (cases,) = connection.execute('SELECT count(*) FROM "case"').fetchone()
        if cases > SCANNED:
            self._works.append(_Work(SCAN, 3, lambda: _scanned(connection)))
        for work in self._works:
            work.timed()

    def now(self) -> float:
        """How many times as long they take as there; the middle one of them, of two the smaller."""
        return middle(
            [median(work.timed() for _ in range(rounds(work.runs))) / work.then for work in self._works]
        )

    def around(self, work: Callable[[], Said]) -> tuple[Said, float]:
        """What some work says, and the pace while it was done."""
        before = self.now()
        said = work()
        return said, mean((before, self.now()))


def middle(ratios: Sequence[float]) -> float:
    """The middle one, of two the smaller: the machine is not said to be slower than it is."""
    return sorted(ratios)[(len(ratios) - 1) // 2]


def _scanned(connection: Connection) -> float:
    begun = time.perf_counter()
    board.scan(connection, instants.now())
    return time.perf_counter() - begun
