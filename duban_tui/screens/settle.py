"""冲突处置: both sides, which value holds where there are two, and the opinion that stays in the flow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult

from db.actions import Action
from db.reads.conflicts import ConflictRow
from duban_tui.screens.form import FormScreen
from duban_tui.undoing import say_saved
from duban_tui.widgets.choice import Choice
from duban_tui.widgets.conflict_sides import ConflictSides
from duban_tui.widgets.field import Field
from duban_tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from db.journal import Recorded

WIDEST = 44
"""Cells of a value in the choice of what is kept: it fits the narrowest terminal."""


def _cut(words: str) -> str:
    return words if cell_len(words) <= WIDEST else set_cell_size(words, WIDEST - 2) + "…"


class SettleScreen(FormScreen):
    """Settles one conflict."""

    def __init__(self, conflict: ConflictRow) -> None:
        """Settle `conflict`."""
        super().__init__(conflict.case_id)
        self._conflict = conflict
        self.sides = ConflictSides()

    def heading(self) -> str:
        """The case and what contradicts what."""
        row = self._conflict
        return f"冲突处置  {row.number}  {row.says}"

    def compose(self) -> ComposeResult:
        """Both sides above the form."""
        form = iter(super().compose())
        yield next(form)
        yield self.sides
        yield from form

    def fields(self) -> Iterator[Field]:
        """What is kept, where there are two values; the opinion."""
        if self._conflict.keeps:
            offered = [(one.event_id, _cut(f"{one.words}  {one.machine}")) for one in self._conflict.keeps]
            yield Field("keep", "以此为准", Choice(offered), required=True)
        yield Field(
            "opinion", "处置意见", LineInput(placeholder="如：以外勤核查为准，退回重办"), required=True
        )

    def on_mount(self) -> None:
        """Show both sides."""
        self.sides.show(self._conflict, self.desk.now())

    def submit(self, entered: dict[str, Any]) -> Recorded | None:
        """Write the settlement."""
        from db.journal import Act, record

        act = Act(Action.SETTLE, {"events": list(self._conflict.events), **entered})
        return self.write(lambda office: record(office, self._conflict.case_id, act))

    def done(self, recorded: Recorded) -> None:
        """Say that it stands."""
        say_saved(self.desk, f"冲突已处置  {recorded.number}", recorded.case_id)
        super().done(recorded)
