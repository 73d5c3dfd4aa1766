"""附件 of a case: the list, the photo drawn where the terminal can, and what may be done with a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from db import evidence, instants, vault
from db.actions import Action
from db.connection import OfficeError
from db.errors import reason
from db.evidence.media_type import said_size, said_type
from db.reads import case as reads
from db.reads.evidence import AttachmentRow, attachments
from duban_tui import commands, pictures, viewer
from duban_tui.commands import Place
from duban_tui.messages import CaseChanged, OfficeChanged
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.timeline import show_at

if TYPE_CHECKING:
    from PIL.Image import Image


class EvidenceScreen(DeskScreen[None]):
    """The attachments of a case, tombstones included."""

    CSS_PATH = "../styles/evidence.tcss"
    PLACES = (Place.EVIDENCE,)
    BINDINGS = commands.bindings(*PLACES)

    def __init__(self, case_id: int) -> None:
        """Show those of a case."""
        super().__init__()
        self.case_id = case_id
        self._files: list[AttachmentRow] = []
        self._place = Container(id="place")
        self._said = Static("", id="said", markup=False)

    def compose(self) -> ComposeResult:
        """Heading, list, picture."""
        yield Static("附件", classes="heading", markup=False)
        yield OptionList(markup=False, compact=True)
        with self._place:
            yield self._said

    def on_mount(self) -> None:
        """Read."""
        self.query_one(OptionList).focus()
        self.read()

    def on_unmount(self) -> None:
        """Leave no photo in the memory of the terminal."""
        for shown in self._place.query(".picture"):
            pictures.forget(shown)

    @property
    def current_case(self) -> int | None:
        """The case they belong to."""
        return self.case_id

    def on_case_changed(self, message: CaseChanged) -> None:
        """One may have been taken away here."""
        if message.case_id == self.case_id:
            self.read()

    def on_office_changed(self, _message: OfficeChanged) -> None:
        """Or by somebody else."""
        self.read()

    def read(self) -> None:
        """Read the list; what was chosen stays chosen."""
        files = attachments(self.desk.reader, self.case_id)
        if files == self._files and files:
            return
        facts = reads.facts(self.desk.reader, self.case_id, self.desk.now())
        title = "" if facts is None else f"{facts.number}  {facts.title}"
        self.query_one(".heading", Static).update(f"附件 {len(files)} 件  {title}")
        menu = self.query_one(OptionList)
        chosen, self._files = menu.highlighted or 0, files
        year = instants.day_of(self.desk.now()).year
        menu.set_options(Option(_line(file, year)) for file in files)
        if files:
            menu.highlighted = min(chosen, len(files) - 1)
        else:
            self._say("还没有附件。写核查记录（F6）时在“附件”一栏添加")

    @property
    def chosen(self) -> AttachmentRow | None:
        """The attachment under the cursor."""
        place = self.query_one(OptionList).highlighted
        return None if place is None or place >= len(self._files) else self._files[place]

    def why_not(self, command_id: str) -> str | None:
        """What is gone cannot be opened; what is encrypted is not laid down in clear unasked."""
        if command_id not in ("view_file", "save_file", "detach"):
            return None
        file = self.chosen
        if file is None:
            return "还没有附件"
        if not file.live:
            return "已撤除，文件不在了"
        if command_id == "view_file" and vault.is_sealed(self.desk.home):
            return "办公库已加密，打开会留下未加密的文件，请先用 F2 另存"
        return viewer.why_not() if command_id == "view_file" else None

    # -- the picture --------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted)
    def show_chosen(self) -> None:
        """Say what is chosen, and draw it."""
        file = self.chosen
        if file is None:
            return
        drawn = self.desk.pictures
        if file.live and file.type.startswith("image/") and drawn != pictures.NONE:
            self._say("正在画 …")
            self._draw(file, drawn)
        else:
            self._say(self._words(file))

    def _words(self, file: AttachmentRow) -> str:
        """What stands in the place of a picture: everything that is known, and how to see more."""
        year = instants.day_of(self.desk.now()).year
        size = said_size(file.size)
        if not file.live:
            who = f"{show_at(file.removed_at, year)} {file.removed_by}"
            return f"已撤除：{said_type(file.type)} {size}（{file.type}）\n{who}：{file.removed_why}"
        lines = [file.name, f"{size}  {file.type}", _taken(file, year), f"文件码 {file.sha256[:12]}"]
        not_here = self.why_not("view_file")
        lines.append(f"不能在这里打开：{not_here}" if not_here else "按 Enter 用系统里的程序打开")
        return "\n".join(lines)

    @work(thread=True, exclusive=True, group="picture")
    def _draw(self, file: AttachmentRow, drawn: str) -> None:
        """Read, decode and load what draws, all beside the desk."""
        try:
            data = evidence.read(self.desk.home, file.sha256)
            picture = pictures.decoded(data, drawn)
            pictures.load(self.desk.answers)
        except (OfficeError, ValueError) as error:
            self.app.call_from_thread(self._undrawn, file, str(error))
        else:
            self.app.call_from_thread(self._put, file, picture, drawn)

    def _undrawn(self, file: AttachmentRow, reason: str) -> None:
        if file == self.chosen:
            self._say(f"! {reason}\n\n{self._words(file)}")

    def _put(self, file: AttachmentRow, picture: Image, drawn: str) -> None:
        if file == self.chosen:
            self._clear()
            self._said.display = False
            self._place.mount(pictures.widget(picture, drawn))

    def _say(self, text: str) -> None:
        self._clear()
        self._said.update(text)
        self._said.display = True

    def _clear(self) -> None:
        """Take the picture away; the terminal may forget it too."""
        for shown in self._place.query(".picture"):
            pictures.forget(shown)
            shown.remove()

    # -- what may be done ---------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    async def open_chosen(self) -> None:
        """Enter and a click are 打开."""
        await self.desk.action_command("view_file")

    def action_view_file(self) -> None:
        """Show it with the system's program."""
        file = self._plain()
        self._with_bytes(file, lambda data: viewer.show(data, file.name), "已交给系统里的程序打开")

    def action_save_file(self) -> None:
        """Ask where to, and write it there."""
        file = self._plain()
        clear = "写出去的没有加密，请妥善保管。" if vault.is_sealed(self.desk.home) else ""
        self.app.push_screen(
            _asked("另存附件", f"{clear}已有的文件不会覆盖。", "存到", str(Path.home() / file.name)),
            lambda answer: self._save(file, Path(answer).expanduser()) if answer else None,
        )

    def _save(self, file: AttachmentRow, path: Path) -> None:
        target = path / file.name if path.is_dir() else path
        if target.exists():
            self.notify(f"{target} 已经有了，请换个名字", severity="warning", markup=False)
            return
        where, name = target.parent, target.name
        self._with_bytes(file, lambda data: evidence.write_out(data, where, name), f"已另存到 {target}")

    @work(thread=True, group="file")
    def _with_bytes(self, file: AttachmentRow, use: Callable[[bytes], Any], done: str) -> None:
        try:
            use(evidence.read(self.desk.home, file.sha256))
        except OfficeError as error:
            self.app.call_from_thread(self._failed, str(error))
        except OSError as error:
            self.app.call_from_thread(self._failed, f"没有写成：{reason(error)}（{error.filename}）")
        else:
            self.app.call_from_thread(self.app.notify, done, timeout=6, markup=False)

    def _failed(self, reason: str) -> None:
        self.app.notify(reason, severity="error", markup=False)

    def action_detach(self) -> None:
        """Ask why, and take it away."""
        file = self.chosen
        assert file is not None
        heading = f"撤除附件  {file.name}  {said_size(file.size)}"
        hint = "文件和名称删去，找不回来；流水里留下它的大小、类型、谁撤的、为什么。"
        self.app.push_screen(
            _asked(heading, hint, "理由"), lambda reason: self._take_away(file, reason) if reason else None
        )

    def _take_away(self, file: AttachmentRow, reason: str) -> None:
        from db.journal import Act, record

        act = Act(Action.DETACH, {"file": file.sha256, "reason": reason})
        if self.desk.write(lambda office: record(office, self.case_id, act)):
            self.app.notify("已撤除附件，并留痕", timeout=4)

    def _plain(self) -> AttachmentRow:
        """The chosen attachment under its own name: the file is no list."""
        place = self.query_one(OptionList).highlighted
        assert place is not None
        return attachments(self.desk.reader, self.case_id, masked=False)[place]


def _asked(*question: str) -> Any:
    from duban_tui.screens.ask import AskScreen

    return AskScreen(*question)


def _taken(file: AttachmentRow, year: int) -> str:
    return f"{show_at(file.taken_at, year)}（{file.taken_from}）" if file.taken_at else "拍摄时间不详"


def _line(file: AttachmentRow, year: int) -> Content:
    """An attachment, or its tombstone, in the list."""
    kind, size = said_type(file.type), said_size(file.size)
    if not file.live:
        told = (
            f"✗ 已撤除 {kind}  {size}  {show_at(file.removed_at, year)} {file.removed_by}：{file.removed_why}"
        )
        return Content.styled(told, "$text-muted")
    undone = "  ✗ 记录已撤销" if file.undone else ""
    return Content.assemble(
        f"{kind} {file.name}", (f"  {size}  {_taken(file, year)}  {file.by}{undone}", "$text-muted")
    )
