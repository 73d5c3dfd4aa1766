"""``python -m bench``: measure everything, print the table, write docs/PERFORMANCE.md."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from bench import (
    board,
    datasette,
    frames,
    ledger_reading,
    lookup,
    lookup_commands,
    make_office,
    report,
    start,
    writes,
)
from bench.measure import Row
from db import instants
from db.connection import open_reader, path_of

FULL, QUICK = 3_000_000, 100_000
SMALLER = (30_000, 300_000)
"""What the growth is shown from."""


def measured(home: Path) -> Iterator[Row]:
    """All rows of the table, as they come."""
    now = instants.now()
    yield from start.rows(home)
    connection = open_reader(path_of(home))
    yield from lookup.rows(connection, now)
    yield from lookup_commands.rows(connection, home)
    yield from datasette.rows(connection, home, now)
    yield from ledger_reading.rows(connection)
    yield from board.rows(connection, now)
    connection.close()
    yield from frames.rows(home, now)
    yield from writes.rows(home)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} cases, and only print")
    parser.add_argument(
        "--sizes", type=int, nargs="+", metavar="CASES", help=f"default {SMALLER[0]} {SMALLER[1]} {FULL}"
    )
    args = parser.parse_args()
    sizes = sorted(args.sizes or ([QUICK] if args.quick else [*SMALLER, FULL]))
    found: dict[int, list[Row]] = {}
    facts = [report.machine()]
    for cases in sizes:
        home = make_office.home_for(cases)
        make_office.make(home, cases)
        print(f"\n{cases:,} cases", flush=True)
        found[cases] = []
        for row in measured(home):
            print(report.line(row), flush=True)
            found[cases].append(row)
        facts.append(_disk(home, cases))
    if not args.quick:
        page = report.page(found[sizes[-1]], facts, report.growth(found))
        report.PAGE.write_text(page, encoding="utf-8")


def _disk(home: Path, cases: int) -> str:
    size = path_of(home).stat().st_size
    return f"{cases:,} cases: {size / 2**30:.2f} GiB on disk, {size / cases:,.0f} bytes a case"


if __name__ == "__main__":
    main()
