"""The lookup box against LIKE, on random pieces of real texts."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.measure import Row, each
from db import search_index
from db.connection import Connection
from db.reads.lookup import search

QUERIES = 200
PAGE = 50

LIKE = """SELECT c.number, c.title FROM "case" c WHERE c.title LIKE :piece OR c.place LIKE :piece OR EXISTS (
SELECT 1 FROM content t WHERE t.case_id = c.id AND t.text LIKE :piece) ORDER BY c.id DESC LIMIT 50"""


def rows(connection: Connection, now: int) -> Iterator[Row]:
    """Queries of 1, 2, 3, 4 and 8 characters, the end of a number, and what stands nowhere."""

    def ours(piece: str) -> None:
        search(connection, piece, now=now, limit=PAGE)

    def like(piece: str) -> None:
        connection.execute(LIKE, {"piece": f"%{piece}%"}).fetchall()

    for name, budget, pieces in queries(connection):
        for piece in pieces[:3]:
            ours(piece)
        mine = each(ours, pieces)
        theirs = each(like, pieces[:40], seconds=6)
        yield Row(f"lookup: {name}", mine, f"LIKE '%…%', newest {PAGE}", theirs, budget)


def queries(connection: Connection) -> Iterator[tuple[str, str, list[str]]]:
    """What is looked up: a name, the budget in the app, and `QUERIES` texts of that kind."""
    chance = random.Random(11)
    texts = _sample(connection, chance)

    def pieces(size: int) -> list[str]:
        return [_piece(texts, size, chance) for _ in range(QUERIES)]

    yield "1 character", "p95 ≤ 60 ms", pieces(1)
    for size in (2, 3, 4, 8):
        yield f"{size} characters", "p95 ≤ 16 ms", pieces(size)
    yield "two words", "p95 ≤ 16 ms", [f"{one} {two}" for one, two in zip(pieces(2), pieces(2), strict=True)]
    yield (
        "last 5 digits of a number",
        "p95 ≤ 16 ms",
        [f"{chance.randrange(100_000):05d}" for _ in range(QUERIES)],
    )
    halves = zip(pieces(2), pieces(2), strict=True)
    yield "two halves of words", "p95 ≤ 16 ms", [one + two for one, two in halves]
    yield "nothing to find", "p95 ≤ 16 ms", [f"龘{one}" for one in pieces(2)]


def _piece(texts: list[str], size: int, chance: random.Random) -> str:
    while True:
        text = chance.choice(texts)
        at = chance.randrange(max(1, len(text) - size))
        piece = text[at : at + size]
        if len(piece) == size and not any(character.isspace() for character in piece):
            return piece


def _sample(connection: Connection, chance: random.Random) -> list[str]:
    """The texts of some cases from all of the office's years."""
    first, last = connection.execute('SELECT min(id), max(id) FROM "case"').fetchone()
    found: list[str] = []
    for _ in range(300):
        (near,) = connection.execute(
            'SELECT id FROM "case" WHERE id >= ? ORDER BY id LIMIT 1', (chance.randint(first, last),)
        ).fetchone()
        found += [text for text in search_index.texts_of(connection, near) if len(text) > 8]
    return [search_index.searchable(text) for text in found]
