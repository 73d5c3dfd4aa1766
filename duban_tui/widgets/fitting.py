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


class Piece(NamedTuple):
    """Something to press on a line."""

    name: str
    """What the press means; empty = nothing."""
    text: str
    style: str = ""


class Pressed(Message):
    """A piece was clicked."""

    def __init__(self, name: str) -> None:
        """Name the piece."""
        self.name = name
        super().__init__()


def width_of(pieces: Sequence[Piece], gap: int) -> int:
    """Cells of a line of pieces."""
    return sum(cell_len(piece.text) + gap for piece in pieces) - (gap if pieces else 0)


class Line(Widget):
    """A line of pieces; subclasses say which, and what a press does."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"
    GAP = 2

    def pieces(self, width: int) -> Sequence[Piece]:
        """What stands on the line, no wider than `width`."""
        raise NotImplementedError

    def render(self) -> Content:
        """The pieces side by side."""
        parts = [Content.styled(piece.text, piece.style) for piece in self.pieces(self.size.width - 1)]
        return Content(" ") + Content(" " * self.GAP).join(parts)

    def on_click(self, event: events.Click) -> None:
        """Find the piece under the mouse."""
        start = 1
        for piece in self.pieces(self.size.width - 1):
            end = start + cell_len(piece.text)
            if start <= event.x < end and piece.name:
                self.post_message(Pressed(piece.name))
            start = end + self.GAP
