"""What the terminal can do: asked once, before anything is drawn. Later its answers would pass for keys."""

from __future__ import annotations

import os
import re
import select
import sys
import time
from typing import NamedTuple

PROBE = "—"
"""The character the terminal is asked to draw: two cells wide on some, one on others."""

PATIENCE = 0.3
"""Seconds until a terminal that says nothing is taken for a simple one."""

LAST_WORDS = 0.1
"""Seconds for the rest, once it has begun to answer."""

QUESTIONS = f"\r{PROBE}\x1b[6n\x1b[16t\x1b[c"
"""Draw one and say where the cursor is; how large is a cell; what can you do (every terminal says that)."""

_COLUMN = re.compile(rb"\x1b\[\d+;(\d+)R")
_CELL = re.compile(rb"\x1b\[6;(\d+);(\d+)t")
_ABLE = re.compile(rb"\x1b\[\?([\d;]*)c")

_SIXEL = b"4"
"""Among what a terminal is able to do (DA1)."""


class Answers(NamedTuple):
    """What was said; the defaults are those of a terminal that says nothing."""

    wide: bool = False
    """Ambiguous characters take two cells."""
    sixel: bool = False
    cell: tuple[int, int] | None = None
    """Width and height of a cell in pixels."""


def ask() -> Answers:
    """Ask the terminal all at once: one way there and back, however slow the line."""
    if sys.platform == "win32" or not (sys.__stdin__ and sys.__stdin__.isatty() and os.isatty(2)):
        return Answers()
    import termios
    import tty

    keyboard = sys.__stdin__.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSANOW)
        os.write(2, QUESTIONS.encode())
        said = _listen(keyboard)
        os.write(2, b"\r\x1b[K")
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)
    return understood(said)


def understood(said: bytes) -> Answers:
    """The answers in what a terminal sent."""
    column, cell, able = _COLUMN.search(said), _CELL.search(said), _ABLE.search(said)
    return Answers(
        wide=column is not None and int(column[1]) > 2,
        sixel=able is not None and _SIXEL in able[1].split(b";"),
        cell=(int(cell[2]), int(cell[1])) if cell and int(cell[1]) and int(cell[2]) else None,
    )


def _listen(keyboard: int) -> bytes:
    """All that is sent, up to the last answer."""
    said, until = b"", time.monotonic() + PATIENCE
    while (left := until - time.monotonic()) > 0 and select.select([keyboard], [], [], left)[0]:
        said += os.read(keyboard, 256)
        if _ABLE.search(said):
            break
        if _COLUMN.search(said):
            until = min(until, time.monotonic() + LAST_WORDS)
    return said
