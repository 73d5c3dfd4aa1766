"""The desk is locked: nothing of a case can be read, nothing runs, and the same form comes back."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from db import officers, vault
from db.drafts import unfinished
from db.keeping import presence
from db.office import Office
from db.officers import pins
from db.terms import Post
from db.vault import conversion
from duban_tui import locking, office_app
from duban_tui.app import DubanApp
from duban_tui.screens.board import BoardScreen
from duban_tui.screens.intake import IntakeScreen
from duban_tui.screens.login import LoginScreen
from duban_tui.screens.officers import OfficersScreen
from duban_tui.widgets.choice import Choice
from duban_tui.widgets.line_input import LineInput
from tests.tui.conftest import MONDAY, Desk, Register, settled, shown
from tests.vaults import cheap

PIN = "中山路18号"
OTHER = "海棠溪二十号"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A try costs nothing here, and nobody waits for threads that are done."""
    for module in (pins, vault):
        for name, value in (("ITERATIONS", 1), ("LANES", 1), ("MEMORY_KIB", 8)):
            monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(locking, "LET_GO", 0.05)
    monkeypatch.setattr(locking, "LOOK", 0.01)


@pytest.fixture
def asking(office: Office) -> Office:
    """李四 (值班员) and 王五 (督查员) have PINs."""
    officers.set_pin(office, "李四", PIN)
    officers.add(office, "王五", Post.INSPECTOR, OTHER)
    return office


def desk_of(pilot: Pilot[None]) -> DubanApp:
    assert isinstance(pilot.app, DubanApp)
    return pilot.app


def on(pilot: Pilot[None], kind: type[Screen[None]] | type[IntakeScreen]) -> bool:
    """Whether a screen of that kind is on top."""
    return isinstance(pilot.app.screen, kind)


async def typed(pilot: Pilot[None], text: str) -> None:
    focused = pilot.app.focused
    assert isinstance(focused, LineInput)
    focused.value += text
    await pilot.pause()


async def until(pilot: Pilot[None], reached: Callable[[], bool]) -> None:
    for _ in range(200):
        if reached():
            await settled(pilot)
            return
        await asyncio.sleep(0.02)
    raise AssertionError(shown(pilot))


async def sign_in(pilot: Pilot[None], name: str, pin: str) -> None:
    assert on(pilot, LoginScreen)
    await until(pilot, lambda: bool(pilot.app.screen.query(Choice)))
    pilot.app.screen.query_one(Choice).typed = name
    await typed(pilot, pin)
    await pilot.press("enter")
    await until(pilot, lambda: not desk_of(pilot).locked or "!" in shown(pilot))


async def test_a_desk_without_pins_says_why_it_is_not_locked(desk: Desk, register: Register) -> None:
    register("路灯不亮")
    async with desk() as pilot:
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert isinstance(pilot.app.screen, BoardScreen)
        assert "没有人设登录口令" in shown(pilot)


async def test_nothing_is_shown_before_somebody_signs_in(
    desk: Desk, register: Register, asking: Office
) -> None:
    register("路灯不亮三个月")
    async with desk() as pilot:
        assert on(pilot, LoginScreen)
        assert "路灯" not in shown(pilot)
        for key in ("f3", "f4", "f9", "f1", "ctrl+l", "escape"):
            await pilot.press(key)
        assert on(pilot, LoginScreen)
        await sign_in(pilot, "李四", PIN)
        assert on(pilot, BoardScreen)
        assert "路灯不亮" in shown(pilot)
        assert "李四 值班员" in shown(pilot)
        assert desk_of(pilot).office().officer == "李四"


async def test_the_same_officer_finds_the_form_as_it_was(
    desk: Desk, register: Register, asking: Office
) -> None:
    register("中山大道路灯不亮")
    async with desk() as pilot:
        await sign_in(pilot, "李四", PIN)
        await pilot.press("f4")
        await settled(pilot)
        form = pilot.app.screen
        await typed(pilot, "路灯不亮三个月")
        reader = desk_of(pilot).reader
        await pilot.press("ctrl+l")
        await until(pilot, lambda: desk_of(pilot)._shut)
        assert on(pilot, LoginScreen)
        assert "路灯" not in shown(pilot)
        with pytest.raises(Exception, match="closed"):
            reader.execute("SELECT 1")
        assert desk_of(pilot)._office is None
        (draft,) = unfinished(asking.writer)
        assert (draft.title, draft.officer) == ("路灯不亮三个月", "李四")

        await sign_in(pilot, "李四", "不对不对不对")
        assert "! 姓名或登录口令不对；再错 4 次要等一会儿" in shown(pilot)
        await sign_in(pilot, "李四", PIN)
        assert pilot.app.screen is form
        assert isinstance(pilot.app.focused, LineInput)
        assert pilot.app.focused.value == "路灯不亮三个月"
        await typed(pilot, "了")
        await until(pilot, lambda: unfinished(asking.writer)[0].title == "路灯不亮三个月了")


