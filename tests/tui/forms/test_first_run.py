"""The first start: an office comes to be, and its board opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from db import vault
from db.home import path_of
from db.keeping import backup
from db.office import Office
from duban_tui import config
from duban_tui.app import DubanApp
from duban_tui.cli import demo
from duban_tui.screens.board import BoardScreen
from duban_tui.screens.first_run import FirstRunScreen
from duban_tui.widgets.line_input import LineInput
from tests.tui.conftest import settled, shown
from tests.tui.forms.desk import write
from tests.vaults import PASSPHRASE, cheap


@pytest.mark.parametrize("key", ["f3", "f4", "f6", "f8", "ctrl+u", "ctrl+l"])
async def test_what_needs_an_office_says_so(tmp_path: Path, key: str) -> None:
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(90, 24)) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        assert isinstance(app.screen, FirstRunScreen)
        assert [note.message.partition("：")[2] for note in app._notifications] == ["先选一种开始的方式"]
    assert not (tmp_path / "home").exists()


async def test_a_new_office_opens_its_board(tmp_path: Path) -> None:
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, FirstRunScreen)
        assert "这里还没有办公库" in shown(pilot)
        assert not path_of(tmp_path / "home").exists()
        await pilot.press("enter")
        assert "忘了它，这份办公库就再也打不开" in shown(pilot).replace("\n  ", "")
        await pilot.press("enter")
        await settled(pilot)
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        assert "重庆市" in shown(pilot)
    assert not vault.is_sealed(tmp_path / "home")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_a_new_office_can_be_encrypted_by_a_passphrase_typed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    made: list[str | None] = []
    monkeypatch.setattr(FirstRunScreen, "_create", lambda screen, passphrase, kind: made.append(passphrase))
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await write(pilot, PASSPHRASE)
        assert PASSPHRASE not in shown(pilot)
        await pilot.press("enter")
        await write(pilot, "另外一个口令啊")
        await pilot.press("enter")
        await settled(pilot)
        assert "两遍不一样" in shown(pilot)
        assert made == []
        app.screen.query_one("#field-again LineInput", LineInput).typed = PASSPHRASE
        await pilot.press("enter")
        await settled(pilot)
    assert made == [PASSPHRASE]


async def test_a_new_field_copy_tells_its_prefix_and_what_comes_next(tmp_path: Path) -> None:
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await settled(pilot)
        await pilot.press("down", "enter", "enter")
        await settled(pilot)
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        with Office.open(tmp_path / "home", app.config.rules, "张三") as office:
            assert f"编号以 {office.device.prefix}" in shown(pilot)


async def test_a_passphrase_is_forgotten_on_the_way_back(tmp_path: Path) -> None:
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await write(pilot, PASSPHRASE)
        await pilot.press("escape", "enter")
        await pilot.pause()
        assert app.screen.query_one("#field-passphrase LineInput", LineInput).typed == ""


async def test_a_locked_office_asks_for_its_passphrase_and_shows_nothing_else(tmp_path: Path) -> None:
    with cheap():
        Office.create(tmp_path, config.load().rules, "张三", passphrase=PASSPHRASE).close()
    vault.lock(tmp_path)
    app = DubanApp(tmp_path, config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert type(app.screen).__name__ == "LoginScreen"
        assert len(app.screen_stack) == 1


async def test_escape_leads_back_to_the_choices(tmp_path: Path) -> None:
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert "从备份恢复" in shown(pilot)
        assert "再输一遍" not in shown(pilot)


async def test_an_encrypted_backup_is_restored_with_its_passphrase(tmp_path: Path) -> None:
    with cheap():
        rules = config.load().rules
        Office.create(tmp_path / "old", rules, "张三", passphrase=PASSPHRASE).close()
        copy = backup.back_up(tmp_path / "old", tmp_path / "b.db", now=0)
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("down", "down", "down", "enter")
        await write(pilot, str(copy))
        await pilot.press("enter")
        await settled(pilot)
        assert "请输入当时的办公库口令" in shown(pilot)
        await write(pilot, "wrong one")
        await pilot.press("enter")
        await settled(pilot)
        assert "办公库口令不对" in shown(pilot)
        app.screen.query_one("#field-passphrase LineInput", LineInput).typed = PASSPHRASE
        await pilot.press("enter")
        await settled(pilot)
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
    assert vault.is_sealed(tmp_path / "home")


async def test_the_demo_opens_its_own_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "build", lambda home, rules, progress: _small(home))
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot)
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        assert app.home == tmp_path / "home" / "demo"


def _small(home: Path) -> None:
    Office.create(home, config.load().rules, demo.OFFICER).close()


async def test_a_backup_that_is_none_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "backup.db"
    wrong.write_text("no database")
    app = DubanApp(tmp_path / "home", config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("down", "down", "down", "enter")
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
