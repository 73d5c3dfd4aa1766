"""Cases a second that the generator writes, against a bare script that writes the same rows and index."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bench import processes
from bench.make_office import SEED, UNITS, opened
from bench.measure import Row, rounds, times, timing
from bench.pace import Pace
from bench.same_rows import write_again
from db import demo, search_index
from db.connection import Connection, transaction
from db.index import pressing, waiting
from db.keeping import upkeep
from db.office import Office

CASES, PLANNED = 32_000, 3_000_000
"""How many cases of a plan of how many: the share of open ones is that of the whole office."""

LATER = 100_000
"""Cases after those: more of an index to merge, more pages to write to."""

ROUNDS = 5
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
    there = timing([one.ours * 1000 / one.pace for one in spent])
    yield Row(
        "generator: 1,000 cases with journal and index",
        ours, f"bare script, in one process, ours in four; {speed}", bare, BUDGET,
        pace=ours.median / there.median,
    )  # fmt: skip
    if busy := [one.busy for one in spent if one.busy is not None]:
        told = timing([each * 1000 for each in busy])
        cores = os.cpu_count() or 1
        most = f"{cores} cores could not write more than {cores * 1e6 / told.median:,.0f} a second"
        yield Row("… time of the processors, in all four", told, most)
    later, beside = pace.around(_later)
    yield Row(
        f"… the {times(LATER):,} after those",
        timing([later * 1000]), f"the first ones, as above; {1 / later:,.0f} a second", ours, BUDGET,
        pace=beside,
    )  # fmt: skip
    index = timing([one.lists * 1000 for one in spent])
    yield Row("… the index of them alone, masked beforehand", index, "the bare script", bare)


class _Enough(Exception):
    """So many were to be measured."""


def _round(pace: Pace) -> _Spent:
    with tempfile.TemporaryDirectory() as folder:
        home, empty = Path(folder, "home"), Path(folder, "empty")
        home.mkdir()
        empty.mkdir()
        (ours, busy), beside = pace.around(lambda: _generate(home))
        with opened(home) as filled, opened(empty) as plain:
            (cases,) = filled.writer.execute('SELECT count(*) FROM "case"').fetchone()
            bare = write_again(filled.writer, plain.writer) / cases
            lists = _index_again(filled.writer, plain.writer) / cases
    return _Spent(ours, busy, bare, lists, beside)


def _later() -> float:
    """Seconds of one of the cases after the first."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as office:
        told = _filled(office, times(CASES) + times(LATER))
    first, last = next(one for one in told if one.done >= times(CASES)), told[-1]
    return (last.at - first.at) / (last.done - first.done)


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


def _filled(office: Office, cases: int) -> list[_Told]:
    """After each batch until there are so many; making units and the plan comes before the first."""
    told: list[_Told] = []

    def say(done: int, total: int) -> None:
        told.append(_Told(done, time.perf_counter(), processes.busy()))
        if done >= cases:
            raise _Enough

    with suppress(_Enough):
        demo.fill(office, PLANNED, SEED, units=UNITS, mix="bench", progress=say)
    return told


def _generate(home: Path) -> tuple[float, float | None]:
    """Seconds, and those of the processors, of one of the first cases."""
    with opened(home) as office:
        told = _filled(office, times(CASES) + demo.BATCH)
        waited = time.perf_counter()
        upkeep.settle(office.writer, 1)  # What still waited for its lists.
        settled = time.perf_counter() - waited
    first, last = told[0], told[-1]
    cases = last.done - first.done
    busy = None if first.busy is None or last.busy is None else (last.busy - first.busy + settled) / cases
    return (last.at - first.at + settled) / cases, busy
