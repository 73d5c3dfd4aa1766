"""The rows made again from the journal: the proof that the journal is the truth, and the repair."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from db.connection import Connection, Progress, need_room, size_of, transaction
from db.directory import Directory
from db.effects import Calendars
from db.keeping import reindex
from db.refold import refold

CHUNK = 500
"""Cases folded between two writes: bounds the memory."""

_REMADE = ("note", "attachment", "assignment", "case_number", "submitter", '"case"', "closed_count")

_NEXT = "SELECT DISTINCT case_id, case_uid FROM event WHERE case_id > ? ORDER BY case_id LIMIT ?"


def rebuild(
    connection: Connection, calendars: Calendars, secret: bytes, progress: Progress = lambda done, total: None
) -> int:
    """Remake case, numbers, parts, notes, attachments, submitters and search index from events and contents.

    One transaction: stopped half-way, also by kill -9, the office is as it was. Meanwhile others can read
    but not write, and the log grows to the size of what is remade.

    Args:
        connection: a writer, outside a transaction.
        calendars: of the office.
        secret: what identities are hidden with.
        progress: told twice over all cases: for their rows, then for the index.

    Returns:
        How many cases were made.

    Raises:
        OfficeError: not enough room for the log, or the database refused; nothing was changed.
    """
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    need_room(path.parent, size_of(connection), "重建")
    with transaction(connection):
        connection.execute("PRAGMA defer_foreign_keys = ON")
        for table in _REMADE:
            connection.execute(f"DELETE FROM {table}")
        total = connection.execute("SELECT count(DISTINCT case_id) FROM event").fetchone()[0]
        directory, done = Directory(connection), 0
        for part in _chunks(connection):
            refold(connection, calendars, directory, secret, part)
            done += len(part)
            progress(done, total)
        reindex.remake(connection, progress)
    return done


def _chunks(connection: Connection) -> Iterator[list[tuple[int, str]]]:
    """(local id, UID) of every case the journal knows, oldest first."""
    last = -1
    while part := connection.execute(_NEXT, (last, CHUNK)).fetchall():
        yield part
        last = part[-1][0]
