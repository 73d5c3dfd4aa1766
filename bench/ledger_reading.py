"""A word in a ledger: a script that reads the workbook, as a colleague would write it, against `duban find`.

Excel itself cannot be had where this runs. Ours has to import the file once; the script reads it every time.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

from bench import imports, ledger_file, processes
from bench.measure import Row, again, times, timing
from db.connection import Connection

ROWS = 50_000
"""Rows of the ledger, or a tenth of the office's cases where these are fewer."""

WORD = "路灯"
RUNS = 3

_SCRIPT = """
import sys
from openpyxl import load_workbook
for row in load_workbook(sys.argv[1], read_only=True).active.iter_rows(values_only=True):
    if any(sys.argv[2] in str(cell) for cell in row):
        print(*row)
"""
_OTHER = "script: openpyxl reads all rows (Excel cannot be had here)"


def rows(connection: Connection) -> Iterator[Row]:
    """Finding every row with a word; and the import that goes before it, once."""
    (cases,) = connection.execute('SELECT count(*) FROM "case"').fetchone()
    count = times(min(ROWS, cases // 10))
    with tempfile.TemporaryDirectory() as folder:
        home, ledger = Path(folder, "home"), _written(Path(folder, "ledger.xlsx"), count)
        imported = imports.run(home, ledger)
        env = processes.surroundings(home)
        find = processes.duban(home, "find", WORD, "--limit", str(count))
        processes.run(find, env)
        ours = again(lambda: processes.run(find, env), RUNS * 5)
        script = [sys.executable, "-c", _SCRIPT, str(ledger), WORD]
        theirs = again(lambda: processes.run(script, env), RUNS)
    yield Row(f"ledger of {count:,} rows (.xlsx): `duban find`, whole process", ours, _OTHER, theirs)
    speed = f"one reading by that script; the import does {count / imported.seconds:,.0f} rows a second"
    yield Row("… to import it before, once", timing([imported.seconds]), speed, theirs)


def _written(path: Path, count: int) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    sheet.append(ledger_file.COLUMNS)
    for row in ledger_file.rows(count):
        sheet.append(row)
    book.save(path)
    return path
