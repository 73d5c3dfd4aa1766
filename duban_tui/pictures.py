"""Photos in the terminal: by Kitty's protocol, Sixel or half blocks, where it can. Loaded with the first one.

textual-image asks the terminal what it can do when it is imported, and reads the answers from the keyboard.
Under a running desk these would be lost, or be taken for keys: it is told what `terminal` learned at the
start, and is kept from asking.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from duban_tui.terminal import Answers

if TYPE_CHECKING:
    from PIL.Image import Image
    from textual.widget import Widget

AUTO, KITTY, SIXEL, BLOCKS, NONE = "auto", "kitty", "sixel", "blocks", "none"

WAYS = (AUTO, KITTY, SIXEL, BLOCKS, NONE)
"""What the config may say: by the terminal, or one way, or none."""

_KITTY_TERMINALS = ("xterm-kitty", "xterm-ghostty")
"""``TERM`` of those that draw Kitty's placeholders; others speak the protocol, but not this part of it."""

USUAL_CELL = (10, 20)
"""Pixels of a cell where the terminal does not say."""

SIDES = {KITTY: 1600, SIXEL: 1000, BLOCKS: 400}
"""Most pixels on a side that are kept of a photo: more would be sent or reckoned for nothing."""


def way(wanted: str, answers: Answers, env: Mapping[str, str], *, colours: bool, wide: bool) -> str:
    """How photos are drawn here.

    Args:
        wanted: as the config says, one of `WAYS`.
        answers: of the terminal.
        env: of the process.
        colours: whether the terminal has more than sixteen.
        wide: half blocks take two cells here, as other ambiguous characters do.
    """
    if wanted != AUTO:
        return wanted
    if env.get("TERM") in _KITTY_TERMINALS:
        return KITTY
    if answers.sixel:
        return SIXEL
    return BLOCKS if colours and not wide else NONE


def decoded(data: bytes, drawn: str) -> Image:
    """A photo, upright, no larger than is drawn.

    Raises:
        ValueError: it cannot be drawn; one Chinese line.
    """
    from PIL import Image, ImageOps

    side = SIDES[drawn]
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.draft("RGB", (side, side))
            picture.thumbnail((side, side))
            return ImageOps.exif_transpose(picture).convert("RGB")
    except Exception:  # Pillow raises whatever a broken file makes it stumble over.
        raise ValueError("这张图画不出来：可能已损坏，或是认不得的格式") from None


def load(answers: Answers) -> None:
    """Load the library without letting it ask; may be called from a thread, and again."""
    from textual_image import _terminal

    library: Any = _terminal
    library.capture_terminal_response = _no_answer
    library.get_cell_size._result = _terminal.CellSize(*(answers.cell or USUAL_CELL))
    import_module("textual_image.widget")


def widget(picture: Image, drawn: str) -> Widget:
    """What shows a photo in one of the ways; `load` first."""
    from textual_image.widget import HalfcellImage, SixelImage, TGPImage

    kinds: dict[str, Callable[[Image], Widget]] = {KITTY: TGPImage, SIXEL: SixelImage, BLOCKS: HalfcellImage}
    shown = kinds[drawn](picture)
    shown.add_class("picture")
    return shown


def forget(shown: Widget) -> None:
    """Let the terminal forget a photo that it holds."""
    shown.image = None  # type: ignore[attr-defined]


def _no_answer(*unused: object, **named: object) -> NoReturn:
    """In the place of the library's question: nothing was said."""
    from textual_image._terminal import TerminalError

    raise TerminalError
