"""Officers come, get a PIN and another post, leave; nobody can be shut out by it, and wrong PINs wait."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import officers
from db.drafts import Draft, save, unfinished
from db.errors import NotAllowed, OfficeError
from db.office import Office
from db.officers import pins
from db.officers.pins import WrongPin, accept, owner_may, remaining, sign_in, wait_after
from db.reads import desk
from db.terms import Post
from tests.db.conftest import MONDAY, RULES

PIN = "中山路18号"
TODAY = dt.date(2026, 11, 16)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A try costs nothing here."""
    for name, value in (("ITERATIONS", 1), ("LANES", 1), ("MEMORY_KIB", 8)):
        monkeypatch.setattr(pins, name, value)


def log(office: Office) -> list[str]:
    rows = office.writer.execute("SELECT officer, what, reason FROM access_log ORDER BY rowid")
    return [" ".join(row) for row in rows]


# -- the list ---------------------------------------------------------------------------------------


def test_one_officer_without_a_pin_is_asked_nothing(office: Office) -> None:
    assert not desk.held(office.writer, MONDAY)
    assert officers.signers(office.writer, TODAY) == []
    assert officers.asked(office.writer, TODAY) == ["没有人设登录口令：打开值班台、运行命令都不用登录"]


def test_every_change_says_who_made_it(office: Office) -> None:
    officers.set_pin(office, "张三", PIN)
    officers.add(office, "李四", Post.INSPECTOR, "902735")
    officers.set_post(office, "李四", Post.DUTY)
    officers.set_pin(office, "李四", None)
    officers.end(office, "李四", dt.date(2026, 11, 20))
    assert log(office) == [
        "张三 人员 张三：设登录口令",
        "张三 人员 李四：加入，督查员，设登录口令",
        "张三 人员 李四：岗位改为值班员",
        "张三 人员 李四：清除登录口令",
        "张三 人员 李四：自 2026-11-20 起离岗",
    ]
    rows = {row.name: row for row in officers.roster(office.writer)}
    assert rows["张三"].has_pin
    assert rows["李四"][1:5] == ("duty", MONDAY, False, 0)
    assert rows["李四"].works_on(dt.date(2026, 11, 19))
    assert not rows["李四"].works_on(dt.date(2026, 11, 20))


def test_no_pin_is_kept_that_can_be_read(office: Office) -> None:
    officers.set_pin(office, "张三", PIN)
    (kept,) = office.writer.execute("SELECT pin FROM officer").fetchone()
    assert kept.startswith("$argon2id$v=19$")
    assert PIN not in kept


@pytest.mark.parametrize(
    "poor", ["12345", "111111", "123456", "654321", "121212", "张三张三张三", "abcdef", ""]
)
def test_a_pin_that_anybody_would_try_is_refused(office: Office, poor: str) -> None:
    with pytest.raises(ValueError, match="登录口令"):
        officers.set_pin(office, "张三", poor)
    assert log(office) == []


def test_whoever_left_comes_back_without_the_old_pin(office: Office) -> None:
    officers.set_pin(office, "张三", PIN)
    officers.add(office, "李四", Post.INSPECTOR, "902735")
    with pytest.raises(NotAllowed, match="李四 已在名册上（督查员）"):
        officers.add(office, "李四", Post.DUTY)
    officers.end(office, "李四")
    with pytest.raises(NotAllowed, match="李四 已于 2026-11-16 离岗"):
        officers.set_pin(office, "李四", PIN)
    officers.add(office, "李四", Post.DUTY)
    assert [row.name for row in officers.signers(office.writer, TODAY)] == ["张三"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 21, "李\x07四"])
def test_a_name_can_be_shown(office: Office, name: str) -> None:
    with pytest.raises(ValueError, match="姓名"):
        officers.add(office, name, Post.DUTY)


# -- nobody is shut out -----------------------------------------------------------------------------


def test_somebody_can_always_work_on_cases(office: Office) -> None:
    officers.add(office, "钱管理", Post.ADMIN)
    with pytest.raises(NotAllowed, match="至少要留一名主任或值班员"):
        officers.end(office, "张三")
    with pytest.raises(NotAllowed, match="至少要留一名主任或值班员"):
        officers.set_post(office, "张三", Post.READER)
    officers.add(office, "赵主任", Post.DIRECTOR)
    officers.end(office, "张三")


def test_the_first_pin_is_ones_own(office: Office) -> None:
    with pytest.raises(NotAllowed, match=r"请先给自己（张三）设登录口令"):
        officers.add(office, "李四", Post.DUTY, PIN)
    assert [row.name for row in officers.roster(office.writer)] == ["张三"]


def test_whoever_has_a_pin_can_manage_the_officers(office: Office) -> None:
    officers.set_pin(office, "张三", PIN)
    officers.add(office, "王五", Post.INSPECTOR, "902735")
    with pytest.raises(NotAllowed):
        officers.set_pin(office, "张三", None)
    with pytest.raises(NotAllowed):
        officers.end(office, "张三")
    with pytest.raises(NotAllowed):
        officers.set_post(office, "张三", Post.READER)
    assert officers.managers(office.writer, TODAY) == ["张三"]


