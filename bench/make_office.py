"""The office that is measured: the demo's own cases, as many as asked. ``python -m bench.make_office``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from platformdirs import user_cache_path

from db import demo
from db.home import path_of
from db.office import Office
from duban_tui import config

SEED = 1
UNITS = 20_500
OFFICER = "值班员"


def home_for(cases: int, body: int = demo.BODY) -> Path:
    """Where an office of that size is kept between runs: in the cache, or under DUBAN_BENCH_HOME."""
    kept = os.environ.get("DUBAN_BENCH_HOME")
    return (Path(kept) if kept else user_cache_path("duban-bench")) / f"{cases}x{body}"


def make(home: Path, cases: int, body: int = demo.BODY) -> None:
    """Create the office, or go on where an earlier run stopped."""
    home.mkdir(parents=True, exist_ok=True)
    with opened(home) as office:
        begun, before = time.perf_counter(), demo.written(office.writer)

        def say(done: int, total: int) -> None:
            speed = (done - before) / (time.perf_counter() - begun)
            left = (total - done) / speed / 60
            told = f"\r{done:,} / {total:,} cases, {speed:,.0f} a second, {left:.1f} min left "
            print(told, end="", file=sys.stderr, flush=True)

        demo.fill(office, cases, SEED, body=body, units=UNITS, mix="bench", progress=say)
        print(file=sys.stderr)


def opened(home: Path) -> Office:
    """The office in a folder, made where there is none, under the shipped rules."""
    rules = config.load().rules
    if path_of(home).exists():
        return Office.open(home, rules, OFFICER)
    return Office.create(home, rules, OFFICER)


def main() -> None:
    """Make one office from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.make_office", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument(
        "--body", type=int, default=demo.BODY, help="median length of a body; 600: as real letters"
    )
    parser.add_argument("--home", type=Path, help="default: a folder in the user's cache")
    args = parser.parse_args()
    home = args.home or home_for(args.cases, args.body)
    make(home, args.cases, args.body)
    print(home)


if __name__ == "__main__":
    main()
