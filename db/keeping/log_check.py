"""Whether SQLite could read its whole log back. It ends at the first frame that does not add up, in silence.

That is right after a power cut: what follows was never confirmed. But a damaged frame in the middle hides all
confirmed steps after it in the same way. So the heads of the frames behind the end are looked at, whose
layout is sqlite.org/fileformat2.html §4: a commit of the same log is one that cannot be read.
"""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import BinaryIO

from db.connection import Connection
from db.connection import driver as sqlite

_HEADER, _FRAME = 32, 24

SECOND_LOOK = 0.3
"""Seconds after which a commit that was just being written has been finished."""


def hidden_commits(path: Path, connection: Connection) -> int:
    """Commits in the log of a database that are hidden behind a damaged frame; 0 = all is well.

    A power cut can leave one that was not confirmed; it looks the same.

    Args:
        path: the database.
        connection: one on it, outside a transaction.
    """
    log = path.with_name(f"{path.name}-wal")
    found = _behind_the_end(log, connection)
    if found:
        time.sleep(SECOND_LOOK)
        found = _behind_the_end(log, connection)
    return found


def _behind_the_end(log: Path, connection: Connection) -> int:
    try:
        with log.open("rb") as file:
            commits = _commits(file)
        read = int(connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()[1])
    except (OSError, sqlite.Error):
        return 0  # Whatever it is, it is told elsewhere.
    return sum(1 for place in commits if place >= read)


def _commits(file: BinaryIO) -> list[int]:
    """Places of the frames that end a transaction of this log."""
    header = file.read(_HEADER)
    if len(header) < _HEADER:
        return []
    page, salts = struct.unpack_from(">I", header, 8)[0], header[16:24]
    if not _adds_up(header):  # Nothing of this log can be read: its first frame says what it was.
        salts = file.read(_FRAME)[8:16]
    places, place = [], 0
    while len(frame := _frame(file, place, page)) == _FRAME:
        if frame[8:16] == salts and frame[4:8] != b"\0\0\0\0":
            places.append(place)
        place += 1
    return places


def _frame(file: BinaryIO, place: int, page: int) -> bytes:
    file.seek(_HEADER + place * (_FRAME + page))
    return file.read(_FRAME)


def _adds_up(header: bytes) -> bool:
    order = ">" if header[3] & 1 else "<"
    first = second = 0
    for one, two in struct.iter_unpack(f"{order}II", header[:24]):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return struct.pack(">II", first, second) == header[24:]
