"""Databases that cannot be used: one line each, and nothing is touched."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from db.connection import open_writer
from db.home import path_of
from tests.cli.conftest import Run

COMMANDS = [["board"], ["find", "路灯"], ["show", "2026-000001"], ["doctor"], ["units", "list"], []]


def _head(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"not a database at all")


def _middle(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 5)
        file.write(os.urandom(size * 3 // 5))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _newer(path: Path) -> None:
    writer = open_writer(path)
    writer.execute("PRAGMA user_version = 999")
    writer.close()


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_head, "请用 duban restore"),
        (_middle, "duban restore"),
        (_empty, "不是 Duban 的办公库"),
        (_newer, "请升级"),
    ],
)
def test_a_database_that_cannot_be_read_is_told_in_one_line(
    run: Run, office: Path, damage: Callable[[Path], None], said: str, arguments: list[str]
) -> None:
    damage(path_of(office))
    before = path_of(office).read_bytes()
    ended = run(*arguments, home=office)
    assert ended.status == 1
    assert said in ended.err + ended.out
    assert ended.err.count("\n") <= 1
    assert path_of(office).read_bytes() == before


def test_a_date_beyond_all_years(run: Run) -> None:
    ended = run("deadline", "9999-12-31", "9999工作日")
    assert ended.status == 1
    assert ended.err.count("\n") == 1


def test_another_desk_is_writing(
    run: Run, office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.connection.BUSY_MS", 50)
    other = open_writer(path_of(office))
    other.execute("BEGIN IMMEDIATE")
    ended = run("units", "add", "某局", "--under", "綦江区", home=office)
    other.execute("ROLLBACK")
    assert ended.status == 1
    assert "正被另一个程序占用" in ended.err
    assert run("units", "add", "某局", "--under", "綦江区", home=office).status == 0
