"""Drafts: what is being typed, saved as it is typed, on this machine only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from db.connection import Connection, transaction


def save(
    connection: Connection,
    draft_id: str,
    *,
    form: str,
    case_id: int | None,
    title: str,
    data: Mapping[str, Any],
    now: int,
) -> None:
    """Write a draft to disk; on return it is there whatever happens next.

    Raises:
        OfficeError: the database refused.
    """
    with transaction(connection):
        connection.execute(
            """INSERT INTO draft (id, form, case_id, title, data, started_at, saved_at)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
            title = excluded.title, data = excluded.data, saved_at = excluded.saved_at""",
            (draft_id, form, case_id, title, json.dumps(data, ensure_ascii=False), now, now),
        )


def drop(connection: Connection, draft_id: str) -> None:
    """Remove a draft that was submitted or thrown away."""
    with transaction(connection):
        connection.execute("DELETE FROM draft WHERE id = ?", (draft_id,))
