"""逐日说明: why a case is due when it is, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from db.office import Calendars
from db.reads import case as reads
from duban_tui.widgets.due_trace import DueTable

if TYPE_CHECKING:
    from duban_tui.app import DubanApp


class TraceScreen(ModalScreen[None]):
    """The trace of one case."""

    app: DubanApp
    CSS_PATH = "../styles/dialogs.tcss"
    BINDINGS = [Binding("escape,f7,enter", "dismiss(None)", "返回")]

    def __init__(self, case_id: int) -> None:
        """Explain the due date of a case."""
        super().__init__()
        self.case_id = case_id

    def compose(self) -> ComposeResult:
        """Heading, sentences and days."""
        reader, now = self.app.reader, self.app.now()
        facts = reads.facts(reader, self.case_id, now)
        trace = reads.trace(reader, self.case_id, Calendars(reader), now)
        with Vertical(classes="dialog wide"):
            yield Static(f"逐日说明  {facts.number if facts else ''}", classes="heading", markup=False)
            with VerticalScroll():
                yield Static("本件还没有交办，没有期限") if trace is None else DueTable(trace, now)
            yield Static("↑↓ 翻看  Esc 返回", classes="hint")
