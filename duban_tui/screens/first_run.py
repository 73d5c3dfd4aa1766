"""Where there is no office yet: make one, look at the demo, or put a backup in place."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from db.connection import OfficeError, former_of, missing
from db.home import path_of
from db.keeping import backup
from db.office import Office
from db.terms import CopyKind
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.field import Field, Stepper
from duban_tui.widgets.line_input import LineInput
from duban_tui.widgets.secret_input import SecretInput

CHOICES = (
    ("new", "新建办公库", "装入随带的重庆市单位树（12,340 个单位），从空白开始"),
    ("field", "外勤副本", "督查员自己的笔记本：带件下乡，回来交给办公室；请填办公库口令加密"),
    ("demo", "看演示", "几千件编出来的事项，各种状态都有，随便试"),
    ("restore", "从备份恢复", "用 duban backup 做的备份文件"),
)


ENCRYPTING = """\
办公库口令可以不填；填了，办公库、附件、草稿和备份都加密。下乡的笔记本应当填。
办公库口令没有存下来：忘了它，这份办公库就再也打不开。建好后可以做一份恢复文件交给配对过的机器保管\
（duban recovery make）。"""

PAIRING = "本机登记的编号以 {prefix} 开头\n下一步：F9“下乡包”，写名片、与办公室配对"

TO_NOTE_DOWN = 20.0
"""Seconds for which the prefix of a new field copy is shown."""

WITHOUT_OFFICE = ("help", "palette", "theme", "back", "quit")
"""Commands that need no office."""

FIELDS = {"new": ("passphrase", "again"), "field": ("passphrase", "again"), "restore": ("source",)}
"""What each way asks for at first."""


class FirstRunScreen(DeskScreen[None], Stepper):
    """Four ways to begin; nothing is written before one is taken."""

    BINDINGS = [Binding("escape", "choose_again", "返回")]

    DEFAULT_CSS = """
    FirstRunScreen { padding: 1 2; }
    FirstRunScreen .heading { text-style: bold; margin-bottom: 1; }
    FirstRunScreen OptionList { height: auto; border: none; margin-top: 1; }
    FirstRunScreen OptionList:focus { border: none; }
    FirstRunScreen #said { height: auto; margin-top: 1; }
    FirstRunScreen #encrypting { height: auto; margin: 1 0; }
    """

    def __init__(self) -> None:
        """An office, unless a field copy is chosen."""
        super().__init__()
        self._kind = CopyKind.OFFICE

    def compose(self) -> ComposeResult:
        """What this is, where it would lie, the choices."""
        yield Static("督办", classes="heading")
        yield Static(f"{self._why()}\n本系统不是涉密系统，不得存放国家秘密。", markup=False)
        yield OptionList(
            *(Option(f"{label}\n  {words}", id=name) for name, label, words in CHOICES), markup=False
        )
        yield Static(ENCRYPTING, id="encrypting", markup=False)
        yield Field("source", "备份文件", LineInput(placeholder="路径，回车恢复"))
        yield Field("passphrase", "办公库口令", SecretInput("不填就不加密，回车建立"))
        yield Field("again", "再输一遍", SecretInput("回车建立"))
        yield Static("", id="said", markup=False)

    def _why(self) -> str:
        """Why there is none; after a broken restore it can be had back, and that is to be known first."""
        path = path_of(self.desk.home)
        if former_of(path):
            return missing(path)
        return f"这里还没有办公库：{self.desk.home}"

    def why_not(self, command_id: str) -> str | None:
        """All else works on an office."""
        return None if command_id in WITHOUT_OFFICE else "先选一种开始的方式"

    def on_mount(self) -> None:
        """Begin at the first choice."""
        self.action_choose_again()

    def action_choose_again(self) -> None:
        """Esc: back to the choices, unless one is being carried out."""
        if not self.query_one(OptionList).disabled:
            for key in ("passphrase", "again"):  # What cannot be seen cannot be mended: it is typed again.
                self._field(key).control.typed = ""
            self._ask()
            self._say("")
            self.query_one(OptionList).focus()

    def _ask(self, *keys: str) -> None:
        """Show these fields in the place of the choices, and begin with the first; none: the choices."""
        self.query_one(OptionList).display = not keys
        self.query_one("#encrypting").display = "again" in keys
        for field in self.query(Field):
            field.display = field.key in keys
            field.remark("")
        if keys:
            self._field(keys[0]).take_focus()

    def _field(self, key: str) -> Field:
        return self.query_one(f"#field-{key}", Field)

    def _typed(self, key: str) -> str:
        """As it stands: blanks belong to a passphrase."""
        return str(self._field(key).control.typed)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Take a way."""
        if event.option_id in FIELDS:
            self._kind = CopyKind.FIELD if event.option_id == "field" else CopyKind.OFFICE
            self._ask(*FIELDS[event.option_id])
            return
        self._begin_work("正在建立，请稍候……")
        self._demo()

    def _begin_work(self, words: str) -> None:
        self._say(words)
        self.query_one(OptionList).disabled = True

    def step_from(self, control: Widget, delta: int) -> bool:
        """Enter leads on; on the last field that is needed it begins."""
        fields = [field for field in self.query(Field) if field.display]
        at = next(n for n, field in enumerate(fields) if field.control is control)
        if self.query_one(OptionList).disabled:
            return True
        if delta > 0 and self._is_enough(fields[at].key):
            (self._new if fields[0].key == "passphrase" else self._put_back)()
        elif 0 <= at + delta < len(fields):
            fields[at + delta].take_focus()
        return True

    def _is_enough(self, key: str) -> bool:
        """Whether the field on which Enter was pressed is the last that is needed."""
        return key == "again" or not (
            key == "passphrase" and self._typed(key) and self._field("again").display
        )

    def _new(self) -> None:
        passphrase = self._typed("passphrase")
        if passphrase != self._typed("again"):
            self._field("again").remark("两遍不一样，请再输一遍", wrong=True)
            return
        self._begin_work("正在建立，请稍候……")
        self._create(passphrase or None, self._kind)

    def _put_back(self) -> None:
        source = Path(self._typed("source").strip()).expanduser()
        if not self._typed("source").strip():
            return
        if backup.vault_of(source).exists() and not self._field("passphrase").display:
            self._ask("source", "passphrase")
            self._field("passphrase").take_focus()
            self._say("这份备份已加密，请输入当时的办公库口令。")
            return
        self._begin_work("正在检查备份……")
        self._restore(source, self._typed("passphrase") or None)

    @work(thread=True, group="first_run")
    def _create(self, passphrase: str | None, kind: CopyKind) -> None:
        config = self.desk.config
        try:
            with Office.create(
                self.desk.home, config.rules, config.officer.name, name=config.office.name, kind=kind,
                post=config.officer.post, passphrase=passphrase,
            ) as office:  # fmt: skip
                prefix = office.device.prefix
        except OfficeError as error:
            self._failed(str(error))
        else:
            self._begin(self.desk.home, PAIRING.format(prefix=prefix) if prefix else "")

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
    def _restore(self, source: Path, passphrase: str | None) -> None:
        try:
            backup.restore(self.desk.home, source, now=self.desk.now(), passphrase=passphrase)
        except OfficeError as error:
            self._failed(str(error))
        else:
            self._begin(self.desk.home)

    def _begin(self, home: Path, said: str = "") -> None:
        self.desk.call_from_thread(self._open_board, home, said)

    def _open_board(self, home: Path, said: str) -> None:
        self.desk.home = home
        self.desk.open_board()
        if said:
            self.desk.notify(said, timeout=TO_NOTE_DOWN, markup=False)

    def _failed(self, reason: str) -> None:
        self.desk.call_from_thread(self._say, f"! {reason}")
        self.desk.call_from_thread(setattr, self.query_one(OptionList), "disabled", False)

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(text)
