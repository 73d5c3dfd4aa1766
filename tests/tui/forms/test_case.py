"""The case screen: what an officer sees of a case and what he may do from there."""

from __future__ import annotations

import pytest

from db.actions import Action
from db.journal import Act, record
from duban_tui.screens.case import CaseScreen
from duban_tui.screens.note import NoteScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import DAY, NOW, desk_on, write

SIZES = [(60, 20), (80, 24), (120, 36), (160, 48)]


@pytest.mark.parametrize("size", SIZES)
async def test_number_state_flow_and_deadline_stand_at_every_size(home: Home, size: tuple[int, int]) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["lamp"]), size) as (app, _pilot):
        for words in (
            "2026-000001",
            "+ 紧急",
            "三江街道路灯不亮半个月",
            "流程",
            "期限",
            "应办结",
            "今天",
            "办理中",
        ):
            assert words in app.text, words


async def test_identities_are_masked_everywhere(home: Home) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["lamp"]), (120, 36)) as (app, _pilot):
        assert "张** 138****5678" in app.text
        assert "138****5678" in app.text.split("流程")[1]
        assert "13812345678" not in app.text
        assert "张小明" not in app.text


async def test_the_unit_s_act_shows_its_way(home: Home) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["lamp"]), (120, 36)) as (app, _pilot):
        line = next(line for line in app.text.splitlines() if "11-19 09:30 受理" in line)
        assert "三江街道" in line
        assert "电话" in line


async def test_a_step_taken_here_shows_at_once(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: CaseScreen(case), (120, 36)) as (app, pilot):
        app.write(
            lambda office: record(office, case, Act(Action.URGE, {"text": "周三前修好", "way": "电话"}))
        )
        await pilot.pause()
        await pilot.pause()
        assert "周三前修好" in app.text
        assert "催办1" in app.text


async def test_f7_tells_the_due_date_day_by_day(home: Home) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("f7")
        await pilot.pause()
        for words in ("逐日说明", "2026-11-18 周三", "第 1 日", "应办结"):
            assert words in app.text, words
        await pilot.press("escape")
        assert isinstance(app.screen, CaseScreen)


async def test_a_case_without_a_clock_says_so(home: Home) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["fresh"])) as (app, pilot):
        assert "未交办，还没有期限" in app.text
        await pilot.press("f7")
        await pilot.pause()
        assert "还没有交办" in app.text


async def test_f8_offers_what_is_allowed_and_says_why_not(home: Home) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["fresh"]), (120, 36)) as (app, pilot):
        await pilot.press("f8")
        await pilot.pause()
        assert "▸ 交办" in app.text
        assert "✗ 受理  现在是“待交办”，受理须在“待签收、待受理、办理中”时" in app.text


async def test_f6_opens_a_note(home: Home) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("f6")
        await pilot.pause()
        assert isinstance(app.screen, NoteScreen)


async def test_the_reporter_is_shown_for_a_reason_that_is_kept(home: Home) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("shift+f6")
        await pilot.pause()
        await pilot.press("f2")
        assert "请填写“理由”" in app.text
        assert "张小明" not in app.text
        await write(pilot, "回电核实")
        await pilot.press("enter")
        await pilot.pause()
        assert "张小明" in app.text
        assert "13812345678" in app.text
        kept = app.reader.execute("SELECT at, case_id, what, reason FROM access_log").fetchall()
        assert kept == [(NOW, home.cases["lamp"], "反映人", "回电核实")]


async def test_who_reported_nobody_is_told_so(home: Home) -> None:
    async with desk_on(home.path, lambda: CaseScreen(home.cases["fresh"])) as (app, pilot):
        await pilot.press("shift+f6")
        await pilot.pause()
        await write(pilot, "核实")
        await pilot.press("f2")
        assert "本件没有登记反映人" in app.text


async def test_an_overdue_case_never_accepted_keeps_its_second_mark(home: Home) -> None:
    async with desk_on(home.path) as (app, pilot):
        app.now = lambda: NOW + 9 * DAY  # type: ignore[method-assign]
        app.push_screen(CaseScreen(home.cases["unknown"]))
        await pilot.pause()
        assert "! 警报" in app.text
        assert "未受理" in app.text
        assert "綦江区城管局（待认领）" in app.text


async def test_the_last_note_is_corrected_from_here(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: CaseScreen(case), (120, 36)) as (app, pilot):
        await pilot.press("ctrl+n")
        assert isinstance(app.screen, CaseScreen)
        app.write(lambda office: record(office, case, Act(Action.VERIFY, {"method": "visit"})))
        await pilot.pause()
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert "更正核查记录" in app.text