def test_an_administrator_with_a_pin_takes_the_officers_over(office: Office) -> None:
    officers.set_pin(office, "张三", PIN)
    officers.add(office, "钱管理", Post.ADMIN, "902735")
    with pytest.raises(NotAllowed, match="值班员不能“人员管理”，须由主任、系统管理员办理"):
        officers.add(office, "李四", Post.DUTY)
    officers.set_pin(office, "张三", "海棠溪二十号")  # One's own, always.
    with pytest.raises(NotAllowed, match="值班员不能"):
        officers.set_pin(office, "钱管理", "海棠溪二十号")


def test_a_stranger_cannot_sit_down_where_pins_are_used(office: Office) -> None:
    officers.set_pin(office, "张三", PIN)
    with pytest.raises(OfficeError, match="李四 不在本办名册上"):
        Office.open(office.home, RULES, "李四")


def test_only_the_owner_of_the_folder_replaces_a_forgotten_pin(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner_may(office.home, [])
    with pytest.raises(NotAllowed, match="请赵主任登录后重设登录口令"):
        owner_may(office.home, ["赵主任"])
    monkeypatch.setattr("os.getuid", lambda: -7, raising=False)
    with pytest.raises(NotAllowed, match="属主账号"):
        owner_may(office.home, [])


# -- trying -----------------------------------------------------------------------------------------


def attempt(path: Path, pin: str, now: int, name: str = "张三") -> int | None:
    """Seconds to wait after a wrong try; None for a right one."""
    try:
        sign_in(path, name, pin, now)
    except WrongPin as wrong:
        return wrong.wait
    return None


def test_from_the_fifth_wrong_try_on_each_waits_longer(office: Office) -> None:
    officers.set_pin(office, "张三", PIN)
    now, waits = MONDAY, []
    for _ in range(13):
        waits.append(attempt(office.path, "不对不对不对", now) or 0)
        now += waits[-1]
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    assert attempt(office.path, PIN, now) is None
    assert attempt(office.path, "不对不对不对", now) == 0, "a right one begins anew"
    assert log(office)[-1] == "张三 登录 登录口令连续输错 13 次"


def test_during_the_wait_the_right_one_is_not_taken_either(office: Office) -> None:
    officers.set_pin(office, "张三", PIN)
    for _ in range(5):
        attempt(office.path, "不对不对不对", MONDAY)
    assert attempt(office.path, PIN, MONDAY + 29) == 1
    assert attempt(office.path, PIN, MONDAY + 30) is None


def test_a_clock_set_back_neither_ends_nor_prolongs_the_wait(office: Office) -> None:
    officers.set_pin(office, "张三", PIN)
    for _ in range(5):
        attempt(office.path, "不对不对不对", MONDAY)
    last_year = MONDAY - 365 * 86_400
    assert attempt(office.path, PIN, last_year) == 30
    assert attempt(office.path, PIN, last_year + 29) == 1
    assert attempt(office.path, PIN, last_year + 30) is None


def test_a_try_counts_before_it_is_looked_at(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    officers.set_pin(office, "张三", PIN)

    def killed(*_unused: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(pins, "_matches", killed)
    with pytest.raises(KeyboardInterrupt):
        sign_in(office.path, "张三", PIN, MONDAY)
    assert officers.roster(office.writer)[0].failures == 1


def test_an_unknown_name_is_answered_like_a_wrong_pin(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    officers.set_pin(office, "张三", PIN)
    derived: list[str] = []
    monkeypatch.setattr(pins, "protect", derived.append)
    said = []
    for name in ("张三", "无此人"):
        with pytest.raises(WrongPin) as wrong:
            sign_in(office.path, name, "不对不对不对", MONDAY)
        said.append(str(wrong.value))
    assert said[0] == said[1]
    assert derived == ["不对不对不对"], "it costs one key as well"


def test_a_full_width_digit_is_the_plain_one(office: Office) -> None:
    officers.set_pin(office, "张三", "９０２７３５")
    assert attempt(office.path, "902735", MONDAY) is None


@given(st.text(alphabet="0123456789abc张三", max_size=12))
def test_what_is_accepted_is_long_and_not_a_row(pin: str) -> None:
    try:
        kept = accept(pin, "张三")
    except ValueError:
        return
    assert len(kept) >= pins.SHORTEST
    assert "张三" not in kept
    assert len(set(kept)) >= 3


@given(st.integers(0, 60), st.integers(-(10**9), 10**9))
def test_a_wait_is_never_longer_than_it_deserves(failures: int, ahead: int) -> None:
    assert 0 <= remaining(failures, MONDAY + ahead, MONDAY) <= wait_after(failures) <= pins.LONGEST_WAIT


# -- drafts -----------------------------------------------------------------------------------------


def test_a_draft_is_its_writers_until_he_leaves(office: Office) -> None:
    officers.add(office, "李四", Post.DUTY)
    for name in ("张三", "李四", ""):
        save(office.path, Draft(f"d{name}", "intake", None, name or "谁都行", {}, MONDAY, MONDAY, name))

    def seen(name: str | None) -> set[str]:
        return {draft.title for draft in unfinished(office.writer, officer=name)}

    assert seen(None) == {"张三", "李四", "谁都行"}
    assert seen("张三") == {"张三", "谁都行"}
    officers.end(office, "李四")
    assert seen("张三") == {"张三", "李四", "谁都行"}
