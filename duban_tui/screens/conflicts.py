"""冲突: what two machines recorded and cannot both stand, with both sides; Enter settles it.

Below them what the office should know about steps that came from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from db.connection import OfficeError
from db.reads import conflicts
from db.reads.conflicts import ConflictRow, MarkRow
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.messages import CaseChanged, OfficeChanged
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.conflict_sides import ConflictSides


class ConflictsScreen(DeskScreen[None]):
    """The open conflicts of the office, newest first."""

    CSS_PATH = "../styles/form.tcss"
    PLACES = (Place.CONFLICTS,)
    BINDINGS = commands.bindings(*PLACES)

    def __init__(self, case_id: int | None = None) -> None:
        """List them; begin at those of a case, if one is named."""
        super().__init__()
        self._begin_at = case_id
        self._rows: list[ConflictRow | MarkRow] = []
        self.said = Static("", id="said", markup=False)
        self.sides = ConflictSides()

    def compose(self) -> ComposeResult:
        """Heading, list, both sides of the one under the cursor."""
        yield Static("冲突", classes="heading", markup=False)
        yield OptionList(markup=False)
        with VerticalScroll(id="sides"):
            yield self.said
            yield self.sides

    def on_screen_resume(self) -> None:
        """Read again: one may have been settled meanwhile."""
        self.read()

    @on(CaseChanged)
    @on(OfficeChanged)
    def read(self) -> None:
        """Fill the list; the cursor stays where it was."""
        heading, menu = self.query_one(".heading", Static), self.query_one(OptionList)
        try:
            found, marks = conflicts.open_ones(self.desk.reader), conflicts.marks(self.desk.reader)
        except OfficeError as error:
            heading.update(str(error))
            return
        at, self._rows = menu.highlighted, [*found, *marks]
        heading.update(f"冲突  {len(found)} 个待处置" if found else "冲突  没有待处置的")
        menu.set_options(_options(found, marks))
        if self._rows:
            menu.highlighted = self._first() if at is None else min(at, len(self._rows) - 1)
        menu.focus()
        self._show()

    def _first(self) -> int:
        cases = [row.case_id for row in self._rows]
        return cases.index(self._begin_at) if self._begin_at in cases else 0

    @property
    def _row(self) -> ConflictRow | MarkRow | None:
        at = self.query_one(OptionList).highlighted
        return None if at is None or at >= len(self._rows) else self._rows[at]

    @property
    def current_case(self) -> int | None:
        """The case of what is under the cursor."""
        return None if self._row is None else self._row.case_id

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        row = self._row
        self.said.update("" if row is None else _whole(row))
        self.sides.show(row if isinstance(row, ConflictRow) else None, self.desk.now())

    def why_not(self, command_id: str) -> str | None:
        """A mark is only to be known."""
        if command_id == "settle" and not isinstance(self._row, ConflictRow):
            return "这里没有冲突要处置" if self._row is None else "这一条只是提请留意，不用处置"
        return "清单是空的" if command_id == "open_case" and self._row is None else None

    @on(OptionList.OptionSelected)
    async def choose(self) -> None:
        """Enter: the form that settles it; of a mark, the case."""
        await self.desk.action_command("settle" if isinstance(self._row, ConflictRow) else "open_case")

    def action_settle(self) -> None:
        """F2: the form that settles it."""
        self.desk.show("settle", self._row)

    def action_open_case(self) -> None:
        """F5: the case."""
        if self._row is not None:
            self.desk.open_case(self._row.case_id)


def _whole(row: ConflictRow | MarkRow) -> Content:
    """What the line of the list may be too short for."""
    said = row.says if isinstance(row, ConflictRow) else f"{row.said}\n{row.machine}  {row.step}"
    return Content.assemble((f"{row.number}  {row.title}", "bold"), f"\n{said}")


def _options(found: list[ConflictRow], marks: list[MarkRow]) -> Iterator[Option]:
    for row in found:
        yield Option(_line("⚑ ", row.number, row.says, row.title))
    for mark in marks:
        said = f"{mark.said}  {mark.step}  {mark.machine}"
        yield Option(_line("? 留意 ", mark.number, said, mark.title))


def _line(glyph: str, number: str, said: str, title: str) -> Content:
    return Content.assemble(
        (glyph, "$text-warning"), (number, "bold"), "  ", said, (f"  {title}", "$text-muted")
    )
