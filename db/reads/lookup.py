"""快查: one box that finds a case by whatever is known of it.

Numbers and parts of numbers, words of any length from one character in title, place, texts and notes:
all of them as plain substrings of the masked texts. Open cases newest first, then the rest newest first;
a case whose whole number was typed stands before all. Bare SQL, lazily read: a page costs the same for
fifty hits and for a million.

A search belongs to one connection and one thread. While typing, run it in a worker thread on a reader of
its own and end it from outside: ``connection.interrupt()`` stops the statement that runs, and a `stop`
that answers true stops it between two cases; both raise `Superseded`.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from heapq import merge
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from db.connection import Connection, driver, snapshot
from db.masking import identity_key
from db.reads import board
from db.reads.board import CaseRow, ListQuery, bindings, conditions, page, rows
from db.search import places
from db.search_index import OPEN, fold, place_of, words

if TYPE_CHECKING:
    from db.reads.readings import Reading

LONGEST = 200
"""Characters of a query that are looked at."""


class Superseded(Exception):
    """The search was ended from outside; there is nothing to show."""


class Lookup(NamedTuple):
    """What a text finds."""

    readings: tuple[Reading, ...]
    """What it may mean: the first rows, or a filter by Tab. Several where several units fit alike."""
    hits: list[CaseRow]
    persons: frozenset[int]
    """Ids of the hits that were found by the identity of their 反映人; seeing these is for `access_log`."""
    more: bool
    """There are hits beyond the limit."""
    crowd: str = ""
    """A word that names more units than are offered, where there is nothing else to show."""

    @property
    def reading(self) -> Reading | None:
        """The first reading."""
        return self.readings[0] if self.readings else None


def search(
    connection: Connection,
    text: str,
    *,
    now: int,
    limit: int = 50,
    within: ListQuery | None = None,
    understand: bool = True,
    may_see_identity: bool = False,
    stop: Callable[[], bool] = bool,
) -> Lookup:
    """The first hits of a text, with what the text may mean.

    Args:
        connection: a reader of this thread.
        text: as typed.
        now: the present instant.
        limit: hits wanted.
        within: narrows to the cases of this list (a unit, an alarm, days …); its words are not looked at.
        understand: also say what the text may mean; never where `within` is given.
        may_see_identity: also find by the exact name, phone or identity number of the 反映人.
        stop: asked before each case; true ends the search.

    Raises:
        Superseded: `stop` said so, or the connection was interrupted.
    """
    if within is not None and not words(text):
        with _interruptible(connection):
            listed = page(connection, within, now, limit + 1)
        return Lookup((), listed[:limit], frozenset(), len(listed) > limit)
    with _interruptible(connection):
        persons = _persons(connection, text) if may_see_identity else frozenset()
        found = list(islice(_hits(connection, text, now, within, persons, stop), limit + 1))
        if stop():
            raise Superseded
        asked = understand and within is None
        read, crowd = _understood(connection, text, now, quietly=bool(found)) if asked else ((), "")
        shown = rows(connection, found[:limit], now)
    return Lookup(read, shown, persons.intersection(found[:limit]), len(found) > limit, crowd)


def ids(
    connection: Connection,
    text: str,
    *,
    now: int,
    within: ListQuery | None = None,
    may_see_identity: bool = False,
    stop: Callable[[], bool] = bool,
) -> array[int]:
    """The ids of all hits in their order, for a list of any length; see `search`.

    Raises:
        Superseded: as `search`.
    """
    if within is not None and not words(text):
        with _interruptible(connection):
            return board.ids(connection, within, now)
    with _interruptible(connection):
        persons = _persons(connection, text) if may_see_identity else frozenset()
        found = array("q", _hits(connection, text, now, within, persons, stop))
    if stop():
        raise Superseded
    return found


def _understood(
    connection: Connection, text: str, now: int, *, quietly: bool
) -> tuple[tuple[Reading, ...], str]:
    """The readings; where there are none and nothing is found either, why a unit's name gave none."""
    from db.reads.readings import crowded, readings  # `duban find` shows none and need not load it.

    read = readings(connection, text[:LONGEST], now)
    return read, "" if read or quietly else crowded(connection, text[:LONGEST])


