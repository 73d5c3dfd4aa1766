"""The barest programs that could do what ours do, as whole processes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bench import processes
from bench.terminal import until_row
from db.home import path_of
from db.index.keys import PAIR, WIDE
from db.index.lists import HEAD
from db.index.schema import A_ROW
from db.search_index import OPEN

WORD = "路灯"
"""What is looked for."""

LISTED = 50
"""Rows of the desk's list."""

ROW_SEEN = 10
"""The first frame is there when this row of the list stands on the screen."""

_FIND = f"""
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

_DESK = f"""
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


def find(home: Path) -> Callable[[], float]:
    """Seconds of a script that does what `duban find` does for `WORD`."""
    command = [sys.executable, "-c", _FIND, str(path_of(home)), WORD]
    return processes.whole(command, processes.surroundings(home))


def desk(home: Path) -> Callable[[], float]:
    """Seconds until a desk stands there."""
    return until_row(f"case {ROW_SEEN - 1}", [sys.executable, "-c", _DESK], processes.surroundings(home))
