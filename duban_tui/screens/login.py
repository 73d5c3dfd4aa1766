"""谁在台前: asks for the passphrase of an encrypted office, then for officer and PIN; shows nothing else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from db import instants, officers, vault
from db.connection import OfficeError, open_reader
from db.home import path_of
from db.officers import pins
from db.officers.pins import WrongPin, told
from duban_tui.locking import ASKING, enter, stay_open
from duban_tui.widgets.choice import Choice
from duban_tui.widgets.field import Field, Stepper, Typed
from duban_tui.widgets.secret_input import SecretInput

if TYPE_CHECKING:
    from duban_tui.app import DubanApp


class LoginScreen(Screen[None], Stepper):
    """The way to the desk, at the start and after it was locked."""

    app: DubanApp
    # Not a file: Textual reads none for the very first screen.
    DEFAULT_CSS = """
    LoginScreen { align: center middle; }
    #asked-who { width: 56; max-width: 100%; height: auto; padding: 1 2; background: $surface; }
    #asked-who .heading { text-style: bold; height: auto; }
    #asked-who .hint { color: $text-muted; height: auto; }
    #asked-who Field { margin-top: 1; }
    #asked-who SecretInput { background: $panel; }
    #asked-who #said { height: auto; min-height: 2; padding: 1 0 0 0; text-style: bold; }
    """

    def __init__(self, unsaved: Sequence[str] = ()) -> None:
        """Over the hidden screens; `unsaved` is what of them could not be put on disk."""
        super().__init__()
        self._unsaved = unsaved
        self._said = Static("", id="said", markup=False)
        self._ends: dict[str, float] = {}
        """Officer → when his wait ends, by the clock that nobody sets."""
        self._checking = False

    def compose(self) -> ComposeResult:
        """Whose desk this is, and the first question."""
        kept = "；".join(self._unsaved) or "输入的都已存好"
        locked = f"已锁屏，{kept}" if self.app.begun else "请登录"
        with Vertical(id="asked-who"):
            yield Static(f"督办  {self.app.config.office.name}", classes="heading", markup=False)
            yield Static(locked, classes="hint", markup=False)
            if vault.is_sealed(self.app.home):
                yield Field("passphrase", "办公库口令", SecretInput("整个办公库的口令"), required=True)
            yield self._said
            yield Static("Enter 继续  F10 退出", classes="hint")

    async def on_mount(self) -> None:
        """Begin at the first question; at the start not at one that the command line has answered."""
        self.set_interval(1.0, self._count_down)
        given = not self.app.begun and vault.is_open(self.app.home)
        if vault.is_sealed(self.app.home) and not given:
            self.query_one(SecretInput).focus()
        else:
            await self._ask_who()

    async def _ask_who(self) -> None:
        """Those who can sign in; where there are none, the desk is open."""
        now = self.app.now()
        try:
            with closing(open_reader(path_of(self.app.home))) as connection:
                able = officers.signers(connection, instants.day_of(now))
        except OfficeError as error:
            self._say(f"! {error}")
            return
        if not able:
            self._say(enter(self.app, None) or "")
            return
        for row in able:
            self._wait(row.name, pins.remaining(row.failures, row.wait_until, now))
        names = [row.name for row in able]
        last = self.app.officer if self.app.officer in names else names[0]
        await self.query("#field-passphrase").remove()
        await self.mount_all(
            [
                Field("officer", "姓名", Choice([(name, name) for name in names], last), required=True),
                Field("pin", "登录口令", SecretInput(), required=True),
            ],
            before=self._said,
        )
        self.query_one(SecretInput).focus()
        self._count_down()

    def step_from(self, control: Widget, delta: int) -> bool:
        """Enter: on from the name, or try what was typed."""
        if isinstance(control, Choice) or delta < 0:
            if self.query(Choice):
                self.set_focus(self.query_one(SecretInput if delta > 0 else Choice))
        elif isinstance(control, SecretInput) and control.value and not self._checking:
            self._checking = True
            self._say("正在核对……")
            self._try(control.take())
        return True

    def on_typed(self, event: Typed) -> None:
        """Another officer was picked: what was said is not about him."""
        event.stop()
        self._say("")
        self._count_down()

    @property
    def _picked(self) -> str | None:
        """Who is picked; None while the passphrase is asked for."""
        return self.query_one(Choice).typed if self.query(Choice) else None

    def _try(self, secret: str) -> None:
        if (name := self._picked) is None:
            self._unlock(secret)
        else:
            self._sign_in(name, secret)

    @work(thread=True, group=ASKING)
    def _unlock(self, passphrase: str) -> None:
        try:
            vault.unlock(self.app.home, passphrase)
        except OfficeError as error:
            self.app.call_from_thread(self._refuse, f"! {error}")
        else:
            self.app.call_from_thread(self._unlocked)

    def _unlocked(self) -> None:
        stay_open(self.app)
        self._refuse("")
        self.call_later(self._ask_who)

    @work(thread=True, group=ASKING)
    def _sign_in(self, name: str, pin: str) -> None:
        try:
            pins.sign_in(path_of(self.app.home), name, pin, self.app.now())
        except OfficeError as error:
            self.app.call_from_thread(self._wrong, name, error)
        else:
            self.app.call_from_thread(self._right, name)

    def _wrong(self, name: str, error: OfficeError) -> None:
        if isinstance(error, WrongPin):
            self._wait(name, error.wait)
        self._refuse(f"! {error}")
        self._count_down()

    def _right(self, name: str) -> None:
        why = enter(self.app, name)
        self._refuse(f"! {why}" if why else "")

    def _refuse(self, text: str) -> None:
        self._checking = False
        self._say(text)

    def _wait(self, name: str, seconds: int) -> None:
        if seconds:
            self._ends[name] = time.monotonic() + seconds

    def _count_down(self) -> None:
        """Once a second: how long the picked officer has still to wait."""
        name = self._picked
        if self._checking or name not in self._ends:
            return
        left = self._ends[name] - time.monotonic()
        if left <= 0:
            del self._ends[name]
        self._say(f"! 登录口令输错太多次，请等 {told(int(left) + 1)}再试" if left > 0 else "可以再试了")

    def _say(self, text: str) -> None:
        if self.is_attached:
            self._said.update(text)