async def test_another_officer_comes_to_the_board_and_the_draft_stays(
    desk: Desk, register: Register, asking: Office
) -> None:
    register("中山大道路灯不亮")
    async with desk() as pilot:
        await sign_in(pilot, "李四", PIN)
        await pilot.press("f4")
        await settled(pilot)
        await typed(pilot, "路灯不亮三个月")
        await pilot.press("ctrl+l")
        await sign_in(pilot, "王五", OTHER)
        assert on(pilot, BoardScreen)
        assert "王五 督查员" in shown(pilot)
        assert "草稿" not in shown(pilot)
        await pilot.press("f4")
        await settled(pilot)
        assert "督查员不能“登记”，须由主任、值班员办理" in shown(pilot)
        await pilot.press("ctrl+l")
        await sign_in(pilot, "李四", PIN)
        assert "草稿 1" in shown(pilot)
        assert not any(isinstance(screen, IntakeScreen) for screen in pilot.app.screen_stack)


def seconds_left(pilot: Pilot[None]) -> int:
    """The wait that is shown; 0 = none."""
    found = re.search(r"请等 (\d+) 秒再试", shown(pilot))
    return 0 if found is None else int(found[1])


async def test_too_many_wrong_tries_are_counted_down(desk: Desk, asking: Office) -> None:
    async with desk(size=(60, 20)) as pilot:
        for _ in range(5):
            await sign_in(pilot, "李四", "不对不对不对")
            await until(pilot, lambda: "!" in shown(pilot))
        await until(pilot, lambda: 0 < seconds_left(pilot) <= 30)
        first = seconds_left(pilot)
        await until(pilot, lambda: 0 < seconds_left(pilot) < first)
        await sign_in(pilot, "王五", OTHER)
        assert on(pilot, BoardScreen), "the wait is the other's"


@pytest.mark.parametrize("asks", [True, False])
async def test_a_desk_left_alone_locks_itself_where_somebody_is_asked(
    desk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch, asks: bool
) -> None:
    monkeypatch.setattr(office_app, "POLL_SECONDS", 0.05)
    if asks:
        officers.set_pin(office, "李四", PIN)
    async with desk() as pilot:
        if asks:
            await sign_in(pilot, "李四", PIN)
        app = desk_of(pilot)
        minutes = app.config.security.lock_minutes
        app.now = lambda: MONDAY + 60 * minutes - 1  # type: ignore[method-assign]
        await asyncio.sleep(0.2)
        assert not app.locked
        app.now = lambda: MONDAY + 60 * minutes  # type: ignore[method-assign]
        await asyncio.sleep(0.4)
        assert app.locked is asks


async def test_an_open_dialog_is_hidden_too(desk: Desk, register: Register, asking: Office) -> None:
    register("路灯不亮", submitter={"name": "周小川", "phone": "13812341234"})
    async with desk() as pilot:
        await sign_in(pilot, "李四", PIN)
        await pilot.press("shift+f6")
        await settled(pilot)
        await typed(pilot, "联系当事人核实")
        await pilot.press("f2")
        await settled(pilot)
        assert "周小川" in shown(pilot)
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert "周小川" not in shown(pilot)
        assert on(pilot, LoginScreen)


async def test_the_key_of_an_encrypted_office_is_forgotten(
    desk: Desk, home: Path, office: Office, register: Register
) -> None:
    register("路灯不亮三个月")
    office.close()
    with cheap():
        conversion.encrypt(home, "山高水长八个字才够")
    async with desk() as pilot:
        assert on(pilot, BoardScreen), "the command line had the passphrase"
        await pilot.press("ctrl+l")
        await until(pilot, lambda: not vault.is_open(home))
        assert "路灯" not in shown(pilot)
        await typed(pilot, "这个口令是不对的")
        await pilot.press("enter")
        await until(pilot, lambda: "办公库口令不对" in shown(pilot))
        await typed(pilot, "山高水长八个字才够")
        await pilot.press("enter")
        await until(pilot, lambda: not desk_of(pilot).locked)
        assert vault.is_open(home)
        assert "路灯不亮" in shown(pilot)
    vault.lock(home)


