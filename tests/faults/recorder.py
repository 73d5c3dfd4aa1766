"""The records office run on a file system that writes down every write, truncation and sync.

`recording` puts apsw in the place of the driver, with the little of its interface that saving a step uses: so
the same statements and pragmas run, on a SQLite of the same kind, above a VFS of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import apsw
import pytest

from db import connection


class Write(NamedTuple):
    """Bytes at a place of a file."""

    file: str
    offset: int
    data: bytes


class Truncate(NamedTuple):
    """A file cut to a size."""

    file: str
    size: int


class Delete(NamedTuple):
    """A file taken away."""

    file: str


class Sync(NamedTuple):
    """What was done to a file until here is on disk."""

    file: str


class Ack(NamedTuple):
    """The officer was told that these events are saved."""

    events: tuple[str, ...]


Entry = Write | Truncate | Delete | Sync | Ack


@dataclass
class Record:
    """What happened, in order; files by name."""

    entries: list[Entry] = field(default_factory=list)

    def ack(self, events: Iterable[str]) -> None:
        """These are confirmed now."""
        self.entries.append(Ack(tuple(events)))


class _File(apsw.VFSFile):
    def __init__(self, record: Record, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._record, self._name = record.entries, "" if path is None else Path(path).name

    def xWrite(self, data: Any, offset: int) -> None:
        super().xWrite(data, offset)
        self._record.append(Write(self._name, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._record.append(Truncate(self._name, size))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._record.append(Sync(self._name))


class _Vfs(apsw.VFS):
    def __init__(self, record: Record) -> None:
        self._record = record
        super().__init__("recording", "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self._record, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self._record.entries.append(Delete(Path(filename).name))


class _Connection:
    """An apsw connection as the records office wants one."""

    def __init__(self, path: str, instead: dict[str, str]) -> None:
        self._held, self._instead = apsw.Connection(path, vfs="recording"), instead
        self.isolation_level: str | None = None

    def execute(self, sql: str, bound: Any = ()) -> Any:
        return self._held.execute(self._instead.get(sql, sql), bound)

    def executemany(self, sql: str, rows: Any) -> Any:
        return self._held.executemany(sql, rows)

    @property
    def in_transaction(self) -> bool:
        return self._held.in_transaction

    @property
    def total_changes(self) -> int:
        return self._held.total_changes()

    def close(self) -> None:
        self._held.close()


class _Driver:
    Error = apsw.Error
    sqlite_version_info = tuple(map(int, apsw.sqlite_lib_version().split(".")))

    def __init__(self, instead: dict[str, str]) -> None:
        self._instead = instead

    def connect(self, path: str, timeout: float) -> _Connection:
        return _Connection(path, self._instead)


@contextmanager
def recording(instead: dict[str, str] | None = None) -> Iterator[Record]:
    """Open offices for writing on the recording file system, inside the block.

    Args:
        instead: statements that are run in the place of others, to break something on purpose.
    """
    record = Record()
    vfs = _Vfs(record)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "driver", _Driver(instead or {}))
        yield record
    vfs.unregister()
