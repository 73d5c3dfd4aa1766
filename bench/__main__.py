"""``python -m bench``: measure everything, print the table, write docs/PERFORMANCE.md."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from bench import board, frames, lookup, make_office, report, start, writes
from bench.measure import Row
from db import instants
from db.connection import open_reader, path_of

FULL, QUICK = 3_000_000, 100_000


def measured(home: Path) -> Iterator[Row]:
    """All rows of the table, as they come."""
    now = instants.now()
    yield from start.rows(home)
    connection = open_reader(path_of(home))
    yield from lookup.rows(connection, home, now)
    yield from board.rows(connection, now)
    connection.close()
    yield from frames.rows(home, now)
    yield from writes.rows(home)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} cases, and only print")
    parser.add_argument("--cases", type=int, help=f"default {FULL:,}")
    args = parser.parse_args()
    cases = args.cases or (QUICK if args.quick else FULL)
    home = make_office.home_for(cases)
    make_office.make(home, cases)
    found = []
    for row in measured(home):
        print(report.line(row), flush=True)
        found.append(row)
    size = path_of(home).stat().st_size
    facts = (
        report.machine(),
        f"{cases:,} cases, {size / 2**30:.2f} GiB on disk, {size / cases:,.0f} bytes a case",
    )
    if not args.quick:
        report.PAGE.write_text(report.page(found, facts), encoding="utf-8")


if __name__ == "__main__":
    main()
