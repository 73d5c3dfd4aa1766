"""The tree of units: added to, renamed, ended, and loaded after a preview."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from db import units
from duban_tui.screens.units import UnitsScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import UNITS, Desk, desk_on, write


def name_of(app: Desk, written: str) -> str | None:
    found = units.resolve(app.reader, written).unit
    return None if found is None else found.path


async def test_the_unit_under_the_cursor_is_named(home: Home) -> None:
    async with desk_on(home.path, UnitsScreen) as (app, pilot):
        await pilot.press("down", "down")
        assert "单位管理  綦江区  500110  行政区划" in app.text


async def test_a_unit_is_added_below_it(home: Home) -> None:
    async with desk_on(home.path, UnitsScreen) as (app, pilot):
        await pilot.press("down", "down")
        app.screen.query_one("#field-name Input", Input).focus()
        await write(pilot, "永新镇")
        await pilot.press("f2")
        await pilot.pause()
        assert "✓ 已新增 綦江区 / 永新镇" in app.text
        assert name_of(app, "永新镇") == "綦江区 / 永新镇"


async def test_a_name_that_is_taken_is_refused(home: Home) -> None:
    async with desk_on(home.path, UnitsScreen) as (app, pilot):
        await pilot.press("down", "down")
        app.screen.query_one("#field-name Input", Input).focus()
        await write(pilot, "三江街道")
        await pilot.press("f2")
        await pilot.pause()
        assert "! “綦江区”之下已有“三江街道”" in app.text


async def test_a_unit_is_renamed_and_another_ended(home: Home) -> None:
    async with desk_on(home.path, UnitsScreen) as (app, pilot):
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        await pilot.press("down")
        app.screen.query_one("#field-task Choice").focus()
        await pilot.press("2")
        await pilot.pause()
        app.screen.query_one("#field-name Input", Input).focus()
        await write(pilot, "文龙街道")
        await pilot.press("f2")
        await pilot.pause()
        assert name_of(app, "文龙街道") == "綦江区 / 文龙街道"
        app.screen.query_one("#field-task Choice").focus()
        await pilot.press("3")
        await pilot.pause()
        await pilot.press("f2")
        await pilot.pause()
        assert "已撤销" in app.text


async def test_a_table_is_previewed_before_it_is_loaded(home: Home, tmp_path: Path) -> None:
    table = tmp_path / "新表.csv"
    table.write_text(UNITS + "500108001,南坪街道,500108,3\n", encoding="utf-8")
    async with desk_on(home.path, UnitsScreen, (100, 40)) as (app, pilot):
        app.screen.query_one("#field-task Choice").focus()
        await pilot.press("4")
        await pilot.pause()
        app.screen.query_one("#field-path Input", Input).focus()
        await write(pilot, str(table))
        await pilot.press("f2")
        await pilot.pause()
        assert "预览，还没有写入" in app.text
        assert "新增 added 1" in app.text
        assert name_of(app, "南坪街道") is None
        await pilot.press("f2")
        await pilot.pause()
        assert "✓ 已载入" in app.text
        assert name_of(app, "南坪街道") == "南岸区 / 南坪街道"
