"""Cases that wait, pressed into a piece of lists. Loads numpy.

Nothing is locked while the lists are made; one short transaction puts them in the place of what waited. A
case that was put anew meanwhile waits on, and what it says holds before any piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from pyroaring import BitMap

from db.connection import Connection
from db.index.columns import blocks_of, entries_of
from db.index.pieces import EVERYWHERE, pieces_in
from db.index.waiting import AT_ONCE, Row, in_order, oldest, texts_in_order
from db.index.writing import begin, finish, leave, numbers_of, put_blocks, writing


def press(connection: Connection, most: int = AT_ONCE) -> int:
    """Press the rows that have waited longest, up to so many, into one piece.

    Returns:
        How many rows were taken; 0: none waits.

    Raises:
        OfficeError: the database refused; nothing was changed.
    """
    rows = oldest(connection, most)
    return replace(connection, rows, list(blocks_of(entries_of(texts_in_order(rows))))) if rows else 0


def replace(connection: Connection, rows: Sequence[Row], blocks: Iterable[tuple[int, bytes]]) -> int:
    """Put blocks in the place of the rows they were made of; see `press`.

    A row that is not there any more was put anew, or pressed by somebody else: whoever did it has seen to the
    places where the case stood before, and in this piece it is gone from the beginning.
    """
    placed = in_order(rows)
    with writing(connection, forgetting=True):  # The words that waited.
        still = {row[0] for row in connection.execute(_STILL, (rows[-1].id,))}
        moved = np.array([row.place for row in rows if row.stood and row.id in still], dtype=np.int64)
        for piece in pieces_in(connection, EVERYWHERE):
            leave(connection, piece, numbers_of(connection, piece, moved))
        anew = BitMap([number for number, row in enumerate(placed) if row.id not in still])
        if len(anew) < len(placed):
            made = begin(connection, [row.place for row in placed], 0)
            put_blocks(connection, made, blocks)
            finish(connection, made, anew)
        connection.executemany("DELETE FROM lookup_waiting WHERE id = ?", [(row.id,) for row in rows])
    return len(rows)


_STILL = "SELECT id FROM lookup_waiting WHERE id <= ?"
