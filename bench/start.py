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
from db.index.keys import PAIR, WIDE
from db.index.lists import HEAD
from db.index.schema import A_ROW
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
from bisect import bisect_left
from sqlcipher3 import dbapi2
connection = dbapi2.connect(f"file:{{sys.argv[1]}}?mode=ro", uri=True)
key = {PAIR} | ord(sys.argv[2][0]) << {WIDE} | ord(sys.argv[2][1])
shown = 0
for (piece,) in connection.execute("SELECT id FROM lookup_piece WHERE making IS NULL ORDER BY newest DESC"):
    (block,) = connection.execute('''SELECT lists FROM lookup_block WHERE piece = ? AND first <= ?
        ORDER BY first DESC LIMIT 1''', (piece, key)).fetchone()
    count = int.from_bytes(block[:{HEAD}], "little")
    head = memoryview(block)[{HEAD}:]
    at = bisect_left(head[:8 * count].cast("q"), key)
    ends = head[10 * count:12 * count].cast("H")
    for number in head[12 * count:].cast("H")[ends[at - 1] if at else 0:ends[at]]:
        first = number // {A_ROW} * {A_ROW}
        (places,) = connection.execute('''SELECT places FROM lookup_places WHERE piece = ? AND first = ?''',
            (piece, first)).fetchone()
        place = memoryview(places).cast("q")[number - first]
        print(*connection.execute('SELECT number, title, stage, due_at FROM "case" WHERE id = ?',
            (place & ~{OPEN},)).fetchone())
        shown += 1
        if shown == 20:
            sys.exit()
"""
"""For a word of two characters that is not in every other case: what the index holds, read on the spot."""

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
