"""Frames of the case list at a million rows, against Textual's DataTable."""

from __future__ import annotations

import asyncio
import random
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import DataTable

from bench.measure import Row, Timing, times, timing
from db import calendars
from db.connection import open_reader
from db.home import path_of
from db.reads import board
from db.reads.board import ListQuery
from duban_tui.widgets.case_columns import Look
from duban_tui.widgets.case_list import CaseList

LISTED = 1_000_000
TABLE_ROWS = 20_000
FRAMES = 200
SIZE = (120, 36)


def rows(home: Path, now: int) -> Iterator[Row]:
    """Filling, and a frame after a jump to any row."""
    filled, jumps = asyncio.run(_case_list(home, now))
    table_filled, table_jumps = asyncio.run(_data_table(home, now))
    other = f"Textual's DataTable, {TABLE_ROWS:,} rows"
    yield Row(f"list: show {LISTED:,} rows", filled, other, table_filled)
    yield Row("list: a frame after a jump", jumps, other, table_jumps, "p95 ≤ 16 ms")


async def _case_list(home: Path, now: int) -> tuple[Timing, Timing]:
    connection = open_reader(path_of(home))
    known = board.ids(connection, ListQuery(sort="newest", open_only=False), now)
    ids = array("q", (known * (LISTED // len(known) + 1))[:LISTED])
    widget = CaseList(lambda: Look(calendars.packaged(), now))

    async with _Stage(widget).run_test(size=SIZE) as pilot:
        start = time.perf_counter()
        widget.show(ids, lambda wanted: board.rows(connection, wanted, now))
        filled = timing([_paint(widget) - start])
        await pilot.pause()
        return filled, _jumps(widget, lambda row: widget.action_jump(row), LISTED)


async def _data_table(home: Path, now: int) -> tuple[Timing, Timing]:
    connection = open_reader(path_of(home))
    known = board.ids(connection, ListQuery(sort="newest", open_only=False), now)
    cases = board.rows(connection, known[:TABLE_ROWS], now)
    widget: DataTable[str] = DataTable(cursor_type="row")

    async with _Stage(widget).run_test(size=SIZE) as pilot:
        start = time.perf_counter()
        widget.add_columns("编号", "事项", "主办单位", "状态", "更新")
        widget.add_rows(
            [(case.number, case.title, case.unit, case.alarm, str(case.updated_at)) for case in cases]
        )
        await pilot.pause()
        filled = timing([_paint(widget) - start])
        return filled, _jumps(widget, lambda row: widget.move_cursor(row=row, scroll=True), len(cases))


class _Stage(App[None]):
    """One widget that fills the screen."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget

    def compose(self) -> ComposeResult:
        """Only the widget."""
        yield self._widget


def _paint(widget: Widget) -> float:
    for line in range(widget.size.height):
        widget.render_line(line)
    return time.perf_counter()


def _jumps(widget: Widget, jump: Callable[[int], object], length: int) -> Timing:
    chance = random.Random(4)
    spent = []
    for _ in range(times(FRAMES)):
        start = time.perf_counter()
        jump(chance.randrange(length))
        spent.append(_paint(widget) - start)
    return timing(spent)
