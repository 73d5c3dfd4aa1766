"""Widths in a terminal: a Chinese character takes two cells."""

from __future__ import annotations

import unicodedata
from functools import cache


def cells(text: str) -> int:
    """The cells that a text takes."""
    return sum(map(_cells_of, text))


@cache
def _cells_of(char: str) -> int:
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int) -> str:
    """A text on one line of at most `width` cells, without control characters; ``…`` where it was cut."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if cells(flat) <= width:
        return flat
    kept, room = [], width - 1
    for char in flat:
        room -= cells(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept) + "…"
