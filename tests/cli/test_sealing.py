"""``--passphrase-file``, ``init --encrypt``, ``encrypt``, ``passphrase``, ``recovery``: nothing ever asks."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db import device, vault
from db.connection import open_reader, open_writer
from db.home import path_of
from tests.cli.conftest import Run
from tests.vaults import OTHER, PASSPHRASE, cheap, traces


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("DUBAN_PASSPHRASE", raising=False)
    with cheap():
        yield


@pytest.fixture
def right(tmp_path: Path) -> Path:
    """A file with the passphrase, as an editor on Windows leaves it."""
    file = tmp_path / "right.txt"
    file.write_bytes(b"\xef\xbb\xbf" + PASSPHRASE.encode() + b"\r\n")
    return file


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A file with another one."""
    file = tmp_path / "other.txt"
    file.write_text(f"{OTHER}\n", encoding="utf-8")
    return file


@pytest.fixture
def sealed(run: Run, office: Path, right: Path) -> Path:
    """The demo office, encrypted; locked, as every command finds it."""
    assert run("encrypt", "--passphrase-file", right, home=office).status == 0
    vault.lock(office)
    return office


@pytest.fixture(autouse=True)
def _every_command_is_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "_open", {})


def say(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What stands in standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_an_office_can_be_made_encrypted(run: Run, empty_home: Path, right: Path) -> None:
    assert "要有办公库口令" in run("init", "--encrypt").err
    assert "--encrypt" in run("init", "--passphrase-file", right).err
    assert not path_of(empty_home).exists()
    made = run("init", "--encrypt", "--passphrase-file", right)
    assert made.status == 0
    assert "已加密" in made.out
    assert "丢失它，就等于丢失这份办公库" in made.out
    vault.lock(empty_home)
    locked = run("board")
    assert (locked.status, locked.err.count("\n")) == (1, 1)
    assert "已加密并锁着" in locked.err
    assert run("board", "--passphrase-file", right).status == 0


def test_every_command_takes_the_passphrase_from_a_file_the_environment_or_a_pipe(
    run: Run, sealed: Path, right: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run("--passphrase-file", right, "find", "路灯", "--json", home=sealed)
    assert found.status == 0
    assert json.loads(found.out)
    vault.lock(sealed)
    wrong = run("find", "路灯", "--passphrase-file", other, home=sealed)
    assert (wrong.status, wrong.out, wrong.err.count("\n")) == (1, "", 1)
    assert "办公库口令不对" in wrong.err
    monkeypatch.setenv("DUBAN_PASSPHRASE", PASSPHRASE)
    assert run("doctor", home=sealed).status == 0
    vault.lock(sealed)
    assert run("board", "--passphrase-file", other, home=sealed).status == 1, "the file goes first"
    monkeypatch.delenv("DUBAN_PASSPHRASE")
    say(monkeypatch, f"{PASSPHRASE}\n")
    assert run("board", "--passphrase-file", "-", home=sealed).status == 0


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00"])
def test_a_passphrase_file_that_is_none_is_named(
    run: Run, sealed: Path, tmp_path: Path, content: bytes
) -> None:
    (file := tmp_path / "p").write_bytes(content)
    ended = run("board", "--passphrase-file", file, home=sealed)
    assert (ended.status, ended.err.count("\n")) == (1, 1)
    assert str(file) in ended.err
    missing = run("board", "--passphrase-file", tmp_path / "missing", home=sealed)
    assert (missing.status, missing.err.count("\n")) == (1, 1)


def test_what_needs_no_office_needs_no_passphrase(run: Run, sealed: Path) -> None:
    assert run("where", home=sealed).status == 0
    assert run("--version", home=sealed).status == 0


def test_converting_says_what_became_of_what_was_in_clear(
    run: Run, office: Path, right: Path, tmp_path: Path
) -> None:
    (office / "backups").mkdir()
    run("backup", office / "backups" / "inside.db", home=office)
    run("backup", tmp_path / "elsewhere" / "outside.db", home=office)
    settings = tmp_path / "own.toml"
    settings.write_text(f'[backup]\nfolder = "{tmp_path / "elsewhere"}"\n', encoding="utf-8")
    with closing(open_reader(path_of(office))) as reader:
        (title,) = reader.execute('SELECT title FROM "case" LIMIT 1').fetchone()
    assert traces(office, title) == [title]
    ended = run("--config", settings, "encrypt", "--passphrase-file", right, home=office)
    assert ended.status == 0
    assert "inside.db" in ended.out
    assert f"仍是明文的旧备份，做好新备份后请删除：{tmp_path / 'elsewhere' / 'outside.db'}" in ended.out
    assert "固态硬盘" in ended.out
    assert traces(office, title) == []
    again = run("encrypt", "--passphrase-file", right, home=office)
    assert again.status == 1
    assert "已经加密" in again.err


def test_the_passphrase_is_changed(
    run: Run, sealed: Path, right: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = ("passphrase", "--new-passphrase-file")
    assert run(*change, other, home=sealed).status == 1
    assert run(*change, right, "--passphrase-file", other, home=sealed).status == 1
    assert run(*change, other, "--passphrase-file", right, home=sealed).status == 0
    assert run("board", "--passphrase-file", right, home=sealed).status == 1
    say(monkeypatch, f"{OTHER}\n{PASSPHRASE}\n")
    assert run(*change, "-", "--passphrase-file", "-", home=sealed).status == 0
    assert run("board", "--passphrase-file", right, home=sealed).status == 0
    assert run("passphrase", home=sealed).status == 2


def test_a_backup_of_an_encrypted_office_goes_with_its_vault(
    run: Run, sealed: Path, right: Path, other: Path, tmp_path: Path
) -> None:
    made = run("backup", tmp_path / "b.db", "--passphrase-file", right, home=sealed)
    assert "b.db.vault.json" in made.out
    away = tmp_path / "away"
    assert "已加密" in run("restore", tmp_path / "b.db", home=away).err
    assert run("restore", tmp_path / "b.db", "--passphrase-file", other, home=away).status == 1
    assert run("restore", tmp_path / "b.db", "--passphrase-file", right, home=away).status == 0
    vault.lock(away)
    assert run("doctor", home=away).status == 1
    assert run("doctor", "--passphrase-file", right, home=away).status == 0


def test_a_lost_passphrase_is_made_good_at_the_office(
    run: Run, sealed: Path, demo_office: Path, right: Path, other: Path, tmp_path: Path
) -> None:
    office = tmp_path / "at the office"
    run("init", home=office)
    with closing(open_reader(path_of(office))) as reader:
        row = reader.execute("SELECT id, public_key, recipient FROM device").fetchone()
    vault.unlock(sealed, PASSPHRASE)
    with closing(open_writer(path_of(sealed))) as writer:
        writer.execute(
            "INSERT INTO device (id, prefix, public_key, recipient, first_seen, name, copy_kind, paired_at) "
            "VALUES (?, '', ?, ?, 0, '总台', 'office', 1)",
            row,
        )
    vault.lock(sealed)
    file, key = tmp_path / "laptop.recovery", tmp_path / "laptop.key"
    make = ("recovery", "make", "--for", "总台", "--to", file)
    assert run(*make, home=sealed).status == 1
    assert run(*make, "--passphrase-file", right, home=sealed).status == 0
    vault.lock(sealed)
    opened = run("recovery", "open", file, "--to", key, "--new-passphrase-file", other, home=office)
    assert opened.status == 0
    assert run("recovery", "use", key, "--passphrase-file", right, home=sealed).status == 1
    assert run("recovery", "use", key, "--passphrase-file", other, home=sealed).status == 0
    vault.lock(sealed)
    assert run("board", "--passphrase-file", other, home=sealed).status == 0
    assert device.secrets_of(office).identity not in key.read_text()
