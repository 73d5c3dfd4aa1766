"""A disk without room, a real one: what is refused is told in one line, and nothing half-done stays."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from db import drafts
from db.connection import OfficeError, open_reader
from db.home import path_of
from db.keeping import aftermath, backup, daily
from db.office import Office
from duban_tui.cli import main
from duban_tui.screens.note import NoteScreen
from tests.db.conftest import MONDAY
from tests.faults.offices import assert_sound, build, fresh, hidden_files, opened, register, steps
from tests.tui.forms.desk import desk_on

SIZE = "8m"


class Disk:
    """A small disk with an office on it."""

    def __init__(self, folder: Path, home: Path) -> None:
        """Take where it is mounted, and the office."""
        self.folder, self.home = folder, home
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no room at all."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (65_536, 1024, 1):
                with suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def empty(self) -> None:
        """There is room again."""
        self._ballast.unlink()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("template"))


@pytest.fixture
def disk(template: Path, tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("may not mount a disk here")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount a disk here")
    try:
        yield Disk(folder, fresh(template, folder / "home"))
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def is_one_line(said: str) -> bool:
    """One line in Chinese with the cause and a mend."""
    return said.count("\n") <= 1 and "请" in said and "空间" in said


def refusal(office: Office, acked: set[str]) -> str:
    """Save one step more; why that was refused."""
    try:
        acked |= set(register(office, "还有地方").event_ids)
    except OfficeError as error:
        return str(error)
    return ""


def test_the_door_says_so_and_goes_on_when_there_is_room(disk: Disk) -> None:
    with opened(disk.home) as office:
        acked = set(register(office, "还有地方").event_ids)
        disk.fill()
        while not (refused := refusal(office, acked)):
            pass
        assert refused.startswith("磁盘已满")
        assert is_one_line(refused)
        assert acked <= steps(path_of(disk.home))
        disk.empty()
        acked |= set(register(office, "又有地方了").event_ids)
    assert acked <= steps(path_of(disk.home))
    assert_sound(path_of(disk.home))


def test_an_office_on_a_full_disk_can_be_read(disk: Disk) -> None:
    with opened(disk.home) as office:
        register(office, "还在日志里")
        disk.fill()
        assert_sound(path_of(disk.home))


@pytest.mark.parametrize("seen", [True, False], ids=["seen before", "noticed in the middle"])
def test_a_backup_is_whole_or_not_there(disk: Disk, monkeypatch: pytest.MonkeyPatch, seen: bool) -> None:
    if not seen:
        monkeypatch.setattr(backup, "need_room", lambda *_: None)
    disk.fill()
    with pytest.raises(OfficeError) as caught:
        backup.back_up(disk.home, disk.folder / "copy.db", now=MONDAY)
    assert is_one_line(str(caught.value))
    assert hidden_files(disk.folder) == []
    assert not (disk.folder / "copy.db").exists()


@pytest.mark.parametrize("seen", [True, False], ids=["seen before", "noticed in the middle"])
def test_a_restore_leaves_the_office_as_it_was(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    copy = backup.back_up(disk.home, tmp_path / "copy.db", now=MONDAY)
    before = steps(path_of(disk.home))
    if not seen:
        monkeypatch.setattr(backup, "need_room", lambda *_: None)
    disk.fill()
    with pytest.raises(OfficeError) as caught:
        backup.restore(disk.home, copy, now=MONDAY)
    assert is_one_line(str(caught.value))
    assert hidden_files(disk.home) == []
    assert steps(path_of(disk.home)) == before


def test_no_daily_copy_takes_the_last_room(disk: Disk) -> None:
    with pytest.raises(OfficeError, match="剩余空间不够备份"):
        daily.make(disk.home, disk.home / "backups", 3, now=MONDAY, progress=lambda done, total: None)
    assert not list((disk.home / "backups").iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["init"], ["note", "2026-000001"], ["import", "台账.csv"], ["backup", "copy.db"],
        ["units", "add", "某局", "--under", "綦江区"],
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_a_command_ends_with_one_line(
    disk: Disk, words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = disk.folder / "new" if words == ["init"] else disk.home
    monkeypatch.chdir(disk.folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(disk.folder / "config"))
    (disk.folder / "台账.csv").write_text("工单号,内容\n1,路灯不亮\n", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO('findings = "看了"'.encode())))
    disk.fill()
    assert main(["--home", str(home), *words]) == 1
    assert is_one_line(capsys.readouterr().err)
    assert not (disk.folder / "copy.db").exists()
    if words != ["init"]:
        disk.empty()
        assert_sound(path_of(disk.home))


def test_a_start_on_a_full_disk_says_so_and_keeps_what_it_has_to_tell(disk: Disk) -> None:
    (disk.home / ".desk-1.open").touch()
    disk.fill()
    with pytest.raises(OfficeError, match="磁盘") as caught:
        aftermath.begin(disk.home, disk.home / "backups")
    assert is_one_line(str(caught.value))
    disk.empty()
    hold, found = aftermath.begin(disk.home, disk.home / "backups")
    assert found.ended == 1
    assert hold is not None
    hold.release()


async def test_what_is_typed_stays_and_is_saved_when_there_is_room(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duban_tui.screens.form.RETRY_AFTER", 0.05)
    with closing(open_reader(path_of(disk.home))) as connection:
        (case,) = connection.execute('SELECT id FROM "case"').fetchone()
    async with desk_on(disk.home, lambda: NoteScreen(case)) as (app, pilot):
        await pilot.press("1")
        await pilot.pause(0.7)
        assert "草稿 已存" in app.text
        disk.fill()
        for _ in range(60):  # What the log has room for is still saved.
            await pilot.press("right")
            await pilot.pause(0.06)
            if "未存" in app.text:
                break
        assert "! 草稿 未存，正在重试：磁盘" in app.text
        await pilot.press("2")
        disk.empty()
        await pilot.pause(0.8)
        assert "草稿 已存" in app.text
        kept = drafts.unfinished(app.reader)
        assert [draft.data["method"] for draft in kept] == ["visit"]


def test_the_disk_is_really_full(disk: Disk) -> None:
    disk.fill()
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        (disk.folder / "more").write_bytes(bytes(10_000))
