"""How a piece of the index is written: its places, its blocks, and that it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

import numpy as np
from pyroaring import BitMap

from db.connection import Connection, transaction
from db.index.columns import Column
from db.index.pieces import Piece, row_of
from db.index.schema import A_ROW


@contextmanager
def writing(connection: Connection, *, forgetting: bool = False) -> Iterator[None]:
    """A transaction, or the one that is under way.

    Args:
        connection: a writer.
        forgetting: what is deleted is overwritten in the file, also where that costs a page more.
    """
    (before,) = connection.execute("PRAGMA secure_delete").fetchone()
    if forgetting:
        connection.execute("PRAGMA secure_delete=ON")
    try:
        with nullcontext() if connection.in_transaction else transaction(connection):
            yield
    finally:
        connection.execute(f"PRAGMA secure_delete={before}")


def begin(connection: Connection, places: Sequence[int], now: int) -> int:
    """A new piece with these places, falling, that does not count yet; `now` as `making` in `schema`."""
    row = (len(places), places[0], places[-1], now)
    (piece,) = connection.execute(_MAKING, row).fetchone()
    held = np.array(places, dtype="<i8")
    rows = [(piece, first, held[first : first + A_ROW].tobytes()) for first in range(0, len(held), A_ROW)]
    connection.executemany(_PLACES, rows)
    return int(piece)


_MAKING = "INSERT INTO lookup_piece (cases, newest, oldest, making) VALUES (?, ?, ?, ?) RETURNING id"
_PLACES = "INSERT INTO lookup_places (piece, first, places) VALUES (?, ?, ?)"


def put_blocks(connection: Connection, piece: int, blocks: Iterable[tuple[int, bytes]]) -> None:
    """Blocks of a piece, each with its first key."""
    connection.executemany(
        "INSERT INTO lookup_block (piece, first, lists) VALUES (?, ?, ?)",
        [(piece, first, block) for first, block in blocks],
    )


def finish(connection: Connection, piece: int, gone: BitMap) -> None:
    """Let a piece count from now on, but for the cases that are gone."""
    connection.execute(
        "UPDATE lookup_piece SET making = NULL, gone = ? WHERE id = ?",
        (gone.serialize() if gone else None, piece),
    )


def leave(connection: Connection, piece: Piece, numbers: BitMap) -> None:
    """Let some cases of a piece be gone."""
    if not numbers <= piece.gone:
        gone = (piece.gone | numbers).serialize()
        connection.execute("UPDATE lookup_piece SET gone = ? WHERE id = ?", (gone, piece.id))


def places_column(connection: Connection, piece: Piece) -> Column:
    """All places of a piece, falling."""
    firsts = range(0, piece.cases, A_ROW)
    return np.concatenate([np.asarray(row_of(connection, piece.id, first)) for first in firsts])


def numbers_of(connection: Connection, piece: Piece, places: Column) -> BitMap:
    """The numbers that some places have in a piece, where they stand in it."""
    near = places[(places >= piece.oldest) & (places <= piece.newest)]
    if not len(near):
        return BitMap()
    rising = places_column(connection, piece)[::-1]
    found = np.searchsorted(rising, near)
    return BitMap((piece.cases - 1 - found[rising[found] == near]).astype(np.uint32))
