"""办理: every action of a case; those that are not allowed now stay in their place and say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from db.actions import Action
from db.lifecycle import OFFERED, why_not
from db.reads import case as reads
from db.reads.flow import brief
from duban_tui.undoing import ask, last_of

if TYPE_CHECKING:
    from duban_tui.app import DubanApp


class HandleScreen(ModalScreen[None]):
    """A menu of actions: arrows and Enter, or a click; what is allowed stands first."""

    app: DubanApp
    CSS_PATH = "../styles/dialogs.tcss"
    BINDINGS = [Binding("escape,f8", "dismiss(None)", "返回")]

    def __init__(self, case_id: int) -> None:
        """Offer the actions of a case."""
        super().__init__()
        self.case_id = case_id
        self._reasons: dict[str, str | None] = {}
        self._last = ""

    def compose(self) -> ComposeResult:
        """The case, then its actions."""
        facts = reads.facts(self.app.reader, self.case_id, self.app.now())
        assert facts is not None
        self._reasons = {
            str(action.value): self.app.seat.why_not(action) or why_not(facts, action) for action in OFFERED
        }
        self._reasons[Action.SETTLE] = None if facts.conflicts else "没有待处置的冲突"
        last = last_of(self.app, self.case_id)
        self._reasons[Action.UNDO] = last.why_not
        self._last = "" if last.step is None else f"  上一步：{brief(last.step)}"
        ordered = sorted(self._reasons, key=lambda code: self._reasons[code] is not None)
        with Vertical(classes="dialog menu"):
            yield Static(f"办理  {facts.number}  {facts.title}", classes="heading", markup=False)
            yield OptionList(*(Option(self._face(code), id=code) for code in ordered), markup=False)
            yield Static("Enter 办理  Esc 返回", classes="hint")

    def _face(self, code: str) -> Content:
        action, reason = Action(code), self._reasons[code]
        if reason is None:
            more = self._last if action is Action.UNDO else ""
            return Content.assemble(("▸ ", "bold"), (action.label, "bold"), (more, "$text-muted"))
        return Content.styled(f"✗ {action.label}  {reason}", "$text-muted")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Open the form, or say why not."""
        code = str(event.option_id)
        if reason := self._reasons[code]:
            self.notify(f"{Action(code).label}：{reason}", severity="warning", timeout=4, markup=False)
            return
        self.dismiss(None)
        if Action(code) is Action.VERIFY:
            self.app.show("note", self.case_id)
        elif Action(code) is Action.UNDO:
            ask(self.app, self.case_id)
        elif Action(code) is Action.SETTLE:
            self.app.show("conflicts", self.case_id)
        else:
            self.app.show("action", self.case_id, Action(code))
