"""What a disk may hold after the power was cut: all that was synced, and of the rest whatever pleases it.

Since the last sync of a file, any of its writes may be there or not, in any order, or a part of one: a sector
of 512 bytes is written whole or not at all. A file that grew may have its new size and zeros in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.faults.recorder import Ack, Delete, Entry, Sync, Truncate, Write

SECTOR = 512

Change = Write | Truncate | Delete


class Cut(NamedTuple):
    """One way in which the power may be cut."""

    at: int
    """So many entries of the record had happened."""
    files: dict[str, bytes]
    acked: set[str]


def cuts(before: dict[str, bytes], record: list[Entry], rng: Random, *, between: int) -> Iterator[Cut]:
    """Every moment before and after a sync, and some between, each with what the disk may hold then.

    Args:
        before: the files as they were on disk when the record began.
        record: what happened.
        rng: chooses.
        between: one in so many other moments.
    """
    disk, acked = _Disk(before), set[str]()
    for at, entry in enumerate(record):
        if isinstance(entry, Ack):
            acked |= set(entry.events)
        elif isinstance(entry, Sync):
            yield Cut(at, disk.bare(), set(acked))
            yield Cut(at, disk.torn(rng), set(acked))
            disk.sync(entry.file)
            yield Cut(at + 1, disk.torn(rng), set(acked))
        else:
            disk.change(entry)
            if rng.randrange(between) == 0:
                yield Cut(at + 1, disk.torn(rng), set(acked))
    yield Cut(len(record), disk.bare(), set(acked))


class _Disk:
    """Files as they certainly are, and the changes that may have reached the disk or not."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._safe = {name: bytearray(data) for name, data in files.items()}
        self._open: dict[str, list[Change]] = {}

    def change(self, entry: Change) -> None:
        """Something happened to a file."""
        self._open.setdefault(entry.file, []).append(entry)

    def sync(self, file: str) -> None:
        """All of it is on disk now."""
        for entry in self._open.pop(file, []):
            _apply(self._safe, entry)

    def bare(self) -> dict[str, bytes]:
        """Nothing that was not synced."""
        return {name: bytes(data) for name, data in self._safe.items()}

    def torn(self, rng: Random) -> dict[str, bytes]:
        """Any of what was not synced, in any order."""
        files = {name: bytearray(data) for name, data in self._safe.items()}
        for entries in self._open.values():
            for entry in rng.sample(entries, len(entries)):
                for part in _part(entry, rng):
                    _apply(files, part)
        return {name: bytes(data) for name, data in files.items()}


def _apply(files: dict[str, bytearray], entry: Change) -> None:
    if isinstance(entry, Delete):
        files.pop(entry.file, None)
        return
    data = files.setdefault(entry.file, bytearray())
    if isinstance(entry, Truncate):
        del data[entry.size :]
        return
    end = entry.offset + len(entry.data)
    data.extend(bytes(max(0, end - len(data))))
    data[entry.offset : end] = entry.data


def _part(entry: Change, rng: Random) -> list[Change]:
    """What landed of a change: all, nothing, the beginning, some sectors; or the new size alone."""
    if not isinstance(entry, Write):
        return [entry] if rng.random() < 0.5 else []
    sectors: list[Change] = [
        Write(entry.file, entry.offset + at, entry.data[at : at + SECTOR])
        for at in range(0, len(entry.data), SECTOR)
    ]
    how = rng.choice(["all", "nothing", "beginning", "some", "size"])
    if how == "all":
        return [entry]
    if how == "beginning":
        return sectors[: rng.randrange(len(sectors) + 1)]
    if how == "some":
        return [sector for sector in sectors if rng.random() < 0.5]
    if how == "size":
        return [Write(entry.file, entry.offset + len(entry.data), b"")]
    return []


def lay_out(files: dict[str, bytes], folder: Path) -> Path:
    """The files in a new folder."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder
