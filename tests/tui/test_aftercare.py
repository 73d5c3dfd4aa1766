"""After the first frame: how the desk ended last time, and the copy of the day. Told beside the work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from db.connection import OfficeError
from db.home import path_of
from db.journal import Recorded
from db.keeping import aftermath, daily, presence
from duban_tui import aftercare, office_app
from duban_tui.app import DubanApp
from duban_tui.config import Config
from tests.tui.conftest import MONDAY, Desk, shown


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for the hands to rest."""
    monkeypatch.setattr(office_app, "LOOK_BACK_AFTER", 0.01)
    monkeypatch.setattr(office_app, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(office_app, "LONG_REST_SECONDS", 0.1)


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait for what a worker thread does."""
    for _ in range(200):
        if holds():
            return
        await pilot.pause(0.02)
    raise AssertionError("waited in vain")


def told(pilot: Pilot[None]) -> str:
    return "\n".join(note.message for note in pilot.app._notifications)


async def test_a_killed_desk_is_told_of_beside_the_work(
    desk: Desk, home: Path, register: Callable[..., Recorded]
) -> None:
    number = register("路灯不亮").number
    (home / ".desk-1.open").touch()
    async with desk() as pilot:
        await until(pilot, lambda: "上次没有正常退出" in told(pilot))
        assert f"最后一步已保存（编号 {number}" in told(pilot)
        assert len(pilot.app.screen_stack) == 1, "no dialog"
        await until(pilot, lambda: list(home.glob(presence.PATTERN)) != [])
    assert list(home.glob(presence.PATTERN)) == []


async def test_after_a_clean_end_nothing_is_said(desk: Desk, home: Path) -> None:
    for _ in range(2):
        async with desk() as pilot:
            await until(pilot, lambda: list(home.glob(presence.PATTERN)) != [])
            assert told(pilot) == ""


async def test_a_bad_page_is_told_after_a_kill(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aftermath, "damaged_page", lambda home, wanted: "数据页有损坏：请运行 duban doctor")
    (home / ".desk-1.open").touch()
    async with desk() as pilot:
        await until(pilot, lambda: "请运行 duban doctor" in told(pilot))


async def test_the_copy_of_the_day_is_made_while_the_hands_rest(desk: Desk, home: Path) -> None:
    async with desk() as pilot:
        await until(pilot, lambda: daily.copy_of(home, home / "backups", MONDAY).exists())
        await until(pilot, lambda: "已备份 09:00" in shown(pilot))
        assert told(pilot) == ""


async def test_it_waits_while_they_work(desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_app, "LONG_REST_SECONDS", 60.0)
    async with desk() as pilot:
        await asyncio.sleep(0.3)
        await pilot.press("down")
    assert not (home / "backups").exists()


async def test_a_copy_that_failed_is_told_once_and_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def fail(*_: object, now: int, **__: object) -> Path:
        tries.append(now)
        raise OfficeError("剩余空间不够")

    monkeypatch.setattr(daily, "make", fail)
    monkeypatch.setattr(aftercare, "TRY_AGAIN", 0.05)
    async with desk() as pilot:
        await until(pilot, lambda: len(tries) > 2)
        assert told(pilot) == "今天的自动备份没有做成：剩余空间不够。过一会儿再试"


async def test_without_the_stick_the_copy_goes_elsewhere_is_told_and_made_up_for(
    home: Path, settings: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aftercare, "TRY_AGAIN", 0.1)
    stick = tmp_path / "stick"
    app = DubanApp(home, settings._replace(backup=settings.backup._replace(folder=str(stick))))
    app.now = lambda: MONDAY  # type: ignore[method-assign]
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: "备份目录不在（U 盘没插？）" in told(pilot))
        assert daily.copy_of(home, home / "backups", MONDAY).exists()
        stick.mkdir()
        await until(pilot, lambda: daily.copy_of(home, stick, MONDAY).exists())
        assert told(pilot).count("备份目录不在") == 1


async def test_a_broken_restore_is_known_before_a_new_office_is_made(home: Path, settings: Config) -> None:
    path_of(home).rename(home / "office.db.before-restore-20261116-090000")
    app = DubanApp(home, settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "恢复备份时可能中断过" in shown(pilot)
