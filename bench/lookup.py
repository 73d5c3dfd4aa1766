"""The lookup box against LIKE and against a text search over an export, on random pieces of real texts."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Row, each
from db import search_index
from db.connection import Connection
from db.reads.lookup import search

QUERIES = 200
PAGE = 50

_LIKE = """SELECT c.id FROM "case" c WHERE c.title LIKE :piece OR c.place LIKE :piece OR EXISTS (
SELECT 1 FROM content t WHERE t.case_id = c.id AND t.text LIKE :piece) ORDER BY c.id DESC LIMIT 50"""


def rows(connection: Connection, home: Path, now: int) -> Iterator[Row]:
    """Queries of 1, 2, 3, 4 and 8 characters, the end of a number, and what stands nowhere."""
    chance = random.Random(11)
    texts = _sample(connection, chance)
    program, exported = _program(), _export(connection, home / "cases.txt")

    def ours(piece: str) -> None:
        search(connection, piece, now=now, limit=PAGE)

    def like(piece: str) -> None:
        connection.execute(_LIKE, {"piece": f"%{piece}%"}).fetchall()

    def text_search(piece: str) -> None:
        command = [*program, "-F", "-m", str(PAGE), "--", piece, str(exported)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)

    for name, budget, pieces in _queries(texts, chance):
        for piece in pieces[:3]:
            ours(piece)
        mine = each(ours, pieces)
        yield Row(
            f"lookup: {name}", mine, "LIKE '%…%', newest 50", each(like, pieces[:40], seconds=10), budget
        )
        other = f"{program[0]} -F -m 50 over the exported text, whole process"
        yield Row(f"lookup: {name}", mine, other, each(text_search, pieces[:40], seconds=5), budget)


def _queries(texts: list[str], chance: random.Random) -> Iterator[tuple[str, str, list[str]]]:
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


def _program() -> list[str]:
    ripgrep = shutil.which("rg")
    return [ripgrep] if ripgrep else ["grep"]


def _export(connection: Connection, path: Path) -> Path:
    """One line per case, newest first, as a person would keep it for grep."""
    if not path.exists():
        with path.open("w", encoding="utf-8") as out:
            for (case_id,) in connection.execute('SELECT id FROM "case" ORDER BY id DESC'):
                out.write(" ".join(" ".join(search_index.texts_of(connection, case_id)).split()) + "\n")
    return path
