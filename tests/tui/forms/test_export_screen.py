"""The list out: how far it is, and Esc in the middle."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.widgets import Input

from db.connection import Connection
from db.exchange import export
from db.reads import board
from duban_tui import config
from duban_tui.screens.export import ExportScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import Desk
from tests.tui.forms.test_import_screen import done


def listed(app: Desk) -> array[int]:
    return array("q", [row[0] for row in app.reader.execute('SELECT id FROM "case" ORDER BY id')])


async def test_the_list_is_written_and_the_screen_left(home: Home, tmp_path: Path) -> None:
    app = Desk(home.path, config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(ExportScreen(listed(app)))
        app.screen.query_one(Input).value = str(tmp_path / "清单.csv")
        await pilot.press("f2")
        await done(pilot)
        assert not isinstance(app.screen, ExportScreen)
    assert len((tmp_path / "清单.csv").read_text(encoding="utf-8-sig").splitlines()) > 3


async def test_esc_in_the_middle_leaves_no_file(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PIECE", 1)
    first, go_on = threading.Event(), threading.Event()

    def slowly(connection: Connection, ids: Sequence[int], now: int) -> list[board.CaseRow]:
        if first.is_set():
            go_on.wait(5)
        first.set()
        return board.rows(connection, ids, now)

    monkeypatch.setattr(export, "rows", slowly)
    app = Desk(home.path, config.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(ExportScreen(listed(app)))
        app.screen.query_one(Input).value = str(tmp_path / "清单.csv")
        await pilot.press("f2")
        while not first.is_set():
            await pilot.pause()
        await pilot.pause(0.1)
        assert "正在写 1 / " in app.text
        await pilot.press("escape")
        await pilot.pause()
        go_on.set()
        await done(pilot)
    assert not list(tmp_path.glob("*清单.csv*"))
