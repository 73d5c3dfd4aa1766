"""Whole processes: `duban find` and the first frame, against the barest program that could do it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench import processes
from bench.measure import Row, Timing, times, timing
from bench.terminal import running
from db import instants
from db.connection import open_reader
from db.home import path_of
from db.reads import board
from db.reads.board import ListQuery
from db.search_index import OPEN

WORD = "路灯"
RUNS = 20

COLUMNS, LINES = 120, 36

LISTED = 50
"""Rows of the bare app's list."""

ROW_SEEN = 10
"""The first frame is there when this row of the list stands on the screen."""

_BARE_FIND = f"""
import sys
from sqlcipher3 import dbapi2
connection = dbapi2.connect(f"file:{{sys.argv[1]}}?mode=ro", uri=True)
for row in connection.execute('''SELECT c.number, c.title, c.stage, c.due_at FROM lookup
        JOIN "case" c ON c.id = lookup.rowid & ~{OPEN}
        WHERE lookup MATCH ? ORDER BY lookup.rowid DESC LIMIT 20''',
        (f'"{{sys.argv[2]}}" *',)):
    print(*row)
"""

_BARE_DESK = f"""
from textual.app import App
from textual.widgets import Input, OptionList, Tree
class Bare(App):
    def compose(self):
        yield Tree("units")
        yield Input()
        yield OptionList(*(f"case {{number}}" for number in range({LISTED})))
Bare().run()
"""
"""What one would write first: the same three widgets, its rows at hand, no database."""


def rows(home: Path) -> Iterator[Row]:
    """Process start to result."""
    processes.forget(home)
    env = processes.surroundings(home)
    bare_find = [sys.executable, "-c", _BARE_FIND, str(path_of(home)), WORD]
    our_find = processes.duban(home, "find", WORD, "--limit", "20")
    ours, bare = _in_turn(_whole(our_find, env), _whole(bare_find, env))
    yield Row("`duban find`, whole process", ours, "bare script: same driver, same query", bare, "≤ 3×")
    ours, bare = _in_turn(
        _until_row(_number_shown(home), processes.duban(home), env),
        _until_row(f"case {ROW_SEEN - 1}", [sys.executable, "-c", _BARE_DESK], env),
    )
    yield Row(
        "start → first frame with the first page of the board, in a terminal",
        ours, "bare Textual app: Tree + Input + OptionList", bare, "≤ 1.25×",
    )  # fmt: skip


def _number_shown(home: Path) -> str:
    """The number of the case in the row that is waited for."""
    connection = open_reader(path_of(home))
    listed = board.page(connection, ListQuery(), instants.now(), ROW_SEEN)
    connection.close()
    return listed[-1].number


def _whole(command: Sequence[str], env: Mapping[str, str]) -> Callable[[], float]:
    """Seconds of a process from its start to its end."""

    def run() -> float:
        begun = time.perf_counter()
        processes.run(command, env)
        return time.perf_counter() - begun

    return run


def _until_row(drawn: str, command: Sequence[str], env: Mapping[str, str]) -> Callable[[], float]:
    """Seconds from the start of a process to the frame that shows a row."""

    def run() -> float:
        begun = time.perf_counter()
        with running(command, env, columns=COLUMNS, lines=LINES) as terminal:
            terminal.wait_for(drawn)
            return time.perf_counter() - begun

    return run


def _in_turn(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[Timing, Timing]:
    """Both again and again, one after the other, so that what else the machine does hits both alike."""
    ours()
    theirs()
    pairs = [(ours(), theirs()) for _ in range(times(RUNS))]
    return timing(pair[0] for pair in pairs), timing(pair[1] for pair in pairs)
