"""A plain office becomes an encrypted one: proved, at once, and whole whatever happens meanwhile."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from db import device, evidence, vault
from db.actions import Action
from db.connection import OfficeError, is_keyed, open_reader
from db.home import files_of, path_of
from db.journal import Act, open_case, record
from db.keeping import backup, doctor
from db.office import Calendars, Office
from db.vault import conversion as encryption
from tests.db.conftest import MONDAY, RULES
from tests.vaults import OTHER, PASSPHRASE, cheap, traces

TITLE, PHOTO = "三江街道路灯不亮", "一张照片，有姓名张小明".encode()


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap():
        yield


@pytest.fixture(scope="session")
def used_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain office after some days: a case, evidence, a backup, a former office, a log."""
    home = Path(shutil.copytree(template, tmp_path_factory.mktemp("used") / "home"))
    with Office.open(home, RULES, "张三") as office:
        opened = open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": TITLE})])
        note = {"method": "走访", "findings": "路灯未修", "evidence": [file_of(evidence.put(home, PHOTO))]}
        record(office, opened.case_id, Act(Action.VERIFY, note))
    copy = backup.back_up(home, home / "backups" / "b.db", now=MONDAY)
    backup.restore(home, copy, now=MONDAY)
    with Office.open(home, RULES, "张三") as office:
        open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "第二件"})])
    assert evidence.has(home / "backups", hashlib.sha256(PHOTO).hexdigest())
    for name in (
        "duban.log", "copied.txt", "desk.json", "rejects/a.rejected.csv", "backups/.b.db.part-9",
        "evidence/ab/.cd.part-9-9",
    ):  # fmt: skip
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(TITLE, encoding="utf-8")
    return home


def file_of(sha256: str) -> dict[str, object]:
    """The photo as a note has it."""
    about = {"name": "1.jpg", "type": "image/jpeg", "taken_at": None, "taken_from": "不详"}
    return {"file": sha256, "size": len(PHOTO), **about}


@pytest.fixture
def used(used_template: Path, tmp_path: Path) -> Path:
    """A copy of it, with this machine's own key."""
    home = Path(shutil.copytree(used_template, tmp_path / "home"))
    Office.open(home, RULES, "张三").close()
    return home


def rows(home: Path) -> list[Any]:
    """The office's own facts."""
    with closing(open_reader(path_of(home))) as reader:
        held = [
            reader.execute(f"SELECT * FROM {table}").fetchall()
            for table in ('"case"', "event", "content", "setting", "device", "unit_version", "lookup_waiting")
        ]
        assert doctor.check(reader, Calendars(reader)).sound
    return held


def test_everything_is_there_afterwards_and_nothing_in_clear(used: Path) -> None:
    before, secrets = rows(used), device.secrets_of(used)
    assert traces(used, TITLE, PHOTO.decode(), secrets.sign) == [TITLE, PHOTO.decode(), secrets.sign]
    told: list[tuple[int, int]] = []
    cleared = encryption.encrypt(used, PASSPHRASE, lambda done, total: told.append((done, total)))
    assert cleared.left == ()
    assert {path.name for path in cleared.wiped} > {"b.db", "duban.log", "copied.txt", "a.rejected.csv"}
    assert traces(used, TITLE, PHOTO.decode(), secrets.sign, secrets.identity, "CREATE TABLE") == []
    assert rows(used) == before
    assert device.secrets_of(used) == secrets
    assert evidence.read(used, evidence.put(used, PHOTO)) == PHOTO
    vault.lock(used)
    vault.unlock(used, PASSPHRASE)
    with Office.open(used, RULES, "张三") as office:
        assert is_keyed(office.writer)
        assert [row[0] for row in before[4]].count(office.device.id) == 1, "the machine is still the same"
    with pytest.raises(OfficeError, match="已经加密"):
        encryption.encrypt(used, PASSPHRASE)


def test_what_was_in_clear_is_overwritten_and_not_only_unlinked(used: Path, tmp_path: Path) -> None:
    os.link(path_of(used), tmp_path / "the same sectors")
    os.link(used / "device.key", tmp_path / "its key")
    encryption.encrypt(used, PASSPHRASE)
    assert traces(tmp_path, TITLE, "private_key", "CREATE TABLE") == []


def test_an_office_in_use_is_not_encrypted(used: Path) -> None:
    with Office.open(used, RULES, "张三") as office:
        with pytest.raises(OfficeError, match="正在使用，没有加密"):
            encryption.encrypt(used, PASSPHRASE)
        open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "还在写"})])
    assert not vault.is_sealed(used)
    with pytest.raises(OfficeError, match="至少"):
        encryption.encrypt(used, "short")


