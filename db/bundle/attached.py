"""The files of evidence that go along with a case: those that no 撤除附件 has taken away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from db.connection import Connection


class File(NamedTuple):
    """A file that a note still has."""

    sha256: str
    size: int
    """Bytes."""


_OF_CASES = """SELECT sha256, max(size) FROM attachment
WHERE removed_by IS NULL AND case_id IN (SELECT value FROM json_each(?)) GROUP BY sha256 ORDER BY sha256"""

_OWNED = "SELECT sha256, case_id FROM attachment WHERE removed_by IS NULL"


def files_of(connection: Connection, case_ids: Sequence[int]) -> list[File]:
    """The files of these cases, each once, in the order of their hashes."""
    listed = json.dumps([int(one) for one in case_ids])
    return [File._make(row) for row in connection.execute(_OF_CASES, (listed,))]


def owners(connection: Connection) -> list[tuple[str, int]]:
    """(SHA-256, case) of every file that a note still has."""
    return connection.execute(_OWNED).fetchall()
