"""A lost passphrase: the office opens what the copy sealed for it, it alone, and for that copy alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db import vault
from db.connection import OfficeError, open_reader, open_writer
from db.errors import WrongPassphrase
from db.home import path_of
from db.office import Office
from db.vault import recovery
from tests.db.conftest import MONDAY, RULES
from tests.vaults import OTHER, PASSPHRASE, cheap, everything


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap():
        yield


@pytest.fixture
def copy(office: Office, template: Path, tmp_path: Path) -> Path:
    """An encrypted copy that is paired with the office, as 总台."""
    home = tmp_path / "copy"
    Office.create(home, RULES, "李四", template.parent / "units.csv", passphrase=PASSPHRASE).close()
    pair(home, "总台", office)
    return home


def pair(home: Path, name: str, office: Office, *, revoked: int | None = None) -> None:
    """Make a machine known in a copy."""
    with closing(open_writer(path_of(home))) as writer:
        writer.execute(
            "INSERT INTO device (id, prefix, public_key, first_seen, name, copy_kind, recipient, paired_at, "
            "revoked_at) VALUES (?, '', ?, 0, ?, 'office', ?, ?, ?)",
            (office.device.id, office.device.public_key, name, office.device.recipient, MONDAY, revoked),
        )


def made(copy: Path, target: Path) -> Path:
    """A recovery file of the copy."""
    with closing(open_reader(path_of(copy))) as reader:
        recovery.make(copy, reader, "总台", target)
    return target


def test_the_office_opens_the_file_and_the_copy_opens_again(
    office: Office, copy: Path, tmp_path: Path
) -> None:
    file = made(copy, tmp_path / "copy.recovery")
    key = vault.master_key(copy)
    assert key.hex().encode() not in everything(tmp_path)
    vault.lock(copy)
    recovery.open_file(office.home, file, tmp_path / "new.key", OTHER)
    with pytest.raises(WrongPassphrase):
        recovery.use(copy, tmp_path / "new.key", PASSPHRASE)
    recovery.use(copy, tmp_path / "new.key", OTHER)
    vault.lock(copy)
    with pytest.raises(WrongPassphrase):
        vault.unlock(copy, PASSPHRASE)
    vault.unlock(copy, OTHER)
    open_reader(path_of(copy)).close()
    assert vault.master_key(copy) == key


def test_it_also_helps_where_the_vault_itself_was_lost(office: Office, copy: Path, tmp_path: Path) -> None:
    file = made(copy, tmp_path / "copy.recovery")
    vault.lock(copy)
    (copy / vault.VAULT_FILE).unlink()
    recovery.open_file(office.home, file, tmp_path / "new.key", OTHER)
    recovery.use(copy, tmp_path / "new.key", OTHER)
    open_reader(path_of(copy)).close()


def test_cut_changed_or_foreign_files_are_refused_in_one_line(
    office: Office, copy: Path, tmp_path: Path
) -> None:
    whole = made(copy, tmp_path / "copy.recovery").read_bytes()
    wrong = tmp_path / "wrong"
    for content in (b"", b"no age file", whole[:-1], whole[:40], whole[:-5] + b"other"):
        wrong.write_bytes(content)
        with pytest.raises(OfficeError, match="不是封给本机的，或已损坏") as refused:
            recovery.open_file(office.home, wrong, tmp_path / "new.key", OTHER)
        assert "\n" not in str(refused.value)
    with pytest.raises(OfficeError, match="不是封给本机的"):
        recovery.open_file(copy, tmp_path / "copy.recovery", tmp_path / "new.key", OTHER)
    with pytest.raises(OfficeError, match="读不了恢复文件"):
        recovery.open_file(office.home, tmp_path / "missing", tmp_path / "new.key", OTHER)
    assert not (tmp_path / "new.key").exists()


def test_a_key_of_another_copy_is_not_taken(office: Office, copy: Path, tmp_path: Path) -> None:
    key, wrapped = vault.new(OTHER)
    assert key != vault.master_key(copy)
    vault.write(tmp_path / "foreign.key", wrapped)
    before = (copy / vault.VAULT_FILE).read_bytes()
    with pytest.raises(OfficeError, match="打不开这份办公库，没有换上"):
        recovery.use(copy, tmp_path / "foreign.key", OTHER)
    with pytest.raises(OfficeError, match="没有加密"):
        recovery.use(office.home, tmp_path / "foreign.key", OTHER)
    (tmp_path / "foreign.key").write_text("{}")
    with pytest.raises(OfficeError, match="已损坏"):
        recovery.use(copy, tmp_path / "foreign.key", OTHER)
    assert (copy / vault.VAULT_FILE).read_bytes() == before


def test_it_is_sealed_to_a_machine_that_is_paired_now_and_overwrites_nothing(
    office: Office, copy: Path, tmp_path: Path
) -> None:
    with closing(open_reader(path_of(copy))) as reader:
        with pytest.raises(OfficeError, match="已配对的有：总台"):
            recovery.make(copy, reader, "别处", tmp_path / "x")
        (tmp_path / "there").write_text("")
        with pytest.raises(OfficeError, match="不会覆盖"):
            recovery.make(copy, reader, "总台", tmp_path / "there")
    with closing(open_writer(path_of(copy))) as writer:
        writer.execute("UPDATE device SET revoked_at = 1 WHERE name = '总台'")
    with pytest.raises(OfficeError, match="没有叫“总台”的已配对机器"):
        made(copy, tmp_path / "x")
    with pytest.raises(OfficeError, match="没有加密"):
        recovery.make(office.home, office.writer, "总台", tmp_path / "x")
    assert not (tmp_path / "x").exists()
