"""``python -m bench``: measure offices of several sizes, print every row, write docs/PERFORMANCE.md.

What is measured is kept beside each office, so the page can be made of runs of different hours (``--page``)
and one part can be measured again (``--only``).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

from bench import (
    board,
    cold,
    datasette,
    encryption,
    frames,
    generator,
    hands,
    imports,
    ledger_reading,
    lookup,
    lookup_commands,
    make_office,
    measure,
    office_facts,
    profiles,
    report,
    results,
    start,
    units_table,
    writes,
)
from bench.measure import Row
from bench.pace import Pace
from db import demo, instants
from db.connection import Connection, open_reader
from db.home import path_of

FULL, QUICK = 3_000_000, 100_000
SMALLER = (30_000, 300_000)
"""What the growth is shown from."""

LETTERS, LETTER_CASES = 600, 100_000
"""The second run: bodies as long as real letters, in an office of so many cases."""

Part = Callable[[Connection, Path, int], Iterator[Row]]

PARTS: Mapping[str, Part] = {
    "start": lambda connection, home, now: start.rows(home),
    "lookup": lambda connection, home, now: lookup.rows(connection, now),
    "board": lambda connection, home, now: board.rows(connection, now),
    "hands": lambda connection, home, now: hands.rows(connection, home),
    "frames": lambda connection, home, now: frames.rows(home, now),
    "cold": cold.rows,
    "commands": lambda connection, home, now: lookup_commands.rows(connection, home),
    "datasette": datasette.rows,
    "ledger": lambda connection, home, now: ledger_reading.rows(connection),
    "generator": lambda connection, home, now: generator.rows(Pace(connection, home)),
    "units": lambda connection, home, now: units_table.rows(),
    "imports": lambda connection, home, now: imports.rows(connection),
    "encryption": encryption.rows,
    "writes": lambda connection, home, now: writes.rows(home),
}
"""What is measured, in this order: what writes comes last."""

NOT_IN_A_HURRY = ("encryption", "cold", "units")
"""Parts that `--quick` leaves out: no budget of the design hangs on them."""

ONCE = ("generator", "units")
"""Parts to which the office does not matter: measured beside the largest one only."""

OF_LETTERS = ("lookup", "board", "commands")
"""Parts that the length of the texts can change."""


def main() -> None:
    """Measure and report."""
    args = _parser().parse_args()
    if args.profile:
        profiles.write()
        return
    parts = args.only or PARTS
    if args.quick:
        measure.hurry()
        parts = args.only or [part for part in PARTS if part not in NOT_IN_A_HURRY]
    sizes = sorted(args.sizes or ([QUICK] if args.quick else [*SMALLER, FULL]))
    if not args.page:
        for cases in sizes:
            here = parts if cases == sizes[-1] else [part for part in parts if part not in ONCE]
            _measure(cases, args.body, here, kept=not args.quick)
        if not (args.quick or args.sizes or args.only):
            _measure(LETTER_CASES, LETTERS, OF_LETTERS, kept=True)
    if not args.quick:
        _write_page(sorted({*sizes, *SMALLER, FULL}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} cases, and only print")
    parser.add_argument(
        "--sizes", type=int, nargs="+", metavar="CASES", help=f"default {SMALLER[0]} {SMALLER[1]} {FULL}"
    )
    parser.add_argument("--body", type=int, default=demo.BODY, help="median length of the bodies")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help="measure these parts")
    parser.add_argument("--page", action="store_true", help="write the page of what is kept; measure nothing")
    parser.add_argument("--profile", action="store_true", help="write bench/profiles; measure nothing")
    return parser


def _measure(cases: int, body: int, parts: Collection[str], *, kept: bool) -> None:
    home = make_office.home_for(cases, body)
    make_office.make(home, cases, body)
    facts = [report.machine(), *office_facts.of(home)]
    print(f"\n{cases:,} cases, bodies of {body}", flush=True)
    found: list[Row] = []
    with closing(open_reader(path_of(home))) as connection:
        pace = Pace(connection, home)
        for name in PARTS:
            if name not in parts:
                continue
            begun = time.perf_counter()
            measured, beside = pace.around(partial(_part, name, connection, home))
            rows = [row if row.pace else row._replace(pace=beside) for row in measured]
            print("\n".join(map(report.line, rows)), flush=True)
            found += rows
            if kept:
                results.keep(home, facts, found)
            print(f"{name}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)


def _part(name: str, connection: Connection, home: Path) -> list[Row]:
    return list(PARTS[name](connection, home, instants.now()))


def _write_page(sizes: list[int]) -> None:
    runs = {cases: run for cases in sizes if (run := results.kept(make_office.home_for(cases)))}
    letters = results.kept(make_office.home_for(LETTER_CASES, LETTERS))
    if runs:
        report.PAGE.write_text(report.page(runs, letters), encoding="utf-8")
        print(report.PAGE)


if __name__ == "__main__":
    main()
