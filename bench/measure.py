"""Timings and the rows of the table. All times are milliseconds of wall clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Timing(NamedTuple):
    """The runs of one piece of work."""

    median: float
    p95: float
    runs: int


class Row(NamedTuple):
    """One line of the table: our way and another on the same data."""

    name: str
    ours: Timing
    other: str
    """What the other is; how it is started."""
    theirs: Timing | None = None
    """None where the other cannot be had here; `other` says why."""
    budget: str = ""
    """The ratio, time or size that was asked for; empty = none."""
    day: str = ""
    """ISO day on which it was measured; filled in when it is kept."""
    pace: float | None = None
    """How many times as long works that the design timed took in the same minutes, see `bench.pace`."""
    pairs: float | None = None
    """The middle of the ratios of single runs, ours over theirs, where they were run in turn."""

    @property
    def ratio(self) -> float | None:
        """Of pairs, else our median over theirs: below 1 we are faster."""
        if self.pairs is not None or self.theirs is None:
            return self.pairs
        return self.ours.median / max(self.theirs.median, 1e-6)


def timing(spent: Iterable[float]) -> Timing:
    """The figures of single runs, given in seconds."""
    ordered = sorted(spent)
    if not ordered:
        raise ValueError("nothing was measured")
    last = len(ordered) - 1
    return Timing(ordered[last // 2] * 1e3, ordered[round(last * 0.95)] * 1e3, len(ordered))


_share = 1.0


def hurry() -> None:
    """From now on a quarter of the runs, five at least, and of the time: a first look, its p95 less sure."""
    global _share
    _share = 0.25


def times(number: int) -> int:
    """How often to do what is done so often where there is time."""
    return max(5, round(number * _share))


def is_hurried() -> bool:
    """Whether what takes longest is left out."""
    return _share < 1


def rounds(number: int) -> int:
    """How often to do what takes long; once in a hurry."""
    return 1 if is_hurried() else number


def each(work: Callable[[T], object], inputs: Iterable[T], *, seconds: float = 20.0) -> Timing:
    """Run work once for every input; no further input is begun after so many seconds, fewer in a hurry."""
    spent: list[float] = []
    begun = time.perf_counter()
    for given in inputs:
        start = time.perf_counter()
        work(given)
        spent.append(time.perf_counter() - start)
        if time.perf_counter() - begun > seconds * _share:
            break
    return timing(spent)


def again(work: Callable[[], object], runs: int, *, seconds: float = 20.0) -> Timing:
    """Run the same work several times, fewer in a hurry."""
    return each(lambda _: work(), range(min(runs, times(runs))), seconds=seconds)
