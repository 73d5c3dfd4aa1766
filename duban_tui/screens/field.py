"""下乡包: cases taken along and brought back, with the list to go through before leaving.

F2 first says what would be done, F2 again does it; nothing is written before.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from db.bundle import book, checklist, cleanup, pairing
from db.bundle.pairing import Paired
from db.errors import OfficeError
from db.keeping import daily
from db.office import Office
from db.reads import views
from db.reads.desk import kind_of
from db.reads.query import Scope
from db.terms import BundleKind, CopyKind
from duban_tui import bundle_words, commands
from duban_tui.commands import Place
from duban_tui.messages import OfficeChanged
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.choice import Choice, Option, YesNo
from duban_tui.widgets.field import Field, Typed
from duban_tui.widgets.form import Form
from duban_tui.widgets.line_input import LineInput

TASKS: Mapping[CopyKind, tuple[Option, ...]] = {
    CopyKind.OFFICE: (("out", "做下乡包"), ("in", "收回传包"), ("pair", "配对"), ("card", "写名片")),
    CopyKind.FIELD: (
        ("in", "收包或回执"), ("check", "出发前核对"), ("back", "回传"), ("clean", "清理"),
        ("pair", "配对"), ("card", "写名片"),
    ),
}  # fmt: skip
"""What can be done, in the order of a day."""

ASKED = {
    "out": ("to", "which", "evidence", "identity", "confidential", "path"),
    "back": ("to", "path"),
    "in": ("path",),
    "check": (),
    "clean": (),
    "pair": ("path", "code"),
    "card": ("name", "path"),
}
"""The fields that each task asks for."""

VIEWS = ("待核查", "警报", "紧急", "预警")
"""Lists of the office that a bundle is most often made of; the command line takes the others."""

BOOK_SHOWN = 8

Lines = Iterable[str]


class FieldScreen(DeskScreen[None]):
    """One form for both ends; the office and the field copy are offered what each can do."""

    CSS_PATH = "../styles/form.tcss"
    PLACES = (Place.FORM,)
    BINDINGS = [*commands.bindings(Place.FORM)]

    def __init__(self, case_id: int | None, listed: array[int]) -> None:
        """Offer to take along the chosen case, or the list of the board."""
        super().__init__()
        self.form = Form()
        self._case_id, self._listed = case_id, listed
        self._agreed: dict[str, Any] | None = None
        """What stands on the screen as a preview."""
        self._working = False

    @property
    def kind(self) -> CopyKind:
        """Which end this is."""
        return kind_of(self.desk.reader)

    # -- the screen ---------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """What to do, the preview or what came of it, the book of bundles."""
        yield Static("", classes="heading", markup=False)
        with self.form:
            yield from self._fields()
        with VerticalScroll(id="pane"):
            yield Static("", id="report", markup=False)
            yield Static("", id="book", markup=False)
        yield Static("", id="progress", markup=False)

    def _fields(self) -> Iterator[Field]:
        tasks = TASKS[self.kind]
        paired = self._receivers()
        one = [("one", "选中的一件")] if self._case_id is not None else []
        board = [("board", f"总台的清单 {len(self._listed):,} 件")] if len(self._listed) else []
        which = [*one, *board, *((name, name) for name in VIEWS)]
        yield Field("task", "做什么", Choice(tasks, tasks[0][0]), required=True)
        yield Field("to", "给谁", Choice(paired, paired[0][0] if paired else None), required=True)
        yield Field("which", "带哪些", Choice(which, which[0][0]), required=True)
        yield Field("evidence", "带附件", YesNo())
        yield Field("identity", "带反映人", LineInput(placeholder="空着不带；要带就写理由，会留痕"))
        yield Field("confidential", "带保密件", YesNo())
        yield Field("name", "本机名称", LineInput(placeholder="如：王五的笔记本；空着不改"))
        yield Field("path", "文件", LineInput(placeholder="U 盘上的路径"), required=True)
        yield Field("code", "核对码", LineInput(placeholder="对方念的 12 位数字；当面交接可空着"))

    def _receivers(self) -> list[Option]:
        return [(one.id, one.name) for one in self._paired()]

    def _paired(self) -> list[Paired]:
        return [one for one in pairing.listing(self.desk.reader) if one.revoked_at is None]

    def on_mount(self) -> None:
        """Begin with what there is to do."""
        self._show_fields()
        self._show_book()
        self.form.field("task").take_focus()
        self._say("F2 先核对，什么都不会写入")

    def on_form_ended(self, _event: Form.Ended) -> None:
        """Enter on the last field means the same as F2."""
        self.action_submit()

    def on_typed(self, event: Typed) -> None:
        """Another task asks for other fields; what was shown no longer holds."""
        event.stop()
        if self._agreed is not None:
            self._agreed = None
            self.query_one("#report", Static).update("")
        if not self._working:
            self._say("F2 先核对，什么都不会写入")
        self._show_fields()

    def _show_fields(self) -> None:
        task = str(self.form.understood("task") or "")
        for field in self.form.query(Field):
            field.display = field.key == "task" or field.key in ASKED.get(task, ())

    def _show_book(self) -> None:
        kind, entries = self.kind, book.entries(self.desk.reader)
        awaited = [one.kind for one in entries if one.is_open]
        out, unanswered = awaited.count(BundleKind.CASES), awaited.count(BundleKind.CHANGES)
        said = [f"下乡包 · {kind.label}"]
        said += [f"在外 {out} 个"] if out else []
        said += [f"没有回执 {unanswered} 个"] if unanswered else []
        said += ["还没有配对"] if not self._paired() else []
        self.query_one(".heading", Static).update("  ".join(said))
        lines = [bundle_words.entry(one) for one in entries[:BOOK_SHOWN]]
        self.query_one("#book", Static).update("\n".join(["", "收发记录", *lines] if lines else []))

    # -- doing it -----------------------------------------------------------------------------------

    def action_submit(self) -> None:
        """F2: say what would be done; again: do it."""
        if self._working:
            return
        entered = self.form.entered()
        if entered is None:
            return
        sure = self._agreed == entered
        self._agreed = None if sure else entered
        self._working = True
        self._say("请稍候……")
        self._do(entered, sure=sure)

    @work(thread=True, group="field")
    def _do(self, entered: dict[str, Any], *, sure: bool) -> None:
        try:
            with self.desk.another_office() as office:
                lines = list(_DOERS[entered["task"]](self, office, entered, sure))
        except (OfficeError, ValueError) as error:
            self._agreed = None
            self.desk.call_from_thread(self._done, None, f"! {error}")
        else:
            again = self._agreed is not None and entered["task"] != "check"
            foot = "再按 F2 照此办理；Esc 返回，什么都没有写入" if again else "Esc 返回"
            self.desk.call_from_thread(self._done, lines, foot)

    def _done(self, lines: list[str] | None, foot: str) -> None:
        self._working = False
        if lines is not None:
            self.query_one("#report", Static).update("\n".join(lines))
        self._say(foot)
        receivers = self.form.field("to").control
        assert isinstance(receivers, Choice)
        receivers.offer(self._receivers())
        self._show_book()
        self.desk.post_message(OfficeChanged())

    def _say(self, text: str) -> None:
        self.query_one("#progress", Static).update(text)

    def why_not(self, command_id: str) -> str | None:
        """Nothing else while a bundle is written."""
        return "正在处理，请稍候" if self._working and command_id in ("quit", "back", "field") else None

    def unsaved(self) -> str | None:
        """A bundle that is being written."""
        return "下乡包还没有做完" if self._working else None

    # -- the tasks ----------------------------------------------------------------------------------

    def _pack(self, office: Office, entered: dict[str, Any], sure: bool) -> Lines:
        from db.bundle.pack import going, pack_cases

        path, confidential = _path(entered), bool(entered["confidential"])
        chosen = self._chosen(office, entered["which"])
        case_ids, left = going(office.writer, *chosen, confidential=confidential)
        if not sure:
            items = checklist.check(
                office.writer, office.home, office.kind, case_ids, office.clock(),
                with_evidence=bool(entered["evidence"]), folder=path.parent,
            )  # fmt: skip
            return [*bundle_words.checked(items), *bundle_words.left_behind(left)]
        done = pack_cases(
            office, _to(office, entered), case_ids, path, with_identity=entered["identity"],
            confidential=confidential, with_evidence=bool(entered["evidence"]),
        )  # fmt: skip
        return [*bundle_words.packed(done, path), *bundle_words.left_behind(left)]

    def _chosen(self, office: Office, which: str) -> tuple[list[int], list[int]]:
        """Cases that were named, and those of a list."""
        if which == "one":
            assert self._case_id is not None
            return [self._case_id], []
        if which == "board":
            return [], list(self._listed)
        return [], views.ids(office.writer, which, Scope(), office.clock())

    def _check(self, office: Office, entered: dict[str, Any], sure: bool) -> Lines:
        here = checklist.here(office.writer)
        items = checklist.check(office.writer, office.home, office.kind, here, office.clock())
        return bundle_words.checked(items)

    def _back(self, office: Office, entered: dict[str, Any], sure: bool) -> Lines:
        from db.bundle.pack import pack_changes

        path = _path(entered)
        if sure:
            return bundle_words.packed(pack_changes(office, _to(office, entered), path), path)
        unsent = [one for one in cleanup.candidates(office) if one.unsent]
        lines = [f"{one.number}  {one.unsent} 条记录或附件要回传" for one in unsent]
        return lines or ["没有新的记录要回传"]

    def _take(self, office: Office, entered: dict[str, Any], sure: bool) -> Lines:
        from db.bundle.take import AlreadyTaken, take

        path = _path(entered)
        try:
            done = take(office, path, dry_run=not sure)
        except AlreadyTaken as again:
            if again.kind != BundleKind.CHANGES:
                raise
            told = [f"这个包 {bundle_words.minute(again.at)} 已收过，不再收"]
            return [*told, *_receipt(office, again.bundle, path, sure)]
        told = list(bundle_words.taken(done, dry_run=not sure))
        back = done.envelope.kind == BundleKind.CHANGES
        return [*told, *_receipt(office, done.envelope.id, path, sure)] if back else told

    def _clean(self, office: Office, entered: dict[str, Any], sure: bool) -> Lines:
        done = cleanup.clean(office) if sure else cleanup.would(office)
        where = daily.place(office.home, self.desk.config.backup.folder)
        return bundle_words.cleaned(done, daily.copies(office.home, where.folder), dry_run=not sure)

    def _pair(self, office: Office, entered: dict[str, Any], sure: bool) -> Lines:
        from db.bundle import card
        from db.connection import transaction

        found = card.read(_path(entered))
        code = card.code(found)
        if entered["code"] and not card.same_code(entered["code"], code):
            raise ValueError(f"核对码不一样，没有配对：这张名片的是 {code}。名片可能被换过，请当面重新交换")
        told = f"“{found.name}”（{CopyKind(found.kind).label}）"
        if not sure:
            return [f"将与{told}配对，核对码 {code}", "请与对方屏幕上的核对码逐位核对，一致才配对"]
        with transaction(office.writer):
            pairing.add(office.writer, office.device, office.kind, found, office.clock())
        return [f"✓ 已与{told}配对，核对码 {code}"]

    def _card(self, office: Office, entered: dict[str, Any], sure: bool) -> Lines:
        from db.bundle import card
        from db.connection import transaction

        path = _path(entered)
        if not sure:
            return [f"将把本机的名片写到 {path}，只有公开的内容，没有事项"]
        with transaction(office.writer):
            own = pairing.own_card(office.writer, office.device, office.kind, entered["name"])
        card.write(office.home, own, path)
        return [f"✓ 名片已写到 {path}", f"本机“{own.name}”的核对码：{card.code(own)}  给对方念这 12 位数字"]


def _receipt(office: Office, bundle: str, path: Path, sure: bool) -> Lines:
    """Write the receipt beside the bundle; where that fails the bundle is taken in all the same."""
    from db.bundle import receipt

    beside = path.with_name(f"{path.name}.receipt")
    if not sure:
        return [f"将把回执写到 {beside}"]
    try:
        receipt.write(office.writer, bundle, beside)
    except OfficeError as error:
        return [f"! 包已收下，回执没有写成：{error}", "  请把包复制到能写的地方，再收一次，就会重写回执"]
    return [bundle_words.to_hand_back(beside)]


def _path(entered: Mapping[str, Any]) -> Path:
    return Path(str(entered["path"]).strip("\"'")).expanduser()


def _to(office: Office, entered: Mapping[str, Any]) -> Paired:
    return pairing.named(office.writer, str(entered["to"]))


_DOERS: Mapping[str, Callable[[FieldScreen, Office, dict[str, Any], bool], Lines]] = {
    "out": FieldScreen._pack,
    "check": FieldScreen._check,
    "back": FieldScreen._back,
    "in": FieldScreen._take,
    "clean": FieldScreen._clean,
    "pair": FieldScreen._pair,
    "card": FieldScreen._card,
}
