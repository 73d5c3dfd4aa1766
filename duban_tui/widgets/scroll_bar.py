"""Scroll bars, painted at once; of blanks only where ambiguous characters are drawn two cells wide."""

from __future__ import annotations

from typing import ClassVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget


class PlainScrollBar(ScrollBarRender):
    """Ends on whole cells; the block characters that show halves are themselves ambiguous."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def take_over() -> None:
    """Paint so from now on; may be called again."""
    ScrollBar.render_lines = _render_lines  # type: ignore[assignment, method-assign]


def _render_lines(self: ScrollBar, crop: Region) -> list[Strip]:
    """The few pieces that a vertical bar is made of, each over and over.

    Textual sets every cell of it as a line of text, in every frame of the list.
    """
    drawn = self.render()
    if not self.vertical or not isinstance(drawn, ScrollBarRender) or crop.width < self.size.width:
        return Widget.render_lines(self, crop)
    pieces = _pieces(drawn, self.size.height, self.size.width)
    strips = {id(piece): Strip([piece], self.size.width) for piece in pieces}
    for each in self.get_line_filters():
        behind = self.background_colors[1]
        strips = {key: strip.apply_filter(each, behind) for key, strip in strips.items()}
    return [strips[id(pieces[y])] for y in crop.line_range]


def _pieces(drawn: ScrollBarRender, height: int, width: int) -> list[Segment]:
    """The pieces of a bar from above, one for each line."""
    style = Style.parse(drawn.style) if isinstance(drawn.style, str) else drawn.style
    back, bar = style.bgcolor or Color.default(), style.color or Color.default()
    return drawn.render_bar(
        height, drawn.virtual_size, drawn.window_size, drawn.position, width, True, back, bar
    ).segments
