"""The columns of a list of cases at a width: which, how wide, what stands in them. Pure.

All widths are terminal cells, never characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from db.reads.board import CaseRow
from db.terms import Alarm
from db.workdays import Calendar
from duban_tui import wording
from duban_tui.widgets.alarm import face

GAP = 1
"""Cells between two columns, and the gutter for the cursor mark at the left."""

MIN_TITLE = 12
"""A title is never narrower; then a terminal is too small for a list."""


class Column(NamedTuple):
    """A column and its width in cells."""

    name: str
    heading: str
    width: int


_FIXED: tuple[tuple[int, tuple[Column, ...]], ...] = (
    (
        104,
        (
            Column("number", "编号", 13), Column("title", "事项", 0), Column("unit", "主办单位", 16),
            Column("state", "状态", 9), Column("left", "剩余工作日", 13), Column("changed", "更新", 7),
        ),
    ),
    (
        74,
        (
            Column("number", "编号", 12), Column("title", "事项", 0), Column("unit", "主办单位", 12),
            Column("state", "状态", 9), Column("left", "剩余工作日", 12),
        ),
    ),
    (
        50,
        (
            Column("number", "编号", 12), Column("title", "事项", 0), Column("unit", "主办", 8),
            Column("state", "状态", 6), Column("left", "剩余", 8),
        ),
    ),
    (
        0,
        (
            Column("number", "编号", 12), Column("title", "事项", 0),
            Column("state", "状态", 6), Column("left", "剩余", 8),
        ),
    ),
)  # fmt: skip
"""Widths from which a set of columns holds; the title takes what is left."""

_QUEUE_WIDTHS = {9: 12, 6: 8}
"""The state column in the view of the desk's own queues: ``! 办结待审核``, where narrow ``! 待审核``."""

_SHORT = 9
"""A column narrower than this takes short words."""


@lru_cache(maxsize=32)
def layout(width: int, queues: bool = False) -> tuple[Column, ...]:
    """The columns that fit `width` cells."""
    columns = next(columns for least, columns in _FIXED if width >= least)
    if queues:
        columns = tuple(
            each._replace(width=_QUEUE_WIDTHS[each.width]) if each.name == "state" else each
            for each in columns
        )
    title = max(MIN_TITLE, width - total(columns))
    return tuple(each._replace(width=title) if each.name == "title" else each for each in columns)


def total(columns: tuple[Column, ...]) -> int:
    """The cells of a line: its gutter, its columns, the gaps between them."""
    return sum(column.width + GAP for column in columns)


_SORTED = {
    "urgency": ("state", "最急"), "due": ("left", "期限"), "newest": ("", "最新"),
    "updated": ("changed", "更新"), "number": ("number", "编号"), "unit": ("unit", "单位"),
}  # fmt: skip
"""An order of `db.reads.board.SORTS` → the column that shows it, and its word where there is none."""


def heading(columns: tuple[Column, ...], sort: str = "", at: int = 0, count: str = "") -> str:
    """The line over the list: the column of the order carries a mark, the title the place in the list.

    Args:
        columns: see `layout`.
        sort: one of `db.reads.board.SORTS`; empty = an order that has no name.
        at: the line of the cursor, counted from 1; 0 = on none.
        count: how many lines there are, as said; empty = nothing about it.
    """
    marked, word = _SORTED.get(sort, ("", ""))
    shown = any(column.name == marked for column in columns)

    def text(column: Column) -> str:
        if column.name == "title":
            words = (column.heading,) if shown or not word else (f"{column.heading} {word}▾", column.heading)
            return _with_place(words, column.width, at, count)
        return column.heading + (" ▾" if column.name == marked else "")

    return _joined(columns, text)


def _with_place(words: tuple[str, ...], width: int, at: int, count: str) -> str:
    """The place at the right end of a heading, beside the first words that leave room for it."""
    places = (f"{at:,} / {count}", f"{at:,}/{count}") if at else (count,)
    alone = [(words[-1], f"{at:,}")] if at else []
    for left, place in (*product(words, places), *alone):
        gap = width - cell_len(left) - cell_len(place)
        if gap > 0:
            return left + " " * gap + place
    return words[0]


class Look(NamedTuple):
    """What the words of a row depend on besides the row."""

    calendar: Calendar
    now: int
    queues: bool = False


def cells(row: CaseRow, columns: tuple[Column, ...], look: Look) -> list[str]:
    """The text of each column, cut and filled to its width, without the gaps."""
    return [fit(_text(row, column, look), column.width, tail=column.name == "number") for column in columns]


def _text(row: CaseRow, column: Column, look: Look) -> str:
    short = column.width < _SHORT
    if column.name == "number":
        return row.number
    if column.name == "title":
        return f"[保密] {row.title}" if row.confidential else row.title
    if column.name == "unit":
        return row.unit
    if column.name == "left":
        if look.queues and not row.running:
            return ""
        return _left(row, look, column.width)
    if column.name == "changed":
        return wording.changed(row.updated_at, look.now)
    return _state(row, look, short=short)


def _left(row: CaseRow, look: Look, width: int) -> str:
    """In words as far as they fit; a number or a mark cut off would say something else."""
    said = wording.time_left(row, look.calendar, look.now)
    if width >= _SHORT:
        for words in (said, said.replace(" ", "")):
            if cell_len(words) <= width:
                return words
    return wording.time_left(row, look.calendar, look.now, short=True)


def _state(row: CaseRow, look: Look, *, short: bool) -> str:
    """Glyph and word; a case that was never accepted keeps a second mark behind its worse alarm."""
    shown = face(row.alarm)
    if look.queues:
        return f"{shown.glyph} {wording.queue_word(row, short=short)}"
    unaccepted = row.accepted_at is None and row.alarm in (Alarm.OVERDUE, Alarm.URGENT)
    if not unaccepted:
        return shown.text
    late = row.accept_by is not None and row.accept_by <= look.now
    mark = face(Alarm.WARNING if late else Alarm.DELIVERED).glyph
    return f"{shown.glyph}{mark}{shown.word}" if short else f"{shown.text} {mark}"


def fit(text: str, width: int, *, tail: bool = False) -> str:
    """Cut or fill to a width in cells. Of a number too long its end is kept: that tells it from others."""
    text = " ".join(text.split()) if "\n" in text or "\t" in text else text
    if tail:
        while _cells(text) > width:
            text = text[1:]
    text = cut(text, width)
    return text + " " * (width - _cells(text))


def cut(text: str, width: int) -> str:
    """At most so many cells of a text, with a mark where it was cut."""
    if _cells(text) <= width:
        return text
    return _beginning(text, max(0, width - 2)).rstrip() + ".."


_PLAIN = re.compile("[ -~\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]*")
"""Signs that take one cell or two whatever stands beside them: nearly all texts are made of them."""


def _cells(text: str) -> int:
    """The cells of a text. Of a plain one each wide sign takes two, and two bytes more than a narrow one."""
    if _PLAIN.fullmatch(text):
        return (len(text) + len(text.encode())) // 2
    return cell_len(text)


def _beginning(text: str, width: int) -> str:
    """As much of a text as fits, filled up where half of a wide sign would."""
    if not _PLAIN.fullmatch(text):
        return set_cell_size(text, width)
    end = width // 2
    while end < len(text) and _cells(text[: end + 1]) <= width:
        end += 1
    return text[:end]


def _joined(columns: tuple[Column, ...], text: Callable[[Column], str]) -> str:
    return " " * GAP + (" " * GAP).join(fit(text(column), column.width) for column in columns)
