"""The footer: the commands that hold here, the weightiest first when there is little room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from duban_tui.commands import Command, Place
from duban_tui.widgets.fitting import GAP, Line, Piece, Pressed

if TYPE_CHECKING:
    from duban_tui.screens.base import DeskScreen


class CommandBar(Line):
    """One line at the bottom; a command not allowed now is dimmed and, when pressed, says why."""

    DEFAULT_CSS = """
    CommandBar { dock: bottom; background: $panel; color: $foreground; }
    """

    def pieces(self, width: int) -> Sequence[Piece]:
        """Fill the line by weight; function keys stand in their order."""
        screen: DeskScreen[object] = self.screen  # type: ignore[assignment]
        app = screen.desk
        places = (*screen.PLACES, Place.EVERYWHERE, Place.CASE)
        offered = [
            each for each in app.commands.values() if each.footer and each.place in places and each.keys
        ]
        chosen: dict[str, Piece] = {}
        left = width + GAP
        for command in sorted(offered, key=lambda each: each.footer):
            piece = self._piece(command)
            cells = cell_len(piece.text) + GAP
            if cells <= left:
                left -= cells
                chosen[command.id] = piece
        return [chosen[command.id] for command in sorted(offered, key=_key_order) if command.id in chosen]

    def _piece(self, command: Command) -> Piece:
        screen: DeskScreen[object] = self.screen  # type: ignore[assignment]
        allowed = screen.desk.why_not(command) is None
        return Piece(command.id, f"{command.shown_key} {command.label}", "" if allowed else "$text-disabled")

    async def on_pressed(self, event: Pressed) -> None:
        """Run it as if its key had been pressed."""
        event.stop()
        screen: DeskScreen[object] = self.screen  # type: ignore[assignment]
        await screen.desk.action_command(event.name)


def _key_order(command: Command) -> int:
    """F1, F2 … F10, then the others as they are defined."""
    function_key = re.fullmatch(r"f(\d+)", command.keys[0])
    return int(function_key[1]) if function_key else 99
