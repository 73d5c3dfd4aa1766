"""Where there is no office yet: make one, look at the demo, or put a backup in place."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from db import backup
from db.connection import OfficeError, former_of, missing, path_of
from db.office import Office
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.field import Field, Stepper
from duban_tui.widgets.line_input import LineInput

CHOICES = (
    ("new", "新建办公库", "装入随带的重庆市单位树（12,340 个单位），从空白开始"),
    ("demo", "看演示", "几千件编出来的事项，各种状态都有，随便试"),
    ("restore", "从备份恢复", "用 duban backup 做的备份文件"),
)


class FirstRunScreen(DeskScreen[None], Stepper):
    """Three ways to begin; nothing is written before one is taken."""

    DEFAULT_CSS = """
    FirstRunScreen { padding: 1 2; }
    FirstRunScreen .heading { text-style: bold; margin-bottom: 1; }
    FirstRunScreen OptionList { height: auto; border: none; margin-top: 1; }
    FirstRunScreen OptionList:focus { border: none; }
    FirstRunScreen #said { height: auto; margin-top: 1; }
    """

    def compose(self) -> ComposeResult:
        """What this is, where it would lie, the choices."""
        yield Static("督办", classes="heading")
        yield Static(f"{self._why()}\n本系统不是涉密系统，不得存放国家秘密。", markup=False)
        yield OptionList(
            *(Option(f"{label}\n  {words}", id=name) for name, label, words in CHOICES), markup=False
        )
        yield Field("source", "备份文件", LineInput(placeholder="路径，回车恢复"))
        yield Static("", id="said", markup=False)

    def _why(self) -> str:
        """Why there is none; after a broken restore it can be had back, and that is to be known first."""
        path = path_of(self.desk.home)
        if former_of(path):
            return missing(path)
        return f"这里还没有办公库：{self.desk.home}"

    def on_mount(self) -> None:
        """Begin at the first choice."""
        self.query_one(Field).display = False
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Take a way."""
        if event.option_id == "restore":
            self.query_one(Field).display = True
            self.query_one(LineInput).focus()
            return
        self._say("正在建立，请稍候……")
        self.query_one(OptionList).disabled = True
        if event.option_id == "new":
            self._create()
        else:
            self._demo()

    def step_from(self, control: Widget, delta: int) -> bool:
        """Enter on the path: restore it."""
        source = str(self.query_one(LineInput).entered() or "")
        if delta > 0 and source:
            self._say("正在检查备份……")
            self._restore(Path(source).expanduser())
        return True

    @work(thread=True, group="first_run")
    def _create(self) -> None:
        config = self.desk.config
        try:
            Office.create(
                self.desk.home, config.rules, config.officer.name,
                name=config.office.name, post=config.officer.post,
            ).close()  # fmt: skip
        except OfficeError as error:
            self._failed(str(error))
        else:
            self._begin(self.desk.home)

    @work(thread=True, group="first_run")
    def _demo(self) -> None:
        from duban_tui.cli import demo

        home = self.desk.home / demo.FOLDER
        try:
            demo.build(home, self.desk.config.rules, progress=self._tell_progress)
        except (OfficeError, ValueError) as error:
            self._failed(str(error))
        else:
            self._begin(home)

    def _tell_progress(self, done: int, total: int) -> None:
        self.desk.call_from_thread(self._say, f"正在生成演示 {done:,} / {total:,} 件")

    @work(thread=True, group="first_run")
    def _restore(self, source: Path) -> None:
        try:
            backup.restore(self.desk.home, source, now=self.desk.now())
        except OfficeError as error:
            self._failed(str(error))
        else:
            self._begin(self.desk.home)

    def _begin(self, home: Path) -> None:
        self.desk.call_from_thread(self._open_board, home)

    def _open_board(self, home: Path) -> None:
        self.desk.home = home
        self.desk.open_board()

    def _failed(self, reason: str) -> None:
        self.desk.call_from_thread(self._say, f"! {reason}")
        self.desk.call_from_thread(setattr, self.query_one(OptionList), "disabled", False)

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(text)
