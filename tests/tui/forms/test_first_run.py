"""The first start: an office comes to be, and its board opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from db.office import path_of
from duban_tui import config
from duban_tui.app import DubanApp
from duban_tui.cli import demo
from duban_tui.screens.board import BoardScreen
from duban_tui.screens.first_run import FirstRunScreen
from tests.tui.conftest import settled, shown


async def test_a_new_office_opens_its_board(tmp_path: Path) -> None:
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, FirstRunScreen)
        assert "这里还没有办公库" in shown(pilot)
        assert not path_of(tmp_path / "home").exists()
        await pilot.press("enter")
        await settled(pilot)
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        assert "重庆市" in shown(pilot)


async def test_the_demo_opens_its_own_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "build", lambda home, rules, progress: _small(home))
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        assert app.home == tmp_path / "home" / "demo"


def _small(home: Path) -> None:
    from db.office import Office

    Office.create(home, config.load().rules, demo.OFFICER).close()


async def test_a_backup_that_is_none_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "backup.db"
    wrong.write_text("no database")
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("down", "down", "enter")
        for character in str(wrong):
            app.post_message(_key(character))
        await pilot.pause()
        await pilot.press("enter")
        await settled(pilot)
        assert "请用 duban restore" in shown(pilot)
        assert isinstance(app.screen, FirstRunScreen)
        assert not path_of(tmp_path / "home").exists()


def _key(character: str) -> events.Key:
    return events.Key(character, character)
