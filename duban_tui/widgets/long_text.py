"""A text of many lines: pasted whole, undone with Ctrl+Z; and a log whose lines carry their time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from textual import events, on
from textual.containers import ScrollableContainer
from textual.geometry import Offset, Region
from textual.widgets import TextArea

from db import instants
from duban_tui.widgets.field import Typed, edit_at_once, passed_on, step, step_by_key


class LongText(TextArea):
    """Several lines. Enter makes a new one; Tab, or an arrow past the first or last line, leaves it."""

    DEFAULT_CSS = """
    LongText { height: auto; min-height: 3; max-height: 12; padding: 0; }
    LongText.-textual-compact { border: none; }
    """

    def __init__(self, text: str = "", *, placeholder: str = "", **options: Any) -> None:
        """Start with `text`; further options are those of `TextArea`."""
        super().__init__(text, placeholder=placeholder, compact=True, highlight_cursor_line=False, **options)

    @property
    def typed(self) -> str:
        """The text as it stands."""
        return self.text

    @typed.setter
    def typed(self, text: str) -> None:
        self.load_text(text)
        self.move_cursor(self.document.end)

    def entered(self) -> Any:
        """The text without blanks at its ends; ``None`` when nothing is left."""
        return self.text.strip() or None

    @on(TextArea.Changed)
    def tell_typed(self, event: TextArea.Changed) -> None:
        """Speak the forms' language."""
        event.stop()
        self.post_message(Typed())

    async def _on_key(self, event: events.Key) -> None:
        """Tab leads on; a key that came too late goes where an earlier one led."""
        if not passed_on(self, event):
            self.handle(event)
            await edit_at_once(self, event)

    async def _on_paste(self, event: events.Paste) -> None:
        """The same for what is pasted."""
        passed_on(self, event)

    def handle(self, event: events.Key) -> None:
        """Keys that mean something else here than in a plain text."""
        if event.key in ("tab", "shift+tab"):
            step_by_key(self, event)

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """The line that is written comes into view in the form as well."""
        self.call_after_refresh(self._show_line)
        return super().scroll_cursor_visible(center, animate)

    def _show_line(self) -> None:
        paper = next((node for node in self.ancestors if isinstance(node, ScrollableContainer)), None)
        if paper is not None and self.has_focus:
            row = self.cursor_screen_offset.y - paper.content_region.y + paper.scroll_offset.y
            paper.scroll_to_region(Region(0, row, 1, 1), animate=False)

    def action_cursor_down(self, select: bool = False) -> None:
        """One line down; past the last one, on to the next field."""
        before = self.cursor_location
        super().action_cursor_down(select)
        if not select and self.cursor_location == before:
            step(self, 1)

    def action_cursor_up(self, select: bool = False) -> None:
        """One line up; past the first one, back to the field before."""
        before = self.cursor_location
        super().action_cursor_up(select)
        if not select and self.cursor_location == before:
            step(self, -1)


_STAMPED = re.compile(r"(\d{1,2}:\d{2})\s*(.*)")


class LogText(LongText):
    """现场记录: each line begins with the time at which it was begun; Enter begins the next one."""

    def __init__(self, clock: Callable[[], int] = instants.now, **options: Any) -> None:
        """Stamp lines by `clock`, which gives the present instant."""
        super().__init__(placeholder="写下所见，Enter 另起一条并记下时刻", **options)
        self._clock = clock

    def entered(self) -> list[list[str]] | None:
        """``[[time, text], …]``; a line without a time has the empty one; bare stamps are left out."""
        lines = []
        for line in self.text.splitlines():
            match = _STAMPED.fullmatch(line.strip())
            time, text = (match[1], match[2]) if match else ("", line.strip())
            if text:
                lines.append([time, text])
        return lines or None

    def handle(self, event: events.Key) -> None:
        """Stamp a line as it begins; Enter on a line that holds only its stamp leaves the log."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self._end_line()
            return
        if event.is_printable and not self._line().strip():
            self.insert(self._stamp())
        super().handle(event)

    def _end_line(self) -> None:
        match = _STAMPED.fullmatch(self._line().strip())
        if not self._line().strip() or (match and not match[2]):
            self._drop_line()
            step(self, 1)
        else:
            self.insert(f"\n{self._stamp()}")

    def _drop_line(self) -> None:
        """Take a bare stamp away, with the line end before it."""
        row = self.cursor_location[0]
        start = (row - 1, len(self.document[row - 1])) if row else (0, 0)
        self.delete(start, (row, len(self._line())))

    def _line(self) -> str:
        return str(self.document[self.cursor_location[0]])

    def _stamp(self) -> str:
        return instants.local(self._clock()).strftime("%H:%M ")
