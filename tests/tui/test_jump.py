"""`#`: to the N-th case of the list, asked in its last line."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from duban_tui.app import DubanApp
from duban_tui.config import Config
from duban_tui.screens.lookup import LookupScreen
from duban_tui.widgets.case_list import CaseList
from duban_tui.widgets.jump import place_of
from tests.tui.conftest import Desk, Register, pressed, settled, shown


async def test_the_list_jumps_to_the_nth_case(desk: Desk, register: Register) -> None:
    for number in range(5):
        register(f"第{number}件")
    async with desk() as pilot:
        cases = pilot.app.screen.query_one(CaseList)
        await pressed(pilot, "＃", "3", "enter")
        assert cases.cursor == 2
        await pressed(pilot, "#", "一", "enter")
        assert "请写数字" in shown(pilot)
        await pressed(pilot, "escape")
        assert cases.cursor == 2
        await pressed(pilot, "#", "1", "5", "backspace", "enter")
        assert cases.cursor == 0
        await pressed(pilot, "#", "4", "down")
        assert cases.cursor == 1, "another key leaves, and does what it does"
        pilot.app.post_message(events.Paste("4"))
        await pressed(pilot, "#")
        pilot.app.post_message(events.Paste("4\n"))
        await settled(pilot)
        assert "：4_" in shown(pilot)
        await pressed(pilot, "enter")
        assert cases.cursor == 3
        await pressed(pilot, "end")
        assert cases.cursor == 4


@pytest.mark.parametrize("sign", ["#", "＃", None])
@pytest.mark.parametrize("tree", [False, True])
async def test_a_place_typed_in_one_go_with_its_sign_is_not_lost(
    desk: Desk, register: Register, sign: str | None, tree: bool
) -> None:
    for number in range(5):
        register(f"第{number}件")
    async with desk() as pilot:
        if tree:
            await pressed(pilot, "t")
        pilot.app.post_message(events.Key("number_sign" if sign != "＃" else "＃", sign))
        pilot.app.post_message(events.Key("4", "4"))
        await settled(pilot)
        await pressed(pilot, "enter")
        assert pilot.app.screen.query_one(CaseList).cursor == 3


async def test_a_click_on_the_question_is_no_click_on_the_case_below(desk: Desk, register: Register) -> None:
    for number in range(60):
        register(f"第{number}件")
    async with desk() as pilot:
        cases = pilot.app.screen.query_one(CaseList)
        await pressed(pilot, "#", "4")
        await pilot.click(CaseList, offset=(5, cases.size.height - 1))
        await settled(pilot)
        assert (cases.cursor, "：4_" in shown(pilot)) == (0, True)
        await pilot.click(CaseList, offset=(5, 3))
        await settled(pilot)
        assert (cases.cursor, "：4_" in shown(pilot)) == (2, False)


async def test_the_sign_that_asks_is_the_one_of_the_config(
    home: Path, settings: Config, register: Register
) -> None:
    register("路灯不亮")
    app = DubanApp(home, settings._replace(keys={"jump": ("x",), "lookup": ("f3", "#")}))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pressed(pilot, "x")
        assert "跳到" in shown(pilot)
        await pressed(pilot, "escape", "#")
        assert isinstance(pilot.app.screen, LookupScreen)


async def test_a_jump_goes_by_the_list_as_it_is_by_then(desk: Desk, register: Register) -> None:
    for number in range(5):
        register(f"第{number}件")
    async with desk((70, 24)) as pilot:
        cases = pilot.app.screen.query_one(CaseList)
        await pressed(pilot, "t", "#")
        for number in range(5, 9):
            register(f"第{number}件")
        await pilot.pause(1.3)
        await pressed(pilot, "8", "enter")
        assert cases.cursor == 7
        await pressed(pilot, "#", "4")
        pilot.app.post_message(events.AppBlur())
        await settled(pilot)
        pilot.app.post_message(events.AppFocus())
        await settled(pilot)
        await pressed(pilot, "enter")
        assert cases.cursor == 3
        assert pilot.app.focused is cases


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("1", 0), ("1,200", 1_199), ("１２００", 1_199), ("50%", 5_000), ("100％", 9_999), ("0", 0),
        ("99999", 9_999), ("9" * 5_000, 9_999), ("", None), ("中间", None), ("-1", None), ("²", None),
    ],
)  # fmt: skip
def test_a_place_in_a_list_is_read_as_it_is_written(written: str, place: int | None) -> None:
    assert place_of(written, 10_000) == place
