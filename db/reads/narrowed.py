"""A lookup within a list: along the index of words or along the list, whichever is the shorter way.

A common word in a small village stands in a million cases elsewhere; a rare word in a large district is
found at once. So both are measured, as far as it matters, before one is walked. Open cases are few enough
that the index is walked at once, and the length of a list by a stage of closed cases no index tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from db.connection import Connection
from db.index.pieces import Band
from db.reads.query import ListQuery, bindings, conditions
from db.search import candidates, checked, containing, count, in_batches
from db.search_index import OPEN, rank, words

SHORT = 2_000
"""Cases of a list that may be walked, newest first, reading the texts of each: 20 µs a case."""

KNOWN = 20_000
"""Cases of a list whose ids are gathered before the index is walked; of a longer one each row is asked."""

DEARER = 30
"""Cases of the index that are walked in the time in which the texts of one are read."""


def places(
    connection: Connection, text: str, within: ListQuery, now: int, stop: Callable[[], bool] = bool
) -> Iterator[int]:
    """Places of the cases of a list in which every word of a text occurs, open ones first, newest first.

    Args:
        connection: any connection to the office.
        text: as typed.
        within: the list; its own words and its order are not looked at.
        now: the present instant, for its alarm.
        stop: asked before each batch of cases; true ends the search.
    """
    sought = words(text)
    if not sought:
        return iter(())
    narrowed = _Narrowed(connection, within, now, sought)
    if not within.holds_closed or within.stage is not None:
        return checked(connection, narrowed.found(known=False), sought, stop)
    length = narrowed.length(KNOWN + 1)
    if length <= SHORT and narrowed.hits() >= length * DEARER:
        return _along_list(connection, narrowed.listed(), sought, stop)
    return checked(connection, narrowed.found(known=length <= KNOWN), sought, stop)


def _along_list(
    connection: Connection, listed: Iterator[int], sought: Sequence[str], stop: Callable[[], bool]
) -> Iterator[int]:
    for batch in in_batches(listed):
        if stop():
            return
        yield from containing(connection, batch, sought)


class _Narrowed:
    """The two ways to the answer."""

    def __init__(self, connection: Connection, within: ListQuery, now: int, sought: Sequence[str]) -> None:
        self.connection, self.sought = connection, sought
        self.terms = " AND ".join(conditions(within._replace(words=""))) or "1"
        self.bound: dict[str, Any] = bindings(within._replace(words=""), now)
        self.bands = list(_bands(within, self.bound["since"], self.bound["until"]))

    def length(self, most: int) -> int:
        """How many cases the list has, counted up to `most`."""
        sql = f'SELECT count(*) FROM (SELECT 1 FROM "case" WHERE {self.terms} LIMIT :most)'
        return int(self.connection.execute(sql, {**self.bound, "most": most}).fetchone()[0])

    def hits(self) -> int:
        """How many cases may have the words, in the list or not."""
        return count(self.connection, self.sought, self.bands)

    def listed(self) -> Iterator[int]:
        """The places of the list."""
        sql = f'SELECT id, open FROM "case" WHERE {self.terms} ORDER BY open DESC, id DESC'
        for case_id, held in self.connection.execute(sql, self.bound):
            yield rank(case_id, is_open=bool(held))

    def found(self, *, known: bool) -> Iterator[int]:
        """The places of those cases of the list that may have the words."""
        found = candidates(self.connection, self.sought, self.bands)
        if known:
            sql = f'SELECT id FROM "case" WHERE {self.terms}'
            listed = {row[0] for row in self.connection.execute(sql, self.bound)}
            return (place for place in found if place & ~OPEN in listed)
        return self._asked(found)

    def _asked(self, found: Iterator[int]) -> Iterator[int]:
        """Those of some places whose cases stand in the list, each row asked."""
        for batch in in_batches(found):
            ids = ", ".join(str(place & ~OPEN) for place in batch)
            sql = f'SELECT id FROM "case" WHERE id IN ({ids}) AND {self.terms}'
            listed = {row[0] for row in self.connection.execute(sql, self.bound)}
            yield from (place for place in batch if place & ~OPEN in listed)


def _bands(within: ListQuery, since: int | None, until: int | None) -> Iterator[Band]:
    """Where in the index the cases of a list stand."""
    first, end = since or 0, until or OPEN
    if within.holds_open:
        yield Band(OPEN | first, OPEN + end)
    if within.holds_closed:
        yield Band(first, end)
