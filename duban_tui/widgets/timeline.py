"""流程: the steps of a case, oldest first, each with its time, whose act it was and what it said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from db import instants
from db.actions import Action, label_of
from db.reads.flow import TimelineRow
from db.terms import Outcome, Via
from duban_tui.widgets.case_columns import cut

WIDE = 50
"""Cells from which a step stands in columns; below, its words go on a line of their own."""

WHO = 20
"""Most cells for the name of who acted, and no more than a fifth of the width."""

TIME = 12
"""Cells for the time, with the gap after it."""


FATES = {Outcome.APPLIED: "? 存疑", Outcome.VOID: "✗ 不适用", Outcome.UNDONE: "- 已撤销"}
"""What became of a step that was not simply taken."""


class Columns(NamedTuple):
    """Widths of the columns, gaps included."""

    action: int
    who: int


class Timeline(Widget):
    """The steps; wraps each one's words beside (or, in a narrow pane, below) its heading."""

    DEFAULT_CSS = """
    Timeline { height: auto; width: 1fr; }
    """

    def __init__(self) -> None:
        """Start empty; `show` fills it."""
        super().__init__()
        self._steps: Sequence[TimelineRow] = ()
        self._year = 0

    def show(self, steps: Sequence[TimelineRow], now: int) -> None:
        """Show steps; the year is written only where it is not this one."""
        self._steps, self._year = steps, instants.day_of(now).year
        self.refresh(layout=True)

    def render(self) -> Content:
        """All steps at the width there is."""
        return Content("\n").join(self._lines(self.size.width or 60))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the steps take."""
        return len(self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        if not self._steps:
            return [Content.styled("还没有办理记录", "$text-muted")]
        columns = Columns(
            max(cell_len(label_of(step.action)) for step in self._steps) + 1,
            max(cell_len(_who(step, width)) for step in self._steps) + 1,
        )
        return [line for step in self._steps for line in _step_lines(step, self._year, width, columns)]


def _who(step: TimelineRow, width: int) -> str:
    return cut(step.party or step.by, min(WHO, width // 5))


def _step_lines(step: TimelineRow, year: int, width: int, columns: Columns) -> list[Content]:
    time, action, who = show_at(step.at, year), label_of(step.action), _who(step, width)
    words = _words(step)
    if width >= WIDE:
        head = Content.assemble(
            (_pad(time, TIME), "$text-muted"),
            _pad(action, columns.action),
            (_pad(who, columns.who), "$text-muted"),
        )
        return _beside(head, words, width)
    head = Content.assemble((time, "$text-muted"), " ", (action, "bold"), " ", (who, "$text-muted"))
    if not words.plain:
        return [head]
    return [head, *(Content("  ") + line for line in words.fold(max(8, width - 2)))]


def _beside(head: Content, words: Content, width: int) -> list[Content]:
    indent = head.cell_length
    first, *rest = words.fold(max(8, width - indent)) or [Content("")]
    return [head + first, *(Content(" " * indent) + line for line in rest)]


def _words(step: TimelineRow) -> Content:
    way = "" if step.via == Via.DESK else f"{Via(step.via).label}；"
    words = Content((way + step.summary).rstrip("；"))
    if step.action == Action.SETTLE:
        words = Content.styled("✓ 处置 ", "$text-success") + words
    if step.why:
        words += Content.styled(f" {FATES[Outcome(step.outcome)]}：{step.why}", "$text-warning")
    for mark in step.marks:
        words += Content.styled(f" ? {mark}", "$text-warning")
    return words


def show_at(at: int | None, year: int) -> str:
    """``11-22 14:03``; another year's ``2025-11-22``; unknown says so."""
    if at is None:
        return "时间不详"
    moment = instants.local(at)
    return moment.strftime("%m-%d %H:%M" if moment.year == year else "%Y-%m-%d")


def _pad(text: str, width: int) -> str:
    return text + " " * max(1, width - cell_len(text))
