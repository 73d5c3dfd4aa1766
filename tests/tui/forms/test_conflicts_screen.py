"""冲突: both sides at every size, and settling one."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.actions import Action
from db.journal import Act, record
from db.office import Office
from db.reads import conflicts
from duban_tui import config
from duban_tui.screens.board import BoardScreen
from duban_tui.screens.case import CaseScreen
from duban_tui.screens.conflicts import ConflictsScreen
from duban_tui.screens.settle import SettleScreen
from tests.db import two_offices
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import NOW, desk_on, write

SIZES = [(60, 20), (80, 24), (160, 48)]


@pytest.fixture
def met(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The office after 王五 came back: two due dates, and a note on a case that was withdrawn meanwhile."""
    rules = config.load().rules
    monkeypatch.setattr(two_offices, "RULES", rules)
    lamp, fresh = home.cases["lamp"], home.cases["fresh"]

    def due(day: str) -> Act:
        return Act(Action.CORRECT, {"field": "due", "value": day, "reason": "商定"})

    with Office.open(home.path, rules, "张三") as office:
        office.clock = lambda: NOW
        office.writer.execute("UPDATE device SET name = '办公室' WHERE id = ?", (office.device.id,))
        with two_offices.taken_along(office, tmp_path / "field", "王五的笔记本") as field:
            record(office, lamp, due("2026-12-10"))
            record(field, lamp, due("2026-12-20"))
            record(office, fresh, Act(Action.WITHDRAW, {"reason": "重复"}))
            note = {"method": "暗访", "findings": "仍在加价", "finding": "属实"}
            record(field, fresh, Act(Action.VERIFY, note))
            two_offices.bring(field, office)
    return home


@pytest.mark.parametrize("size", SIZES)
async def test_both_sides_stand_on_the_screen(met: Home, size: tuple[int, int]) -> None:
    async with desk_on(met.path, lambda: ConflictsScreen(met.cases["lamp"]), size) as (app, _pilot):
        for words in (
            "冲突  2 个待处置", "“应办结日”两处定得不一样", "▸ 办公室", "▸ 王五的笔记本",
            "应办结日 → 2026-12-10", "应办结日 → 2026-12-20", "记录时还没有看到王五的笔记本的 1 条",
        ):  # fmt: skip
            assert words in app.text, words
        beside = [line for line in app.text.splitlines() if "▸ 办公室" in line and "▸ 王五" in line]
        assert bool(beside) == (size[0] >= 80)


@pytest.mark.parametrize("size", SIZES)
async def test_one_is_settled_by_the_value_that_is_kept(met: Home, size: tuple[int, int]) -> None:
    async with desk_on(met.path, lambda: ConflictsScreen(met.cases["lamp"]), size) as (app, pilot):
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SettleScreen)
        await pilot.press("f2")
        assert "请填写“以此为准”" in app.text
        await pilot.press("1", "enter")
        await write(pilot, "与区里商定的为准")
        await pilot.press("f2")
        await pilot.pause()
        await pilot.pause()
        assert "冲突  1 个待处置" in app.text
        assert conflicts.of_case(app.reader, met.cases["lamp"]) == []


async def test_a_conflict_without_values_asks_for_an_opinion_only(met: Home) -> None:
    async with desk_on(met.path, lambda: ConflictsScreen(met.cases["fresh"]), (80, 24)) as (app, pilot):
        assert "一边已撤回，另一边核查认定属实" in app.text
        await pilot.press("f2")
        await pilot.pause()
        assert "以此为准" not in app.text
        await write(pilot, "以核查为准，重新登记")
        await pilot.press("f2")
        await pilot.pause()
        await pilot.pause()
        assert "冲突  1 个待处置" in app.text


async def test_the_case_shows_it_and_leads_there(met: Home) -> None:
    async with desk_on(met.path, lambda: CaseScreen(met.cases["lamp"]), (120, 36)) as (app, pilot):
        assert "⚑ 冲突 1" in app.text
        await pilot.press("f8")
        await pilot.pause()
        assert "▸ 冲突处置" in app.text
        await pilot.press("escape")
        await app.action_command("conflicts")
        await pilot.pause()
        assert isinstance(app.screen, ConflictsScreen)
        assert app.screen.current_case == met.cases["lamp"]
        await pilot.press("f5")
        await pilot.pause()
        assert isinstance(app.screen, CaseScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_the_board_counts_them(met: Home, size: tuple[int, int]) -> None:
    async with desk_on(met.path, BoardScreen, size) as (app, pilot):
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "冲突" in app.text.splitlines()[1]


async def test_an_office_without_conflicts_says_so(home: Home) -> None:
    async with desk_on(home.path, ConflictsScreen, (60, 20)) as (app, pilot):
        assert "没有待处置的" in app.text
        await pilot.press("f2")
        await pilot.pause()
        assert isinstance(app.screen, ConflictsScreen)
