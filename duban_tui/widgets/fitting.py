"""Clickable pieces on one line, as many as fit; used by the footer and the state bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

MORE = "▸"
"""Stands where pieces did not fit."""


GAP = 2
"""Cells before a piece, unless it says otherwise."""


class Piece(NamedTuple):
    """Something to press on a line."""

    name: str
    """What the press means; empty = nothing."""
    text: str
    style: str = ""
    gap: int = GAP
    """Cells between it and the piece before."""
    stays: bool = False
    """It is not left out, however little room there is."""


class Pressed(Message):
    """A piece was clicked."""

    def __init__(self, name: str) -> None:
        """Name the piece."""
        self.name = name
        super().__init__()


def width_of(pieces: Sequence[Piece]) -> int:
    """Cells of a line of pieces."""
    return sum(piece.gap + cell_len(piece.text) for piece in pieces) - (pieces[0].gap if pieces else 0)


def fitted(pieces: Sequence[Piece], width: int, more: Piece) -> list[Piece]:
    """As many pieces as fit; where some are left out, the last ones first, `more` stands at the end."""
    if width_of(pieces) <= width:
        return list(pieces)
    line = list(pieces)
    for place in reversed([place for place, piece in enumerate(pieces) if not piece.stays]):
        del line[place]
        if width_of([*line, more]) <= width:
            break
    return [*line, more]


class Line(Widget):
    """A line of pieces; subclasses say which, and what a press does."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def pieces(self, width: int) -> Sequence[Piece]:
        """What stands on the line, no wider than `width`."""
        raise NotImplementedError

    def render(self) -> Content:
        """The pieces side by side."""
        line = Content(" ")
        for place, piece in enumerate(self.pieces(self.size.width - 1)):
            line += Content(" " * piece.gap if place else "") + Content.styled(piece.text, piece.style)
        return line

    def on_click(self, event: events.Click) -> None:
        """Find the piece under the mouse."""
        end = 1
        for place, piece in enumerate(self.pieces(self.size.width - 1)):
            start = end + (piece.gap if place else 0)
            end = start + cell_len(piece.text)
            if start <= event.x < end and piece.name:
                self.post_message(Pressed(piece.name))
