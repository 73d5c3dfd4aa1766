"""Two copies of one office that write apart, and what is carried from one to the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import search_index
from db.connection import transaction
from db.directory import Directory
from db.keeping import rebuild
from db.office import Office
from db.refold import refold
from tests.db.conftest import RULES


@contextmanager
def taken_along(office: Office, folder: Path, name: str, officer: str = "王五") -> Iterator[Office]:
    """A copy of an office on another machine, called `name`; its clock is a minute ahead."""
    office.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(office.home, folder)
    with Office.open(folder, RULES, officer) as copy:
        copy.clock = lambda: office.clock() + 60
        copy.writer.execute("UPDATE device SET name = ? WHERE id = ?", (name, copy.device.id))
        yield copy


def bring(source: Office, target: Office) -> None:
    """All that one office has written, into the other; the cases are the same on both."""
    with transaction(target.writer) as connection:
        for table in ("device", "event", "content"):
            rows = source.writer.execute(f"SELECT * FROM {table}").fetchall()
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)
        cases = connection.execute('SELECT id, uid FROM "case"').fetchall()
        refold(connection, target.calendars, Directory(connection), target.identity_secret, cases)
        for case_id, _uid in cases:
            search_index.refresh(connection, case_id)


def rebuilt(office: Office) -> None:
    """Make every row again from the journal."""
    rebuild.rebuild(office.writer, office.calendars, office.identity_secret)
