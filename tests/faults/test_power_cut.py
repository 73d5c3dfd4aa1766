"""The power is cut at any moment of saving: what was confirmed is there, whatever became of the rest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from db import drafts
from db.actions import Action
from db.connection import OfficeError, open_reader
from db.connection import driver as sqlite
from db.drafts import Draft
from db.home import DATABASE, path_of
from db.index import merging, pressing
from db.journal import Act, record
from db.keeping import doctor, upkeep
from db.office import Calendars
from tests.db.conftest import MONDAY
from tests.faults.disk import Cut, cuts, lay_out
from tests.faults.offices import build, fresh, opened, register
from tests.faults.recorder import Entry, Record, Sync, recording

SEED = 20261126


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("template"))


def save_some(home: Path, happened: Record) -> None:
    """Steps, drafts and the tending of the index, with a log that is put into the file now and then."""
    with opened(home) as office:
        for number in range(4):
            case = register(office, f"第{number}件")
            happened.ack(case.event_ids)
            draft = Draft("d", "note", case.case_id, "草稿", {"findings": "字" * number}, MONDAY, MONDAY)
            drafts.save(office.path, draft)
            for action in (Action.URGE, Action.URGE):
                happened.ack(record(office, case.case_id, Act(action, {"text": "请抓紧"})).event_ids)
        pressing.press(office.writer, 4)
        pressing.press(office.writer)
        assert merging.merge(office.writer)
        merging.sweep(office.writer)
        upkeep.tend(office.path, wanted=lambda: True)
        happened.ack(register(office, "最后一件").event_ids)


@pytest.fixture
def saved(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Cut]]:
    """Saves some steps and gives all cuts."""

    def run(instead: dict[str, str] | None = None, forgets: str = "") -> list[Cut]:
        monkeypatch.setattr("db.connection.LOG_PAGES", 60)
        monkeypatch.setattr("db.index.choosing.FEW", 2)
        monkeypatch.setattr("db.index.merging.SLICE", 5)
        home = fresh(template, tmp_path / "home")
        before = {DATABASE: path_of(home).read_bytes()}
        with recording(instead) as happened:
            save_some(home, happened)
        put_in = sum(one == Sync(DATABASE) for one in happened.entries)
        assert instead or put_in > 2, "the log was put into the file, several times"
        entries = [one for one in happened.entries if not _is_forgotten(one, forgets)]
        return list(cuts(before, entries, Random(SEED), between=25))

    return run


def _is_forgotten(entry: Entry, ending: str) -> bool:
    """A disk that says it has synced, and has not."""
    return bool(ending) and isinstance(entry, Sync) and entry.file.endswith(ending)


def wrong(cut: Cut, folder: Path) -> str:
    """What is wrong with an office after a cut; empty = all is well."""
    home = lay_out(cut.files, folder)
    try:
        with closing(open_reader(path_of(home))) as connection:
            held = {event for (event,) in connection.execute("SELECT id FROM event")}
            findings = doctor.check(connection, Calendars(connection)).findings
    except (OfficeError, sqlite.Error) as error:
        return str(error)
    finally:
        shutil.rmtree(home)
    lost = len(cut.acked - held)
    return f"{lost} lost" if lost else "".join(map(str, findings[:1]))


def all_wrong(found: list[Cut], folder: Path) -> list[str]:
    """The same for many, each with its place in the record."""
    said = ((cut.at, wrong(cut, folder / "after")) for cut in found)
    return [f"seed {SEED}, entry {at}: {line}" for at, line in said if line]


def test_no_cut_takes_a_confirmed_step(saved: Callable[..., list[Cut]], tmp_path: Path) -> None:
    found = saved()
    assert len(found) > 100
    assert all_wrong(found, tmp_path) == []


def test_nor_with_the_journal_of_an_old_library(
    saved: Callable[..., list[Cut]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.connection.SAFE_SQLITE", (99,))
    found = saved()
    assert any("office.db-journal" in cut.files for cut in found)
    assert all_wrong(found[::3], tmp_path) == []


@pytest.mark.parametrize(
    ("instead", "forgets"),
    [({"PRAGMA synchronous=FULL": "PRAGMA synchronous=OFF"}, ""), ({}, "-wal"), ({}, "office.db")],
    ids=["synchronous=OFF", "a log that is not synced", "a file that is not synced"],
)
def test_without_a_sync_the_loss_would_be_noticed(
    saved: Callable[..., list[Cut]], tmp_path: Path, instead: dict[str, str], forgets: str
) -> None:
    assert all_wrong(saved(instead, forgets)[-40:], tmp_path)
