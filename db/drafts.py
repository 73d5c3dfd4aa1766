"""Drafts: what is being typed and not yet submitted. Local to this machine, never in the journal.

A draft is written by the second while someone types, so it opens the database for one statement and
closes it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from db.connection import Connection, open_writer, transaction
from db.evidence import attachments
from db.reads.desk import WHOSE


class Draft(NamedTuple):
    """One unfinished form."""

    id: str
    form: str
    """note, intake, action."""
    case_id: int | None
    title: str
    """Shown in the list of drafts."""
    data: Mapping[str, Any]
    """What stands in the form, as its screen wants it back."""
    started_at: int
    saved_at: int
    officer: str = ""
    """Who types it."""


_SAVE = """INSERT INTO draft (id, form, case_id, title, data, started_at, saved_at, officer)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, data = excluded.data, saved_at = excluded.saved_at"""


def save(path: Path, draft: Draft) -> None:
    """Write a draft, on disk when this returns. A file that it no longer has is not kept for it.

    Raises:
        OfficeError: the database refused; the message is fit to be shown.
    """
    row = (*draft[:4], json.dumps(draft.data, ensure_ascii=False), *draft[5:])
    with closing(open_writer(path)) as connection:
        before = _files(connection, draft.id)
        with transaction(connection):
            connection.execute(_SAVE, row)
        attachments.release(connection, path.parent, before - _files_in(draft.data))


def discard(path: Path, draft_id: str) -> None:
    """Take a draft away, with the files that only it had: it was submitted, emptied or thrown out.

    Raises:
        OfficeError: the database refused.
    """
    with closing(open_writer(path)) as connection:
        files = _files(connection, draft_id)
        with transaction(connection):
            connection.execute("DELETE FROM draft WHERE id = ?", (draft_id,))
        attachments.release(connection, path.parent, files)


def let_go(path: Path, files: Iterable[str]) -> None:
    """Remove files that were taken out of a form again, unless a note or a draft has them.

    Raises:
        OfficeError: the database refused.
    """
    with closing(open_writer(path)) as connection:
        attachments.release(connection, path.parent, files)


def _files(connection: Connection, draft_id: str) -> set[str]:
    row = connection.execute("SELECT data FROM draft WHERE id = ?", (draft_id,)).fetchone()
    return set() if row is None else _files_in(json.loads(row[0]))


def _files_in(data: Mapping[str, Any]) -> set[str]:
    """The files that a draft of a 核查记录 has."""
    return {one["file"] for one in data.get("evidence") or ()}


def unfinished(connection: Connection, case_id: int | None = None, officer: str | None = None) -> list[Draft]:
    """Unfinished forms, newest first; of one case, of one officer where they are named."""
    rows = connection.execute(
        f"""SELECT id, form, case_id, title, data, started_at, saved_at, officer FROM draft
        WHERE (:case_id IS NULL OR case_id = :case_id) AND {WHOSE} ORDER BY saved_at DESC""",
        {"case_id": case_id, "officer": officer},
    )
    return [Draft._make([*row[:4], json.loads(row[4]), *row[5:]]) for row in rows]