def test_without_room_nothing_is_begun(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1000))
    with pytest.raises(OfficeError, match="剩余空间不够加密"):
        encryption.encrypt(used, PASSPHRASE)
    assert not vault.is_sealed(used)
    assert not vault.fresh_of(used).exists()


def test_a_copy_that_is_not_whole_is_not_taken(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, copied = rows(used), encryption._copy

    def torn(plain: Any, target: Path, key: bytes, progress: Any) -> None:
        copied(plain, target, key, progress)
        with target.open("r+b") as file:
            file.seek(9 * 8192 + 100)
            file.write(b"torn")

    monkeypatch.setattr(encryption, "_copy", torn)
    with pytest.raises(OfficeError, match=r"没有采用|已损坏"):
        encryption.encrypt(used, PASSPHRASE)
    assert rows(used) == before
    assert not vault.fresh_of(used).exists()


WATCHED = ("os.rename", "os.link", "os.remove")
"""What changes names, as Python's own audit tells it."""


def die_at(step: int, home: Path) -> bool:
    """Encrypt in a process that is gone, without a last word, at its n-th touch of a file; whether it was."""
    child = os.fork()
    if child == 0:
        seen = 0

        def watch(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal seen
            if event in WATCHED and str(home) in str(arguments[0]):
                seen += 1
                if seen == step:
                    os._exit(9)

        sys.addaudithook(watch)
        with suppress(BaseException):
            encryption.encrypt(home, PASSPHRASE)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")
def test_killed_at_any_moment_the_office_is_the_one_or_the_other(used: Path, tmp_path: Path) -> None:
    before, step, sealed = rows(used), 0, []
    while True:
        step += 1
        home = Path(shutil.copytree(used, tmp_path / "killed" / "home"))
        if not die_at(step, home):
            break
        sealed.append(vault.is_sealed(home))
        if sealed[-1]:
            with pytest.raises(OfficeError):
                rows(home)
            vault.unlock(home, PASSPHRASE)
        assert rows(home) == before
        assert evidence.read(home, evidence.put(home, PHOTO)) == PHOTO
        if not sealed[-1]:
            encryption.encrypt(home, PASSPHRASE)
        assert traces(home, TITLE, PHOTO.decode(), "CREATE TABLE", "private_key") == [], step
        assert not (home / vault.WAITING).exists()
        vault.lock(home)
        shutil.rmtree(home)
    assert sealed == sorted(sealed), "first plain, then encrypted, never back"
    assert set(sealed) == {False, True}
    assert step > 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")
def test_an_office_begun_encrypted_and_killed_can_be_made_again(template: Path, tmp_path: Path) -> None:
    table, step = template.parent / "units.csv", 0
    while True:
        step += 1
        home = tmp_path / f"home{step}"
        child = os.fork()
        if child == 0:
            left = step

            def watch(event: str, arguments: tuple[Any, ...], home: Path = home) -> None:
                nonlocal left
                if event in WATCHED and str(home) in str(arguments[0]):
                    left -= 1
                    if left == 0:
                        os._exit(9)

            sys.addaudithook(watch)
            Office.create(home, RULES, "张三", table, passphrase=PASSPHRASE).close()
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            break
        if path_of(home).exists():
            vault.unlock(home, PASSPHRASE)
            Office.open(home, RULES, "张三").close()
        else:
            Office.create(home, RULES, "张三", table, passphrase=PASSPHRASE).close()
        assert len(rows(home)) == 7
    assert step > 2


def test_a_half_made_copy_beside_a_plain_office_means_nothing(used: Path) -> None:
    vault.write(used / vault.WAITING, vault.new(OTHER)[1])
    vault.fresh_of(used).write_bytes(b"half")
    assert not vault.is_sealed(used)
    Office.open(used, RULES, "张三").close()
    encryption.encrypt(used, PASSPHRASE)
    vault.unlock(used, PASSPHRASE)
    assert not any(file.exists() for file in files_of(vault.fresh_of(used)))


def test_where_the_last_steps_have_no_room_the_office_opens_and_the_next_time_goes_on(
    used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(used)

    def full(home: Path) -> None:
        raise OfficeError("磁盘已满")

    with monkeypatch.context() as patched:
        patched.setattr(encryption, "finish", full)
        with pytest.raises(OfficeError, match="磁盘已满"):
            encryption.encrypt(used, PASSPHRASE)
        vault.lock(used)
        vault.unlock(used, PASSPHRASE)
        assert vault.is_unsettled(used)
        assert rows(used) == before
        vault.change_passphrase(used, PASSPHRASE, OTHER)
    vault.unlock(used, OTHER)
    assert not vault.is_unsettled(used)
    assert traces(used, TITLE) == []
