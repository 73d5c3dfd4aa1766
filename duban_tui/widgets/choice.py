"""One of a few words: picked by arrows, digits, typing or a click; nothing needs a Latin letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from duban_tui.widgets.field import Typed, passed_on, step_by_key

Option = tuple[str, str]
"""Stored code, label shown."""

MOVES = {"left": -1, "right": 1, "space": 1}
"""Keys that pick the option beside; looked at as they come, not by way of a binding (see `passed_on`)."""

GAP = 1
"""Cells between two options."""


class Choice(Widget, can_focus=True):
    """A row (or rows) of options; the picked one stands in brackets and bold, never by colour alone."""

    DEFAULT_CSS = """
    Choice { height: auto; width: 1fr; }
    Choice:focus { background: $surface; }
    """

    BINDINGS = [
        Binding("home", "pick(0)", show=False),
        Binding("end", "pick(-1)", show=False),
        Binding("backspace,delete", "clear", "不选", show=False),
    ]

    def __init__(self, options: Sequence[Option], picked: str | None = None) -> None:
        """Offer options; `picked` is a code, or nothing yet."""
        super().__init__()
        self._options = tuple(options)
        self._picked = picked
        self._written = ""

    @property
    def typed(self) -> str | None:
        """The picked code, ``None`` while nothing is."""
        return self._picked

    @typed.setter
    def typed(self, code: str | None) -> None:
        self._picked = code if code in [option for option, _ in self._options] else None
        self.refresh()
        self.post_message(Typed())

    def offer(self, options: Sequence[Option]) -> None:
        """Offer other options; what was picked stays where it is still there, else the first is."""
        self._options = tuple(options)
        codes = [code for code, _ in options]
        if self._picked not in codes:
            self._picked = codes[0] if codes else None
        self.refresh(layout=True)

    def entered(self) -> Any:
        """The picked code, ``None`` while nothing is."""
        return self._picked

    @property
    def label(self) -> str:
        """The words of the picked option, empty while nothing is."""
        return dict(self._options).get(self._picked or "", "")

    def render(self) -> Content:
        """All options, wrapped at the width there is."""
        lines: dict[int, list[Content]] = {}
        for (code, label), (line, _start, _end) in zip(
            self._options, self._places(self.size.width), strict=True
        ):
            picked = code == self._picked
            face = f"[{label}]" if picked else f" {label} "
            style = ("bold reverse" if self.has_focus else "bold") if picked else ""
            lines.setdefault(line, []).append(Content.styled(face, style))
        return Content("\n").join(Content(" " * GAP).join(row) for row in lines.values())

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the options take."""
        return max((line for line, _start, _end in self._places(width)), default=0) + 1

    def _places(self, width: int) -> list[tuple[int, int, int]]:
        """Line, first cell and end cell of each option."""
        places, line, x = [], 0, 0
        for _code, label in self._options:
            length = cell_len(label) + 2
            if x and x + length > width:
                line, x = line + 1, 0
            places.append((line, x, x + length))
            x += length + GAP
        return places

    def action_move(self, delta: int) -> None:
        """Pick the option beside the picked one; round at the ends."""
        codes = [code for code, _label in self._options]
        if self._picked is None:
            self.typed = codes[0 if delta > 0 else -1]
        else:
            self.typed = codes[(codes.index(self._picked) + delta) % len(codes)]

    def action_pick(self, index: int) -> None:
        """Pick by place; -1 is the last one."""
        self.typed = self._options[index][0]

    def action_clear(self) -> None:
        """Pick nothing."""
        self.typed = None

    def on_focus(self) -> None:
        """Typing starts a new word."""
        self._written = ""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Every character is for the options, as in a line of text; none is a command."""
        return character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """A digit picks by place; other characters pick the first option that has what was typed."""
        if passed_on(self, event) or step_by_key(self, event):
            return
        if event.key in MOVES:
            event.stop()
            self.action_move(MOVES[event.key])
            return
        if not event.is_printable:
            return
        event.stop()
        character = str(event.character)
        if character.isdecimal() and 0 < int(character) <= len(self._options):
            self.action_pick(int(character) - 1)
        elif not self._find(self._written + character):
            self._find(character)

    def on_paste(self, event: events.Paste) -> None:
        """Words from an input method may arrive as a paste."""
        if passed_on(self, event):
            return
        event.stop()
        self._find(event.text.strip())

    def on_click(self, event: events.Click) -> None:
        """Pick what was clicked."""
        for index, (line, start, end) in enumerate(self._places(self.size.width)):
            if event.y == line and start <= event.x < end:
                self.action_pick(index)

    def _find(self, written: str) -> bool:
        """Pick the first option that begins with, else holds, `written`; remember what was typed."""
        labels = [label for _code, label in self._options]
        found = [i for i, label in enumerate(labels) if label.startswith(written)]
        found += [i for i, label in enumerate(labels) if written in label]
        self._written = written if found else ""
        if found:
            self.action_pick(found[0])
        return bool(found)


YES_NO: tuple[Option, ...] = (("yes", "是"), ("no", "否"))
"""Options of a question."""


class YesNo(Choice):
    """A question: yes, no, or not answered."""

    def __init__(self, picked: bool | None = None) -> None:
        """Start with an answer, or without one."""
        super().__init__(YES_NO, None if picked is None else ("yes" if picked else "no"))

    def entered(self) -> bool | None:
        """The answer, ``None`` while there is none."""
        return None if self._picked is None else self._picked == "yes"
