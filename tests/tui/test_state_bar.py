"""The second line: whatever is open is seen on it, however narrow the terminal and full the office."""

from __future__ import annotations

from itertools import product

import pytest

from db.reads.board import QUEUES, SORTS, Counts
from db.terms import Alarm
from duban_tui.widgets.fitting import Piece, fitted, width_of
from duban_tui.widgets.state_bar import ALL_QUEUES, SORT_WORDS, StateBar
from tests.tui.conftest import Desk, Register, settled, shown

FULL = Counts(dict.fromkeys(Alarm, 123_456), dict.fromkeys(QUEUES, 12_345), 740_736, 864_192)


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
@pytest.mark.parametrize("scope", ["", "彭水苗族土家族自治县"])
@pytest.mark.parametrize("words", ["", "路灯 不亮 小区 门口 好几天"])
async def test_the_open_view_is_seen_with_its_order_and_filter_at_every_width(
    desk: Desk, size: tuple[int, int], scope: str, words: str
) -> None:
    async with desk(size) as pilot:
        bar = pilot.app.screen.query_one(StateBar)
        bar.counts, bar.scope, bar.words = FULL, scope, words
        views = [
            *((str(alarm), "") for alarm in (*Alarm, "")),
            *(("", queue) for queue in (ALL_QUEUES, *QUEUES)),
        ]
        for (alarm, queue), sort in product(views, SORTS):
            bar.alarm, bar.queue, bar.sort = alarm, queue, sort
            line = bar.pieces(size[0] - 1)
            texts = [piece.text for piece in line]
            assert width_of(line) <= size[0] - 1
            assert sum("reverse" in piece.style for piece in line) == 1
            assert (SORT_WORDS[sort] in texts) >= (sort != SORTS[0] and alarm != Alarm.DONE)
            assert any("筛“路灯 不亮" in text for text in texts) == bool(words)
            assert any(text.startswith("彭水苗族土") for text in texts) == bool(scope)


def test_the_last_pieces_that_need_not_stay_are_left_out() -> None:
    first, open_one, last = Piece("a", "待办"), Piece("b", "警报", stays=True), Piece("c", "办结")
    more = Piece("more", "▸", gap=1)
    assert fitted([first, open_one, last], 16, more) == [first, open_one, last]
    assert fitted([first, open_one, last], 15, more) == [first, open_one, more]
    assert fitted([first, open_one, last], 9, more) == [open_one, more]


async def test_nothing_chosen_is_a_view_too(desk: Desk, register: Register) -> None:
    register("路灯不亮")
    async with desk((80, 24)) as pilot:
        assert "8全部1" in shown(pilot).splitlines()[1]
        await pilot.press("6")
        await settled(pilot)
        assert "✓办结0" in shown(pilot).splitlines()[1]


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_a_long_lookup_on_the_board_keeps_its_words_and_its_count(
    desk: Desk, size: tuple[int, int]
) -> None:
    async with desk(size) as pilot:
        bar = pilot.app.screen.query_one(StateBar)
        bar.found = ("“" + "路灯不亮" * 20 + "”", 1_234)
        await settled(pilot)
        line = shown(pilot).splitlines()[1]
        assert line.startswith(" 快查 “路灯不亮路灯")
        assert line.endswith(".. 1,234 件  Esc 回总台")
