"""The first answers after the machine was started: the office is not in memory yet.

Before each run the system is told to forget what it holds of the file. What the disk itself or the host of a
virtual machine still remembers is beyond us, so a real start can be slower than this.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bench.lookup import PAGE, queries
from bench.measure import Row, timing
from db.connection import Connection, open_reader
from db.home import path_of
from db.reads import board
from db.reads.board import ListQuery, Scope
from db.reads.lookup import search

RUNS = 10
KIND = "2 characters"
"""Of `lookup.queries`; each run asks for another word."""

Read = Callable[[Connection, str], object]
"""One answer; only a lookup needs the word."""


def rows(connection: Connection, home: Path, now: int) -> Iterator[Row]:
    """Opening the office and one answer, cold and warm; nothing where a system cannot be told to forget."""
    if not hasattr(os, "posix_fadvise"):
        return
    words = next(texts for kind, _, texts in queries(connection) if kind == KIND)
    chosen = random.Random(5).sample(words, RUNS)

    def looked(opened: Connection, word: str) -> object:
        return search(opened, word, now=now, limit=PAGE)

    def listed(opened: Connection, _: str) -> object:
        return board.page(opened, ListQuery(), now, PAGE)

    def counted(opened: Connection, _: str) -> object:
        return board.counts(opened, Scope(), now)

    yield _row("lookup of 2 characters", home, looked, chosen)
    yield _row("board page of 50", home, listed, chosen)
    yield _row("counts of the whole tree", home, counted, chosen)


def _row(name: str, home: Path, read: Read, words: Sequence[str]) -> Row:
    path = path_of(home)
    cold, _, warm = (
        timing([_first_answer(path, read, word, forgotten=forgotten) for word in words])
        for forgotten in (True, False, False)
    )
    return Row(f"cold: open the office, {name}", cold, "the same when it is in memory", warm)


def _first_answer(path: Path, read: Read, word: str, *, forgotten: bool) -> float:
    """Seconds for a new connection to open the office and to read once."""
    if forgotten:
        _forget(path)
    start = time.perf_counter()
    with closing(open_reader(path)) as connection:
        read(connection, word)
        return time.perf_counter() - start


def _forget(path: Path) -> None:
    """Only what is on disk can be forgotten, so it is put there first."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(file)
