"""Cases a second that the generator writes, against a bare script that writes the same rows and index."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bench import processes
from bench.make_office import SEED, UNITS, opened
from bench.measure import Row, Timing, is_hurried, rounds, times, timing
from bench.pace import Pace
from bench.same_rows import write_again
from db import demo, search_index
from db.connection import Connection, transaction
from db.index import pressing, waiting
from db.office import Office

CASES, PLANNED = 32_000, 3_000_000
"""How many cases of a plan of how many: the share of open ones is that of the whole office."""

LATER = 100_000
"""Cases after those: more of an index to merge, more pages to write to."""

ROUNDS, LATER_ROUNDS = 5, 3
"""Each in an office of its own: one says little where others work on the same processors."""


class _Spent(NamedTuple):
    """For one case, in seconds."""

    ours: float
    busy: float | None
    """Of processors, in all processes; None where the system does not tell."""
    bare: float
    lists: float
    pace: float
    """Of the machine, while ours was done."""


BUDGET = "≤ 333 ms (3,000 a second)"


def rows(pace: Pace) -> Iterator[Row]:
    """A thousand cases, with journal and index; each round at its own pace."""
    spent = [_round(pace) for _ in range(rounds(ROUNDS))]
    ours, bare = timing([one.ours * 1000 for one in spent]), timing([one.bare * 1000 for one in spent])
    speed = f"{1e6 / ours.median:,.0f} and {1e6 / bare.median:,.0f} of the first {times(CASES):,} a second"
    yield Row(
        "generator: 1,000 cases with journal and index",
        ours, f"bare script, in one process, ours in four; {speed}", bare, BUDGET,
        pace=_together([(one.ours, one.pace) for one in spent]),
    )  # fmt: skip
    if busy := [one.busy for one in spent if one.busy is not None]:
        told = timing([each * 1000 for each in busy])
        cores = os.cpu_count() or 1
        most = f"{cores} cores could not write more than {cores * 1e6 / told.median:,.0f} a second"
        yield Row("… time of the processors, in all four", told, most)
    if not is_hurried():
        yield _later_row(pace, ours)
    index = timing([one.lists * 1000 for one in spent])
    yield Row("… the index of them alone, masked beforehand", index, "the bare script", bare)


def _later_row(pace: Pace, first: Timing) -> Row:
    """The cases after the first ones."""
    later = [pace.around(_later) for _ in range(LATER_ROUNDS)]
    each = timing([seconds * 1000 for seconds, _ in later])
    said = f"the first ones, as above; {1e6 / each.median:,.0f} a second"
    return Row(f"… the {LATER:,} after those", each, said, first, BUDGET, pace=_together(later))


def _together(rounds: Sequence[tuple[float, float]]) -> float:
    """One pace for rounds of which each, given as (seconds, pace), had its own."""
    return timing([seconds for seconds, _ in rounds]).median / timing([s / pace for s, pace in rounds]).median


class _Enough(Exception):
    """So many were to be measured."""


def _round(pace: Pace) -> _Spent:
    with tempfile.TemporaryDirectory() as folder:
        home, empty = Path(folder, "home"), Path(folder, "empty")
        home.mkdir()
        empty.mkdir()
        ours, beside = pace.around(lambda: _generate(home, demo.BATCH, times(CASES)))
        with opened(home) as filled, opened(empty) as plain:
            (cases,) = filled.writer.execute('SELECT count(*) FROM "case"').fetchone()
            bare = write_again(filled.writer, plain.writer) / cases
            lists = _index_again(filled.writer, plain.writer) / cases
    return _Spent(ours.seconds, ours.busy, bare, lists, beside)


def _later() -> float:
    """Seconds of one of the cases after the first."""
    with tempfile.TemporaryDirectory() as folder:
        return _generate(Path(folder), CASES, LATER).seconds


def _index_again(filled: Connection, empty: Connection) -> float:
    """Seconds to index the same cases once more, an eighth of them a transaction."""
    with transaction(empty):
        waiting.create(empty)
    ids = [row[0] for row in filled.execute('SELECT id FROM "case" ORDER BY id')]
    spent, piece = 0.0, len(ids) // 8
    for at in range(0, len(ids), piece):
        texts = search_index.texts_of_many(filled, ids[at : at + piece])
        cut = [(search_index.place_of(filled, one), search_index.indexed(texts[one])) for one in texts]
        begun = time.perf_counter()
        with transaction(empty):
            waiting.put_new(empty, cut)
        while pressing.press(empty):
            pass
        spent += time.perf_counter() - begun
    return spent


class _Told(NamedTuple):
    """What a batch left behind."""

    done: int
    """Cases so far."""
    at: float
    busy: float | None
    """Seconds of all processors so far."""
    waits: int
    """Cases that wait for their lists."""


class _Took(NamedTuple):
    """One case, in seconds."""

    seconds: float
    busy: float | None
    """Of all processors."""


def _generate(home: Path, after: int, cases: int) -> _Took:
    """What so many cases take in a new office, after so many others; at the end no more wait than before."""
    with opened(home) as office:
        told = _filled(office, after + cases)
        first, last = next(one for one in told if one.done >= after), told[-1]
        pressed = _press(office.writer, last.waits - first.waits)
    done = last.done - first.done
    busy = None if first.busy is None or last.busy is None else (last.busy - first.busy + pressed) / done
    return _Took((last.at - first.at + pressed) / done, busy)


def _filled(office: Office, cases: int) -> list[_Told]:
    """After each batch until there are so many; making units and the plan comes before the first."""
    told: list[_Told] = []

    def say(done: int, total: int) -> None:
        told.append(_Told(done, time.perf_counter(), processes.busy(), waiting.count(office.writer)))
        if done >= cases:
            raise _Enough

    with suppress(_Enough):
        demo.fill(office, PLANNED, SEED, units=UNITS, mix="bench", progress=say)
    return told


def _press(connection: Connection, most: int) -> float:
    """Seconds in which the oldest that wait get their lists."""
    begun = time.perf_counter()
    while most > 0:
        most -= pressing.press(connection, min(most, waiting.AT_ONCE))
    return time.perf_counter() - begun
