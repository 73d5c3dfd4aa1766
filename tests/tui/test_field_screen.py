"""下乡包 on the screen: first what would be done, then it is done; a whole trip by F2 alone."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from db.actions import Action
from db.bundle import card
from db.bundle.pack import pack_changes
from db.journal import Act, record
from db.office import Office
from db.terms import CopyKind
from duban_tui.app import DubanApp
from duban_tui.config import Config
from duban_tui.screens.field import FieldScreen
from tests.bundle.conftest import lend, pair, paired
from tests.tui.conftest import MONDAY, UNITS, Register, settled, shown


@pytest.fixture(autouse=True)
def _quick_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "ITERATIONS", 1)
    monkeypatch.setattr(card, "MEMORY_KIB", 64)


@pytest.fixture(scope="session")
def field_template(tmp_path_factory: pytest.TempPathFactory, settings: Config) -> Path:
    """An empty field copy, made once."""
    folder = tmp_path_factory.mktemp("field")
    table = folder / "units.csv"
    table.write_text(UNITS, encoding="utf-8")
    Office.create(folder / "home", settings.rules, "王五", table, kind=CopyKind.FIELD).close()
    return folder / "home"


@pytest.fixture
def laptop(field_template: Path, tmp_path: Path) -> Path:
    """The folder of a fresh field copy."""
    return Path(shutil.copytree(field_template, tmp_path / "laptop"))


@asynccontextmanager
async def bundles_of(home: Path, settings: Config) -> AsyncIterator[Pilot[None]]:
    """The desk on an office, with 下乡包 opened."""
    app = DubanApp(home, settings)
    app.now = lambda: MONDAY  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settled(pilot)
        app.action_field()
        await settled(pilot)
        yield pilot


async def do(pilot: Pilot[None], task: str, **fields: str) -> str:
    """Pick a task, fill in, F2 twice; what the screen shows then."""
    screen = pilot.app.screen
    assert isinstance(screen, FieldScreen)
    for key, value in {"task": task, **fields}.items():
        screen.form.field(key).control.typed = value
        await pilot.pause()
    await pilot.press("f2")
    await settled(pilot)
    await pilot.press("f2")
    await settled(pilot)
    return shown(pilot)


async def test_a_whole_trip(
    home: Path, laptop: Path, settings: Config, register: Register, tmp_path: Path
) -> None:
    number = register("路灯不亮", lead="古南街道").number
    stick = {name: str(tmp_path / name) for name in ("office.card", "a.card", "out", "back")}
    async with bundles_of(home, settings) as office:
        assert "还没有配对" in shown(office)
        assert "给对方念这 12 位数字" in await do(office, "card", path=stick["office.card"], name="督查办")
    async with bundles_of(laptop, settings) as field:
        assert "外勤副本" in shown(field)
        await do(field, "card", path=stick["a.card"], name="王五的笔记本")
        assert "已与“督查办”" in await do(field, "pair", path=stick["office.card"])
    async with bundles_of(home, settings) as office:
        assert "已与“王五的笔记本”" in await do(office, "pair", path=stick["a.card"])
    async with bundles_of(home, settings) as office:
        assert "已做好下乡包" in await do(office, "out", which="board", path=stick["out"])
        assert "在外 1 个" in shown(office)
    async with bundles_of(laptop, settings) as field:
        assert "1 件事项（新 1 件）" in await do(field, "in", path=stick["out"])
    _note(laptop, settings, number)
    async with bundles_of(laptop, settings) as field:
        assert "已做好回传包" in await do(field, "back", path=stick["back"])
        assert "没有回执 1 个" in shown(field)
        assert "留下" in await do(field, "clean")
    async with bundles_of(home, settings) as office:
        assert "回执：" in await do(office, "in", path=stick["back"])
        Path(f"{stick['back']}.receipt").unlink()
        again = await do(office, "in", path=stick["back"])
        assert "已收过" in again
        assert "回执：" in again
    async with bundles_of(laptop, settings) as field:
        assert "可以清理" in await do(field, "in", path=f"{stick['back']}.receipt")
        assert "回执  已收" in shown(field)
        assert "已清理 1 件" in await do(field, "clean")
    with Office.open(home, settings.rules, "张三") as opened:
        assert opened.writer.execute('SELECT notes FROM "case"').fetchall() == [(1,)]
    with Office.open(laptop, settings.rules, "王五") as opened:
        assert opened.writer.execute('SELECT count(*) FROM "case"').fetchone() == (0,)


async def test_a_receipt_that_cannot_be_written_leaves_the_bundle_taken_in_and_says_so(
    home: Path, laptop: Path, settings: Config, register: Register, tmp_path: Path
) -> None:
    number = register("路灯不亮", lead="古南街道").number
    with (
        Office.open(home, settings.rules, "张三") as office,
        Office.open(laptop, settings.rules, "王五") as field,
    ):
        pair(office, "督查办", field, "王五的笔记本")
        lend(office, field, [number], tmp_path / "out")
    _note(laptop, settings, number)
    with (
        Office.open(home, settings.rules, "张三") as office,
        Office.open(laptop, settings.rules, "王五") as field,
    ):
        pack_changes(field, paired(field, office), tmp_path / "back")
    (tmp_path / "back.receipt").mkdir()
    async with bundles_of(home, settings) as pilot:
        said = await do(pilot, "in", path=str(tmp_path / "back"))
        assert "包已收下" in said
        assert "回执没有写成" in said
    with Office.open(home, settings.rules, "张三") as opened:
        assert opened.writer.execute('SELECT notes FROM "case"').fetchall() == [(1,)]


def _note(laptop: Path, settings: Config, number: str) -> None:
    with Office.open(laptop, settings.rules, "王五") as opened:
        found = opened.writer.execute('SELECT id FROM "case" WHERE number = ?', (number,)).fetchone()
        record(opened, found[0], Act(Action.VERIFY, {"method": "暗访", "findings": "仍不亮"}))


async def test_the_first_f2_only_tells(
    home: Path, settings: Config, register: Register, tmp_path: Path
) -> None:
    register("路灯不亮", lead="古南街道")
    async with bundles_of(home, settings) as office:
        screen = office.app.screen
        assert isinstance(screen, FieldScreen)
        screen.form.field("task").control.typed = "card"
        screen.form.field("path").control.typed = str(tmp_path / "card")
        await office.pause()
        await office.press("f2")
        await settled(office)
        assert "将把本机的名片写到" in shown(office)
        assert not (tmp_path / "card").exists()


async def test_what_was_refused_or_shown_goes_with_the_task_it_was_about(
    home: Path, settings: Config, tmp_path: Path
) -> None:
    async with bundles_of(home, settings) as office:
        assert "读不了" in await do(office, "pair", path=str(tmp_path / "none"))
        screen = office.app.screen
        assert isinstance(screen, FieldScreen)
        assert screen.form.field("task").has_focus_within
        await office.press("right")
        await settled(office)
        assert "读不了" not in shown(office)
        assert "F2 先核对" in shown(office)
        screen.form.field("path").control.typed = str(tmp_path / "own.card")
        await office.press("f2")
        await settled(office)
        assert "将把本机的名片写到" in shown(office)
        await office.press("left")
        await settled(office)
        assert "将把本机的名片写到" not in shown(office)


async def test_what_is_refused_is_said_in_one_line(home: Path, settings: Config, tmp_path: Path) -> None:
    async with bundles_of(home, settings) as office:
        told = await do(office, "in", path=str(tmp_path / "没有"))
        assert "! 读不了" in told


async def test_a_list_goes_without_its_confidential_cases_and_says_so(
    home: Path, laptop: Path, settings: Config, register: Register, tmp_path: Path
) -> None:
    register("路灯不亮", lead="古南街道")
    kept = register("举报线索", lead="古南街道", confidential=True).number
    async with bundles_of(laptop, settings) as field:
        await do(field, "card", path=str(tmp_path / "a.card"), name="王五的笔记本")
    async with bundles_of(home, settings) as office:
        await do(office, "pair", path=str(tmp_path / "a.card"))
        said = await do(office, "out", which="board", path=str(tmp_path / "out"))
    assert "1 件事项" in said
    assert f"保密件不带：{kept}" in said
