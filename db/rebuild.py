"""The rows made again from the journal: the proof that the journal is the truth, and the repair."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from db import chain, fold, rows, search_index
from db.connection import Connection, transaction
from db.directory import Directory
from db.effects import Calendars
from db.rows import Folded
from db.submitters import SUBMITTER_INSERT, submitter_row

CHUNK = 500
"""Cases folded between two writes: bounds the memory."""

Progress = Callable[[int, int], None]
"""Called with (done, total)."""


def case_ids(connection: Connection) -> list[tuple[int, str]]:
    """(local id, UID) of every case the journal knows, oldest first."""
    return list(connection.execute("SELECT DISTINCT case_id, case_uid FROM event ORDER BY case_id"))


def refold(
    connection: Connection, calendars: Calendars, directory: Directory, known: list[tuple[int, str]]
) -> Iterator[Folded]:
    """Fold cases from their events alone."""
    for case_id, uid in known:
        state, verdicts = fold.fold(chain.steps_of(connection, case_id), calendars)
        nearest = rows.NOWHERE if state.unclaimed is None else directory.nearest(state.unclaimed)
        yield Folded(case_id, uid, state, verdicts, nearest)


def rebuild(
    connection: Connection, calendars: Calendars, secret: bytes, progress: Progress = lambda done, total: None
) -> int:
    """Remake case, numbers, parts, notes, submitters and search index from events and contents.

    One transaction: stopped half-way, the office is as it was.

    Returns:
        How many cases were made.
    """
    with transaction(connection):
        connection.execute("PRAGMA defer_foreign_keys = ON")
        for table in ("note", "assignment", "case_number", "submitter", '"case"', "closed_count"):
            connection.execute(f"DELETE FROM {table}")
        search_index.clear(connection)
        directory, known = Directory(connection), case_ids(connection)
        for start in range(0, len(known), CHUNK):
            part = list(refold(connection, calendars, directory, known[start : start + CHUNK]))
            rows.write(connection, part, directory.place)
            _mark(connection, part)
            _submitters(connection, part, secret)
            for one in part:
                search_index.refresh(connection, one.case_id)
            progress(start + len(part), len(known))
    return len(known)


def _mark(connection: Connection, folded: list[Folded]) -> None:
    connection.executemany(
        "UPDATE event SET outcome = ?, why = ? WHERE id = ?",
        [(str(verdict.outcome), verdict.why, verdict.step.id) for one in folded for verdict in one.verdicts],
    )


def _submitters(connection: Connection, folded: list[Folded], secret: bytes) -> None:
    for one in folded:
        content = one.state.submitter_id
        row = connection.execute("SELECT text FROM content WHERE id = ?", (content,)).fetchone()
        if row is not None and row[0] is not None:
            who = json.loads(row[0])
            connection.execute(SUBMITTER_INSERT, submitter_row(one.case_id, str(content), who, secret))
