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

HINT = "如 1200 或 50%"
WRONG = "请写数字或 50%"

LONGEST = 18
"""Digits that are worked out: no list is longer."""


def place_of(written: str, length: int) -> int | None:
    """The place in a list that is meant, counted from 0 and within it; None for what is no number.

    ``1200``, ``1,200`` and ``１２００`` mean the 1,200th case, ``50%`` the middle.
    """
    plain = written.strip().replace(",", "").replace("，", "").replace("％", "%")
    number = plain.removesuffix("%")
    if not number.isdecimal():
        return None
    if len(number) > LONGEST:
        return max(0, length - 1)
    place = int(number) * length // 100 if plain.endswith("%") else int(number) - 1
    return max(0, min(place, length - 1))


class JumpLine(Horizontal):
    """Asks which case of a list; it goes when it was answered, or when the keyboard goes elsewhere."""

    DEFAULT_CSS = """
    JumpLine { dock: bottom; layer: overlay; height: 1; background: $panel; }
    JumpLine Static { width: auto; padding: 0 1; }
    JumpLine LineInput { width: 1fr; min-width: 8; background: $surface; }
    JumpLine .hint { color: $text-muted; }
    """
    BINDINGS = [Binding("escape", "leave", "返回", show=False)]

    class Left(Message):
        """It may go."""

        def __init__(self, written: str) -> None:
            """What was written, for `place_of` in the list as it is by now; empty: nowhere."""
            self.written = written
            super().__init__()

    def compose(self) -> ComposeResult:
        """The question, in one line."""
        yield Static(classes="asked")
        yield LineInput(restrict="[^#＃]*")
        yield Static(HINT, classes="hint")

    def ask(self, length: int) -> None:
        """Ask anew, in a list of so many cases."""
        self.query_one(".asked", Static).update(f"跳到（共 {length:,} 件）")
        self.query_one(".hint", Static).update(HINT)
        line = self.query_one(LineInput)
        line.typed = ""
        self.display = True
        self.screen.set_focus(line)

    @on(Input.Submitted)
    def jump(self, event: Input.Submitted) -> None:
        """Enter: there, or say what is wanted."""
        event.stop()
        if place_of(event.value, 1) is None:
            self.query_one(".hint", Static).update(WRONG)
        else:
            self._leave(event.value)

    def action_leave(self) -> None:
        """Esc: stay."""
        self._leave("")

    def _leave(self, written: str) -> None:
        """Say so and stay: whoever hears it lets it go together with what else changes, in one frame."""
        self.post_message(self.Left(written))

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """A click elsewhere, or another command; not another window, from which the keyboard comes back."""
        if self.app.app_focus:
            self.display = False
