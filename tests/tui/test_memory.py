"""A desk that is open all day stays as small as in the morning."""

from __future__ import annotations

import gc
import weakref

from duban_tui.screens.case import CaseScreen
from tests.tui.conftest import Desk, Register, settled


async def test_a_case_that_was_left_is_let_go(desk: Desk, register: Register) -> None:
    register("老街路灯不亮", lead="古南街道")
    async with desk() as pilot:
        await pilot.press("enter")
        await settled(pilot)
        case = pilot.app.screen
        assert isinstance(case, CaseScreen)
        painted = [weakref.ref(widget._styles_cache) for widget in case.query("*")]
        del case
        await pilot.press("escape")
        await settled(pilot)
        gc.collect()
        assert [kept for each in painted if (kept := each()) is not None] == []
