"""The list of the board: the first lines at once, the rest while they are looked at, however long it is."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual import events, work
from textual.strip import Strip
from textual.worker import get_current_worker

from db import closed
from db.connection import Connection, driver
from db.reads import board
from db.reads.board import CaseRow, ListQuery
from duban_tui.widgets.case_list import CaseList
from duban_tui.widgets.state_bar import ALL_QUEUES

if TYPE_CHECKING:
    from duban_tui.office_app import OfficeApp
    from duban_tui.widgets.jump import Question

FIRST_ROWS = 64
"""Rows read before anything else; the whole list follows in a worker."""

CANCEL_CHECK = 1_000
"""Steps of SQLite between two questions whether another list was asked for: well under a millisecond."""


class View(NamedTuple):
    """What the board lists."""

    query: ListQuery
    queue: str = ""
    """The view of the desk's own queues: one of them, or all one after the other; empty = none."""

    @property
    def order(self) -> str:
        """One of `board.SORTS`; closed cases have one order only."""
        return self.query.sort if self.query.holds_open else "newest"

    @property
    def parts(self) -> list[ListQuery]:
        """The lists that stand one after the other; cases without a unit by the name that waits for one."""
        queues = board.QUEUES if self.queue == ALL_QUEUES else (self.queue or None,)
        return [
            self.query._replace(queue=each, sort="unit" if each == board.UNCLAIMED else self.query.sort)
            for each in queues
        ]


