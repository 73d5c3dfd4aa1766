"""The forms of actions: made from their data, entered as the unit's act, refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from db import drafts, instants, units
from db.actions import Action
from db.journal import Act, record
from db.lifecycle import OFFERED
from db.reads import case as reads
from db.reads import flow
from duban_tui.screens.action import ActionScreen, due_line
from duban_tui.screens.handle import HandleScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import NOW, Desk, desk_on, write

FORMS = [action for action in OFFERED if action is not Action.VERIFY]


def facts(app: Desk, case: int) -> reads.CaseFacts:
    found = reads.facts(app.reader, case, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize("size", [(60, 20), (120, 36)])
@pytest.mark.parametrize("action", FORMS)
async def test_every_action_has_a_form(home: Home, action: Action, size: tuple[int, int]) -> None:
    async with desk_on(home.path, lambda: ActionScreen(home.cases["lamp"], action), size) as (app, _pilot):
        assert app.text.lstrip().startswith(action.label)
        assert "草稿" in app.text
        assert "F2 提交" in app.text


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (27, "1工作日：应于 11-27 周五 办结，早于受理期限，以办结为准"),
        (30, "1工作日：应于 11-30 周一 办结，11-30 前受理"),
    ],
)
def test_no_acceptance_is_asked_for_after_the_case_is_due(due: int, said: str) -> None:
    assert due_line("1工作日", instants.at(2026, 11, due) + 86_400, instants.at(2026, 12, 1), False) == said


async def test_handing_over_by_initials(home: Home) -> None:
    case = home.cases["fresh"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.DISPATCH)) as (app, pilot):
        await pilot.press(*"sjjd")
        assert "三江街道  綦江区" in app.text
        await pilot.press("enter")
        assert "綦江区 / 三江街道" in app.text
        assert "5工作日：应于 11-30 周一 办结，11-25 前受理" in app.text
        await pilot.press("f2")
        await pilot.pause()
        now = facts(app, case)
        assert (now.unit, now.stage) == ("三江街道", "dispatched")
        assert now.due_at == instants.at(2026, 12, 1)
        assert now.delivered_at == NOW


async def test_a_returned_case_is_handed_over_with_the_end_it_had(home: Home) -> None:
    case = home.cases["fresh"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.DISPATCH)) as (app, pilot):
        office = app.office()
        uid = office.writer.execute(
            "SELECT uid FROM unit JOIN unit_version ON unit_id = unit.id WHERE name = '三江街道'"
        ).fetchone()[0]
        for act in (
            Act(Action.DISPATCH, {"lead": uid}, at=NOW - 3 * 86_400),
            Act(Action.RETURN, {"reason": "不属本单位职责"}),
            Act(Action.RETURN_GRANT),
        ):
            record(office, case, act)
        kept = facts(app, case).due_at
        assert kept is not None
        app.push_screen(ActionScreen(case, Action.DISPATCH))
        await pilot.pause()
        await pilot.press(*"sjjd", "enter")
        assert f"5工作日，照旧：应于 {instants.last_day_of(kept):%m-%d}" in app.text
        await pilot.press("f2")
        await pilot.pause()
        assert facts(app, case).due_at == kept


async def test_the_due_date_follows_the_limit_as_it_is_typed(home: Home) -> None:
    case = home.cases["fresh"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.DISPATCH)) as (app, pilot):
        await pilot.press("down", "down")
        await write(pilot, "2工作日")
        assert "2工作日：应于 11-25 周三 办结" in app.text
        await pilot.press("down")
        await write(pilot, "12-4")
        assert "应于 12-04 周五 办结" in app.text


async def test_a_name_that_is_no_unit_goes_to_be_claimed(home: Home) -> None:
    case = home.cases["fresh"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.DISPATCH)) as (app, pilot):
        await write(pilot, "綦江区不存在的局")
        assert "没有这个单位，将列入待认领" in app.text
        await pilot.press("f2")
        await pilot.pause()
        assert facts(app, case).unclaimed == "綦江区不存在的局"


async def test_a_unit_s_act_carries_its_unit_way_and_time(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.PROGRESS)) as (app, pilot):
        await write(pilot, "已联系供电所。\n配件周二到。")
        await pilot.press("tab", "enter", "right", "right", "enter", "home", "ctrl+k")
        await write(pilot, "昨天 15:00")
        await pilot.press("f2")
        await pilot.pause()
        step = flow.timeline(app.reader, case)[-1]
        assert (step.action, step.party, step.via) == ("progress", "三江街道", "paper")
        assert step.at == instants.at(2026, 11, 22, 15)
        assert "配件周二到" in step.summary


async def test_what_the_journal_refuses_is_said_and_nothing_is_lost(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.EXTEND)) as (app, pilot):
        await write(pilot, "配件未到")
        await pilot.press("enter")
        await write(pilot, "11-20")
        await pilot.press("f2")
        await pilot.pause()
        assert "! 延期后的日期须晚于现在的应办结日" in app.text
        assert "配件未到" in app.text
        assert facts(app, case).pending is None


async def test_a_blank_required_field_is_named(home: Home) -> None:
    async with desk_on(home.path, lambda: ActionScreen(home.cases["lamp"], Action.SUBMIT)) as (app, pilot):
        await pilot.press("f2")
        assert "! 请填写“办理情况”" in app.text


async def test_the_future_is_refused(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.URGE)) as (app, pilot):
        await pilot.press("1", "down", "down")
        await write(pilot, "周三前修好")
        await pilot.press("down", "down", "home", "ctrl+k")
        await write(pilot, "明天 9:00")
        await pilot.press("f2")
        await pilot.pause()
        assert "还没有到" in app.text
        assert facts(app, case).urged == 0


async def test_extension_is_asked_and_granted(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.EXTEND)) as (app, pilot):
        await write(pilot, "配件未到")
        await pilot.press("enter")
        await write(pilot, "12-4")
        await pilot.press("f2")
        await pilot.pause()
        assert facts(app, case).pending == "extension"
        app.push_screen(ActionScreen(case, Action.EXTEND_GRANT))
        await pilot.pause()
        await write(pilot, "12-3")
        await pilot.press("f2")
        await pilot.pause()
        now = facts(app, case)
        assert (now.pending, now.extended, now.due_at) == (None, 1, instants.at(2026, 12, 4))


async def test_claiming_gives_the_unit_to_every_case_with_the_name(home: Home) -> None:
    case = home.cases["unknown"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.CLAIM)) as (app, pilot):
        assert "綦江区城管局" in app.text
        await write(pilot, "三江街道")
        await pilot.press("enter", "f2")
        await pilot.pause()
        left: list[Any] = app.reader.execute(
            'SELECT count(*) FROM "case" WHERE unclaimed IS NOT NULL'
        ).fetchone()
        assert left[0] == 0
        assert facts(app, case).unit == "三江街道"
        known = units.resolve(app.reader, "綦江区城管局").unit
        assert known is not None
        assert known.name == "三江街道"


async def test_claiming_may_add_the_unit(home: Home) -> None:
    case = home.cases["unknown"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.CLAIM)) as (app, pilot):
        await pilot.press("down")
        await write(pilot, "綦江区")
        await pilot.press("enter", "f2")
        await pilot.pause()
        now = facts(app, case)
        assert (now.unclaimed, now.unit) == (None, "綦江区城管局")


async def test_esc_keeps_what_was_typed(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.URGE)) as (app, pilot):
        await pilot.press("down", "down")
        await write(pilot, "请尽快")
        await pilot.press("escape")
        await pilot.pause()
        kept = drafts.unfinished(app.reader)
        assert [(one.form, one.data["action"], one.data["text"]) for one in kept] == [
            ("action", "urge", "请尽快")
        ]


async def test_the_menu_opens_a_form_by_enter_and_refuses_in_words(home: Home) -> None:
    case = home.cases["fresh"]
    async with desk_on(home.path, lambda: HandleScreen(case)) as (app, pilot):
        await pilot.press("end", "enter")
        assert "办理" in app.text
        await pilot.press("home", "enter")
        await pilot.pause()
        assert isinstance(app.screen, ActionScreen)
        assert app.screen.action is Action.DISPATCH


async def test_claiming_begins_at_the_unit_not_in_the_written_name(home: Home) -> None:
    case = home.cases["unknown"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.CLAIM)) as (app, pilot):
        await pilot.press(*"sjjd", "enter")
        assert isinstance(app.screen, ActionScreen)
        assert app.screen.form.typed()["name"] == "綦江区城管局"
        assert "綦江区 / 三江街道" in app.text


async def test_the_due_date_stays_when_the_form_is_refused(home: Home) -> None:
    case = home.cases["fresh"]
    async with desk_on(home.path, lambda: ActionScreen(case, Action.DISPATCH)) as (app, pilot):
        await pilot.press("f2")
        await pilot.pause()
        assert "! 交办缺“主办单位”" in app.text
        assert "5工作日：应于 11-30 周一 办结" in app.text
