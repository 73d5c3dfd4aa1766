"""A line whose characters are not shown: a PIN, a passphrase. Nothing of it is kept for undo."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from rich.text import Text

from duban_tui.widgets.line_input import LineInput


class SecretInput(LineInput):
    """Stars in place of what was typed; Textual's dots take two cells in some terminals."""

    def __init__(self, placeholder: str = "") -> None:
        """Start blank."""
        super().__init__(placeholder=placeholder, password=True)

    @property
    def _value(self) -> Text:
        # As many stars as the characters take cells: the cursor stands behind the last one.
        return Text("*" * cell_len(self.value), no_wrap=True, overflow="ignore", end="")

    def watch_value(self, before: str, after: str) -> None:
        """Keep nothing."""

    def entered(self) -> Any:
        """All that was typed, blanks at the ends too; ``None`` when there is nothing."""
        return self.value or None

    def take(self) -> str:
        """What was typed; nothing of it stays."""
        taken = self.value
        self.value = ""
        return taken