class BoardList(CaseList):
    """A list of cases that reads itself."""

    _read: tuple[View, closed.Mark] | None = None
    """The list of closed cases that was read to its end and stands here, and what was closed then."""

    asking_signs: frozenset[str] = frozenset()
    """Keys and signs that ask where to jump."""
    _question: Question | None = None
    """Where to jump, while it is asked. It stands in the last line: a widget that comes or goes has all the
    screen laid out anew."""

    @property
    def _desk(self) -> OfficeApp:
        return cast("OfficeApp", self.app)

    def begin(self, view: View) -> None:
        """Show the first lines before the first frame, the rest when it is read."""
        if not view.queue:
            page = board.page(self._desk.reader, view.query, self._desk.now(), FIRST_ROWS)
            rows = {row.id: row for row in page}
            self.sort = view.order
            self.show(array("q", rows), lambda ids: [rows[case_id] for case_id in ids], more=True)
        self.call_after_refresh(self.read, view, keep=True)

    @work(thread=True, exclusive=True, group="list")
    def read(self, view: View, *, keep: bool) -> None:
        """Read a view; `keep` leaves lines and cursor where they are until all is read.

        Another view that is asked for meanwhile takes its place.
        """
        reader, now, worker = self._desk.reader, self._desk.now(), get_current_worker()

        def tell(*call: Any, **named: Any) -> None:
            if not worker.is_cancelled:
                self.app.call_from_thread(*call, **named)

        reader.set_progress_handler(lambda: worker.is_cancelled, CANCEL_CHECK)
        try:
            before = _closed(reader, view)
            if keep and self._stands(reader, view):
                tell(self.forget)
            elif keep:
                tell(self._show_all, view, _joined(_pieces(reader, view, now)))
            else:
                self._read = None
                self._read_on(reader, view, now, tell)
            if not worker.is_cancelled:
                self._read = before
        except driver.OperationalError:
            if not worker.is_cancelled:
                raise
        finally:
            reader.set_progress_handler(None, 0)

    def _stands(self, reader: Connection, view: View) -> bool:
        """Whether a view is what is listed, and nothing that was closed has changed since."""
        return (
            self._read is not None
            and self._read[0] == view
            and closed.is_as_marked(reader, _unit(view), self._read[1])
        )

    def _read_on(self, reader: Connection, view: View, now: int, tell: Callable[..., None]) -> None:
        """The first lines, then the open cases, then the closed ones piece by piece."""
        if len(view.parts) == 1:
            page = board.page(reader, view.parts[0], now, FIRST_ROWS)
            tell(self._show_all, view, array("q", (row.id for row in page)), keep=False, more=True)
        pieces = _pieces(reader, view, now)
        tell(self._show_all, view, next(pieces, array("q")), keep=len(view.parts) == 1, more=True)
        for piece in pieces:
            tell(self.extend, piece, more=True)
        tell(self.extend, array("q"), more=False)

    def _show_all(self, view: View, ids: array[int], *, keep: bool = True, more: bool = False) -> None:
        self.sort = view.order
        self.empty = "没有符合筛选的事项，Esc 清除筛选" if view.query.words else "没有事项"
        self.show(ids, self._rows, keep=keep, more=more)

    def _rows(self, ids: Sequence[int]) -> list[CaseRow]:
        return board.rows(self._desk.reader, ids, self._desk.now())

    # -- to the N-th --------------------------------------------------------------------------------

    def ask_where(self) -> None:
        """Ask for a place in the list, until it is answered or the keyboard does something else."""
        from duban_tui.widgets.jump import Question  # The first frame does not ask.

        self._question = Question()
        self._repaint_question()

    def _repaint_question(self) -> None:
        self.refresh_lines(self.size.height - 1)

    def render_line(self, y: int) -> Strip:
        """The question stands in the last line."""
        if self._question is not None and y == self.size.height - 1:
            return self._line(self._question.line(len(self)), "cursor")
        return super().render_line(y)

    def on_key(self, event: events.Key) -> None:
        """What is typed is the answer; any other key leaves, and does what it does.

        The sign that asks is taken here, before what was typed in one go with it.
        """
        question = self._question
        if question is None:
            if not len(self) or self.asking_signs.isdisjoint((event.key, event.character or event.key)):
                return
            self.ask_where()
        elif event.key == "enter":
            self._go(question)
        elif event.key == "backspace":
            question.take_back()
        elif event.is_printable and event.character is not None:
            question.type(event.character)
        else:
            self.leave()
            if event.key != "escape":
                return
        event.stop()
        event.prevent_default()
        self._repaint_question()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is part of an answer, also one that was typed ahead of the question."""
        return self._question is not None and character is not None and character.isprintable()

    def on_paste(self, event: events.Paste) -> None:
        """A number from elsewhere."""
        if self._question is not None:
            event.stop()
            self._question.type(event.text)
            self._repaint_question()

    def _go(self, question: Question) -> None:
        place = question.place(len(self))
        if place is None:
            question.wrong = True
        else:
            self.leave()
            self.action_jump(place)

    def leave(self) -> None:
        """Ask no longer."""
        if self._question is not None:
            self._question = None
            self._repaint_question()

    def on_click(self, event: events.Click) -> None:
        """The mouse answers otherwise, but for a click on the question, which hides a case."""
        if self._question is not None and event.y == self.size.height - 1:
            event.prevent_default()
        else:
            self.leave()

    def on_blur(self) -> None:
        """Another widget has the keyboard; not another window, from which it comes back."""
        if self.app.app_focus:
            self.leave()

    def show_found(self, ids: array[int]) -> None:
        """List what a lookup found, in its order."""
        self.workers.cancel_group(self, "list")
        self._read = None
        self.sort = ""
        self.show(ids, self._rows)


def _pieces(reader: Connection, view: View, now: int) -> Iterator[array[int]]:
    return chain.from_iterable(board.pieces(reader, part, now) for part in view.parts)


def _joined(pieces: Iterator[array[int]]) -> array[int]:
    whole = array("q")
    for piece in pieces:
        whole.extend(piece)
    return whole


def _closed(reader: Connection, view: View) -> tuple[View, closed.Mark] | None:
    """A list of closed cases alone, and how far it goes; None for others, which the clock changes too."""
    query = view.query
    if query.holds_open or view.queue or query.words:
        return None
    return view, closed.mark(reader, _unit(view))


def _unit(view: View) -> int | None:
    return None if view.query.scope.is_whole else view.query.scope.unit_id