@contextmanager
def _interruptible(connection: Connection) -> Iterator[None]:
    """Reads of one moment."""
    try:
        with snapshot(connection):
            yield
    except driver.OperationalError as error:
        if "interrupted" in str(error):
            raise Superseded from error
        raise


def marks(text: str, shown: str) -> list[tuple[int, int]]:
    """Where the words of a query stand in a text as it is shown: (start, end), in order, none overlapping."""
    folded, origins = _folded_with_origins(shown)
    covered: set[int] = set()
    for word in words(text[:LONGEST]):
        at = folded.find(word)
        while at >= 0:
            covered.update(range(origins[at], origins[at + len(word) - 1] + 1))
            at = folded.find(word, at + 1)
    spans: list[tuple[int, int]] = []
    for place in sorted(covered):
        if spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return spans


def _folded_with_origins(shown: str) -> tuple[str, list[int]]:
    """A text folded, and for each character of it the place in the text that it comes from."""
    folded = fold(shown)
    if len(folded) == len(shown):
        return folded, list(range(len(shown)))
    pieces: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(shown):
        piece = fold(character)
        pieces.append(piece)
        origins += [place] * len(piece)
    return "".join(pieces), origins


def _hits(
    connection: Connection,
    text: str,
    now: int,
    within: ListQuery | None,
    persons: Iterable[int],
    stop: Callable[[], bool],
) -> Iterator[int]:
    """All hits in their order: whole numbers first, then by person or words, each once."""
    passes = _filter(connection, within, now)
    numbered = filter(passes, _places(connection, _numbered(connection, text)))
    known = filter(passes, _places(connection, persons))
    if within is None:
        found = places(connection, text[:LONGEST], stop=stop)
    else:
        from db.reads import narrowed  # Only within a list.

        found = narrowed.places(connection, text[:LONGEST], within, now, stop)
    seen: set[int] = set()
    for place in chain(numbered, merge(known, found, reverse=True)):
        if place not in seen:
            seen.add(place)
            yield place & ~OPEN


def _places(connection: Connection, ids: Iterable[int]) -> list[int]:
    return sorted((place_of(connection, case_id) for case_id in ids), reverse=True)


def _filter(connection: Connection, within: ListQuery | None, now: int) -> Callable[[int], bool]:
    """Whether the case at a place stands in a list, whatever the list's words are."""
    if within is None:
        return lambda _: True
    unworded = within._replace(words="")
    sql = f'SELECT 1 FROM "case" WHERE {" AND ".join(["id = :id", *conditions(unworded)])}'
    bound = bindings(unworded, now)
    return lambda place: connection.execute(sql, {**bound, "id": place & ~OPEN}).fetchone() is not None


def _numbered(connection: Connection, text: str) -> set[int]:
    """The cases whose number is the whole text; ours also without its hyphen."""
    plain = unicodedata.normalize("NFKC", text).strip()[:LONGEST]
    ours = re.sub(r"^([A-Z]*[0-9]{4})([0-9]{4,})$", r"\1-\2", plain.upper())
    found = connection.execute(
        "SELECT case_id FROM case_number WHERE number IN (?, ?, ?, ?)",
        (plain, plain.upper(), plain.lower(), ours),
    )
    return {row[0] for row in found}


def _persons(connection: Connection, text: str) -> frozenset[int]:
    """The cases whose 反映人 has exactly this name, phone or identity number, by the office's keyed hash."""
    secret = connection.execute("SELECT value FROM setting WHERE name = 'identity_secret'").fetchone()
    if secret is None or not text.strip():
        return frozenset()
    key = identity_key(bytes.fromhex(secret[0]), text[:LONGEST])
    found = connection.execute(
        "SELECT case_id FROM submitter WHERE phone_key = :key OR name_key = :key OR id_key = :key",
        {"key": key},
    )
    return frozenset(row[0] for row in found)