async def while_busy(reached: Callable[[], bool]) -> None:
    """As `until`, but it does not wait for the workers."""
    for _ in range(100):
        if reached():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("waited in vain")


async def test_a_long_task_that_ends_takes_no_key_from_whoever_unlocks(
    desk: Desk, home: Path, asking: Office
) -> None:
    asking.close()
    with cheap():
        conversion.encrypt(home, "山高水长八个字才够")
    busy = threading.Event()
    async with desk() as pilot:
        await sign_in(pilot, "李四", PIN)
        pilot.app.run_worker(lambda: busy.wait(5), thread=True)
        await pilot.press("ctrl+l")
        await while_busy(lambda: on(pilot, LoginScreen) and isinstance(pilot.app.focused, LineInput))
        await typed(pilot, "山高水长八个字才够")
        await pilot.press("enter")
        await while_busy(lambda: bool(pilot.app.screen.query(Choice)))
        busy.set()
        await asyncio.sleep(0.2)
        await sign_in(pilot, "李四", PIN)
        assert on(pilot, BoardScreen)
    vault.lock(home)


async def test_a_desk_that_was_locked_ends_as_clean_as_any(
    desk: Desk, home: Path, asking: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_app, "LOOK_BACK_AFTER", 0.01)
    async with desk() as pilot:
        await sign_in(pilot, "李四", PIN)
        await until(pilot, lambda: desk_of(pilot)._presence is not None)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: on(pilot, LoginScreen))
        await sign_in(pilot, "李四", PIN)
        await until(pilot, lambda: not desk_of(pilot).locked)
        await asyncio.sleep(0.1)
        await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers))
    assert list(home.glob(presence.PATTERN)) == [], "the next desk would say that this one was killed"


async def test_a_locked_vault_asks_at_the_start(desk: Desk, home: Path, asking: Office) -> None:
    asking.close()
    with cheap():
        conversion.encrypt(home, "山高水长八个字才够")
    vault.lock(home)
    async with desk() as pilot:
        assert "办公库口令" in shown(pilot)
        assert "李四" not in shown(pilot)
        await typed(pilot, "山高水长八个字才够")
        await pilot.press("enter")
        await until(pilot, lambda: "李四" in shown(pilot))
        await sign_in(pilot, "李四", PIN)
        assert on(pilot, BoardScreen)
    vault.lock(home)


async def test_an_administrator_sees_the_officers_and_no_case(
    desk: Desk, register: Register, asking: Office
) -> None:
    register("路灯不亮三个月")
    officers.add(asking, "钱工", Post.ADMIN, OTHER)
    async with desk() as pilot:
        await sign_in(pilot, "钱工", OTHER)
        assert on(pilot, OfficersScreen)
        for key in ("f3", "f4", "escape"):
            await pilot.press(key)
            await settled(pilot)
        assert on(pilot, OfficersScreen)
        assert "路灯" not in shown(pilot)


async def test_a_pin_is_set_on_the_screen(desk: Desk, office: Office) -> None:
    async with desk(size=(80, 24)) as pilot:
        desk_of(pilot).show("officers")
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, OfficersScreen)
        assert "没有人设登录口令" in shown(pilot)
        for text, said in ((PIN, "✓"), ("111111", "太好猜")):
            for key in ("pin", "again"):
                screen.form.field(key).control.value = text
            await pilot.press("f2")
            await settled(pilot)
            assert said in shown(pilot)
            assert PIN not in shown(pilot)
        own = desk_of(pilot).officer
        assert [row.name for row in officers.signers(office.writer, screen._today)] == [own]
        assert "还没有登录口令、登录不了的：" in "".join(officers.asked(office.writer, screen._today))


async def test_a_forgotten_form_of_another_officer_is_no_reason_to_lose_it(
    desk: Desk, asking: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk() as pilot:
        await sign_in(pilot, "李四", PIN)
        await pilot.press("f4")
        await settled(pilot)
        await typed(pilot, "路灯不亮三个月")
        monkeypatch.setattr(IntakeScreen, "save_now", lambda _self: "磁盘已满")
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert "已锁屏，草稿没有存上（磁盘已满）" in shown(pilot)
        await sign_in(pilot, "王五", OTHER)
        assert on(pilot, LoginScreen)
        assert "李四 还有没存上的" in shown(pilot).replace("\n", "").replace(" ", "").replace("李四", "李四 ")
        await sign_in(pilot, "李四", PIN)
        assert on(pilot, IntakeScreen)
