"""人员: who acts at this desk; somebody comes, gets a PIN or another post, leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from db import instants, officers
from db.connection import OfficeError
from db.officers import OfficerRow
from db.officers.pins import SHORTEST
from db.posts import POSTS
from db.terms import Post
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.messages import OfficeChanged
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.choice import Choice
from duban_tui.widgets.field import Field, Typed
from duban_tui.widgets.form import Form
from duban_tui.widgets.line_input import LineInput
from duban_tui.widgets.secret_input import SecretInput
from duban_tui.widgets.time_input import DayInput

TASKS = (
    ("pin", "设登录口令"),
    ("clear", "清除登录口令"),
    ("post", "改岗位"),
    ("add", "加入"),
    ("end", "离岗"),
)
"""What can be done; all but 加入 mean the officer under the cursor."""

FIELDS_OF = {
    "pin": ("pin", "again"),
    "clear": (),
    "post": ("post",),
    "add": ("name", "post", "pin", "again"),
    "end": ("on",),
}
"""The fields each task asks for."""


class OfficersScreen(DeskScreen[None]):
    """The list at the top; below it what is done with the officer under the cursor."""

    CSS_PATH = "../styles/form.tcss"
    PLACES = (Place.FORM,)
    BINDINGS = [*commands.bindings(Place.FORM)]

    def __init__(self) -> None:
        """Start with nobody; the list is read when the screen is shown."""
        super().__init__()
        self.form = Form()
        self.menu = OptionList(markup=False)
        self._rows: list[OfficerRow] = []
        self._said = Static("", id="said", markup=False)

    def compose(self) -> ComposeResult:
        """The list, what to do, what came of it."""
        yield Static("人员", classes="heading", markup=False)
        yield self.menu
        with self.form:
            yield from self._fields()
        with VerticalScroll(id="report"):
            yield self._said

    def _fields(self) -> Iterator[Field]:
        yield Field("task", "做什么", Choice(TASKS, "pin"), required=True)
        yield Field("name", "姓名", LineInput(placeholder="新来的人"))
        yield Field("post", "岗位", Choice([(post.value, post.label) for post in POSTS], Post.DUTY.value))
        yield Field("pin", "登录口令", SecretInput(f"至少 {SHORTEST} 位，字母、数字、汉字都行"))
        yield Field("again", "再输一次", SecretInput())
        yield Field("on", "从哪天起", DayInput(clock=self.desk.now))

    def on_mount(self) -> None:
        """Who there is, and what follows from it."""
        self._show_fields()
        with suppress(OfficeError):  # What cannot be written can still be read.
            self.desk.office()  # Whoever never wrote is put on the list by that.
        self.read()
        names = [row.name for row in self._rows]
        self.menu.highlighted = names.index(self.desk.officer) if self.desk.officer in names else 0
        self.menu.focus()
        self._say(*self._asked())

    @property
    def _today(self) -> dt.date:
        return instants.day_of(self.desk.now())

    @on(OfficeChanged)
    def read(self) -> None:
        """Fill the list; the cursor stays."""
        place = self.menu.highlighted or 0
        self._rows = officers.roster(self.desk.reader)
        self.menu.set_options(Option(_line(row, self._today)) for row in self._rows)
        self.menu.highlighted = min(place, len(self._rows) - 1) if self._rows else None

    @on(OptionList.OptionSelected)
    def go_on(self) -> None:
        """Enter on an officer: to what is done with him."""
        self.form.field("task").take_focus()

    def on_typed(self, event: Typed) -> None:
        """Another task asks for other fields."""
        event.stop()
        self._show_fields()

    def _show_fields(self) -> None:
        wanted = ("task", *FIELDS_OF.get(self.form.understood("task"), ()))
        for field in self.form.query(Field):
            field.display = field.key in wanted

    def on_form_ended(self, _event: Form.Ended) -> None:
        """Enter on the last field means the same as F2."""
        self.action_submit()

    def action_submit(self) -> None:
        """F2: do it, or say why not."""
        entered = self.form.entered()
        if entered is None:
            return
        try:
            said = self._do(entered.pop("task"), entered)
        except (OfficeError, ValueError) as error:
            self._say(f"! {error}")
            return
        finally:
            for key in ("pin", "again"):  # What cannot be seen cannot be mended: it is typed again.
                self.form.field(key).control.take()
        self.read()
        self.desk.tell_changed()
        self._say(f"✓ {said}", *self._asked())

    def _asked(self) -> list[str]:
        return officers.asked(self.desk.reader, self._today)

    def _say(self, *lines: str) -> None:
        self._said.update("\n".join(lines))

    def _do(self, task: str, entered: dict[str, Any]) -> str:
        office = self.desk.office()
        pin = entered.get("pin")
        if pin != entered.get("again"):
            raise ValueError("两次输入的登录口令不一样，请重新输入")
        if task == "add":
            name = entered["name"] or ""
            officers.add(office, name, Post(entered["post"] or Post.DUTY.value), pin)
            return f"{name} 已加入"
        name = self._picked().name
        if task == "pin":
            officers.set_pin(office, name, pin or "")
            return f"{name} 已设登录口令"
        if task == "clear":
            officers.set_pin(office, name, None)
            return f"{name} 的登录口令已清除"
        if task == "post":
            officers.set_post(office, name, Post(entered["post"] or Post.DUTY.value))
            return f"{name} 的岗位已改"
        officers.end(office, name, dt.date.fromisoformat(entered["on"]) if entered["on"] else None)
        return f"{name} 已离岗，办过的事项和记录不变"

    def _picked(self) -> OfficerRow:
        if self.menu.highlighted is None:
            raise ValueError("先在上面选一个人")
        return self._rows[self.menu.highlighted]

    def action_back(self) -> None:
        """Esc: back, unless there is nothing below that this officer may see."""
        if self.desk.seat.may("cases"):
            super().action_back()
        else:
            self.notify("系统管理员看不到事项：F9 单位管理，Ctrl+L 锁屏，F10 退出", timeout=6)


def _line(row: OfficerRow, today: dt.date) -> str:
    said = [row.name, Post(row.post).label, "有登录口令" if row.has_pin else "无登录口令"]
    if not row.works_on(today):
        said.append(f"{row.left_on} 起离岗")
    return "  ".join(said)
