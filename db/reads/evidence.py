"""The attachments of a case, with their tombstones. Names are masked."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from db.connection import Connection
from db.masking import mask_text
from db.terms import Outcome


class AttachmentRow(NamedTuple):
    """A file as a note has it, or the tombstone of one."""

    sha256: str
    event_id: str
    """The 核查记录."""
    size: int
    """Bytes."""
    name: str
    """Masked; empty once it was taken away."""
    type: str
    """Media type."""
    taken_at: int | None
    taken_from: str
    """How the time is known: EXIF, 文件时间, 不详."""
    by: str
    """Who attached it."""
    attached_at: int
    removed_at: int | None
    removed_by: str
    """The officer who took it away."""
    removed_why: str
    undone: bool
    """The note was undone since; what it showed stays."""

    @property
    def live(self) -> bool:
        """Still there."""
        return self.removed_at is None


_ROWS = """SELECT a.sha256, a.event_id, a.size, c.text, v.by, v.recorded_at,
    r.recorded_at, r.by, r.data, v.outcome
FROM attachment a JOIN event v ON v.id = a.event_id
LEFT JOIN content c ON c.id = a.content_id LEFT JOIN event r ON r.id = a.removed_by
WHERE a.case_id = ? ORDER BY a.event_id, a.rowid"""


def attachments(connection: Connection, case_id: int, *, masked: bool = True) -> list[AttachmentRow]:
    """All attachments of a case, oldest note first, each in the order in which its files were added.

    Args:
        connection: a reader.
        case_id: the case.
        masked: whether persons' numbers in names are hidden; not where a file is copied out under its name.
    """
    return [_row(row, masked=masked) for row in connection.execute(_ROWS, (case_id,))]


def _row(row: tuple[Any, ...], *, masked: bool) -> AttachmentRow:
    sha256, event_id, size, text, by, attached_at, removed_at, remover, removal, outcome = row
    about: dict[str, Any] = json.loads(text) if text else {}
    gone: dict[str, Any] = json.loads(removal) if removal else {}
    name = about.get("name", "")
    return AttachmentRow(
        sha256=sha256,
        event_id=event_id,
        size=size,
        name=mask_text(name) if masked else name,
        type=about.get("type", gone.get("type", "")),
        taken_at=about.get("taken_at"),
        taken_from=about.get("taken_from", ""),
        by=by,
        attached_at=attached_at,
        removed_at=removed_at,
        removed_by=remover or "",
        removed_why=gone.get("reason", ""),
        undone=outcome == Outcome.UNDONE,
    )
