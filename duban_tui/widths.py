"""How wide this terminal draws ambiguous characters (“”—…·①): asked once at the start, then believed.

Unicode leaves their width to the terminal (East Asian Width "A"); rich counts them as one cell. Where a
terminal draws two, every line with a Chinese quotation mark would shift, so rich is told.
"""

from __future__ import annotations

import os
import re
import select
import sys
import time
import unicodedata
from functools import lru_cache

PROBE = "—"
"""The character the terminal is asked to draw."""

PATIENCE = 0.3
"""Seconds until a terminal that says nothing is taken for a narrow one."""

_ANSWER = re.compile(rb"\x1b\[\d+;(\d+)R")


def set_up(wanted: str) -> bool:
    """Take the width that the config says (auto, narrow, wide); whether it is wide."""
    wide = wanted == "wide" or (wanted == "auto" and drawn_wide())
    if wide:
        count_ambiguous_as_wide()
    return wide


def drawn_wide() -> bool:
    """Ask the terminal: draw one, and say where the cursor is. No terminal, no answer: narrow."""
    if sys.platform == "win32" or not (sys.__stdin__ and sys.__stdin__.isatty() and os.isatty(2)):
        return False
    import termios
    import tty

    keyboard = sys.__stdin__.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSANOW)
        os.write(2, f"\r{PROBE}\x1b[6n".encode())
        column = _column(keyboard)
        os.write(2, b"\r\x1b[K")
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)
    return column is not None and column > 2


def _column(keyboard: int) -> int | None:
    said, until = b"", time.monotonic() + PATIENCE
    while (left := until - time.monotonic()) > 0 and select.select([keyboard], [], [], left)[0]:
        said += os.read(keyboard, 64)
        if answer := _ANSWER.search(said):
            return int(answer[1])
    return None


def count_ambiguous_as_wide() -> None:
    """Let `rich.cells` (and with it Textual) count ambiguous characters as two cells."""
    from rich import cells

    load = cells.load_cell_table  # type: ignore[attr-defined]

    @lru_cache(maxsize=4)
    def widened(unicode_version: str = "auto") -> cells.CellTable:
        table = load(unicode_version)
        known = {point for start, end, _width in table.widths for point in range(start, end + 1)}
        ambiguous = ((point, point, 2) for point in _ambiguous() if point not in known)
        return table._replace(widths=sorted([*table.widths, *ambiguous]))

    cells.load_cell_table = widened  # type: ignore[attr-defined]
    cells._is_single_cell_widths = str.isascii
    cells.get_character_cell_size.cache_clear()
    cells.cached_cell_len.cache_clear()


def _ambiguous() -> list[int]:
    planes = range(0xA0, 0xE000)
    return [point for point in planes if unicodedata.east_asian_width(chr(point)) == "A"]
