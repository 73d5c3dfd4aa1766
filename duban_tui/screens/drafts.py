"""草稿: what was begun and not submitted; Enter goes on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from db import drafts, instants
from db.actions import Action
from db.connection import OfficeError
from db.drafts import Draft
from db.home import path_of
from duban_tui.screens.base import DeskScreen

if TYPE_CHECKING:
    from duban_tui.screens.form import FormScreen

FORMS = {"note": "核查记录", "intake": "登记", "action": "办理"}
"""What the forms are called."""

HINT = "Enter 接着写  Delete 丢弃  Esc 返回"
"""What can be done with one."""


class DraftsScreen(DeskScreen[None]):
    """The drafts of this machine, newest first."""

    CSS_PATH = "../styles/form.tcss"
    BINDINGS = [Binding("delete", "throw_out", "丢弃", show=True)]

    def __init__(self) -> None:
        """Start empty; the list is read when the screen is shown."""
        super().__init__()
        self._rows: list[Draft] = []
        self._doomed: str | None = None

    def compose(self) -> ComposeResult:
        """Heading and list."""
        yield Static("草稿", classes="heading", markup=False)
        yield OptionList(markup=False)
        yield Static(HINT, classes="hint", markup=False)

    def on_screen_resume(self) -> None:
        """Read again: a draft may have been submitted meanwhile."""
        self.read()

    def read(self) -> None:
        """Fill the list."""
        self._rows = drafts.unfinished(self.desk.reader, officer=self.desk.signed_in)
        menu = self.query_one(OptionList)
        menu.set_options(Option(_line(row), id=row.id) for row in self._rows)
        count = f"草稿  {len(self._rows)} 份" if self._rows else "草稿  没有未提交的"
        self.query_one(".heading", Static).update(count)
        self.query_one(".hint", Static).update(HINT if self._rows else "Esc 返回")
        if self._rows:
            menu.highlighted = 0
            menu.focus()

    @on(OptionList.OptionSelected)
    def resume(self, event: OptionList.OptionSelected) -> None:
        """Go on with a draft."""
        self.app.push_screen(screen_of(self._rows[event.option_index]))

    def action_throw_out(self) -> None:
        """Delete asks once, by a second press."""
        place = self.query_one(OptionList).highlighted
        if place is None:
            return
        row = self._rows[place]
        if self._doomed != row.id:
            self._doomed = row.id
            self.notify(f"丢弃“{row.title}”？再按一次 Delete", severity="warning", markup=False)
            return
        try:
            drafts.discard(path_of(self.desk.home), row.id)
        except OfficeError as error:
            self.notify(str(error), severity="error", markup=False)
        self.read()


def _line(row: Draft) -> str:
    saved = instants.local(row.saved_at).strftime("%m-%d %H:%M")
    return f"{saved}  {FORMS.get(row.form, row.form)}  {row.title}"


def screen_of(row: Draft) -> FormScreen:
    """The form that a draft belongs to, filled in."""
    from duban_tui.screens.action import ActionScreen
    from duban_tui.screens.intake import IntakeScreen
    from duban_tui.screens.note import NoteScreen

    if row.form == "intake" or row.case_id is None:
        return IntakeScreen(row)
    if row.form == "action":
        return ActionScreen(row.case_id, Action(row.data["action"]), row)
    return NoteScreen(row.case_id, row)
