"""The daily backup: one a day, proved, rotated among its own, and never the last good one removed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from db.connection import OfficeError
from db.journal import Recorded
from db.keeping import backup, daily
from db.office import Office
from tests.db.conftest import MONDAY
from tests.faults.offices import assert_sound

DAY = 86_400


def make(office: Office, folder: Path, keep: int = 3, day: int = 0) -> Path | None:
    """Today's copy, or that of a later day."""
    return daily.make(office.home, folder, keep, now=MONDAY + day * DAY, progress=lambda done, total: None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_day_has_one_copy_and_old_ones_of_our_own_go(
    office: Office, handled: Recorded, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    theirs = ["duban-20261101-080000.db", "duban-daily-000000-20261101.db", "家庭.db"]
    for name in theirs:
        (folder / name).write_bytes(b"x")
    beside = daily.copy_of(office.home, folder, MONDAY).name + ".vault.json"
    (folder / beside).write_bytes(b"x")
    made = [make(office, folder, day=day) for day in (0, 0, 1, 2, 3)]
    assert made[1] is None
    assert names(folder) == sorted(theirs + [path.name for path in made[2:] if path])
    for path in filter(None, made[2:]):
        assert_sound(path)


def test_a_copy_dated_by_a_wrong_clock_does_not_cost_todays(office: Office, tmp_path: Path) -> None:
    make(office, tmp_path / "c", keep=1, day=40_000)
    made = make(office, tmp_path / "c", keep=1)
    assert made is not None
    assert names(tmp_path / "c") == [made.name]


def test_nothing_is_removed_for_a_copy_that_is_not_good(
    office: Office, handled: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copies"
    for day in range(2):
        make(office, folder, day=day)
    before = names(folder)

    def bad(*_: object) -> None:
        raise OfficeError("办公库里有坏页")

    monkeypatch.setattr(backup, "_prove_pages", bad)
    with pytest.raises(OfficeError, match="坏页"):
        make(office, folder, keep=1, day=2)
    assert names(folder) == before


def test_a_copy_that_would_leave_too_little_room_is_not_made(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, daily.LEAVE + 1000))
    with pytest.raises(OfficeError, match="剩余空间不够备份"):
        make(office, tmp_path)


def test_as_many_copies_stay_as_are_asked_for(office: Office, tmp_path: Path) -> None:
    made = [path for day in range(9) if (path := make(office, tmp_path / "c", keep=6, day=day))]
    assert names(tmp_path / "c") == [path.name for path in made[-6:]]


def test_the_oldest_copies_make_room_for_todays_but_two_always_stay(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copies"
    held = [path for day in range(4) if (path := make(office, folder, keep=14, day=day))]
    size, spared = held[0].stat().st_size, 3

    def free(_: Path) -> object:
        gone = 4 - len(list(folder.glob("*.db")))
        return shutil._ntuple_diskusage(1, 1, daily.LEAVE + size * (gone - spared + 1) + size // 2)

    monkeypatch.setattr(shutil, "disk_usage", free)
    with pytest.raises(OfficeError, match="剩余空间不够备份"):
        make(office, folder, keep=14, day=4)
    assert names(folder) == [path.name for path in held]
    spared = 2
    made = make(office, folder, keep=14, day=4)
    assert made is not None
    assert names(folder) == [path.name for path in (*held[-2:], made)]


def test_a_stick_that_is_pulled_out_is_told_in_one_line(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: Path) -> object:
        raise FileNotFoundError(2, "No such file or directory", str(tmp_path))

    monkeypatch.setattr(shutil, "disk_usage", gone)
    with pytest.raises(OfficeError, match="写不了备份"):
        make(office, tmp_path)


def test_another_desk_that_is_making_it_is_enough(office: Office, tmp_path: Path) -> None:
    inner: list[Path | None] = []

    def meanwhile(done: int, total: int) -> None:
        inner.append(make(office, tmp_path / "copies"))

    made = daily.make(office.home, tmp_path / "copies", 3, now=MONDAY, progress=meanwhile)
    assert made is not None
    assert inner
    assert set(inner) == {None}
    assert names(tmp_path / "copies") == [made.name]


def test_a_stick_that_is_not_in_is_said_and_no_folder_is_made_in_its_place(
    office: Office, tmp_path: Path
) -> None:
    stick = tmp_path / "media" / "stick"
    own = office.home / "backups"
    assert daily.place(office.home, "") == (own, None)
    assert daily.place(office.home, str(stick)) == (own, stick)
    assert not stick.exists()
    stick.mkdir(parents=True)
    assert daily.place(office.home, str(stick)) == (stick, None)


def test_a_folder_that_cannot_be_written_is_one_line(office: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OfficeError, match=r"^写不了 .*file.*请检查目录权限和剩余空间$"):
        make(office, tmp_path / "file" / "copies")
