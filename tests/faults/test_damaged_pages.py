"""Bytes that a disk has changed: in every kind of page, in the log, in a copy. One line, nothing touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from db.connection import OfficeError, open_reader
from db.home import path_of
from db.keeping import aftermath, backup, log_check
from duban_tui.cli import main
from tests.db.conftest import MONDAY
from tests.faults.offices import assert_sound, build, fresh, is_sound, opened, register, steps

PAGE, FRAME = 8192, 8192 + 24

COMMANDS = (["doctor"], ["board"], ["find", "路灯"], ["show", "2026-000001"])


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("template"))


def garble(path: Path, offset: int, size: int) -> None:
    """Turn all bits of some bytes round."""
    data = bytearray(path.read_bytes())
    data[offset : offset + size] = bytes(byte ^ 0xFF for byte in data[offset : offset + size])
    path.write_bytes(data)


def roots(home: Path) -> list[tuple[str, int]]:
    """Every table and index with its first page."""
    with closing(open_reader(path_of(home))) as connection:
        return list(
            connection.execute(
                "SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 1 ORDER BY rootpage"
            )
        )


def test_a_damaged_page_of_any_table_or_index_is_found_and_told(
    template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = fresh(template, tmp_path / "home")
    whole = path_of(home).read_bytes()
    pages = [("header", 1), *roots(home)]
    assert len(pages) > 40
    for name, page in pages:
        garble(path_of(home), (page - 1) * PAGE, 200)
        damaged = path_of(home).read_bytes()
        for words in COMMANDS:
            capsys.readouterr()
            status = main(["--home", str(home), *words])
            said = capsys.readouterr()
            if words == ["doctor"]:
                assert status == 1, f"{name} is damaged and doctor is content"
            else:
                assert said.err.count("\n") == status, (name, words, said.err)
            assert status == 0 or "duban restore" in said.err + said.out, (name, said)
        assert path_of(home).read_bytes() == damaged
        path_of(home).write_bytes(whole)


def test_a_damaged_office_is_never_backed_up_as_a_good_one(template: Path, tmp_path: Path) -> None:
    home = fresh(template, tmp_path / "home")
    page = dict(roots(home))["note"]
    garble(path_of(home), (page - 1) * PAGE, 200)
    with pytest.raises(OfficeError, match=r"坏页.*duban doctor"):
        backup.back_up(home, tmp_path / "copy.db", now=MONDAY, page_by_page=True)
    assert not (tmp_path / "copy.db").exists()
    assert "duban restore" in str(aftermath.damaged_page(home, lambda: True))
    assert aftermath.damaged_page(fresh(template, tmp_path / "sound"), lambda: True) is None


@pytest.fixture
def hot(template: Path, tmp_path: Path) -> tuple[Path, list[str]]:
    """An office as a kill leaves it, its last steps in the log; and these steps."""
    home = fresh(template, tmp_path / "working")
    acked: list[str] = []
    with opened(home) as office:
        for number in range(4):
            acked += register(office, f"第{number}件").event_ids
        copy = fresh(home, tmp_path / "home")
    (copy / "office.db-shm").unlink()
    return copy, acked


def log_of(home: Path) -> Path:
    return home / "office.db-wal"


def test_a_whole_log_is_read_back(hot: tuple[Path, list[str]]) -> None:
    home, acked = hot
    assert set(acked) <= steps(path_of(home))
    assert aftermath.look(home, home / "backups").hidden == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda log: garble(log, 16, 8),
        lambda log: garble(log, 32 + 3 * FRAME, 8),
        lambda log: garble(log, 32 + 3 * FRAME + 4000, 10),
    ],
    ids=["header", "head of a frame", "page of a frame"],
)
def test_steps_that_a_damaged_log_hides_are_told(
    hot: tuple[Path, list[str]], damage: Callable[[Path], None], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(log_check, "SECOND_LOOK", 0)
    home, acked = hot
    damage(log_of(home))
    before = log_of(home).read_bytes()
    assert main(["--home", str(home), "doctor"]) == 1
    told = capsys.readouterr()
    assert "步读不回来，磁盘可能损坏。请核对最后几步，缺的再记一次" in told.out
    assert log_of(home).read_bytes() == before
    assert_sound(path_of(home))
    assert not set(acked) <= steps(path_of(home))


def test_what_was_never_confirmed_is_no_damage(hot: tuple[Path, list[str]]) -> None:
    home, acked = hot
    log = log_of(home)
    with log.open("ab") as file:
        file.write(log.read_bytes()[32 : 32 + FRAME // 2])
    assert aftermath.look(home, home / "backups").hidden == 0
    assert set(acked) <= steps(path_of(home))


def test_a_log_put_into_the_file_and_begun_anew_is_no_damage(template: Path, tmp_path: Path) -> None:
    home = fresh(template, tmp_path / "home")
    with opened(home) as office:
        for _ in range(5):
            register(office, "长")
        office.writer.execute("PRAGMA wal_checkpoint(RESTART)")
        register(office, "短")
        assert aftermath.look(home, home / "backups").hidden == 0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_half_a_copy_on_the_stick_is_refused(
    template: Path, tmp_path: Path, share: float, capsys: pytest.CaptureFixture[str]
) -> None:
    home, stick = fresh(template, tmp_path / "home"), tmp_path / "stick"
    stick.mkdir()
    copy = backup.back_up(home, stick / "copy.db", now=MONDAY)
    data = copy.read_bytes()
    copy.write_bytes(data[: int(len(data) * share)])
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    assert main(["--home", str(home), "restore", str(copy)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "restore" in said or "请换一份" in said
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before
    assert is_sound(path_of(home))


def test_the_office_of_before_is_named_where_a_restore_was_broken_off(
    template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = fresh(template, tmp_path / "home")
    former = home / "office.db.before-restore-20261116-090000"
    shutil.move(path_of(home), former)
    assert main(["--home", str(home), "board"]) == 1
    said = capsys.readouterr().err
    assert str(former) in said
    assert said.count("\n") == 1
    shutil.move(former, path_of(home))
    assert main(["--home", str(home), "doctor"]) == 0
