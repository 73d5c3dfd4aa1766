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
from bench.measure import Row, times, timing
from bench.same_rows import write_again
from db import demo, search_index
from db.connection import Connection, transaction
from db.index import pressing, waiting
from db.keeping import upkeep

CASES, PLANNED = 32_000, 3_000_000
"""How many cases of a plan of how many: the share of open ones is that of the whole office."""


class _Spent(NamedTuple):
    """For one case."""

    seconds: float
    busy: float | None
    """Seconds of processors, of all processes; None where the system does not tell."""


class _Enough(Exception):
    """So many were to be measured."""


def rows() -> Iterator[Row]:
    """A thousand cases, with journal and index."""
    with tempfile.TemporaryDirectory() as folder:
        home, empty = Path(folder, "home"), Path(folder, "empty")
        home.mkdir()
        empty.mkdir()
        ours = _generate(home)
        with opened(home) as filled, opened(empty) as plain:
            (cases,) = filled.writer.execute('SELECT count(*) FROM "case"').fetchone()
            bare = write_again(filled.writer, plain.writer) / cases
            index = _index_again(filled.writer, plain.writer) / cases
    per_thousand = timing([ours.seconds * 1000]), timing([bare * 1000])
    speed = f"{1 / ours.seconds:,.0f} against {1 / bare:,.0f} cases a second"
    yield Row(
        "generator: 1,000 cases with journal and index",
        per_thousand[0], f"bare script, in one process, ours in four; {speed}", per_thousand[1],
        "≤ 333 ms (3,000 a second)",
    )  # fmt: skip
    if ours.busy is not None:
        cores = os.cpu_count() or 1
        most = f"{cores} cores could not write more than {cores / ours.busy:,.0f} a second"
        yield Row("… time of the processors, in all four", timing([ours.busy * 1000]), most)
    yield Row(
        "… the index of them alone, masked beforehand",
        timing([index * 1000]), "the bare script", per_thousand[1],
    )  # fmt: skip


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


def _generate(home: Path) -> _Spent:
    """Of a case among the first of the plan; making units and the plan does not count."""
    said: list[tuple[int, float, float | None]] = []

    def say(done: int, total: int) -> None:
        said.append((done, time.perf_counter(), processes.busy()))
        if done >= times(CASES) + said[0][0]:
            raise _Enough

    with opened(home) as office:
        with suppress(_Enough):
            demo.fill(office, PLANNED, SEED, units=UNITS, mix="bench", progress=say)
        waited = time.perf_counter()
        upkeep.settle(office.writer, 1)  # What still waited for its lists.
        settled = time.perf_counter() - waited
    (first, begun, before), (last, ended, after) = said[0], said[-1]
    cases = last - first
    busy = None if before is None or after is None else (after - before + settled) / cases
    return _Spent((ended - begun + settled) / cases, busy)
