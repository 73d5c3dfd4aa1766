"""Where the time goes: short profiles of the main pieces of work, kept in bench/profiles as text."""

from __future__ import annotations

import cProfile
import io
import pstats
import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench import ledger_file
from bench.lookup import queries
from bench.make_office import SEED, UNITS, opened
from db import demo, instants
from db.actions import Action
from db.connection import open_reader, path_of
from db.exchange.ledger import import_ledger
from db.journal import Act, record
from db.reads.lookup import search

FOLDER = Path(__file__).with_name("profiles")
LINES = 25
CASES, ROWS, STEPS = 8_000, 4_000, 300

_PATHS = re.compile(r"\S*/(?:site-packages|lib/python3\.\d+)/")


def write() -> None:
    """Profile everything anew, each piece of work in a small office made for it."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "office")
        home.mkdir()
        with opened(home) as office:
            _profile(
                "generator",
                lambda: demo.fill(office, CASES, SEED, units=UNITS, mix="bench"),
                f"{CASES:,} cases",
            )
            ledger = ledger_file.write(Path(folder, "ledger.csv"), ROWS)
            _profile("import", lambda: import_ledger(office, ledger), f"{ROWS:,} rows")
            handling = [
                row[0]
                for row in office.writer.execute(
                    "SELECT id FROM \"case\" WHERE stage = 'handling' LIMIT ?", (STEPS,)
                )
            ]
            act = Act(Action.PROGRESS, {"text": "已派人到现场查看，三日内修复。"})
            _profile(
                "save", lambda: [record(office, each, act) for each in handling], f"{len(handling)} steps"
            )
        with closing(open_reader(path_of(home))) as connection:
            drawn = [query for _, _, texts in queries(connection) for query in texts]
            now = instants.now()
            _profile(
                "lookup",
                lambda: [search(connection, each, now=now) for each in drawn],
                f"{len(drawn)} queries",
            )


def _profile(name: str, work: Callable[[], object], what: str) -> None:
    profiler = cProfile.Profile()
    profiler.runcall(work)
    told = io.StringIO()
    pstats.Stats(profiler, stream=told).sort_stats("tottime").print_stats(LINES)
    body = _PATHS.sub("", told.getvalue().replace(f"{Path.cwd()}/", ""))
    head = f"{what}, by own time; Python {sys.version.split()[0]}. Profiling itself slows short calls most."
    text = f"{head}\n{body}"
    (FOLDER / f"{name}.txt").write_text(
        "\n".join(line.rstrip() for line in text.splitlines()) + "\n", "utf-8"
    )
