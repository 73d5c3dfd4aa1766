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

from db.connection import Connection, OfficeError
from db.index import lists, waiting
from db.index.schema import A_ROW
from db.index.waiting import Waiting


class Damaged(OfficeError):
    """A part of the index is missing, or is not what it should be."""

    def __init__(self) -> None:
        """Say how to mend it."""
        super().__init__("快查索引已损坏。请运行 duban doctor --rebuild，不行再用 duban restore 恢复备份")


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
    erased: bool
    """It is to be made anew, so that words are forgotten."""


def pieces_in(connection: Connection, band: Band) -> list[Piece]:
    """The pieces with cases in a band, that with the newest first.

    Raises:
        Damaged: what is gone cannot be read.
    """
    found = connection.execute(_PIECES, (band.first, band.end))
    return [
        Piece(piece, cases, newest, oldest, _numbers(gone), bool(erased))
        for piece, cases, newest, oldest, gone, erased in found
    ]


_PIECES = """SELECT id, cases, newest, oldest, gone, erased FROM lookup_piece
WHERE making IS NULL AND newest >= ? AND oldest < ? ORDER BY newest DESC"""


def _numbers(stored: bytes | None) -> BitMap:
    try:
        return BitMap.deserialize(stored) if stored else BitMap()
    except ValueError as error:
        raise Damaged from error


def under(connection: Connection, piece: Piece, keys: Iterable[int]) -> BitMap:
    """The numbers of the cases of a piece that stand under all these keys.

    Raises:
        Damaged: a block of lists cannot be read.
    """
    found: BitMap | None = None
    for key in keys:
        row = connection.execute(_BLOCK, (piece.id, key)).fetchone()
        try:
            listed = None if row is None else lists.read(row[0], key)
        except (ValueError, IndexError, TypeError) as error:
            raise Damaged from error
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
    firsts = range(0, piece.cases, A_ROW)
    row = bisect_right(firsts, -place, key=lambda first: -row_of(connection, piece.id, first)[0]) - 1
    if row < 0:
        return 0
    places = row_of(connection, piece.id, firsts[row])
    return firsts[row] + bisect_right(places, -place, key=lambda each: -each)


def row_of(connection: Connection, piece: int, first: int) -> Sequence[int]:
    """A row of places, from the number `first` on.

    Raises:
        Damaged: it is not there.
    """
    row = connection.execute(_PLACES, (piece, first)).fetchone()
    if row is None or not row[0] or len(row[0]) % 8:
        raise Damaged
    return memoryview(row[0]).cast("q")


_PLACES = "SELECT places FROM lookup_places WHERE piece = ? AND first = ?"


def places_of(connection: Connection, piece: Piece, numbers: Iterable[int]) -> Iterator[int]:
    """The places of some numbers, which rise; lazy."""
    first = -A_ROW
    held: Sequence[int] = ()
    for number in numbers:
        at = number - first
        if at >= A_ROW:
            first = number - number % A_ROW
            held, at = row_of(connection, piece.id, first), number - first
        if at >= len(held):
            raise Damaged
        yield held[at]


def candidates(
    connection: Connection,
    words: Sequence[str],
    keys: Sequence[int],
    band: Band,
    waits: Waiting | None = None,
) -> Iterator[int]:
    """Places in a band of the cases under these keys, or which wait and have these words; in their order.

    Args:
        connection: in a transaction.
        words: one or more.
        keys: of these words.
        band: where to look.
        waits: all that waits, where it was read before.

    Raises:
        Damaged: the index cannot be read.
    """
    waits = waits or waiting.read(connection)
    moved = waits.moved
    streams = _Streams(waits.having(words, *band))
    for piece in pieces_in(connection, band):
        yield from streams.down_to(piece.newest)
        found = within(connection, piece, under(connection, piece, keys), band)
        if found:
            places = places_of(connection, piece, found)
            streams.add((place for place in places if place not in moved) if moved else places)
    yield from streams.down_to(-1)


def count(connection: Connection, words: Sequence[str], keys: Sequence[int], band: Band) -> int:
    """How many candidates there are, those that moved counted twice."""
    found = sum(1 for _ in waiting.read(connection).having(words, *band))
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
            until = max([place, *(-other[0] for other in heap[1:3])])  # The next one stands there.
            yield -top
            for following in stream:
                if following <= until:
                    heapreplace(heap, (-following, turn, stream))
                    break
                yield following
            else:
                heappop(heap)


def stands(connection: Connection, place: int, keys: Sequence[int], words: Sequence[str]) -> bool:
    """Whether the case at a place stands under all these keys, or waits with these words."""
    return place in candidates(connection, words, keys, Band(place, place + 1))


def holding(connection: Connection, place: int) -> list[Piece]:
    """The pieces that have a place, whether or not its case is gone from there."""
    near = pieces_in(connection, Band(place, place + 1))
    return [
        piece
        for piece in near
        if number_before(connection, piece, place) > number_before(connection, piece, place + 1)
    ]


def placed(connection: Connection, band: Band) -> list[int]:
    """All places in a band at which a case stands; in two pieces: twice."""
    waits = waiting.read(connection)
    moved, found = waits.moved, list(waits.having((), *band))
    for piece in pieces_in(connection, band):
        numbers = within(connection, piece, BitMap(range(piece.cases)) - piece.gone, band)
        found += (place for place in places_of(connection, piece, numbers) if place not in moved)
    return found
