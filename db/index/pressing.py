"""Cases that wait, pressed into a piece of lists. Loads numpy.

Nothing is locked while the lists are made; one short transaction puts them in the place of what waited. A
case that was put anew meanwhile waits on, and what it says holds before any piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from pyroaring import BitMap

from db.connection import Connection, transaction
from db.index.columns import Column, blocks_of, entries_of
from db.index.pieces import EVERYWHERE, Piece, pieces_in, row_of
from db.index.schema import A_ROW
from db.index.waiting import AT_ONCE, Row, in_order, oldest, texts_in_order


@contextmanager
def writing(connection: Connection) -> Iterator[None]:
    """A transaction, or the one that is under way."""
    if connection.in_transaction:
        yield
    else:
        with transaction(connection):
            yield


def press(connection: Connection, most: int = AT_ONCE) -> int:
    """Press the rows that have waited longest, up to so many, into one piece.

    Returns:
        How many rows wait no longer.

    Raises:
        OfficeError: the database refused; nothing was changed.
    """
    rows = oldest(connection, most)
    return replace(connection, rows, list(blocks_of(entries_of(texts_in_order(rows))))) if rows else 0


def replace(connection: Connection, rows: Sequence[Row], blocks: Iterable[tuple[int, bytes]]) -> int:
    """Put blocks in the place of the rows they were made of; see `press`."""
    placed = in_order(rows)
    moved = np.array([row.place for row in rows if row.stood], dtype=np.int64)
    known = {piece.id: _numbers(connection, piece, moved) for piece in pieces_in(connection, EVERYWHERE)}
    with writing(connection):
        still = {row[0] for row in connection.execute(_STILL, (rows[-1].id,))}
        for piece in pieces_in(connection, EVERYWHERE):
            numbers = known[piece.id] if piece.id in known else _numbers(connection, piece, moved)
            _leave(connection, piece, numbers)
        anew = BitMap([number for number, row in enumerate(placed) if row.id not in still])
        write(connection, [row.place for row in placed], blocks, anew)
        connection.executemany("DELETE FROM lookup_waiting WHERE id = ?", [(row.id,) for row in rows])
    return len(rows)


_STILL = "SELECT id FROM lookup_waiting WHERE id <= ?"


def write(
    connection: Connection, places: Sequence[int], blocks: Iterable[tuple[int, bytes]], gone: BitMap
) -> None:
    """A piece with these places and lists; in the caller's transaction."""
    if not places:
        return
    piece = begin(connection, places)
    put_blocks(connection, piece, blocks)
    finish(connection, piece, gone)


def begin(connection: Connection, places: Sequence[int], now: int = 0) -> int:
    """A new piece with these places, falling, that does not count yet; in the caller's transaction."""
    (piece,) = connection.execute(_NEXT_ID).fetchone()
    connection.execute(_MAKING, (piece, len(places), places[0], places[-1], now))
    held = np.array(places, dtype="<i8")
    rows = [(piece, first, held[first : first + A_ROW].tobytes()) for first in range(0, len(held), A_ROW)]
    connection.executemany(_PLACES, rows)
    return int(piece)


_NEXT_ID = """SELECT 1 + max(coalesce((SELECT max(id) FROM lookup_piece), 0),
coalesce((SELECT max(piece) FROM lookup_block), 0), coalesce((SELECT max(piece) FROM lookup_places), 0))"""
"""Above that of waste, too."""
_MAKING = "INSERT INTO lookup_piece (id, cases, newest, oldest, making) VALUES (?, ?, ?, ?, ?)"
_PLACES = "INSERT INTO lookup_places (piece, first, places) VALUES (?, ?, ?)"
_BLOCK = "INSERT INTO lookup_block (piece, first, lists) VALUES (?, ?, ?)"
_COUNTS = "UPDATE lookup_piece SET making = NULL, gone = ? WHERE id = ?"


def put_blocks(connection: Connection, piece: int, blocks: Iterable[tuple[int, bytes]]) -> None:
    """Write blocks of a piece; in the caller's transaction."""
    connection.executemany(_BLOCK, [(piece, first, block) for first, block in blocks])


def finish(connection: Connection, piece: int, gone: BitMap) -> None:
    """Let a piece count from now on, but for the cases that are gone; in the caller's transaction."""
    connection.execute(_COUNTS, (gone.serialize() if gone else None, piece))


def places_column(connection: Connection, piece: Piece) -> Column:
    """All places of a piece, falling."""
    rows = (piece.cases + A_ROW - 1) // A_ROW
    return np.concatenate([np.asarray(row_of(connection, piece.id, row)) for row in range(rows)])


def _numbers(connection: Connection, piece: Piece, places: Column) -> BitMap:
    """The numbers that some places have in a piece, where they stand in it."""
    near = places[(places >= piece.oldest) & (places <= piece.newest)]
    if not len(near):
        return BitMap()
    rising = places_column(connection, piece)[::-1]
    found = np.searchsorted(rising, near)
    return BitMap((piece.cases - 1 - found[rising[found] == near]).astype(np.uint32))


def _leave(connection: Connection, piece: Piece, numbers: BitMap) -> None:
    if not numbers <= piece.gone:
        gone = (piece.gone | numbers).serialize()
        connection.execute("UPDATE lookup_piece SET gone = ? WHERE id = ?", (gone, piece.id))
