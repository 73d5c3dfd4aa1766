"""登记: a new case, its date worked out as one types, what is similar shown before it is saved."""

from __future__ import annotations

import pytest

from db import drafts, instants
from db.reads import case as reads
from duban_tui.screens.case import CaseScreen
from duban_tui.screens.intake import IntakeScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import NOW, Desk, desk_on, write


def newest(app: Desk) -> reads.CaseFacts:
    case_id = app.reader.execute('SELECT id FROM "case" ORDER BY number DESC LIMIT 1').fetchone()[0]
    found = reads.facts(app.reader, case_id, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)])
async def test_the_due_date_and_the_draft_line_stand_at_every_size(home: Home, size: tuple[int, int]) -> None:
    async with desk_on(home.path, IntakeScreen, size) as (app, _pilot):
        assert "5工作日：应于 11-30" in app.text
        assert "草稿" in app.text


async def test_urgency_changes_the_limit(home: Home) -> None:
    async with desk_on(home.path, IntakeScreen, (80, 36)) as (app, pilot):
        app.screen.query_one("#field-urgency Choice").focus()
        await pilot.press("right")
        await pilot.pause()
        assert "3工作日：应于 11-26 周四 办结" in app.text


async def test_a_case_is_registered_and_handed_over_at_once(home: Home) -> None:
    async with desk_on(home.path, IntakeScreen, (80, 48)) as (app, pilot):
        await write(pilot, "古南街道化粪池外溢")
        await pilot.press("enter")
        await write(pilot, "中山路18号。\n已三天，多次反映。")
        app.screen.query_one("#field-name Input").focus()
        await write(pilot, "李大山")
        await pilot.press("enter")
        await write(pilot, "13911112222")
        app.screen.query_one("#field-lead Input").focus()
        await pilot.press(*"gnjd", "enter")
        await pilot.press("f2")
        await pilot.pause()
        await pilot.pause()
        case = newest(app)
        assert (case.title, case.unit, case.stage) == ("古南街道化粪池外溢", "古南街道", "dispatched")
        assert (case.body, case.submitter) == ("中山路18号。\n已三天，多次反映。", "李** 139****2222")
        assert case.due_at == instants.at(2026, 12, 1)
        assert isinstance(app.screen, CaseScreen)
        assert case.number in app.text
        assert drafts.unfinished(app.reader) == []


async def test_without_a_unit_it_waits_to_be_handed_over(home: Home) -> None:
    async with desk_on(home.path, IntakeScreen) as (app, pilot):
        assert "不填主办单位就存为待交办" in app.text
        await write(pilot, "小区健身器材损坏")
        await pilot.press("f2")
        await pilot.pause()
        case = newest(app)
        assert (case.title, case.pending, case.received_at) == ("小区健身器材损坏", "dispatch", NOW)


async def test_similar_open_cases_are_shown_before_saving(home: Home) -> None:
    async with desk_on(home.path, IntakeScreen) as (app, pilot):
        await write(pilot, "三江街道老街路灯不亮")
        await pilot.pause(0.6)
        assert "可能重复 1 件" in app.text
        assert "2026-000001  三江街道路灯不亮半个月" in app.text
        await write(pilot, "")
        await pilot.press("ctrl+u")
        await write(pilot, "独居老人无人照料")
        await pilot.pause(0.6)
        assert "可能重复" not in app.text


async def test_a_report_is_not_handed_to_whom_it_is_about(home: Home) -> None:
    async with desk_on(home.path, IntakeScreen, (80, 48)) as (app, pilot):
        await write(pilot, "街道工作人员吃拿卡要")
        app.screen.query_one("#field-subject_unit Input").focus()
        await pilot.press(*"sjjd", "enter", "right")
        app.screen.query_one("#field-lead Input").focus()
        await pilot.press(*"sjjd", "enter")
        await pilot.press("f2")
        await pilot.pause()
        assert "不能交给被反映单位" in app.text
        assert isinstance(app.screen, IntakeScreen)
        assert app.screen.form.typed()["title"] == "街道工作人员吃拿卡要"


async def test_a_title_is_needed(home: Home) -> None:
    async with desk_on(home.path, IntakeScreen) as (app, pilot):
        await pilot.press("f2")
        assert "! 请填写“事项”" in app.text


async def test_the_draft_is_kept_and_taken_up_again(home: Home) -> None:
    async with desk_on(home.path, IntakeScreen) as (app, pilot):
        await write(pilot, "电话打进来说到一半")
        await pilot.press("escape")
        await pilot.pause()
        app.show("drafts")
        await pilot.pause()
        assert "登记  电话打进来说到一半" in app.text
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, IntakeScreen)
        assert "电话打进来说到一半" in app.text


async def test_what_looks_mistyped_of_a_person_is_asked_about_once(home: Home) -> None:
    async with desk_on(home.path, IntakeScreen, (80, 48)) as (app, pilot):
        await write(pilot, "古南街道化粪池外溢")
        app.screen.query_one("#field-phone Input").focus()
        await write(pilot, "没有")
        await pilot.press("enter")
        await write(pilot, "50022219900")
        await pilot.press("f2")
        await pilot.pause()
        assert "电话里没有数字；证件号有 11 位，身份证号是 18 位。再按 F2 照样提交" in app.text
        await pilot.press("f2")
        await pilot.pause()
        await pilot.pause()
        assert newest(app).title == "古南街道化粪池外溢"
