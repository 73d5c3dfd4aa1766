"""The bare script that bulk writing is held against: the very rows that are there, and the same index."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from db import search_index
from db.connection import Connection, transaction
from db.index import pressing, waiting

_TABLES = ("case", "case_number", "event", "content", "assignment", "submitter")
_PIECE = 20_000
"""Cases in one transaction."""


def write_again(filled: Connection, empty: Connection) -> float:
    """Seconds to write all cases of one office into an empty one; to fetch them does not count."""
    empty.execute("PRAGMA foreign_keys=OFF")  # Its units have other local ids, or are not there.
    ids = [row[0] for row in filled.execute('SELECT id FROM "case" ORDER BY id')]
    return sum(_piece(filled, empty, ids[at : at + _PIECE]) for at in range(0, len(ids), _PIECE))


def _piece(filled: Connection, empty: Connection, ids: Sequence[int]) -> float:
    span = (ids[0], ids[-1])
    held: dict[str, list[tuple[Any, ...]]] = {
        table: filled.execute(f'SELECT * FROM "{table}" WHERE {key} BETWEEN ? AND ?', span).fetchall()
        for table in _TABLES
        for key in ("id" if table == "case" else "case_id",)
    }
    words = [(search_index.place_of(filled, one), list(search_index.texts_of(filled, one))) for one in ids]
    start = time.perf_counter()
    with transaction(empty):
        for table, found in held.items():
            if found:
                marks = ", ".join("?" * len(found[0]))
                empty.executemany(f'INSERT INTO "{table}" VALUES ({marks})', found)
        waiting.put_new(empty, [(place, search_index.indexed(texts)) for place, texts in words])
    while pressing.press(empty):
        pass
    return time.perf_counter() - start
