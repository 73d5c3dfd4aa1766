"""Drafts outlive everything: Esc, quitting, and the machine's power."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from db import drafts
from db.connection import open_reader
from db.home import path_of
from db.reads import flow
from duban_tui.screens.drafts import DraftsScreen
from duban_tui.screens.note import NoteScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import desk_on, write

PATIENCE = 20.0
"""Seconds after which a child process is given up; no test measures by it."""

DESK = """
import sys
from pathlib import Path
from duban_tui import config
from duban_tui.app import DubanApp

DubanApp(Path(sys.argv[1]), config.load(config.locations.shipped_config()), start=sys.argv[2]).run()
"""
"""The desk, opened on the case of a number."""

F6 = "\x1b[17~"


async def test_the_list_names_them_and_delete_asks_once(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("1", "escape")
        await pilot.pause()
        app.push_screen(DraftsScreen())
        await pilot.pause()
        assert "草稿  1 份" in app.text
        assert "核查记录  2026-000001  三江街道路灯不亮半个月" in app.text
        await pilot.press("delete")
        assert len(drafts.unfinished(app.reader)) == 1
        await pilot.press("delete")
        await pilot.pause()
        assert "没有未提交的" in app.text
        assert "接着写" not in app.text


async def test_quitting_saves_what_was_typed_a_moment_ago(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("1", "enter", "enter")
        await write(pilot, "刚写下的字")
        app.action_leave()
        await pilot.pause()
    with closing(open_reader(path_of(home.path))) as reader:
        assert [draft.data["place"] for draft in drafts.unfinished(reader)] == ["刚写下的字"]


class Child:
    """The desk in a terminal of its own."""

    def __init__(self, home: Path, number: str) -> None:
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
            command = [sys.executable, "-c", DESK, str(home), number]
            os.execve(sys.executable, command, environment)
        self.seen = ""

    def wait_for(self, words: str) -> None:
        """Read the terminal until these words were drawn."""
        end = time.monotonic() + PATIENCE
        while words not in self.seen:
            assert time.monotonic() < end, f"{words} never came:\n{self.seen[-2000:]}"
            self.read()

    def wait_for_draft(self, home: Path, place: str) -> None:
        """Read the terminal until the draft on disk has what was typed."""
        end = time.monotonic() + PATIENCE
        with closing(open_reader(path_of(home))) as reader:
            while [draft.data.get("place") for draft in drafts.unfinished(reader)] != [place]:
                assert time.monotonic() < end, f"no draft says {place}"
                self.read()

    def read(self) -> None:
        """Take what was drawn: a terminal that nobody reads stops the program in it."""
        if select.select([self.terminal], [], [], 0.1)[0]:
            self.seen += os.read(self.terminal, 65_536).decode(errors="replace")

    def type(self, text: str) -> None:
        """Send keys as a terminal does."""
        os.write(self.terminal, text.encode())

    def kill(self) -> None:
        """Pull the plug."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_kill_9_loses_nothing(home: Home) -> None:
    child = Child(home.path, "2026-000001")
    try:
        child.wait_for("流程")
        child.type(F6)
        child.wait_for("草稿 还没有写")
        child.type("1\r\r\x1b[200~老街十二号\x1b[201~")
        child.wait_for_draft(home.path, "老街十二号")
    finally:
        child.kill()
    again = Child(home.path, "2026-000001")
    try:
        again.wait_for("流程")
        again.type(F6)
        again.wait_for("老街十二号")
        again.wait_for("[暗访]")
    finally:
        again.kill()


async def test_a_draft_that_was_gone_on_with_and_submitted_as_it_stood_is_gone(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: NoteScreen(case)) as (_app, pilot):
        await pilot.press("1")
        await pilot.press("escape")
    async with desk_on(home.path, lambda: NoteScreen(case)) as (app, pilot):
        await pilot.press("f2", "f2")
        await pilot.pause()
        assert len(flow.notes(app.reader, case)) == 1
        assert drafts.unfinished(app.reader) == []
