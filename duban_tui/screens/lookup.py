"""快查: one line over everything. Finds while one types; Esc leaves no trace."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from db import submitters
from db.connection import OfficeError, transaction
from db.reads import board, lookup
from db.reads.board import CaseRow, ListQuery
from db.reads.lookup import Lookup, Superseded
from db.reads.readings import Reading
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.messages import CaseChanged, OfficeChanged
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.case_columns import Look
from duban_tui.widgets.case_list import CaseList
from duban_tui.widgets.line_input import LineInput
from duban_tui.widgets.reading_rows import ReadingRows

HITS = 100
"""Hits shown while typing; F5 lists them all."""

HINT = "编号、字词、单位（拼音首字母也行）、状态、日期，空格隔开"

MARKS_COUNT = "；标点也要一样，可改用空格隔开几个词"
"""Said where a pasted text with Chinese marks finds nothing: words are looked for as they are written."""

EXAMPLES = """\
 例：001234 · 路灯 不亮 · qjq 警报 · 11月 · 反映人电话
 ↑↓ 选，Enter 打开，F5 把全部结果列到总台，Esc 不留痕迹"""

CANCEL_CHECK = 1_000
"""Steps of SQLite between two questions whether a newer search was begun: well under a millisecond."""

_NOTHING = Lookup((), [], frozenset(), False)


class LookupScreen(DeskScreen[None]):
    """The line, what it may mean, the hits."""

    DEFAULT_CSS = """
    LookupScreen #count { width: auto; padding: 0 1; color: $text-muted; }
    LookupScreen #examples { height: 2; color: $text-muted; display: none; }
    LookupScreen.-blank #examples { display: block; }
    """

    PLACES = (Place.LOOKUP,)
    BINDINGS = [
        *commands.bindings(*PLACES),
        Binding("down", "line(1)", "下一件", show=False),
        Binding("up", "line(-1)", "上一件", show=False),
        Binding("pagedown", "page(1)", "下一页", show=False),
        Binding("pageup", "page(-1)", "上一页", show=False),
    ]

    def __init__(self) -> None:
        """Start with nothing typed."""
        super().__init__()
        self._found = _NOTHING
        self._rows: dict[int, CaseRow] = {}
        self._narrowed: Reading | None = None
        self._at: int | None = None
        """The reading the cursor is on; `None` = it is on the hits."""
        self._answered: tuple[str, ListQuery | None] = ("", None)
        """The words, and within what, whose answer is shown: not yet those that were typed last."""
        self._entered = False
        """Enter came before the answer; a scanner sends it with the number."""

    def compose(self) -> ComposeResult:
        """The word 快查, the line, the reading, the hits."""
        with Horizontal(id="asked"):
            yield Static("快查", id="lookup-word")
            yield LineInput(placeholder=HINT, id="text")
            yield Static("", id="count", markup=False)
        yield Static(EXAMPLES, id="examples", markup=False)
        yield ReadingRows()
        yield CaseList(self._look, empty="输入就查，不用按回车")

    def _look(self) -> Look:
        return Look(self.desk.calendar, self.desk.now())

    def on_mount(self) -> None:
        """The line keeps the keyboard."""
        self.query_one(CaseList).can_focus = False
        self.set_focus(self.query_one(LineInput))
        self._start()

    # -- searching ----------------------------------------------------------------------------------

    @property
    def _text(self) -> str:
        return self.query_one(LineInput).value.strip()

    @on(Input.Changed)
    def look_up(self, event: Input.Changed) -> None:
        """While one types; what was searched before is ended."""
        event.stop()
        self._narrowed, self._entered = None, False
        self._start()

    @on(CaseChanged)
    @on(OfficeChanged)
    def look_again(self) -> None:
        """Somebody wrote: the same words, the cursor stays."""
        self._start(keep=True)

    def _start(self, *, keep: bool = False) -> None:
        self.set_class(not self._text, "-blank")
        if self._text:
            self._search(self._text, self._within, keep)
        else:
            self.workers.cancel_group(self, "lookup")
            self._show(_NOTHING._replace(hits=self._fetch_recent()), keep, ("", None))

    def _fetch_recent(self) -> list[CaseRow]:
        """The cases opened since the start, as they stand now."""
        return board.rows(self.desk.reader, self.desk.recent, self.desk.now())

    @property
    def _within(self) -> ListQuery | None:
        return self._narrowed.query if self._narrowed else None

    @work(thread=True, exclusive=True, group="lookup")
    def _search(self, text: str, within: ListQuery | None, keep: bool) -> None:
        worker = get_current_worker()
        reader = self.desk.reader
        words = text if within is None else within.words
        # Not `interrupt()` from outside: by then this thread may be reading something else on its reader.
        reader.set_progress_handler(lambda: worker.is_cancelled, CANCEL_CHECK)
        try:
            found = lookup.search(
                reader, words, now=self.desk.now(), limit=HITS, within=within,
                may_see_identity=self.desk.sees_identity, stop=lambda: worker.is_cancelled,
            )  # fmt: skip
        except Superseded:
            return
        except OfficeError as error:
            self.app.call_from_thread(self._refuse, error)
            return
        finally:
            reader.set_progress_handler(None, 0)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, found, keep, (text, within))

    def _refuse(self, error: OfficeError) -> None:
        """The index cannot be read: say why, and how to mend it."""
        self.notify(str(error), title="查不了", severity="error", markup=False)

    def _show(self, found: Lookup, keep: bool, answered: tuple[str, ListQuery | None]) -> None:
        if not self.is_attached:  # Esc came first.
            return
        self._answered = answered
        if self._narrowed is not None:
            found = found._replace(readings=self._found.readings)
        self._found = found
        self._rows = {row.id: row for row in found.hits}
        stays = found.hits if self._at is None else self._at < len(found.readings)
        if not (keep and stays):
            self._at = 0 if self._narrowed is None and self._means_all(found) else None
        cases = self.query_one(CaseList)
        cases.marks = lambda shown: lookup.marks(self._text, shown)
        cases.empty = self._nothing_found()
        cases.show(array("q", self._rows), self._fetch, keep=keep, more=found.more)
        self._say_reading()
        if self._entered and self._is_answered:
            self.choose()

    @property
    def _is_answered(self) -> bool:
        """What is shown is the answer to what was typed."""
        return self._answered == (self._text, self._within)

    def _means_all(self, found: Lookup) -> bool:
        """The reading is what was most likely meant: it leaves no word over, or no text has the words.

        Digits alone are sooner a part of a number than a day or a code.
        """
        if found.reading is None:
            return False
        return not found.hits or not (found.reading.query.words or self._text.isdigit())

    def _nothing_found(self) -> str:
        if not self._text:
            return "输入就查，不用按回车"
        if self._narrowed is None and self._found.reading is not None:
            return f"文字里没有“{self._text}”；Enter 列出上面读出的全部事项"
        if self._found.crowd:
            return f"没有找到；叫“{self._found.crowd}”的单位很多，请写明上级，如 渝北区大湾镇"
        marks = any(unicodedata.category(each).startswith("P") and each > "~" for each in self._text)
        return f"没有找到“{self._text}”{MARKS_COUNT if marks else ''}"

    def _fetch(self, ids: Sequence[int]) -> list[CaseRow]:
        return [self._rows[each] for each in ids]

    def _say_reading(self) -> None:
        self.query_one("#count", Static).update(self._counted())
        rows = self.query_one(ReadingRows)
        if self._narrowed is not None:
            rows.say(f" 只看：{self._narrowed.said}（Tab 换，F5 列成清单）")
        elif self._found.readings:
            rows.offer(self._found.readings, self._at)
        else:
            rows.say(" 刚才打开过" if self._found.hits and not self._text else "")
        self.query_one(CaseList).elsewhere = self._at is not None

    def _counted(self) -> str:
        """How many texts were found, and whether by who the caller is; a reading has others, not counted."""
        if not self._text or (self._at is not None and not self._found.hits):
            return ""
        by_person = "按反映人查 · " if self._found.persons else ""
        return f"{by_person}{len(self._found.hits)}{'+' if self._found.more else ''} 件"

    # -- choosing -----------------------------------------------------------------------------------

    def action_line(self, delta: int) -> None:
        """Up and down while the line keeps the keyboard; above the first hit stand the readings."""
        cases = self.query_one(CaseList)
        readings = () if self._narrowed else self._found.readings
        if self._at is not None:
            below = self._at + delta >= len(readings)
            self._at = None if below and len(cases) else max(0, min(self._at + delta, len(readings) - 1))
        elif delta < 0 and cases.cursor == 0 and readings:
            self._at = len(readings) - 1
        else:
            cases.action_move(delta)
        self._say_reading()

    def action_page(self, delta: int) -> None:
        """A screen of hits."""
        self.query_one(CaseList).action_page(delta)

    @on(Input.Submitted)
    def choose(self) -> None:
        """Enter: the case, or all that the reading means; of these words, never of those before."""
        self._entered = not self._is_answered
        if self._entered:
            return
        if self._at is None:
            self.open_it()
        else:
            self._list_reading(self._found.readings[self._at])

    @on(ReadingRows.Chosen)
    def choose_reading(self, event: ReadingRows.Chosen) -> None:
        """A click on a reading."""
        self._list_reading(self._found.readings[event.place])

    @on(CaseList.Opened)
    def open_it(self) -> None:
        """The case under the cursor, or under a double click."""
        case_id = self.query_one(CaseList).current
        if case_id is not None and self.may_open(case_id):
            self.desk.open_case(case_id)

    def _list_reading(self, reading: Reading) -> None:
        self._list(reading.said, reading.query, reading.query.words, by_person=False)

    def may_open(self, case_id: int) -> bool:
        """What was found by who the caller is opens only with a line in `access_log`."""
        if case_id not in self._found.persons:
            return True
        try:
            office = self.desk.office()
            with transaction(office.writer) as connection:
                submitters.found(
                    connection, case_id, officer=office.officer, query_kind=submitters.SUBMITTER,
                    now=self.desk.now(),
                )  # fmt: skip
        except OfficeError as error:
            self.notify(str(error), title="没有打开", severity="error", markup=False)
            return False
        return True

    def action_narrow(self) -> None:
        """Tab: only what the reading under the cursor means; again: the next reading, then none."""
        choices: list[Reading | None] = [None, *self._found.readings]
        at = choices.index(self._narrowed) if self._at is None else self._at
        self._narrowed = choices[(at + 1) % len(choices)]
        self._start()

    def action_to_board(self) -> None:
        """F5: what Enter lists on a reading, else all hits, as a list on the board."""
        if self._at is not None:
            self.choose()
        elif self._text and all(map(self.may_open, self._found.persons)):
            narrowed = self._narrowed
            said, words = ("", self._text) if narrowed is None else (narrowed.said, narrowed.query.words)
            self._list(said or f"“{words}”", self._within, words)

    @work(thread=True, exclusive=True, group="list")
    def _list(self, label: str, within: ListQuery | None, words: str, *, by_person: bool = True) -> None:
        """Hand all hits over to the board; by who the caller is only what `may_open` has asked for."""
        reader, now = self.desk.reader, self.desk.now()
        if within is not None and not words:
            ids = board.ids(reader, within, now)
        else:
            sees = self.desk.sees_identity and by_person
            try:
                ids = lookup.ids(reader, words, now=now, within=within, may_see_identity=sees)
            except OfficeError as error:
                self.app.call_from_thread(self._refuse, error)
                return
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._hand_over, ids, label)

    def _hand_over(self, ids: array[int], label: str) -> None:
        self.desk.list_on_board(ids, label)

    @property
    def current_case(self) -> int | None:
        """The hit under the cursor; on a reading there is none, nor before the answer is there."""
        return self.query_one(CaseList).current if self._at is None and self._is_answered else None

    def why_not(self, command_id: str) -> str | None:
        """Narrowing needs a reading, a list needs words."""
        if command_id == "narrow" and self._found.reading is None:
            return "没有读出单位、状态或日期"
        if command_id == "to_board" and not self._text:
            return "先输入要查的"
        return None
