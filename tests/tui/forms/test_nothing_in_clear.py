"""A day on an encrypted office leaves nothing in its folder that anybody could read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db import evidence
from db.actions import Action
from db.connection import open_reader
from db.exchange.errors import LedgerError
from db.exchange.export import export_cases
from db.exchange.ledger import import_ledger
from db.home import files_of, path_of
from db.journal import Act, record
from db.keeping import backup
from db.office import Office
from db.reads.board import ListQuery, ids
from db.vault import conversion as encryption
from duban_tui import config, locations
from duban_tui.app import DubanApp
from duban_tui.clipboard import OSC52_BYTES
from duban_tui.screens.intake import IntakeScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import NOW, desk_on, write
from tests.vaults import PASSPHRASE, cheap, traces

NAME, PHONE, TITLE, SAID = "欧阳清风", "13987654321", "化粪池外溢三天无人管", "现场已铺设围挡"
WORDS = (NAME, PHONE, TITLE, SAID)


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap():
        yield


@pytest.fixture
def sealed(home: Home) -> Home:
    """The small office, encrypted, its vault open."""
    encryption.encrypt(home.path, PASSPHRASE)
    return home


async def a_day(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody types a case and leaves it, saves a note, attaches a photograph, copies, backs up; a crash."""
    async with desk_on(home.path, IntakeScreen, (80, 48)) as (app, pilot):
        await write(pilot, TITLE)
        app.screen.query_one("#field-name Input").focus()
        await write(pilot, NAME)
        await pilot.press("enter")
        await write(pilot, PHONE)
        await pilot.press("escape")
        await pilot.pause()
        office = app.office()
        note = {"method": "covert", "findings": SAID, "people": [NAME], "log": [["09:30", PHONE]]}
        record(office, home.cases["lamp"], Act(Action.VERIFY, note))
        evidence.put(home.path, f"{NAME} {PHONE} {TITLE}".encode())
        app._copy(TITLE * OSC52_BYTES)
        app.remembered = app.remembered._replace(words=NAME)
        backup.back_up(home.path, home.path / "backups" / "b.db", now=NOW)
        monkeypatch.setattr(DubanApp, "is_headless", False)
        app._handle_exception(KeyError(f"{NAME} {PHONE} {TITLE}"))
        monkeypatch.undo()


async def test_a_day_leaves_no_name_no_phone_and_no_title(
    sealed: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_TTY", "/dev/pts/0")
    killed = tmp_path / "killed"
    copied = backup.back_up

    def and_look(home: Path, *arguments: object, **more: object) -> Path:
        made = copied(home, *arguments, **more)  # type: ignore[arg-type]
        shutil.copytree(home, killed)  # As it lies while the desk is open, its log not yet in the file.
        return made

    monkeypatch.setattr(backup, "back_up", and_look)
    await a_day(sealed, monkeypatch)
    assert files_of(path_of(killed))[1].stat().st_size > 0
    for folder in (sealed.path, killed):
        assert traces(folder, *WORDS, "CREATE TABLE") == [], folder
    log = locations.log(sealed.path).read_text(encoding="utf-8")
    assert "KeyError" in log
    assert "Traceback" not in log
    with closing(open_reader(path_of(sealed.path))) as reader:
        held = str(reader.execute("SELECT data FROM draft").fetchall())
    assert NAME in held


async def test_the_same_day_on_a_plain_office_can_be_read_by_anybody(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the test above would find nothing because it looks wrongly."""
    monkeypatch.setenv("SSH_TTY", "/dev/pts/0")
    await a_day(home, monkeypatch)
    assert traces(home.path, *WORDS) == list(WORDS)


def test_rows_that_were_not_taken_are_not_kept_in_an_encrypted_folder(
    sealed: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "ledger" / "in.csv"
    source.parent.mkdir()
    source.write_text(f"工单号,标题,内容\n1,{TITLE},{SAID}\n2,x,绝密★\n", encoding="utf-8")
    begun = Path.open

    def read_only(self: Path, mode: str = "r", *arguments: object, **more: object) -> object:
        if self.parent == source.parent and "w" in mode:
            raise PermissionError(13, "Permission denied", str(self))
        return begun(self, mode, *arguments, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", read_only)
    with (
        Office.open(sealed.path, config.load().rules, "张三") as office,
        pytest.raises(LedgerError, match="写不了退回行文件"),
    ):
        import_ledger(office, source)
    assert not locations.rejects(sealed.path).exists()
    assert traces(sealed.path, TITLE, "绝密") == []


def test_an_export_leaves_no_working_file_in_the_folder_of_the_system(
    sealed: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, seen = tmp_path / "system", []
    system.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(system))
    with closing(open_reader(path_of(sealed.path))) as reader:
        listed = ids(reader, ListQuery(), NOW)
        export_cases(
            reader, tmp_path / "list.xlsx", listed, NOW, lambda done, of: seen.append(list(system.iterdir()))
        )
    assert seen == [[]]
    assert sorted(path.name for path in tmp_path.glob("*.xlsx")) == ["list.xlsx"]
    assert not list(tmp_path.glob("openpyxl*"))
