"""还缺: what a record still lacks; it shrinks as one writes and never blocks a draft."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

UPRIGHT = 32
"""Cells up to which the labels stand below one another; wider, in a line."""


class MissingList(Widget):
    """The labels of what is missing; at the right of a form it is a column, below one a line."""

    DEFAULT_CSS = """
    MissingList { height: auto; color: $text-muted; }
    """

    def __init__(self) -> None:
        """Start with nothing missing."""
        super().__init__()
        self._labels: Sequence[str] = ()
        self._wished: Sequence[str] = ()

    def show(self, labels: Sequence[str], wished: Sequence[str] = ()) -> None:
        """Say what is missing, or that nothing is, and what would be welcome besides."""
        self._labels, self._wished = labels, wished
        self.refresh(layout=True)

    def render(self) -> Content:
        """A column or a line, by the width there is."""
        return Content("\n").join(self._lines(self.size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the labels take."""
        return len(self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        heading = f"还缺 {len(self._labels)} 项" if self._labels else "✓ 不缺"
        wished = f"可添 {'、'.join(self._wished)}" if self._wished else ""
        if width <= UPRIGHT:
            column = [heading, *(f"- {label}" for label in self._labels), wished]
            return [Content(line) for line in column if line]
        named = f"{heading}：{'、'.join(self._labels)}" if self._labels else heading
        return Content("；".join(filter(None, (named, wished)))).fold(max(width, 8))
