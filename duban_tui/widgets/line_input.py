"""A one-line input that loses nothing: pasted lines are joined, and typing can be undone."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.binding import Binding
from textual.widgets import Input

from duban_tui.widgets.field import Typed, edit_at_once, passed_on, step_by_key

UNDO_DEPTH = 100
"""Values kept for undo; older ones are forgotten."""


class LineInput(Input):
    """One line. Textual's own input keeps only the first pasted line and has no undo."""

    BINDINGS = [
        Binding("ctrl+z", "undo", "撤销", show=False),
    ]

    def __init__(self, value: str = "", *, placeholder: str = "", **options: Any) -> None:
        """Start with `value`; further options are those of `Input`."""
        self._past: list[str] = []
        super().__init__(value, placeholder=placeholder, select_on_focus=False, compact=True, **options)
        self._past.clear()

    @property
    def typed(self) -> str:
        """The text as it stands."""
        return self.value

    @typed.setter
    def typed(self, text: str) -> None:
        self.value = text
        self._past.clear()

    def entered(self) -> Any:
        """The text without blanks at its ends; ``None`` when nothing is left."""
        return self.value.strip() or None

    def watch_value(self, before: str, after: str) -> None:
        """Keep what stood here, so that it can come back."""
        if before != after:
            self._past = [*self._past[-UNDO_DEPTH:], before]
            self.post_message(Typed())

    def action_undo(self) -> None:
        """Bring back what stood here before the last change."""
        if not self._past:
            return
        past = self._past[:-1]
        self.value = self._past[-1]
        self._past = past
        self.cursor_position = len(self.value)

    async def _on_key(self, event: events.Key) -> None:
        """Enter and the arrows lead on; a key that came too late goes where they led."""
        if not passed_on(self, event):
            self.lead_on(event)
            await edit_at_once(self, event)

    def lead_on(self, event: events.Key) -> None:
        """Go to the field that the key leads to, if it leads to one."""
        step_by_key(self, event)

    def _on_paste(self, event: events.Paste) -> None:
        """Insert all that was pasted; line ends become blanks."""
        if passed_on(self, event):
            return
        event.stop()
        event.prevent_default()
        joined = " ".join(line.strip() for line in event.text.splitlines() if line.strip())
        self.replace(joined, *self.selection)
