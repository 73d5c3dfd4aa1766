"""显示反映人: a reason first, a line in access_log, then the identity, for as long as it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from db import submitters
from db.connection import OfficeError, transaction
from db.posts import Power
from duban_tui.widgets.field import Field, Stepper
from duban_tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from duban_tui.app import DubanApp

LABELS = {"name": "姓名", "phone": "电话", "id_number": "证件号", "address": "住址"}
"""What may be known of a 反映人."""


class RevealScreen(ModalScreen[None], Stepper):
    """Asks why, then shows who."""

    app: DubanApp
    CSS_PATH = "../styles/dialogs.tcss"
    BINDINGS = [Binding("escape", "dismiss(None)", "返回"), Binding("f2", "reveal", "显示")]

    def __init__(self, case_id: int) -> None:
        """Show the 反映人 of a case."""
        super().__init__()
        self.case_id = case_id

    def compose(self) -> ComposeResult:
        """The question and its answer."""
        with Vertical(classes="dialog"):
            yield Static("显示反映人", classes="heading")
            yield Static("看了谁、何时、为何，都会记入查看记录。", classes="hint")
            yield Field("reason", "理由", LineInput(placeholder="如：联系当事人核实"), required=True)
            yield Static("", id="identity", markup=False)
            yield Static("F2 显示  Esc 返回", classes="hint")

    def on_mount(self) -> None:
        """Begin with the reason."""
        self.set_focus(self.query_one(LineInput))

    def step_from(self, control: Widget, delta: int) -> bool:
        """Enter means the same as F2."""
        if delta > 0:
            self.action_reveal()
        return True

    def action_reveal(self) -> None:
        """Write the log line, then show."""
        field = self.query_one(Field)
        try:
            reason = str(field.entered())
            office = self.app.office()
            office.require(Power.PHONE)
            with transaction(office.writer) as connection:
                who = submitters.reveal(
                    connection, self.case_id, officer=office.officer, reason=reason, now=self.app.now()
                )
        except (OfficeError, ValueError) as error:
            field.remark(str(error), wrong=True)
            return
        field.remark("已记入查看记录")
        seen = LABELS if self.app.seat.may(Power.IDENTITY) else ("phone",)
        shown = "\n".join(f"{LABELS.get(key, key)}  {value}" for key, value in who.items() if key in seen)
        self.query_one("#identity", Static).update(shown)
