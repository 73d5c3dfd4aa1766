"""To the N-th case of a list, or to its middle: for lists too long to be scrolled."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from duban_tui.widgets.line_input import LineInput


def place_of(written: str, length: int) -> int | None:
    """The place in a list that is meant, counted from 0 and within it; None for what is no number.

    ``1200``, ``1,200`` and ``１２００`` mean the 1,200th case, ``50%`` the middle.
    """
    plain = written.strip().replace(",", "").replace("，", "").replace("％", "%")
    number = plain.removesuffix("%")
    if not number.isdecimal():
        return None
    place = int(number) * length // 100 if plain.endswith("%") else int(number) - 1
    return max(0, min(place, length - 1))


class JumpScreen(ModalScreen[int | None]):
    """Asks which case; the result is its place, or None."""

    CSS_PATH = "../styles/dialogs.tcss"
    BINDINGS = [Binding("escape", "dismiss(None)", "返回")]

    def __init__(self, length: int) -> None:
        """Jump in a list of `length` cases."""
        super().__init__()
        self.length = length

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(classes="dialog"):
            yield Static(f"跳到第几件（共 {self.length:,} 件）", classes="heading")
            yield LineInput(placeholder="如 1200，或 50%")
            yield Static("Enter 跳到  Esc 返回", classes="hint")

    def on_mount(self) -> None:
        """Begin to write."""
        self.set_focus(self.query_one(LineInput))

    @on(Input.Submitted)
    def jump(self, event: Input.Submitted) -> None:
        """Enter: there, or say what is wanted."""
        event.stop()
        place = place_of(event.value, self.length)
        if place is None:
            self.query_one(".hint", Static).update("请写数字，如 1200，或 50%")
        else:
            self.dismiss(place)
