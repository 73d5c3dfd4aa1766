"""Both sides of a conflict: who, on which machine, when, what, and what was not known; side by side."""

from __future__ import annotations

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from db import instants
from db.actions import label_of
from db.reads.conflicts import ConflictRow, Side
from db.terms import Outcome
from duban_tui.widgets.timeline import show_at

COLUMNS = 3
"""Machines that are shown beside one another; the steps of each stand below one another."""


class ConflictSides(Horizontal):
    """A column for each machine; below one another where the terminal is narrow (`styles/form.tcss`)."""

    DEFAULT_CSS = """
    ConflictSides { height: auto; }
    ConflictSides > Static { width: 1fr; height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        """Start empty; `show` fills it."""
        self.columns = [Static("", markup=False) for _ in range(COLUMNS)]
        super().__init__(*self.columns)

    def show(self, row: ConflictRow | None, now: int) -> None:
        """Show the sides of a conflict, or nothing."""
        year = instants.day_of(now).year
        sides: dict[str, list[Side]] = {}
        for side in () if row is None else row.sides:
            sides.setdefault(side.machine, []).append(side)
        said = [_machine(machine, steps, year) for machine, steps in sides.items()]
        for column, content in zip(self.columns, [*said, *[Content("")] * COLUMNS], strict=False):
            column.update(content)
            column.display = bool(content)


def _machine(machine: str, sides: list[Side], year: int) -> Content:
    """What one machine recorded, and what it had not seen when it recorded the last of it."""
    lines = [Content.styled(f"▸ {machine}", "bold"), *(line for side in sides for line in _step(side, year))]
    return Content("\n").join([*lines, Content.styled(sides[-1].unseen, "$text-muted")])


def _step(side: Side, year: int) -> list[Content]:
    step = side.step
    who = step.party or step.by
    lines = [Content(f"{show_at(step.at, year)}  {label_of(step.action)}  {who}"), Content(step.summary)]
    if step.outcome == Outcome.VOID:
        lines.append(Content.styled(f"✗ 不适用：{step.why}", "$text-warning"))
    return [line for line in lines if line]
