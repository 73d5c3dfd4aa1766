"""Bulk work: a hotline's ledger into an office, again, and exported again later; rows a second and memory.

The other is a bare script that reads the same file and writes the very rows that our import left behind,
with the same index, in large transactions.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench import ledger_file
from bench.make_office import opened
from bench.measure import Row, times, timing
from bench.same_rows import write_again
from db.bulk import WORTH_A_PROCESS
from db.connection import Connection
from db.exchange.ledger import import_ledger
from db.home import files_of

SHARE, FEWEST, MOST = 6, 5_000, 500_000
"""A ledger has a sixth as many rows as the office that is measured has cases, within these."""


class Run(NamedTuple):
    """One import."""

    rows: int
    added: int
    seconds: float
    busy: float
    """Seconds of the processor."""
    peak: int
    """Bytes of memory at the most, of the process that writes; 0 where the system does not tell."""
    log: int
    """Bytes of the write-ahead log at the most, as seen whenever the import tells how far it is."""


def rows(connection: Connection) -> Iterator[Row]:
    """A ledger in a new office, against a bare script; the same once more; and when 1 % was answered."""
    (cases,) = connection.execute('SELECT count(*) FROM "case"').fetchone()
    yield from of(times(min(max(FEWEST, cases // SHARE), MOST)))


def of(count: int) -> Iterator[Row]:
    """The same, of a ledger of so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = ledger_file.write(Path(folder, "ledger.csv"), count)
        later = ledger_file.write(Path(folder, "later.csv"), count, later=True)
        home, empty = Path(folder, "home"), Path(folder, "empty")
        first = run(home, ledger)
        bare = _bare_import(home, empty, ledger)
        most = f"{first.peak / 2**20:,.0f} MiB of memory where it writes, {first.log / 2**20:,.0f} MiB of log"
        processes = "three processes" if count >= WORTH_A_PROCESS else "one process"
        other = f"bare script: the same rows and index; ours, in {processes}, takes {most} at the most"
        yield _row(f"import of 1,000 CSV rows, of {count:,}", first.seconds, count, other, bare, "≤ 3×")
        yield _row(
            "… the same file again", run(home, ledger).seconds, count, "the first import", first.seconds
        )
        yield _row(
            "… when 1 % was answered", run(home, later).seconds, count, "the first import", first.seconds
        )


def _row(name: str, ours: float, count: int, other: str, theirs: float, budget: str = "") -> Row:
    thousands = count / 1000
    return Row(name, timing([ours / thousands]), other, timing([theirs / thousands]), budget)


def run(home: Path, ledger: Path) -> Run:
    """Import in a process of its own, so that its memory can be told from ours."""
    command = [sys.executable, "-m", "bench.imports", str(home), str(ledger)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(*json.loads(done.stdout))


def _bare_import(home: Path, empty: Path, ledger: Path) -> float:
    """Seconds to read the file and to write what our import left behind; to fetch that does not count."""
    with opened(home) as filled, opened(empty) as plain:
        start = time.perf_counter()
        with ledger.open(encoding="utf-8-sig", newline="") as file:
            for _row in csv.reader(file):
                pass
        spent = time.perf_counter() - start
        return spent + write_again(filled.writer, plain.writer)


def _peak() -> int:
    """Not `ru_maxrss`: a child begins with what its parent had."""
    said = Path("/proc/self/status")
    if not said.exists():
        return 0
    lines = said.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _import(home: Path, ledger: Path) -> Run:
    home.mkdir(parents=True, exist_ok=True)
    with opened(home) as office:
        log, sizes = files_of(office.path)[1], [0]
        start, busy = time.perf_counter(), time.process_time()
        counts = import_ledger(office, ledger, on_progress=lambda _: sizes.append(log.stat().st_size))
        spent = time.perf_counter() - start
        sizes.append(log.stat().st_size)
        return Run(counts.rows, counts.added, spent, time.process_time() - busy, _peak(), max(sizes))


if __name__ == "__main__":
    print(json.dumps(_import(*map(Path, sys.argv[1:]))))
