"""What an erased text left in the index: made unreadable at once, and taken out of the file soon."""

from __future__ import annotations

from collections.abc import Iterable

from pyroaring import BitMap

from db.connection import Connection
from db.index.pieces import holding, number_before


def forget(connection: Connection, places: Iterable[int]) -> None:
    """Let the cases at some places be gone from the pieces, and these be made anew before others.

    In the caller's transaction, after the cases were put again under what may still be known of them.
    """
    for place in places:
        for piece in holding(connection, place):
            gone = piece.gone | BitMap([number_before(connection, piece, place + 1)])
            connection.execute(_LEAVE, (gone.serialize(), piece.id))


_LEAVE = "UPDATE lookup_piece SET gone = ?, erased = 1 WHERE id = ?"
