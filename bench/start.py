"""Whole processes: `duban find` and the first frame, against the barest program that could do it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.measure import Row, Timing, again
from db.connection import path_of
from db.search_index import OPEN

WORD = "路灯"
RUNS = 20

_BARE_FIND = f"""
import sys
from sqlcipher3 import dbapi2
connection = dbapi2.connect(f"file:{{sys.argv[1]}}?mode=ro", uri=True)
for row in connection.execute('''SELECT c.number, c.title, c.stage, c.due_at FROM lookup
        JOIN "case" c ON c.id = lookup.rowid & ~{OPEN}
        WHERE lookup MATCH ? ORDER BY lookup.rowid DESC LIMIT 20''',
        (f'"{{sys.argv[2]}}"',)):
    print(*row)
"""

_OUR_FIND = "from duban_tui.cli import main; main()"

_FRAME = """
import asyncio, os, sys
os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
{app}
async def leave_when_shown(pilot):
    while not shown(app):
        await asyncio.sleep(0.002)
    app.call_after_refresh(os._exit, 0)
    await asyncio.sleep(60)
app.run(headless=True, size=(120, 36), auto_pilot=leave_when_shown)
"""

_OUR_APP = """
from pathlib import Path
from duban_tui import config
from duban_tui.app import DubanApp
app = DubanApp(Path(sys.argv[1]), config.load())
def shown(app):
    from duban_tui.widgets.case_list import CaseList
    return any(len(cases) for cases in app.screen.query(CaseList))
"""

_BARE_APP = """
from textual.app import App
from textual.widgets import Input, OptionList, Tree
class Bare(App):
    def compose(self):
        yield Tree("units")
        yield Input()
        yield OptionList(*(f"case {number}" for number in range(50)))
app = Bare()
def shown(app):
    return True
"""


def rows(home: Path) -> Iterator[Row]:
    """Process start to result."""
    office, compiled = str(path_of(home)), home / "compiled"
    ours = _process([_OUR_FIND, "--home", str(home), "find", WORD, "--limit", "20"], compiled)
    bare = _process([_BARE_FIND, office, WORD], compiled)
    yield Row("`duban find`, whole process", ours, "bare script: same driver, same query", bare, "≤ 3×")
    app = _process([_FRAME.format(app=_OUR_APP), str(home)], compiled)
    empty = _process([_FRAME.format(app=_BARE_APP)], compiled)
    yield Row(
        "start → first frame of the board", app, "bare Textual app: Tree + Input + list", empty, "≤ 1.25×"
    )


def _process(code: Sequence[str], compiled: Path) -> Timing:
    """Start a process again and again; modules are compiled before, as they are when installed by pip."""
    surroundings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(compiled)}

    def run() -> None:
        command = [sys.executable, "-c", *code]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=surroundings)

    run()
    return again(run, RUNS, seconds=25)
