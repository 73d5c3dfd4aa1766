"""Everything that is done by key is done by mouse too."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from textual.pilot import Pilot

from db.actions import Action
from duban_tui.screens.action import ActionScreen
from duban_tui.screens.case import CaseScreen
from duban_tui.screens.handle import HandleScreen
from duban_tui.screens.note import NoteScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import Desk, desk_on, write


async def click(app: Desk, pilot: Pilot[Any], words: str) -> None:
    """Click on words that stand on the screen."""
    for row, line in enumerate(app.text.splitlines()):
        if words in line:
            await pilot.click(offset=(cell_len(line[: line.index(words)]), row))
            await pilot.pause()
            return
    raise AssertionError(f"{words} stands nowhere")


async def test_an_option_is_picked(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"]), (60, 20)) as (app, pilot):
        await click(app, pilot, "座谈")
        assert "[座谈]" in app.text
        await click(app, pilot, "调阅")
        assert "[调阅]" in app.text


async def test_a_unit_is_picked_and_the_form_submitted(home: Home) -> None:
    case = home.cases["fresh"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.DISPATCH)) as (app, pilot):
        await write(pilot, "街道")
        await click(app, pilot, "古南街道  綦江区")
        assert "綦江区 / 古南街道" in app.text
        await click(app, pilot, "F2 提交")
        await pilot.pause()
        stage = app.reader.execute('SELECT stage FROM "case" WHERE id = ?', (case,)).fetchone()[0]
        assert stage == "dispatched"


async def test_an_action_is_chosen(home: Home) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["lamp"])) as (app, pilot):
        await click(app, pilot, "F8 办理")
        assert isinstance(app.screen, HandleScreen)
        await click(app, pilot, "催办")
        assert app.text.lstrip().startswith("催办")
