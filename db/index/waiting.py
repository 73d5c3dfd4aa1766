"""How a case comes into the index and out of it: a row that waits to be pressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from db.connection import Connection
from db.index.schema import SCHEMA, TABLES

AT_ONCE = 8_192
"""Rows that are pressed together."""

MOST_TEXT = 4_000_000
"""Characters that are pressed together, at most: their columns take some hundred bytes for each."""

_NEW = "INSERT INTO lookup_waiting (place, text, stood) VALUES (?, ?, 0)"
_AGAIN = "INSERT OR REPLACE INTO lookup_waiting (place, text, stood) VALUES (?, ?, 1)"


class Row(NamedTuple):
    """A case that waits, or one that was taken out."""

    id: int
    place: int
    text: str | None
    stood: int


class Waiting(NamedTuple):
    """All that waits, as a lookup reads it."""

    texts: list[tuple[int, bytes]]
    """Place and text, as UTF-8, in the order of the answer."""
    moved: frozenset[int]
    """Places whose cases may stand in a piece, where they no longer count."""

    def having(self, words: Iterable[str], first: int, end: int) -> Iterator[int]:
        """The places from one to before another whose texts have all these words."""
        found = self.texts
        for word in map(str.encode, words):
            found = [(place, text) for place, text in found if word in text]
        return (place for place, _ in found if first <= place < end)


def read(connection: Connection) -> Waiting:
    """All that waits."""
    rows = connection.execute(_READ).fetchall()
    texts = [(place, text) for place, text, _ in rows if text is not None]
    return Waiting(texts, frozenset([place for place, _, stood in rows if stood]))


_READ = "SELECT place, CAST(text AS BLOB), stood FROM lookup_waiting ORDER BY place DESC"
"""As it lies there: to make strings of thousands of texts would take longer than to look through them."""


def put_new(connection: Connection, cases: Iterable[tuple[int, str]]) -> None:
    """Cases that never stood in the index: the place of each, and all its texts, folded and masked."""
    connection.executemany(_NEW, cases)


def put(connection: Connection, place: int, text: str) -> None:
    """A case with these texts, whether or not it stood here before."""
    connection.execute(_AGAIN, (place, text))


def drop(connection: Connection, places: Iterable[int]) -> None:
    """Nothing stands at these places any more."""
    connection.executemany(_AGAIN, [(place, None) for place in places])


def oldest(connection: Connection, most: int) -> list[Row]:
    """The rows that have waited longest, up to so many, and up to `MOST_TEXT` but for the first."""
    rows: list[Row] = []
    length = 0
    for row in map(Row._make, connection.execute(_OLDEST, (most,))):
        length += len(row.text or "")
        if rows and length > MOST_TEXT:
            break
        rows.append(row)
    return rows


_OLDEST = "SELECT id, place, text, stood FROM lookup_waiting ORDER BY id LIMIT ?"


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Those with a text, in the order of the answer."""
    return sorted((row for row in rows if row.text is not None), key=lambda row: row.place, reverse=True)


def texts_in_order(rows: Sequence[Row]) -> list[str]:
    """The texts of those."""
    return [row.text or "" for row in in_order(rows)]


def count(connection: Connection) -> int:
    """How many rows wait."""
    return int(connection.execute("SELECT count(*) FROM lookup_waiting").fetchone()[0])


def create(connection: Connection) -> None:
    """An empty index, whether or not there was one. Ids go on: somebody may hold some of before."""
    for statement in SCHEMA:
        connection.execute(statement)
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")
