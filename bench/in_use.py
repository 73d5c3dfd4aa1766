"""A backup of an office in use: steps saved and looked up alone, then beside `duban backup`.

``python -m bench.in_use HOME`` records some hundred steps in that office; the copy is removed again.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from bench import processes
from bench.ageing import QUERIES, acts
from bench.make_office import opened
from bench.measure import timing
from db import instants
from db.connection import Connection, open_reader
from db.journal import NotAllowed, record
from db.office import Office
from db.reads.lookup import search

ALONE, PAUSE = 20.0, 0.15
"""Seconds of work without a backup; seconds between two steps."""


def work(office: Office, reader: Connection, chosen: random.Random, going: Callable[[], bool]) -> str:
    """Save a step and look something up, again and again; what both took."""
    saved, found = list[float](), list[float]()
    source = acts(office, chosen)
    while going():
        case_id, act = next(source)
        start = time.perf_counter()
        with suppress(NotAllowed):
            record(office, case_id, act)
            saved.append(time.perf_counter() - start)
        start = time.perf_counter()
        search(reader, chosen.choice(QUERIES), now=instants.now(), limit=50)
        found.append(time.perf_counter() - start)
        time.sleep(PAUSE)
    step, lookup, worst = timing(saved), timing(found), max(saved) * 1e3
    return (
        f"{step.runs:,} saves: median {step.median:.1f}, p95 {step.p95:.1f}, worst {worst:.0f} ms; "
        f"lookup: median {lookup.median:.1f}, p95 {lookup.p95:.1f} ms"
    )


def main() -> None:
    """Work alone, then beside a backup."""
    parser = argparse.ArgumentParser(prog="python -m bench.in_use", description=__doc__)
    parser.add_argument("home", type=Path, help="an office; steps are recorded in it")
    home: Path = parser.parse_args().home
    chosen, until = random.Random(3), time.monotonic() + ALONE
    with (
        tempfile.TemporaryDirectory(dir=home.parent) as folder,
        opened(home) as office,
        closing(open_reader(office.path)) as reader,
    ):
        print("alone:   ", work(office, reader, chosen, lambda: time.monotonic() < until), flush=True)
        begun = time.monotonic()
        backup = subprocess.Popen(processes.duban(home, "backup", str(Path(folder, "copy.db"))))
        print("backed up:", work(office, reader, chosen, lambda: backup.poll() is None))
        print(f"backup of {office.path.stat().st_size / 1e9:.1f} GB: {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
