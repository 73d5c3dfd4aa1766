"""Files that a process left half-made when it was killed, and what lies beside the office for good reason.

A half-made file has a hidden name that ends in what it is and the process that makes it (and perhaps its
thread), as in ``.office.db.new-41``, and takes its real name when it is whole: so one never stands in the
place of a whole file, and one whose process is gone is worth nothing.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from db.connection import former_of
from db.home import path_of

WHAT = {
    "part": "没写完的备份或附件",
    "new": "没写完的新文件",
    "restore": "没做完的恢复",
    "bundle": "没写完的下乡包",
}
"""What a half-made file was to become, by the word in its name; others add theirs here."""

_HALF = re.compile(
    rf"\..+\.({'|'.join(WHAT)})-(\d+)(?:-\d+)?(?:-wal|-shm|-journal)?|(?:device|vault|desk)\.(new)"
)

NAMELESS_HOURS = 24
"""A half-made file that names no process is dead when it was not touched for so long."""


class Stray(NamedTuple):
    """A half-made file whose process is gone."""

    path: Path
    size: int

    @property
    def line(self) -> str:
        """What it is, in Chinese."""
        found = _HALF.fullmatch(self.path.name)
        what = "半截文件" if found is None else WHAT[found[1] or found[3]]
        return f"{what}：{self.path}（{self.size / 1e6:.1f} MB）"


def half_made(*folders: Path) -> list[Stray]:
    """Dead half-made files in these folders; folders that are not there have none."""
    found = []
    for folder in folders:
        with suppress(OSError):
            found += [
                Stray(path, path.stat().st_size)
                for path in sorted(folder.iterdir())
                if (made := _HALF.fullmatch(path.name)) and not _is_alive(path, made[2])
            ]
    return found


def clean(strays: list[Stray]) -> list[Stray]:
    """Take dead half-made files away; returns those that are gone."""
    gone = []
    for stray in strays:
        with suppress(OSError):
            stray.path.unlink()
            gone.append(stray)
    return gone


def former_offices(home: Path) -> list[Path]:
    """Offices that made room for a backup; they are the officer's to remove."""
    return former_of(path_of(home))


def _is_alive(path: Path, process: str | None) -> bool:
    if process is None or os.name != "posix":  # On Windows, asking would end the process.
        return time.time() - path.stat().st_mtime < NAMELESS_HOURS * 3600
    if int(process) == os.getpid():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
