"""A file gets its name after its bytes are on disk, and the folder is put on disk after that."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from db import device, evidence, vault
from db.connection import transaction
from db.durable import put_in_place
from db.keeping import backup, daily
from db.office import Office
from tests.db.conftest import MONDAY, RULES, UNITS
from tests.faults.offices import build, fresh, opened

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are not opened there")


class Watch:
    """What is put on disk, and what gets a name."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """Stand between us and the system."""
        self._fsync, self._replace = os.fsync, os.replace
        self._on_disk: dict[tuple[int, int], tuple[int, int]] = {}
        self.named: list[Path] = []
        self.wrong: list[str] = []
        self._waiting: set[tuple[int, int]] = set()
        patch.setattr(os, "fsync", self.fsync)
        patch.setattr(os, "replace", self.replace)

    def fsync(self, handle: int) -> None:
        """Remember what a file held, or which folder it was."""
        self._fsync(handle)
        found = os.fstat(handle)
        key = (found.st_dev, found.st_ino)
        self._on_disk[key] = (found.st_size, found.st_mtime_ns)
        self._waiting.discard(key)

    def replace(self, source: Path, target: Path) -> None:
        """A name is given."""
        found = os.stat(source)
        if self._on_disk.get((found.st_dev, found.st_ino)) != (found.st_size, found.st_mtime_ns):
            self.wrong.append(f"{target} has its name before its bytes")
        self._replace(source, target)
        folder = os.stat(Path(target).parent)
        self._waiting.add((folder.st_dev, folder.st_ino))
        self.named.append(Path(target))

    def check(self, *names: str) -> None:
        """All of these got their name, in the right order, and the folders are on disk.

        Raises:
            AssertionError: one did not.
        """
        assert self.wrong == []
        assert not self._waiting, "the folder of a name is not on disk"
        assert {path.name for path in self.named} >= set(names)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("template"))


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return fresh(template, tmp_path / "home")


def new_office(home: Path) -> None:
    table = home / "units.csv"
    table.write_text(UNITS, encoding="utf-8")
    Office.create(home / "new", RULES, "张三", table).close()


def new_device(home: Path) -> None:
    (home / device.KEY_FILE).unlink()
    opened(home).close()


def new_passphrase(home: Path) -> None:
    (home / "sealed").mkdir()
    vault.make(home / "sealed", "一二三四五六七八")
    vault.change_passphrase(home / "sealed", "一二三四五六七八", "八七六五四三二一")


def new_evidence(home: Path) -> None:
    evidence.put(home, b"photo")


def new_copy(home: Path) -> None:
    backup.back_up(home, home / "copy.db", now=MONDAY)


def new_daily(home: Path) -> None:
    daily.make(home, home / "backups", 2, now=MONDAY, progress=lambda done, total: None)


def restored(home: Path) -> None:
    backup.restore(home, backup.back_up(home, home / "copy.db", now=MONDAY), now=MONDAY)


@pytest.mark.parametrize(
    ("act", "names"),
    [
        (new_office, ["office.db", "device.key"]),
        (new_device, ["device.key"]),
        (new_passphrase, ["vault.json"]),
        (new_evidence, []),
        (new_copy, ["copy.db"]),
        (new_daily, []),
        (restored, ["copy.db", "office.db"]),
    ],
)
def test_a_name_comes_after_the_bytes(
    act: Callable[[Path], None], names: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "MEMORY_KIB", 64)
    watch = Watch(monkeypatch)
    act(home)
    assert watch.named
    watch.check(*names)


def test_a_name_that_comes_too_early_would_be_noticed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    fresh_file = home / "fresh"
    fresh_file.write_text("x")
    os.replace(fresh_file, home / "early")
    with pytest.raises(AssertionError):
        watch.check()
    monkeypatch.undo()
    watch = Watch(monkeypatch)
    fresh_file.write_text("x")
    put_in_place(fresh_file, home / "late")
    watch.check("late")


def test_a_key_that_is_lost_with_the_power_is_made_anew(home: Path) -> None:
    with opened(home) as office:
        before = office.device.id
    (home / device.KEY_FILE).write_bytes(b"")
    with opened(home) as office, transaction(office.writer):
        assert office.device.id != before
