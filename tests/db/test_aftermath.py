"""What a desk that was killed leaves, and what the next start makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db import drafts
from db.drafts import Draft
from db.journal import Recorded
from db.keeping import aftermath, presence, strays
from db.office import Office
from tests.db.conftest import MONDAY

HOLD = "import sys, time; from pathlib import Path; from db.keeping import presence\n" \
    "held = presence.enter(Path(sys.argv[1])); print('here', flush=True); time.sleep(60)"  # fmt: skip


@pytest.fixture
def other_desk(office: Office) -> subprocess.Popen[str]:
    """A desk in another process on the same office."""
    root = Path(__file__).resolve().parents[2]
    desk = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(office.home)], stdout=subprocess.PIPE, text=True, cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert desk.stdout is not None
    assert desk.stdout.readline() == "here\n"
    return desk


def kill(desk: subprocess.Popen[str]) -> None:
    """As a power cut would."""
    desk.kill()
    desk.communicate()


def look(office: Office) -> aftermath.Aftermath:
    """A desk that begins and ends as it should."""
    hold, found = aftermath.begin(office.home, office.home / "backups")
    assert hold is not None
    hold.release()
    return found


def test_a_killed_desk_is_told_once_and_says_what_is_safe(
    office: Office, handled: Recorded, other_desk: subprocess.Popen[str]
) -> None:
    drafts.save(office.path, Draft("d", "note", None, "草稿", {}, MONDAY, MONDAY))
    kill(other_desk)
    assert aftermath.unannounced(office.home) == 1, "doctor looks and leaves it"
    assert look(office).story == (
        f"上次没有正常退出：1 份草稿已保留，最后一步已保存（编号 {handled.number}，11-16 09:00）"
    )
    assert look(office).story == ""


def test_a_desk_that_is_still_at_work_is_no_dead_one(
    office: Office, other_desk: subprocess.Popen[str]
) -> None:
    assert look(office).ended == 0
    kill(other_desk)
    assert look(office).ended == 1


def test_two_desks_at_once_tell_of_a_dead_one_once(office: Office, other_desk: subprocess.Popen[str]) -> None:
    kill(other_desk)
    first = presence.dead(office.home)
    assert presence.dead(office.home) == []
    for hold in first:
        hold.release()
    assert list(office.home.glob(presence.PATTERN)) == []


def test_an_end_as_it_should_be_leaves_no_sign(office: Office) -> None:
    assert look(office) == aftermath.Aftermath(0, 0, None, [], [], 0)
    assert list(office.home.glob(".*")) == []


def test_dead_half_made_files_are_named_and_taken_away_living_ones_are_not(office: Office) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    backups, mine = office.home / "backups", office.home / "evidence" / "ab"
    for folder in (backups, mine):
        folder.mkdir(parents=True)
    dead = [
        office.home / f".office.db.new-{ended.pid}-wal",
        office.home / f".office.db.restore-{ended.pid}",
        backups / f".duban-daily-20261116.db.part-{ended.pid}",
        mine / f".{'c' * 62}.part-{ended.pid}-140017",
    ]
    alive = [office.home / f".office.db.new-{os.getppid()}", office.home / "device.new"]
    others = [backups / ".film.mp4.part", backups / "office.db.part-1", backups / "notes.new"]
    for path in dead + alive + others:
        path.write_bytes(b"x")
    found = look(office)
    assert [stray.path for stray in found.half_made] == dead
    assert "没写完的备份" in found.half_made[2].line
    assert [path for path in dead + alive + others if path.exists()] == alive + others


def test_a_half_made_file_without_a_process_is_dead_after_a_day(office: Office) -> None:
    fresh, old = office.home / "device.new", office.home / "vault.new"
    for path in (fresh, old):
        path.write_bytes(b"x")
    long_ago = time.time() - 3600 * (strays.NAMELESS_HOURS + 1)
    os.utime(old, (long_ago, long_ago))
    assert [stray.path for stray in look(office).half_made] == [old]


def test_former_offices_are_named_and_stay(office: Office) -> None:
    former = office.home / "office.db.before-restore-20261116-090000"
    former.write_bytes(b"x")
    found = look(office)
    assert found.former == [former]
    assert found.lines() == [f"恢复备份前的办公库，不再需要时可以删去：{former}"]
    assert former.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_look_at_pages_can_be_broken_off(office: Office) -> None:
    assert aftermath.damaged_page(office.home, lambda: False) is None
