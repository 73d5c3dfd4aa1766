"""A scroll bar for terminals that draw ambiguous characters two cells wide: blanks only, no blocks."""

from __future__ import annotations

from typing import ClassVar

from textual.scrollbar import ScrollBarRender


class PlainScrollBar(ScrollBarRender):
    """Ends on whole cells; the block characters that show halves are themselves ambiguous."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8
