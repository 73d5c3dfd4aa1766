"""The desk in a real terminal, as hands use it: keys held down, far jumps, typing; and VisiData likewise.

A frame is timed from the key to its last byte on the wire. What a lookup finds comes after its letters have
been drawn, so there the time runs until nothing more comes for a tenth of a second.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench import copies, processes
from bench.measure import Row, Timing, timing
from bench.terminal import Terminal, running
from db.connection import Connection

DOWN, PAGE_DOWN, END, HOME, F3, ESCAPE = b"\x1b[B", b"\x1b[6~", b"\x1b[F", b"\x1b[H", b"\x1bOR", b"\x1b"
HELD, PAGES, FAR, JUMPS = 10.0, 100, 20, 30
WORDS = ("路灯不亮", "拖欠工资", "化粪池堵", "营业执照")
ANSWERED = 0.1
"""Seconds of silence after which a lookup has answered."""

OPENED = 3.0
"""Seconds for a list of millions to be read behind its first page."""

SHEET_ROWS = 300_000
"""Rows of the CSV that VisiData opens."""

_BARE = "from textual.app import App; App().run()"


def rows(connection: Connection, home: Path) -> Iterator[Row]:
    """Both programs over one office's cases; ours over all that are closed, the longest list there is."""
    env = processes.surroundings(home)
    (listed,) = connection.execute('SELECT count(*) FROM "case" WHERE open = 0').fetchone()
    ours = dict(_desk(home, env, listed))
    theirs = dict(_sheet(connection, home, env))
    budget = {"hold Down": "p95 ≤ 16 ms", "Page Down": "p95 ≤ 16 ms", "End and Home": "p95 ≤ 16 ms"}
    budget |= {"jump to the N-th": "p95 ≤ 16 ms", "memory, MiB": "≤ 100 MiB"}
    for name, figures in ours.items():
        other = f"VisiData, {SHEET_ROWS:,} rows" if name in theirs else _why_not(theirs)
        yield Row(
            f"in a terminal, {listed:,} rows: {name}", figures, other, theirs.get(name), budget.get(name, "")
        )


def _why_not(theirs: Mapping[str, Timing]) -> str:
    return "VisiData has nothing like it" if theirs else "VisiData: missing here"


def _desk(home: Path, env: Mapping[str, str], listed: int) -> Iterator[tuple[str, Timing]]:
    with running(processes.duban(home), env) as desk:
        desk.settle(2)
        desk.type(b"6")
        desk.settle(OPENED)
        yield "hold Down", timing(desk.hold(DOWN, seconds=HELD))
        yield "Page Down", _frames(desk, [PAGE_DOWN] * PAGES)
        yield "End and Home", _frames(desk, [END, HOME] * FAR)
        yield "jump to the N-th", timing(_jumps(desk, listed))
        desk.type(F3)
        desk.settle(0.5)
        yield "a letter of a lookup, until its answer", timing(_typed(desk))
        yield "memory, MiB", _mebibytes(desk.memory() - _bare(env))


def _frames(terminal: Terminal, keys: list[bytes]) -> Timing:
    times = (terminal.type(key) for key in keys)
    return timing(took for took in times if took is not None)


def _jumps(desk: Terminal, listed: int) -> Iterator[float]:
    chance = random.Random(6)
    for _ in range(JUMPS):
        desk.type(b"#")
        desk.type(str(chance.randint(1, listed)).encode())
        took = desk.type(b"\r")
        if took is not None:
            yield took


def _typed(desk: Terminal) -> Iterator[float]:
    for word in WORDS:
        for letter in word:
            took = desk.type(letter.encode(), quiet=ANSWERED)
            if took is not None:
                yield took
        desk.type(b"\x15")  # Ctrl+U empties the box.
        desk.settle(0.3)


def _bare(env: Mapping[str, str]) -> int:
    with running([sys.executable, "-c", _BARE], env) as bare:
        bare.settle(1)
        return bare.memory()


def _mebibytes(size: int) -> Timing:
    """Memory in the place of a time: one figure."""
    return Timing(size / 2**20, size / 2**20, 1)


def _sheet(connection: Connection, home: Path, env: Mapping[str, str]) -> Iterator[tuple[str, Timing]]:
    program = processes.program("vd")
    if program is None:
        return
    sheet = copies.kept(
        connection, home, "sheet.csv", lambda path: copies.as_sheet(connection, path, SHEET_ROWS)
    )
    with running([program, str(sheet)], env) as shown:
        yield "open the list", timing([shown.wait_for(copies.first_number(connection))])
        _until_still(shown.type)
        yield "hold Down", timing(shown.hold(b"j", seconds=HELD))
        yield "Page Down", _frames(shown, [b"\x06"] * PAGES)
        yield "End and Home", _frames(shown, [b"gj", b"gk"] * FAR)
        yield "memory, MiB", _mebibytes(shown.memory())


def _until_still(press: Callable[[bytes], float | None]) -> None:
    """Wait until a program that still reads its file in the background has nothing more to draw."""
    until = time.perf_counter() + 60
    while time.perf_counter() < until and press(b"") is not None:
        pass
