"""The backup that the desk makes by itself, one a day, and the rotation of these copies.

Only copies of this very office are ever removed, known by their name, and only after a newer one was proved
page by page: so there is always a good one, also where the office itself has gone bad.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from db import instants
from db.connection import OfficeError, Progress
from db.errors import reason
from db.home import files_of, path_of
from db.keeping import presence, strays
from db.keeping.backup import back_up

FOLDER = "backups"
"""Where the copies lie unless the config names another folder; below the data folder."""

LEAVE = 256 * 1024 * 1024
"""Bytes that must stay free beside a copy: nobody is there who could stop it, and work must go on."""

ALWAYS_KEPT = 2
"""Copies that are not removed to make room: the new one may turn out bad."""

_LOCK = ".daily-backup.lock"


class Place(NamedTuple):
    """Where today's copy goes."""

    folder: Path
    instead_of: Path | None = None
    """The folder of the config, where that is not there now."""


def place(home: Path, configured: str) -> Place:
    """The folder of the config; the one in the data folder where none is set, or the stick is not in.

    A configured folder is never made by us: below an empty mount point it would fill the wrong disk.
    """
    own = home / FOLDER
    if not configured:
        return Place(own)
    wanted = Path(configured).expanduser()
    return Place(wanted) if wanted.is_dir() else Place(own, instead_of=wanted)


def copy_of(home: Path, folder: Path, now: int) -> Path:
    """The file that holds the copy of a day; its name tells offices apart that share a stick."""
    return folder / f"{_stem(home)}-{instants.local(now):%Y%m%d}.db"


def _stem(home: Path) -> str:
    whose = hashlib.sha256(f"{platform.node()}:{home.resolve()}".encode()).hexdigest()
    return f"duban-daily-{whose[:6]}"


def copies(home: Path, folder: Path) -> list[Path]:
    """The daily copies of an office that are there, oldest first."""
    return sorted(folder.glob(f"{_stem(home)}-{'[0-9]' * 8}.db"))


def make(home: Path, folder: Path, keep: int, *, now: int, progress: Progress) -> Path | None:
    """Make today's copy, unless it is there or another desk is making it; then remove old ones.

    Where another copy does not fit, the oldest go before: copies of an office of 25 GB fill any disk.

    Args:
        home: the data folder.
        folder: where the copies lie.
        keep: so many stay, today's counted.
        now: the present instant.
        progress: as in `back_up`.

    Returns:
        The copy that was made.

    Raises:
        OfficeError: no room, an office with bad pages, or a folder that cannot be written; the copies
            that were there stay.
    """
    target = copy_of(home, folder, now)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        hold = presence.take(home / _LOCK)
    except OSError as error:
        raise OfficeError(f"写不了 {error.filename}：{reason(error)}。请检查目录权限和剩余空间") from error
    if hold is None:
        return None
    with hold:
        if target.exists():
            return None
        with suppress(OSError):  # A stick that was pulled out: the copy itself says so.
            _make_room(home, folder)
        back_up(home, target, now=now, progress=progress, page_by_page=True, leave=LEAVE)
        with suppress(OSError):  # What cannot be removed today goes tomorrow.
            _rotate(home, target, keep)
    return target


def _make_room(home: Path, folder: Path) -> None:
    """Let the oldest copies go until one more fits; `ALWAYS_KEPT` stay, and all where that is no use."""
    from shutil import disk_usage  # It brings the compressors along.

    strays.clean(strays.half_made(folder))
    missing = _size(files_of(path_of(home))) + LEAVE - disk_usage(folder).free
    spare = copies(home, folder)[:-ALWAYS_KEPT]
    if missing > sum(_size(_beside(copy)) for copy in spare):
        return
    for copy in spare:
        if missing <= 0:
            return
        missing -= _size(_beside(copy))
        _remove(copy)


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.exists())


def _beside(copy: Path) -> list[Path]:
    """A copy, and what lies beside it and bears its name."""
    return list(copy.parent.glob(f"{copy.name}*"))


def _remove(copy: Path) -> None:
    for file in _beside(copy):
        file.unlink(missing_ok=True)


def _rotate(home: Path, newest: Path, keep: int) -> None:
    """By the day in the name; `newest` stays also where a wrong clock once dated one after it."""
    others = [path for path in copies(home, newest.parent) if path != newest]
    for old in others[: max(0, len(others) - (keep - 1))]:
        _remove(old)
