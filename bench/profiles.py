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

from bench import ledger_file, processes
from bench.lookup import queries
from bench.make_office import SEED, UNITS, opened
from db import demo, instants
from db.actions import Action
from db.connection import open_reader
from db.exchange.ledger import import_ledger
from db.home import path_of
from db.journal import Act, record
from db.reads.lookup import search

FOLDER = Path(__file__).with_name("profiles")
LINES = 25
CASES, ROWS, STEPS = 8_000, 4_000, 300

_ROOT = Path(__file__).resolve().parents[1]
_OF_THIS_MACHINE = re.compile(
    rf"{re.escape(str(_ROOT))}/|\S*/(?:site-packages|lib/python3\.\d+)/| at 0x[0-9a-f]+"
)
"""Where things lie, on disk and in memory, says nothing elsewhere."""

_START = """
import cProfile, sys
profiler = cProfile.Profile()
profiler.enable()
from pathlib import Path
from duban_tui import config
from duban_tui.app import DubanApp

def stop(desk):
    profiler.disable()
    profiler.dump_stats(sys.argv[2])
    desk.exit()

DubanApp.on_ready = stop
DubanApp(Path(sys.argv[1]), config.load()).run(headless=True, size=(120, 36))
"""


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
        _keep(
            "start", _of_start(home, Path(folder, "start")), "process start to the first board, no terminal"
        )


def _of_start(home: Path, dumped: Path) -> str:
    """A process of its own, which has to import everything; the first one compiles its modules."""
    for _ in range(2):
        command = [sys.executable, "-c", _START, str(home), str(dumped)]
        processes.run(command, processes.surroundings(home))
    return str(dumped)


def _profile(name: str, work: Callable[[], object], what: str) -> None:
    profiler = cProfile.Profile()
    profiler.runcall(work)
    _keep(name, profiler, what)


def _keep(name: str, measured: cProfile.Profile | str, what: str) -> None:
    """Write the text of a profile, or of the file that one was dumped into."""
    told = io.StringIO()
    stats = pstats.Stats(measured, stream=told)
    stats.files = []  # type: ignore[attr-defined]  # Else it begins with where the dump lies.
    stats.sort_stats("tottime").print_stats(LINES)
    body = _OF_THIS_MACHINE.sub("", told.getvalue())
    head = f"{what}, by own time; Python {sys.version.split()[0]}. Profiling itself slows short calls most."
    text = f"{head}\n{body}"
    (FOLDER / f"{name}.txt").write_text(
        "\n".join(line.rstrip() for line in text.splitlines()) + "\n", "utf-8"
    )
