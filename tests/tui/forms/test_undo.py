"""撤销上一步 from case and board: what is asked, what it does, and why not."""

from __future__ import annotations

from db.actions import Action
from db.journal import Act, record
from db.office import Office
from db.reads import case as reads
from duban_tui import config, undoing
from duban_tui.screens.action import ActionScreen
from duban_tui.screens.case import CaseScreen
from duban_tui.screens.confirm import ConfirmScreen
from duban_tui.screens.handle import HandleScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import NOW, Desk, desk_on, write


def urge(app: Desk, case: int) -> None:
    app.write(lambda office: record(office, case, Act(Action.URGE, {"text": "周三前修好"})))


def urged(app: Desk, case: int) -> int:
    facts = reads.facts(app.reader, case, NOW)
    assert facts is not None
    return facts.urged


async def test_it_says_what_it_takes_back_and_asks(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: CaseScreen(case), (120, 36)) as (app, pilot):
        urge(app, case)
        await pilot.press("ctrl+u")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmScreen)
        assert "撤销 2026-000001 的最后一步" in app.text
        assert "11-23 09:30  催办  周三前修好" in app.text
        await pilot.press("escape")
        assert urged(app, case) == 1
        await pilot.press("ctrl+u", "y")
        await pilot.pause()
        await pilot.pause()
        assert urged(app, case) == 0
        assert "- 已撤销：由" in app.text


async def test_it_says_to_which_stage_the_case_goes_back(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: CaseScreen(case), (80, 24)) as (app, pilot):
        app.write(lambda office: record(office, case, Act(Action.WITHDRAW, {"reason": "重复"})))
        await pilot.press("ctrl+u")
        await pilot.pause()
        assert "环节从“已撤回”回到“办理中”。" in app.text


async def test_a_saved_step_names_the_key_and_the_key_means_that_step(home: Home) -> None:
    lamp, fresh = home.cases["lamp"], home.cases["fresh"]
    async with desk_on(home.path, lambda: CaseScreen(fresh), (80, 24)) as (app, pilot):
        app.push_screen(ActionScreen(lamp, Action.URGE))
        await pilot.pause()
        await pilot.press("down", "down")
        await write(pilot, "请抓紧")
        await pilot.press("f2")
        await pilot.pause()
        assert any("Ctrl+U 撤销" in note.message for note in app._notifications)
        await pilot.press("ctrl+u")
        await pilot.pause()
        assert "撤销 2026-000001 的最后一步" in app.text, "not the case under the cursor"
        await pilot.press("y")
        await pilot.pause()
        assert urged(app, lamp) == 0
        assert undoing.meant(app, fresh) == fresh


async def test_it_says_why_not_and_is_dimmed(home: Home) -> None:
    case = home.cases["lamp"]
    with Office.open(home.path, config.load().rules, "李四") as colleague:
        record(colleague, case, Act(Action.URGE, {"text": "x"}))
    async with desk_on(home.path, lambda: HandleScreen(case), (80, 24)) as (app, pilot):
        await pilot.press("end")
        assert "✗ 撤销  上一步由李四记下，只有本人能撤销" in app.text
        await pilot.press("escape")
        app.push_screen(CaseScreen(case))
        await pilot.press("ctrl+u")
        await pilot.pause()
        assert isinstance(app.screen, CaseScreen)
        assert any("只有本人能撤销" in note.message for note in app._notifications)


async def test_it_is_offered_with_the_actions(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: CaseScreen(case), (80, 24)) as (app, pilot):
        urge(app, case)
        await pilot.press("f8")
        await pilot.pause()
        assert "▸ 撤销  上一步：催办" in app.text


async def test_in_a_form_the_key_takes_nothing_back(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.URGE), (80, 24)) as (app, pilot):
        urge(app, case)
        await pilot.press("ctrl+u")
        await pilot.pause()
        assert isinstance(app.screen, ActionScreen)
