"""A form that loses nothing: saved while typing, submitted with F2, kept as a draft on Esc."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from db import instants
from db.connection import OfficeError
from db.drafts import Draft
from db.home import path_of
from db.ids import uuid7
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.draft_keeper import DraftKeeper, save_failed
from duban_tui.messages import CaseChanged
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.field import Field, Typed
from duban_tui.widgets.form import Form
from duban_tui.widgets.missing import MissingList

if TYPE_CHECKING:
    from db.journal import Recorded
    from db.office import Office

RETRY_AFTER = 2.0
"""Seconds from a save that failed to the next try: there may be room again."""

SAVE_AFTER = 0.4
"""Seconds from a key press to the save: typing on does not put it off."""

_NAMED = re.compile(r"（(\w+)）")
"""The door names the field it refuses: ``交办缺“主办单位”（lead）``."""


class FormScreen(DeskScreen[int | None]):
    """Subclasses give `form_name`, `fields()`, `heading()` and `submit()`; the result is the case id."""

    CSS_PATH = "../styles/form.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = (Place.FORM,)
    BINDINGS = [*commands.bindings(Place.FORM)]
    form_name: ClassVar[str] = ""
    """As the `draft` table has it; empty = this form keeps no drafts."""

    lists_missing: ClassVar[bool] = False
    """Whether what is still missing is listed."""

    def __init__(self, case_id: int | None, draft: Draft | None = None) -> None:
        """Open the form on a case (or a new one), blank or from a draft."""
        super().__init__()
        self.case_id = case_id
        self.form = Form()
        self.missing = MissingList()
        self._refusal = Static("", id="refusal", markup=False)
        self._foot = Static("", id="draft", markup=False)
        self._draft = draft
        self._blank: dict[str, Any] = {}
        self._version = 0
        self._saved = 0
        self._stored = False
        self._failing = False
        """The last save failed; the foot says so until one succeeds."""
        self._asked_about: list[str] = []
        self._given_up = -1
        """The version that the officer was told cannot be saved."""
        self._finished = False
        """Submitted or thrown out: no draft is written any more."""

    # -- what a subclass gives ----------------------------------------------------------------------

    def fields(self) -> Iterable[Field]:
        """The fields, in the order in which they are filled in."""
        raise NotImplementedError

    def heading(self) -> str:
        """The first line."""
        raise NotImplementedError

    def draft_title(self) -> str:
        """What the list of drafts says."""
        return self.heading()

    def draft_data(self) -> dict[str, Any]:
        """What a draft keeps."""
        return self.form.typed()

    def wanted(self) -> list[str]:
        """Labels of what is still missing and would be good to have."""
        return []

    def wished(self) -> list[str]:
        """Labels of what would be welcome as well; nobody is asked about it."""
        return []

    def doubts(self, entered: dict[str, Any]) -> list[str]:
        """What looks mistyped, in Chinese; it is asked about once, never refused."""
        return []

    def submit(self, entered: dict[str, Any]) -> Recorded | None:
        """Write what was entered with `write`; ``None`` when it was refused."""
        raise NotImplementedError

    def understand(self) -> None:
        """Something was typed: say what follows from it (a due date, similar cases)."""

    # -- the screen ---------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Heading, form and what is missing, the line of refusals, the foot."""
        yield Static(self.heading(), classes="heading", markup=False)
        with Horizontal(id="paper"):
            with self.form:
                yield from self.fields()
            if self.lists_missing:
                yield self.missing
        yield self._refusal
        yield self._foot

    def on_mount(self) -> None:
        """Fill in the draft, and begin at the first field."""
        self.desk.warm_up()
        self._blank = self.form.typed()
        self.keeper = DraftKeeper(path_of(self.desk.home), self._draft.id if self._draft else uuid7())
        self._officer = self.desk.signed_in or ""
        self._started = self._draft.started_at if self._draft else self.desk.now()
        if self._draft is not None:
            self._stored = True
            self.form.fill(self._draft.data)
            self._say_saved(self._draft.saved_at)
        else:
            self._say_draft("草稿 还没有写" if self.form_name else "")
        self._known = self.form.typed()
        if self.lists_missing:
            self.missing.show(self.wanted(), self.wished())
        self.form.focus_first()
        self.understand()

    @property
    def current_case(self) -> int | None:
        """The case the form is about."""
        return self.case_id

    @on(Typed)
    def keep(self, event: Typed) -> None:
        """Note that there is something to save, and what is still missing."""
        event.stop()
        typed = self.form.typed()
        if typed == self._known:
            return
        self._known = typed
        self._version += 1
        if self.lists_missing:
            self.missing.show(self.wanted(), self.wished())
        self.refuse("")
        self.understand()
        if self.form_name:
            if not self._failing:
                self._say_draft("草稿 正在写，停笔即存")
            if self._version == self._saved + 1:
                self.set_timer(SAVE_AFTER, self._save_soon)

    @work(group="draft")
    async def _save_soon(self) -> None:
        """Save off the event loop: a slow disk must not hold up typing."""
        while self._saved < self._version and not self._finished:
            version, draft = self._version, self._as_draft()
            try:
                await asyncio.to_thread(self.keeper.save, draft, version)
            except OfficeError as error:
                if not self._finished:
                    self._failing = True
                    self._say_draft(save_failed(error))
                    await asyncio.sleep(RETRY_AFTER)
                continue
            self._stored, self._failing = True, False
            self._saved = version
            if version == self._version:
                self._say_saved(draft.saved_at)

    def save_now(self) -> str | None:
        """Save what is not saved yet. Returns why that was not possible."""
        if not self.form_name or self._version == 0 or self._finished:
            return None
        try:
            self.keeper.save(self._as_draft(), self._version)
        except OfficeError as error:
            return str(error)
        self._saved, self._stored, self._failing = self._version, True, False
        return None

    def _as_draft(self) -> Draft:
        return Draft(
            self.keeper.draft_id, self.form_name, self.case_id, self.draft_title(), self.draft_data(),
            self._started, self.desk.now(), self._officer,
        )  # fmt: skip

    def _say_saved(self, at: int) -> None:
        self._say_draft(f"草稿 已存 {instants.local(at).strftime('%H:%M:%S')}")

    def _say_draft(self, text: str) -> None:
        self._foot.update(text)
        self._foot.set_class(self._failing, "-failing")

    def refuse(self, reason: str) -> None:
        """Say in one line why nothing was written; the empty text takes it away."""
        self._refusal.update(f"! {reason}" if reason else "")
        self._refusal.set_class(bool(reason), "-shown")

    # -- leaving ------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        """A step is not taken back under a form that builds on it."""
        return "先提交或离开这张表" if command_id == "undo" else None

    def unsaved(self) -> str | None:
        """Nothing is lost by leaving as long as the draft can be written."""
        failed = self.save_now()
        return f"草稿没有存上（{failed}）" if failed else None

    def action_back(self) -> None:
        """Esc: keep the draft, say so, and go back."""
        changed = self.form.typed() != self._blank
        failed = None
        if self.form_name and not changed and self._stored:
            self._discard()
        elif self.form_name and changed:
            failed = self.save_now()
        if failed:
            self.refuse(f"草稿没有存上：{failed}。再按一次 Esc 放弃")
            if self._version == self._given_up:
                self.dismiss(None)
            self._given_up = self._version
            return
        if self.form_name and changed:
            self.app.notify("草稿已存，F9“草稿”里接着写", timeout=4, markup=False)
        self.dismiss(None)

    def action_submit(self) -> None:
        """F2: check, ask once about what is missing, write."""
        entered = self.form.entered()
        self.understand()  # Checking the fields took away what stood below them.
        if entered is None:
            self.refuse("有没填或看不懂的，见标 ! 的栏")
            return
        wanted = self.wanted()
        asked = ([f"还缺 {'、'.join(wanted)}"] if wanted else []) + self.doubts(entered)
        if asked and not self._asked_about:
            self._asked_about = asked
            self.refuse(f"{'；'.join(asked)}。再按 F2 照样提交")
            return
        recorded = self.submit(entered)
        if recorded is not None:
            self._discard()
            self.done(recorded)

    def done(self, recorded: Recorded) -> None:
        """It is written: go back with the case."""
        self.dismiss(recorded.case_id)

    def _discard(self) -> None:
        self._finished = True
        try:
            if self._stored or self._version:
                self.keeper.discard()
        except OfficeError as error:
            self.app.notify(f"已提交，草稿没有清掉：{error}", severity="warning", markup=False)

    def write(self, step: Callable[[Office], Recorded]) -> Recorded | None:
        """Take a step at the write door; a refusal is shown on its field or in one line."""
        from db.units import UnitEditError

        try:
            recorded = step(self.desk.office())
        except (OfficeError, UnitEditError, ValueError) as error:
            self._show_refusal(str(error))
            return None
        self.app.post_message(CaseChanged(recorded.case_id))
        return recorded

    def _show_refusal(self, reason: str) -> None:
        named = _NAMED.search(reason)
        try:
            field = self.form.field(named[1] if named else "")
        except KeyError:
            self.refuse(reason)
            return
        field.remark(_NAMED.sub("", reason), wrong=True)
        field.take_focus()
