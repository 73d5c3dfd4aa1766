"""Make a large office for measuring: ``python -m bench.make_office --cases 3000000 --home DIR``.

The cases are those of the demo office. Called again it goes on where it was broken off.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from db import demo
from db.connection import path_of
from db.office import Office
from duban_tui import config

OFFICER = "王晓梅"

LONG = 5
"""Paragraphs of a body of real length."""


def main() -> None:
    """Make or finish the office, and say how fast."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of the office")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long", action="store_true", help="bodies as long as real letters (median 600)")
    args = parser.parse_args()
    make(args.home, args.cases, args.seed, long=args.long)


def make(home: Path, cases: int, seed: int = 1, *, long: bool = False) -> None:
    """An office of so many cases in `home`; nothing happens where it is complete."""
    rules = config.load().rules
    exists = path_of(home).exists()
    with Office.open(home, rules, OFFICER) if exists else Office.create(home, rules, OFFICER) as office:
        began, first = time.perf_counter(), demo.written(office.writer)

        def show(done: int, total: int) -> None:
            rate = (done - first) / (time.perf_counter() - began)
            left = (total - done) / rate / 60
            print(f"\r{done:,}/{total:,}  {rate:,.0f}/s  {left:.0f} min left ", end="", flush=True)

        demo.fill(office, cases, seed, paragraphs=LONG if long else 1, progress=show)
    print()


if __name__ == "__main__":
    main()
