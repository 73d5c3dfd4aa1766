"""What lies in a data folder, and under which names."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

DATABASE = "office.db"
"""The office."""

LOG, COPIED, DESK = "duban.log", "copied.txt", "desk.json"
"""What went wrong; what was too long for a clipboard; how the desk was left."""

REJECTS, BACKUPS = "rejects", "backups"
"""Folders: rows of ledgers that were not taken; copies that the desk makes by itself."""


def path_of(home: Path) -> Path:
    """Where the database of an office lies."""
    return home / DATABASE


def files_of(path: Path) -> list[Path]:
    """A database and what SQLite lays beside it.

    A log left without its database would be read into the next one of that name: they belong together.
    """
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")]


def remove(path: Path) -> None:
    """Take away a half-made database with all that lies beside it, as far as it is there."""
    for file in files_of(path):
        with suppress(FileNotFoundError, NotADirectoryError):
            file.unlink()
