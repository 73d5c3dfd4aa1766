"""The texts of an office as other programs want them: kept beside it, and made anew when it changed."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from db import search_index
from db.connection import Connection

_TEXTS = """SELECT c.id, (SELECT group_concat(number, ' ') FROM case_number WHERE case_id = c.id),
c.title, c.place, t.kind, t.text FROM "case" c
LEFT JOIN content t ON t.case_id = c.id AND t.text IS NOT NULL ORDER BY c.id DESC"""

_LETTERS = """SELECT c.id, c.number, c.title, body.text, reply.text FROM "case" c
LEFT JOIN content body ON body.id = c.body_id LEFT JOIN content reply ON reply.id = c.reply_id
ORDER BY c.id DESC LIMIT ?"""


def kept(connection: Connection, home: Path, name: str, write: Callable[[Path], None]) -> Path:
    """A copy in the office's folder; written again where anything was recorded since, or not to its end."""
    (last,) = connection.execute("SELECT max(rowid) FROM event").fetchone()
    stem, suffix = Path(name).stem, Path(name).suffix
    path = home / f"{stem}-{last}{suffix}"
    if not path.exists():
        for older in home.glob(f"{stem}-*{suffix}"):
            older.unlink()
        begun = home / f"{stem}-begun{suffix}"
        write(begun)
        begun.rename(path)
    return path


def as_text(connection: Connection, path: Path) -> None:
    """One line per case with all its texts, newest first, as a person would keep it for grep."""
    with path.open("w", encoding="utf-8") as out:
        for _, found in groupby(connection.execute(_TEXTS), key=itemgetter(0)):
            out.write(" ".join(" ".join(_line(found)).split()) + "\n")


def _line(found: Iterator[tuple[int, str, str, str, str | None, str]]) -> Iterator[str]:
    for at, (_, numbers, title, place, kind, text) in enumerate(found):
        if at == 0:
            yield from (numbers, title, place)
        if kind is not None:
            yield from search_index.words_of(kind, text)


def as_table(connection: Connection, path: Path, most: int) -> None:
    """The newest cases as one plain table of an SQLite file: ``cases(id, number, title, body, reply)``."""
    with sqlite3.connect(path) as plain:
        plain.execute(
            "CREATE TABLE cases (id INTEGER PRIMARY KEY, number TEXT, title TEXT, body TEXT, reply TEXT)"
        )
        plain.executemany("INSERT INTO cases VALUES (?, ?, ?, ?, ?)", connection.execute(_LETTERS, (most,)))
    plain.close()


def as_sheet(connection: Connection, path: Path, most: int) -> None:
    """The newest cases as CSV, as a ledger is kept: ``id,number,title,body,reply``."""
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["id", "number", "title", "body", "reply"])
        lines.writerows(connection.execute(_LETTERS, (most,)))


def first_number(connection: Connection) -> str:
    """The number in the first row of that sheet."""
    return str(connection.execute(_LETTERS, (1,)).fetchone()[1])
