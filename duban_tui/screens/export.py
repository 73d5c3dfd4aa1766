"""The list that is shown, as a file for Excel and WPS."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from db.instants import local
from duban_tui.time_left import TimeLeft, told
from duban_tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from duban_tui.app import DubanApp


class _Left(Exception):
    """The screen was left while the file was written."""


class ExportScreen(ModalScreen[None]):
    """Asks where to, writes, says what was written."""

    app: DubanApp
    BINDINGS = [Binding("escape", "dismiss(None)", "返回"), Binding("f2", "save", "保存")]

    def __init__(self, ids: array[int]) -> None:
        """Export these cases, in this order."""
        super().__init__()
        self._ids = ids
        self._time_left = TimeLeft()

    def compose(self) -> ComposeResult:
        """The question, the name of the file, what went wrong."""
        name = f"督办清单-{local(self.app.now()):%Y%m%d-%H%M}.xlsx"
        with Vertical(classes="dialog"):
            yield Static(f"导出 {len(self._ids):,} 件，.xlsx 或 .csv。反映人照样遮盖。F2 保存，Esc 返回")
            yield LineInput(str(Path.home() / name))
            yield Static("", id="said", markup=False)

    @on(Input.Submitted)
    def action_save(self) -> None:
        """Write the file; a file that is there is not overwritten."""
        path = Path(self.query_one(LineInput).value.strip()).expanduser()
        if path.exists():
            self._say(f"{path} 已经有了，请换个名字")
            return
        self._say("正在写 …")
        self._write(path)

    @work(thread=True, exclusive=True)
    def _write(self, path: Path) -> None:
        from db.exchange.errors import LedgerError
        from db.exchange.export import export_cases

        try:
            export_cases(self.app.reader, path, self._ids, self.app.now(), self._progress)
        except _Left:
            return
        except LedgerError as error:
            self.app.call_from_thread(self._say, str(error))
        else:
            self.app.call_from_thread(self._done, path)

    def _progress(self, done: int, total: int) -> None:
        """Say how far it is; Esc ends the writing, and nothing of the file stays."""
        if not self.is_attached:
            raise _Left
        left = told(self._time_left.after(done, total))
        self.app.call_from_thread(self._say, f"正在写 {done:,} / {total:,} 件{left}  Esc 停止")

    def _say(self, text: str) -> None:
        if self.is_attached:
            self.query_one("#said", Static).update(text)

    def _done(self, path: Path) -> None:
        self.app.notify(f"已导出 {len(self._ids):,} 件到 {path}", timeout=6, markup=False)
        if self.is_attached:
            self.dismiss(None)
