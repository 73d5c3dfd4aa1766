"""Small pieces of the index merged into larger ones, so that a lookup has few to visit. Loads numpy.

A piece is made beside the work, a few megabytes in one transaction, and counts only once it is whole; then
those it was made of are waste, which is taken away as slowly. Whoever writes meanwhile waits for one slice at
most. Only one process makes at a time; one that died is known by the time of its last slice.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

from db.connection import Connection, OfficeError
from db.index.choosing import due
from db.index.columns import Column, between, blocks_of, entries_in, renumbered, together
from db.index.keys import BITS
from db.index.pieces import EVERYWHERE, Piece, pieces_in
from db.index.writing import begin, finish, places_column, put_blocks, writing

SLICE = 512
"""Blocks written or taken away in one transaction: four megabytes, some ten milliseconds."""

DEAD = 60
"""Seconds without a slice after which whoever made a piece is taken for dead."""

Pause = Callable[[], bool]
"""Called between two slices; false ends the work."""


class _Source(NamedTuple):
    """A piece that becomes part of another."""

    piece: Piece
    numbers: Column
    """For each of its cases the number in the new piece, or -1."""


def merge(connection: Connection, pause: Pause = lambda: True) -> bool:
    """Merge the pieces that are due into one.

    Returns:
        Whether something was done; false: nothing is due, or another process is at it.

    Raises:
        OfficeError: the database refused; the index is as it was.
    """
    with writing(connection):
        chosen = [] if _somebody_is_making(connection) else due(connection)
        if not chosen:
            return False
        places, sources = _numbered(connection, chosen)
        piece = begin(connection, places, _now()) if places else None
        if piece is None:  # Every case is gone: nothing stands for them.
            _take_out(connection, chosen)
    made = piece is None or _made(connection, piece, sources, pause)
    if made and any(source.piece.erased for source in sources):
        sweep(connection, forgetting=True)
    return made


def _take_out(connection: Connection, pieces: Sequence[Piece]) -> None:
    connection.executemany("DELETE FROM lookup_piece WHERE id = ?", [(piece.id,) for piece in pieces])


def _made(connection: Connection, piece: int, sources: Sequence[_Source], pause: Pause) -> bool:
    """Make a piece; whether it stands for its sources now. Where not, somebody else may begin at once."""
    made = False
    try:
        made = _make(connection, piece, sources, pause)
    finally:
        if not made:
            with suppress(OfficeError):  # Then it is known by its time that nobody is at it.
                _give_up(connection, piece)
    return made


def _make(connection: Connection, piece: int, sources: Sequence[_Source], pause: Pause) -> bool:
    for part in _parts(sources, connection):
        with writing(connection):
            if not _is_ours(connection, piece):
                return False
            put_blocks(connection, piece, part)
        if not pause():
            return False
    with writing(connection):
        return _replace(connection, piece, sources)


def _now() -> int:
    return int(time.time())


def _somebody_is_making(connection: Connection) -> bool:
    lately = (_now() - DEAD, _now() + DEAD)  # A clock may have been ahead.
    connection.execute("DELETE FROM lookup_piece WHERE making NOT BETWEEN ? AND ?", lately)
    return connection.execute("SELECT 1 FROM lookup_piece WHERE making IS NOT NULL").fetchone() is not None


def _numbered(connection: Connection, chosen: Sequence[Piece]) -> tuple[list[int], list[_Source]]:
    """The places of the cases that still stand in some pieces, falling, and what becomes of their numbers."""
    columns = [places_column(connection, piece) for piece in chosen]
    living = [np.ones(piece.cases, dtype=bool) for piece in chosen]
    for mask, piece in zip(living, chosen, strict=True):
        mask[np.asarray(piece.gone.to_array())] = False
    rising = np.sort(np.concatenate([column[mask] for column, mask in zip(columns, living, strict=True)]))
    sources = []
    for piece, column, mask in zip(chosen, columns, living, strict=True):
        numbers = len(rising) - 1 - np.searchsorted(rising, column)
        sources.append(_Source(piece, np.where(mask, numbers, -1)))
    return rising[::-1].tolist(), sources


def _parts(sources: Sequence[_Source], connection: Connection) -> Iterator[list[tuple[int, bytes]]]:
    """The blocks of the new piece, a slice at a time."""
    firsts = {source.piece.id: _first_keys(connection, source.piece.id) for source in sources}
    longest = max(firsts.values(), key=len)
    step = max(SLICE * len(longest) // max(sum(map(len, firsts.values())), 1), 1)
    bounds = [0, *longest[step::step], (1 << BITS) - 1]
    for first, end in pairwise(bounds):
        columns = [
            renumbered(between(column, first, end), source.numbers)
            for source in sources
            for column in _columns(connection, source.piece.id, firsts[source.piece.id], first, end)
        ]
        if columns:
            yield list(blocks_of(together(columns)))


def _first_keys(connection: Connection, piece: int) -> list[int]:
    found = connection.execute("SELECT first FROM lookup_block WHERE piece = ? ORDER BY first", (piece,))
    return [row[0] for row in found]


def _columns(
    connection: Connection, piece: int, firsts: Sequence[int], first: int, end: int
) -> Iterator[Column]:
    """The entries of the blocks that reach into a stretch of keys."""
    if firsts:
        begin = firsts[max(bisect_right(firsts, first) - 1, 0)]
        for (block,) in connection.execute(_STRETCH, (piece, begin, end)):
            yield entries_in(block)


_STRETCH = "SELECT lists FROM lookup_block WHERE piece = ? AND first >= ? AND first < ? ORDER BY first"


def _is_ours(connection: Connection, piece: int) -> bool:
    """Whether a piece is still being made: nobody took the one who makes it for dead."""
    sql = "UPDATE lookup_piece SET making = ? WHERE id = ? AND making IS NOT NULL RETURNING id"
    return connection.execute(sql, (_now(), piece)).fetchone() is not None


def _give_up(connection: Connection, piece: int) -> None:
    with writing(connection):
        connection.execute("DELETE FROM lookup_piece WHERE id = ? AND making IS NOT NULL", (piece,))


def _replace(connection: Connection, piece: int, sources: Sequence[_Source]) -> bool:
    """Let a new piece stand for those it was made of; what left them meanwhile has left it too."""
    present = {each.id: each for each in pieces_in(connection, EVERYWHERE)}
    if any(source.piece.id not in present for source in sources):
        return False
    if not _is_ours(connection, piece):
        return False
    left = BitMap()
    for source in sources:
        since = present[source.piece.id].gone - source.piece.gone
        left |= BitMap(source.numbers[np.asarray(since.to_array())].astype(np.uint32))
    _take_out(connection, [source.piece for source in sources])
    finish(connection, piece, left)
    return True


def sweep(connection: Connection, pause: Pause = lambda: True, *, forgetting: bool = False) -> bool:
    """Take away what belongs to no piece; false where `pause` ended it.

    Args:
        connection: a writer.
        pause: called between two slices.
        forgetting: also overwrite it in the file.
    """
    for table in ("lookup_block", "lookup_places"):
        piece = _next_piece(connection, table, 0)
        while piece is not None:
            while _take_away(connection, table, piece, forgetting):
                if not pause():
                    return False
            piece = _next_piece(connection, table, piece)
    return True


def _next_piece(connection: Connection, table: str, after: int) -> int | None:
    """The next piece above one of which a table holds something, and which has no row."""
    piece: int | None
    sql = f"SELECT min(piece) FROM {table} WHERE piece > ?"
    (piece,) = connection.execute(sql, (after,)).fetchone()
    known = "SELECT 1 FROM lookup_piece WHERE id = ?"
    while piece is not None and connection.execute(known, (piece,)).fetchone() is not None:
        (piece,) = connection.execute(sql, (piece,)).fetchone()
    return piece


def _take_away(connection: Connection, table: str, piece: int, forgetting: bool) -> bool:
    """Take away a slice of what a piece without a row left; false where there was nothing."""
    with writing(connection, forgetting=forgetting):
        if connection.execute("SELECT 1 FROM lookup_piece WHERE id = ?", (piece,)).fetchone():
            return False
        some = f"SELECT id FROM {table} WHERE piece = ? LIMIT {SLICE}"
        sql = f"DELETE FROM {table} WHERE id IN ({some}) RETURNING id"
        return bool(connection.execute(sql, (piece,)).fetchall())
