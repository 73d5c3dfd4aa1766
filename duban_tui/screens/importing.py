"""导入台账: a preview of what would be done, then the import itself; Esc stops it between two batches."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from db.connection import OfficeError
from db.exchange import ledger
from db.exchange.errors import LedgerError
from db.exchange.ledger import Preview, Progress, Stopped
from db.exchange.tally import Counts
from db.office import Office
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.screens.base import DeskScreen
from duban_tui.time_left import TimeLeft, told
from duban_tui.widgets.field import Field, Typed
from duban_tui.widgets.form import Form
from duban_tui.widgets.line_input import LineInput

NAMES_SHOWN = 12
"""Names to be claimed that the report lists."""


class ImportScreen(DeskScreen[None]):
    """One file; F2 reads it and says what would be done, F2 again does it."""

    CSS_PATH = "../styles/form.tcss"
    PLACES = (Place.FORM,)
    BINDINGS = [*commands.bindings(Place.FORM)]

    def __init__(self) -> None:
        """Start without a file."""
        super().__init__()
        self.form = Form()
        self._preview: Preview | None = None
        self._working = False
        self._stop = threading.Event()
        self._time_left = TimeLeft()

    def compose(self) -> ComposeResult:
        """Where the file lies, and below it what is in it."""
        yield Static("导入台账", classes="heading", markup=False)
        with self.form:
            yield Field("path", "文件", LineInput(placeholder=".xls、.xlsx、.csv 的路径"), required=True)
            yield Field("sheet", "工作表", LineInput(placeholder="空着取第一张能用的"))
            yield Field("source", "来源名", LineInput(placeholder="空着按编号栏的名称"))
        with VerticalScroll(id="pane"):
            yield Static("", id="report", markup=False)
        yield Static("", id="progress", markup=False)

    def on_mount(self) -> None:
        """Begin with the path."""
        self.form.focus_first()
        self._say("F2 读取并预览，什么都不会写入")

    def on_form_ended(self, _event: Form.Ended) -> None:
        """Enter on the last field means the same as F2."""
        self.action_submit()

    def on_typed(self, event: Typed) -> None:
        """Another file: the preview no longer holds."""
        event.stop()
        self._preview = None

    def action_submit(self) -> None:
        """F2: preview, then import."""
        if self._working:
            self._say("正在处理，Esc 停止")
            return
        entered = self.form.entered()
        if entered is None:
            return
        path = Path(str(entered["path"]).strip("\"'")).expanduser()
        self._working = True
        self._stop.clear()
        if self._preview is None:
            self._read(path, entered["sheet"], entered["source"])
        else:
            self._take(path, entered["sheet"], entered["source"])

    def action_back(self) -> None:
        """Esc: stop what runs, else go back."""
        if self._working:
            self._stop.set()
            self._say("正在停止……")
            return
        super().action_back()

    def why_not(self, command_id: str) -> str | None:
        """Nothing else while a file is written."""
        return (
            "正在导入，先按 Esc 停止"
            if self._working and command_id in ("quit", "intake", "import")
            else None
        )

    def unsaved(self) -> str | None:
        """An import that runs."""
        return "导入还没有完" if self._working else None

    @work(thread=True, group="import")
    def _read(self, path: Path, sheet: str | None, source: str | None) -> None:
        rules = self.desk.config.rules
        try:
            preview = ledger.preview(
                self.desk.reader, rules, path, sheet=sheet, source=source, on_progress=self._progress
            )
        except Stopped:
            self._done("已停止，什么都没有写入")
        except (LedgerError, OfficeError) as error:
            self._done(f"! {error}")
        else:
            self._preview = preview
            report = "\n".join(preview_lines(preview))
            self._done("F2 导入  Esc 返回，什么都没有写入", report)

    @work(thread=True, group="import")
    def _take(self, path: Path, sheet: str | None, source: str | None) -> None:
        desk = self.desk
        try:
            with Office.open(desk.home, desk.config.rules, desk.officer) as office:
                counts = ledger.import_ledger(
                    office, path, sheet=sheet, source=source, on_progress=self._progress
                )
        except (LedgerError, OfficeError) as error:
            self._done(f"! {error}")
            return
        self._preview = None
        said = "已停止：写入的都是完整的批次，再导入一次会接着来" if counts.stopped else "导入完成  Esc 返回"
        self._done(said, "\n".join(counts_lines(counts)))

    def _progress(self, progress: Progress) -> None:
        if self._stop.is_set():
            raise Stopped
        total = f" / {progress.total:,}" if progress.total else ""
        left = told(self._time_left.after(progress.done, progress.total))
        self.desk.call_from_thread(self._say, f"{progress.phase} {progress.done:,}{total} 行{left}  Esc 停止")

    def _done(self, said: str, report: str | None = None) -> None:
        self._working = False
        self.desk.call_from_thread(self._show, said, report)

    def _show(self, said: str, report: str | None) -> None:
        self._say(said)
        if report is not None and self.is_attached:
            self.query_one("#report", Static).update(report)

    def _say(self, text: str) -> None:
        if self.is_attached:
            self.query_one("#progress", Static).update(text)


def preview_lines(preview: Preview) -> Iterator[str]:
    """What is in the file and what would be done with it."""
    sheets = (
        f"（共 {len(preview.sheets)} 张：{'、'.join(preview.sheets)}）" if len(preview.sheets) > 1 else ""
    )
    yield f"编码 {preview.encoding}  工作表 {preview.sheet}{sheets}  表头在第 {preview.header_row} 行"
    yield from counts_lines(preview.counts, would=True)
    yield ""
    yield _listed("栏目", (f"{name}→{label}" for name, label in preview.columns if label))
    unused = [name for name, label in preview.columns if label is None]
    if unused:
        yield _listed("不用的栏", unused)
    for sample in preview.samples:
        yield ""
        yield _listed(f"第 {sample.row} 行", (f"{label}：{value}" for label, value in sample.facts))


def counts_lines(counts: Counts, *, would: bool = False) -> Iterator[str]:
    """What became, or would become, of the rows."""
    done = "将" if would else "已"
    yield (
        f"{counts.rows:,} 行：{done}新增 {counts.added:,}，{done}补充 {counts.updated:,}，"
        f"已有 {counts.unchanged:,}，不收 {counts.rejected:,}；待认领 {counts.queued:,} 件"
    )
    yield from (f"  不收：{why}  {number:,} 行" for why, number in counts.reasons.items())
    names = [f"{name} {number}" for name, number in list(counts.names.items())[:NAMES_SHOWN]]
    if names:
        more = "……" if len(counts.names) > NAMES_SHOWN else ""
        yield f"  待认领：{'、'.join(names)}{more}"
    if counts.rejects_file is not None and counts.rejected:
        yield f"  不收的行连同原因写在 {counts.rejects_file}"


def _listed(heading: str, pieces: Iterable[str]) -> str:
    """Pieces side by side. Lines are broken at blanks only, so these stand between the pieces, not within."""
    return "  ".join([heading, *pieces])
