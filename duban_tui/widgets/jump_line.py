"""To the N-th case of a list, or to its middle: for lists too long to be scrolled.

A line over the list rather than a dialogue: a screen that goes makes Textual draw all of the one below twice.
"""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from duban_tui.widgets.line_input import LineInput

HINT = "如 1200，或 50%"
WRONG = "请写数字，如 1200，或 50%"


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


class JumpLine(Horizontal):
    """Asks which case of a list; it goes when it was answered, or when the keyboard goes elsewhere."""

    DEFAULT_CSS = """
    JumpLine { dock: bottom; layer: overlay; height: 1; background: $panel; }
    JumpLine Static { width: auto; padding: 0 1; }
    JumpLine LineInput { width: 1fr; min-width: 12; background: $surface; }
    JumpLine .hint { color: $text-muted; }
    """
    BINDINGS = [Binding("escape", "leave", "返回", show=False)]

    class Left(Message):
        """It is gone."""

        def __init__(self, place: int | None) -> None:
            """Where to jump, counted from 0; None: nowhere."""
            self.place = place
            super().__init__()

    def compose(self) -> ComposeResult:
        """The question, in one line."""
        yield Static(classes="asked")
        yield LineInput()
        yield Static(HINT, classes="hint")

    def ask(self, length: int) -> None:
        """Ask anew, in a list of so many cases."""
        self.length = length
        self.query_one(".asked", Static).update(f"跳到第几件（共 {length:,} 件）")
        self.query_one(".hint", Static).update(HINT)
        line = self.query_one(LineInput)
        line.typed = ""
        self.display = True
        self.screen.set_focus(line)

    @on(Input.Submitted)
    def jump(self, event: Input.Submitted) -> None:
        """Enter: there, or say what is wanted."""
        event.stop()
        place = place_of(event.value, self.length)
        if place is None:
            self.query_one(".hint", Static).update(WRONG)
        else:
            self._leave(place)

    def action_leave(self) -> None:
        """Esc: stay."""
        self._leave(None)

    def _leave(self, place: int | None) -> None:
        self.display = False
        self.post_message(self.Left(place))

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """A click elsewhere, or another command."""
        self.display = False
