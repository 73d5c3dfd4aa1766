"""The desk in a real terminal, as hands use it: keys held down, far jumps, typing; and VisiData likewise.

A frame is timed from the key to its last byte on the wire. Where something comes or goes there may be several
frames, with pauses, so there the time runs until nothing more came for `SEVERAL`; what a lookup finds comes
after its letters have been drawn, so there until nothing more came for `ANSWERED`.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from bench import copies, processes
from bench.measure import Row, times, timing
from bench.terminal import MOVES, PATIENCE, Terminal, running
from db.connection import Connection

DOWN, PAGE_DOWN, END, HOME, F3, ESCAPE = b"\x1b[B", b"\x1b[6~", b"\x1b[F", b"\x1b[H", b"\x1bOR", b"\x1b"
ENTER, EMPTY_BOX, DONE, OPEN_ONES, JUMP = b"\r", b"\x15", b"6", b"8", b"#"
HELD, PAGES, FAR, JUMPS, OPENED = 10, 100, 20, 30, 20
WORDS = ("路灯不亮", "拖欠工资", "化粪池堵", "营业执照")

SEVERAL = 0.03
"""Seconds of silence after which a dialogue or screen has come or gone."""

ANSWERED = 0.1
"""Seconds of silence after which a lookup has answered."""

SEARCHED = 0.3
"""The same of VisiData, which draws how far it is about every tenth of a second."""

SHEET_ROWS = 300_000
"""Rows of the CSV that VisiData opens, where the office has so many cases."""

FRAMES = ("hold Down", "Page Down", "End and Home", "jump to the N-th")
BUDGETS = {**dict.fromkeys(FRAMES, "p95 ≤ 16 ms"), "memory, MiB": "≤ 100 MiB"}
LETTER = "a letter of a lookup, until its answer"
THEIR_WAY = {
    LETTER: " (g/ and the whole word, to the first match)",
    "open the list": " (start, until the first is shown)",
}

_BARE = "from textual.app import App; App().run()"

Figures = tuple[str, list[float]]
"""A work and the seconds of each run; of memory, thousands of MiB, since rows show thousandths."""


def rows(connection: Connection, home: Path) -> Iterator[Row]:
    """Both programs over one office's cases; ours over all that are closed, the longest list there is."""
    env = processes.surroundings(home)
    listed, cases = connection.execute(
        'SELECT count(*) FILTER (WHERE open = 0), count(*) FROM "case"'
    ).fetchone()
    ours = _with_longest(_desk(home, env, listed))
    theirs = _with_longest(_sheet(connection, home, env))
    for name, figures in ours.items():
        yield Row(
            f"in a terminal, {listed:,} rows: {name}",
            timing(figures),
            _other(name, theirs, min(cases, SHEET_ROWS)),
            timing(theirs[name]) if name in theirs else None,
            BUDGETS.get(name, ""),
        )


def _other(name: str, theirs: Mapping[str, object], sheet_rows: int) -> str:
    if name in theirs:
        return f"VisiData, {sheet_rows:,} rows{THEIR_WAY.get(name, '')}"
    return "VisiData has nothing like it" if theirs else "VisiData: missing here"


def _with_longest(works: Iterator[Figures]) -> dict[str, list[float]]:
    """All works, and the longest that any frame of the list took."""
    figures = dict(works)
    if figures:
        figures["the longest of these frames"] = [max(max(figures[name]) for name in FRAMES[:3])]
    return figures


def _desk(home: Path, env: Mapping[str, str], listed: int) -> Iterator[Figures]:
    processes.forget(home)
    with running(processes.duban(home), env) as desk:
        desk.settle(2)
        yield "open the list", [_opened(desk) for _ in range(times(OPENED))]
        _wait_until_whole(desk, listed)
        yield "hold Down", desk.hold(DOWN, seconds=times(HELD))
        yield "Page Down", [desk.type(PAGE_DOWN) for _ in range(times(PAGES))]
        yield "End and Home", [desk.type(key) for key in (END, HOME) * times(FAR)]
        yield "jump to the N-th", list(_jumps(desk, listed))
        opened, left = zip(*_cases(desk), strict=True)
        yield "open a case", list(opened)
        yield "Esc, back to the list", list(left)
        desk.type(F3, quiet=ANSWERED)
        yield LETTER, list(_typed(desk))
        yield "memory, MiB", [_mebibytes(desk.memory() - _bare(env))]


def _opened(desk: Terminal) -> float:
    desk.type(OPEN_ONES, quiet=ANSWERED)
    return desk.type(DONE)


def _wait_until_whole(desk: Terminal, listed: int) -> None:
    """The list is read behind its first page. The line that asks for a jump says how long it is by now.

    Raises:
        TimeoutError: another list is shown, or it never becomes whole.
    """
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        desk.send(JUMP)
        with suppress(TimeoutError):
            desk.wait_for(f"共 {listed:,} 件", patience=1)
            desk.type(ESCAPE, quiet=ANSWERED)
            return
        desk.type(ESCAPE, quiet=ANSWERED)
    raise TimeoutError(f"the list never had {listed:,} rows")


def _jumps(desk: Terminal, listed: int) -> Iterator[float]:
    """From Enter on: the line that asked goes, the list stands elsewhere."""
    chance = random.Random(6)
    for _ in range(times(JUMPS)):
        desk.type(JUMP, quiet=SEVERAL)
        desk.type(str(chance.randint(1, listed)).encode(), quiet=SEVERAL)
        yield desk.type(ENTER, quiet=SEVERAL)


def _cases(desk: Terminal) -> Iterator[tuple[float, float]]:
    """Another case each time: to its page, and back."""
    for _ in range(times(OPENED)):
        desk.type(DOWN, quiet=ANSWERED)
        yield desk.type(ENTER, quiet=SEVERAL), desk.type(ESCAPE, quiet=SEVERAL)


def _typed(desk: Terminal) -> Iterator[float]:
    for word in WORDS:
        for letter in word:
            yield desk.type(letter.encode(), quiet=ANSWERED)
        desk.type(EMPTY_BOX, quiet=ANSWERED)


def _bare(env: Mapping[str, str]) -> int:
    with running([sys.executable, "-c", _BARE], env) as bare:
        bare.settle(1)
        return bare.memory()


def _mebibytes(size: int) -> float:
    return size / 2**20 / 1e3


def _sheet(connection: Connection, home: Path, env: Mapping[str, str]) -> Iterator[Figures]:
    program = processes.program("vd")
    if program is None:
        return
    sheet = copies.kept(
        connection, home, "sheet.csv", lambda path: copies.as_sheet(connection, path, SHEET_ROWS)
    )
    with running([program, str(sheet)], env) as shown:
        yield "open the list", [shown.wait_for(copies.first_number(connection))]
        _until_still(shown)
        yield "hold Down", shown.hold(b"j", seconds=times(HELD))
        yield "Page Down", [shown.type(b"\x06") for _ in range(times(PAGES))]
        yield "End and Home", [shown.type(key) for key in (b"gj", b"gk") * times(FAR)]
        yield LETTER, [_searched(shown, word) for word in WORDS]
        yield "memory, MiB", [_mebibytes(shown.memory())]


def _searched(shown: Terminal, word: str) -> float:
    """VisiData begins to search when the word is whole."""
    shown.type(b"g/", quiet=ANSWERED)
    shown.type(word.encode(), quiet=ANSWERED)
    return shown.type(ENTER, quiet=SEARCHED)


def _until_still(shown: Terminal) -> None:
    """Wait until a program that still reads its file in the background has nothing more to draw."""
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until and shown.type(b"") < MOVES:
        pass
