"""One question with a line for its answer: a reason, a path."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from duban_tui.widgets.field import Field, Stepper
from duban_tui.widgets.line_input import LineInput


class AskScreen(ModalScreen[str | None], Stepper):
    """Asks; the answer is the result, ``None`` where there is none."""

    CSS_PATH = "../styles/dialogs.tcss"
    BINDINGS = [Binding("escape", "dismiss(None)", "返回"), Binding("f2", "answer", "确定")]

    def __init__(self, heading: str, hint: str, label: str, answer: str = "") -> None:
        """Ask for `label`.

        Args:
            heading: what it is about.
            hint: what will happen.
            label: of the line.
            answer: what stands in it first.
        """
        super().__init__()
        self._heading, self._hint = heading, hint
        self._field = Field("answer", label, LineInput(answer), required=True)

    def compose(self) -> ComposeResult:
        """Heading, hint, line."""
        with Vertical(classes="dialog wide-ask"):
            yield Static(self._heading, classes="heading", markup=False)
            yield Static(self._hint, classes="said", markup=False)
            yield self._field
            yield Static("F2 确定  Esc 返回", classes="hint")

    def on_mount(self) -> None:
        """Begin in the line."""
        self._field.take_focus()

    def step_from(self, control: Widget, delta: int) -> bool:
        """Enter means the same as F2."""
        if delta > 0:
            self.action_answer()
        return True

    def action_answer(self) -> None:
        """Give the answer, if there is one."""
        try:
            self.dismiss(str(self._field.entered()))
        except ValueError as error:
            self._field.remark(str(error), wrong=True)
