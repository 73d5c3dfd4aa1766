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

    def show(self, labels: Sequence[str]) -> None:
        """Say what is missing, or that nothing is."""
        self._labels = labels
        self.refresh(layout=True)

    def render(self) -> Content:
        """A column or a line, by the width there is."""
        return Content("\n").join(self._lines(self.size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the labels take."""
        return len(self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        if not self._labels:
            return [Content("✓ 不缺")]
        heading = f"还缺 {len(self._labels)} 项"
        if width <= UPRIGHT:
            return [Content(heading), *(Content(f"- {label}") for label in self._labels)]
        return Content(f"{heading}：{'、'.join(self._labels)}").fold(max(width, 8))
