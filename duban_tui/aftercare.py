"""What the desk does once its first frame stands: says how it ended last time, and makes the daily backup.

Loaded after the first frame. What takes time runs in worker threads of the app, which ask here.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from db import vault
from db.connection import OfficeError
from db.instants import day_of
from db.keeping import aftermath, daily
from db.keeping.aftermath import Aftermath
from db.keeping.presence import Hold
from duban_tui.config import Backup

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

TRY_AGAIN = 600.0
"""Seconds after which a copy that failed is tried again, and a stick looked for."""

Tell = Callable[[str, "SeverityLevel"], None]
"""Called with a line in Chinese and its severity, as in `App.notify`."""


class _Left(Exception):
    """The desk was left in the middle of a copy."""


def look_back(home: Path, backup: Backup, tell: Tell) -> tuple[Hold | None, bool]:
    """Tell what the desks before left behind.

    Returns:
        What to release when this desk ends, and whether one of them was killed.
    """
    try:
        hold, found = aftermath.begin(home, daily.place(home, backup.folder).folder)
    except OfficeError:
        return None, False  # The board has said it.
    for line, severity in _lines(found):
        tell(line, severity)
    return hold, bool(found.ended)


def look_through(home: Path, tell: Tell, wanted: Callable[[], bool]) -> None:
    """Look through all pages, and tell a bad one."""
    try:
        bad = aftermath.damaged_page(home, wanted)
    except OfficeError as error:
        bad = str(error)
    if bad:
        tell(bad, "error")


def _lines(found: Aftermath) -> list[tuple[str, SeverityLevel]]:
    lines: list[tuple[str, SeverityLevel]] = [(found.story, "information")] if found.story else []
    lines += [(f"日志里{found.warning}：{aftermath.RECALL}", "error")] if found.warning else []
    return lines + [(f"已清掉{stray.line}", "information") for stray in found.half_made]


class DailyBackup:
    """When a copy is due, and what was told about it today."""

    def __init__(self, home: Path, backup: Backup, tell: Tell) -> None:
        """Take the data folder and ``[backup]`` of the config."""
        self.home, self.backup, self._tell = home, backup, tell
        self._next_try = 0.0
        self._done: dt.date | None = None
        self._told: dict[str, dt.date] = {}

    def begins(self, now: int) -> bool:
        """Whether to start a thread for it now; if so, the next one is not before `TRY_AGAIN`."""
        due = (
            self.backup.daily
            and self._done != day_of(now)
            and time.monotonic() >= self._next_try
            and vault.is_open(self.home)
        )
        if due:
            self._next_try = time.monotonic() + TRY_AGAIN
        return due

    def make(self, now: int, wanted: Callable[[], bool]) -> None:
        """Make today's copy, or tell in one line, once a day, why there is none yet."""
        where = daily.place(self.home, self.backup.folder)

        def stop_if_left(done: int, total: int) -> None:
            if not wanted():
                raise _Left

        try:
            daily.make(self.home, where.folder, self.backup.keep, now=now, progress=stop_if_left)
        except _Left:
            return
        except OfficeError as error:
            if wanted():
                self._once("failed", now, f"今天的自动备份没有做成：{error}。过一会儿再试")
            return
        if where.instead_of is None:
            self._done = day_of(now)
        else:
            self._once("absent", now, f"备份目录不在（U 盘没插？）：{where.instead_of}。"
                       f"今天的先存到 {where.folder}，插上后再补一份")  # fmt: skip

    def _once(self, kind: str, now: int, line: str) -> None:
        if self._told.get(kind) != day_of(now):
            self._told[kind] = day_of(now)
            self._tell(line, "warning")
