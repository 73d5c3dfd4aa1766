"""How the index is read: the places of the cases under some keys, in their order, as few as are taken.

Several statements make one answer: read in one transaction (`connection.snapshot`), else a piece may be
merged away between two of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush, heapreplace
from typing import NamedTuple

from pyroaring import BitMap

from db.connection import Connection
from db.index import lists
from db.index.schema import A_ROW


class Band(NamedTuple):
    """A stretch of places: from the first to before the last."""

    first: int
    end: int


EVERYWHERE = Band(0, 1 << 62)
"""All places."""


class Piece(NamedTuple):
    """A piece of the index."""

    id: int
    cases: int
    newest: int
    oldest: int
    gone: BitMap
    """Numbers of cases that stand elsewhere now."""


def pieces_in(connection: Connection, band: Band) -> list[Piece]:
    """The pieces with cases in a band, that with the newest first."""
    found = connection.execute(_PIECES, (band.first, band.end))
    return [
        Piece(piece, cases, newest, oldest, BitMap.deserialize(gone) if gone else BitMap())
        for piece, cases, newest, oldest, gone in found
    ]


_PIECES = """SELECT id, cases, newest, oldest, gone FROM lookup_piece
WHERE making IS NULL AND newest >= ? AND oldest < ? ORDER BY newest DESC"""


def under(connection: Connection, piece: Piece, keys: Iterable[int]) -> BitMap:
    """The numbers of the cases of a piece that stand under all these keys."""
    found: BitMap | None = None
    for key in keys:
        row = connection.execute(_BLOCK, (piece.id, key)).fetchone()
        listed = None if row is None else lists.read(row[0], key)
        if listed is None:
            return BitMap()
        found = listed if found is None else found & listed
        if not found:
            return found
    return BitMap() if found is None else found - piece.gone


_BLOCK = "SELECT lists FROM lookup_block WHERE piece = ? AND first <= ? ORDER BY first DESC LIMIT 1"


def within(connection: Connection, piece: Piece, found: BitMap, band: Band) -> BitMap:
    """Those of some numbers whose places are in a band."""
    first = 0 if piece.newest < band.end else number_before(connection, piece, band.end)
    end = piece.cases if piece.oldest >= band.first else number_before(connection, piece, band.first)
    return found if (first, end) == (0, piece.cases) else found & BitMap(range(first, end))


def number_before(connection: Connection, piece: Piece, place: int) -> int:
    """How many cases of a piece stand at this place or before it, in the order of the answer."""
    rows = range((piece.cases + A_ROW - 1) // A_ROW)
    row = bisect_right(rows, -place, key=lambda each: -row_of(connection, piece.id, each)[0]) - 1
    if row < 0:
        return 0
    return row * A_ROW + bisect_right(row_of(connection, piece.id, row), -place, key=lambda each: -each)


def row_of(connection: Connection, piece: int, row: int) -> Sequence[int]:
    """A row of places."""
    (places,) = connection.execute(_PLACES, (piece, row * A_ROW)).fetchone()
    return memoryview(places).cast("q")


_PLACES = "SELECT places FROM lookup_places WHERE piece = ? AND first = ?"


def places_of(connection: Connection, piece: Piece, numbers: Iterable[int]) -> Iterator[int]:
    """The places of some numbers, rising; lazy."""
    held = -1
    places: Sequence[int] = ()
    for number in numbers:
        row, at = divmod(number, A_ROW)
        if row != held:
            held, places = row, row_of(connection, piece.id, row)
        yield places[at]


def candidates(
    connection: Connection, words: Sequence[str], keys: Sequence[int], band: Band
) -> Iterator[int]:
    """Places in a band of the cases under these keys, or which wait and have these words; in their order."""
    moved = {row[0] for row in connection.execute("SELECT place FROM lookup_waiting WHERE stood")}
    streams = _Streams(_waiting(connection, words, band))
    for piece in pieces_in(connection, band):
        yield from streams.down_to(piece.newest)
        found = within(connection, piece, under(connection, piece, keys), band)
        if found:
            places = places_of(connection, piece, found)
            streams.add(place for place in places if place not in moved) if moved else streams.add(places)
    yield from streams.down_to(0)


def _waiting(connection: Connection, words: Sequence[str], band: Band) -> Iterator[int]:
    has = " AND ".join(["instr(text, ?)"] * len(words)) or "0"
    sql = f"SELECT place FROM lookup_waiting WHERE place >= ? AND place < ? AND {has} ORDER BY place DESC"
    return (row[0] for row in connection.execute(sql, (*band, *words)))


def count(connection: Connection, words: Sequence[str], keys: Sequence[int], band: Band) -> int:
    """How many candidates there are, those that moved counted twice."""
    found = sum(1 for _ in _waiting(connection, words, band))
    for piece in pieces_in(connection, band):
        found += len(within(connection, piece, under(connection, piece, keys), band))
    return found


class _Streams:
    """Falling streams of places as one; each is looked at only once its first place comes."""

    def __init__(self, first: Iterator[int]) -> None:
        self._heap: list[tuple[int, int, Iterator[int]]] = []
        self._added = 0
        self.add(first)

    def add(self, stream: Iterator[int]) -> None:
        """One more, whose places are not above any that was taken."""
        self._added += 1
        first = next(stream, None)
        if first is not None:
            heappush(self._heap, (-first, self._added, stream))

    def down_to(self, place: int) -> Iterator[int]:
        """Take all places above this one."""
        heap = self._heap
        while heap and -heap[0][0] > place:
            top, turn, stream = heap[0]
            yield -top
            following = next(stream, None)
            if following is None:
                heappop(heap)
            else:
                heapreplace(heap, (-following, turn, stream))


def stands(connection: Connection, place: int, keys: Sequence[int], words: Sequence[str]) -> bool:
    """Whether the case at a place stands under all these keys and words."""
    return place in candidates(connection, words, keys, Band(place, place + 1))


def placed(connection: Connection, band: Band) -> set[int]:
    """All places in a band at which a case stands."""
    found: set[int] = set()
    for piece in pieces_in(connection, band):
        numbers = within(connection, piece, BitMap(range(piece.cases)) - piece.gone, band)
        found.update(places_of(connection, piece, numbers))
    for place, text in connection.execute(_WAITING_IN, band):
        (found.discard if text is None else found.add)(place)
    return found


_WAITING_IN = "SELECT place, text FROM lookup_waiting WHERE place >= ? AND place < ?"
