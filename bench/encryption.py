"""What encryption costs: the same questions to the office and to its encrypted twin, in turn, in one process.

The twin is made by `db.vault.conversion`, which leaves no gaps in the file; so the office is copied without
gaps too, and what is compared differs in nothing but the key.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bench.lookup import PAGE, queries
from bench.make_office import opened
from bench.measure import Row, Timing, again, timing
from db import vault
from db.actions import Action
from db.connection import Connection, open_reader
from db.errors import WrongPassphrase
from db.home import path_of
from db.journal import Act, record
from db.reads import board
from db.reads.board import ListQuery, Scope
from db.reads.lookup import search
from db.vault import conversion as encryption

T = TypeVar("T")

PASSPHRASE = "what the bench takes along"
LARGEST = 300_000
"""Cases: both copies of an office of millions would not find room on most disks."""
RUNS, STEPS, OPENINGS, TRIES = 200, 100, 20, 10
READS, ELSE = "≤ 1.3×", ""
"""What was asked of the board and of lookups; nothing was of the rest."""


def rows(connection: Connection, home: Path, now: int) -> Iterator[Row]:
    """Warm reads, an opening, a saved step; then a right and a wrong passphrase. Nothing above `LARGEST`."""
    if connection.execute('SELECT count(*) FROM "case"').fetchone()[0] > LARGEST:
        return
    plain, sealed = _twins(connection, home)
    vault.unlock(sealed, PASSPHRASE)
    with closing(open_reader(path_of(plain))) as one, closing(open_reader(path_of(sealed))) as other:

        def page(reader: Connection, _: int) -> None:
            board.page(reader, ListQuery(), now, PAGE)

        def counts(reader: Connection, _: int) -> None:
            board.counts(reader, Scope(), now)

        def look(reader: Connection, words: str) -> None:
            search(reader, words, now=now, limit=PAGE)

        pair = (one, other)
        yield _row("board page of 50, whole tree", *_in_turn(page, pair, range(RUNS)), READS)
        yield _row("counts of the whole tree", *_in_turn(counts, pair, range(RUNS)), READS)
        for kind, _, words in queries(connection):
            yield _row(f"lookup: {kind}", *_in_turn(look, pair, words), READS)
    yield _row("first opening with a board page", *_openings((plain, sealed), now), ELSE)
    yield _row("one saved step, on disk", *_steps((plain, sealed)), ELSE)
    yield _passphrases(sealed)


def _row(name: str, plain: Timing, sealed: Timing, budget: str) -> Row:
    return Row(f"encrypted: {name}", sealed, "the same, not encrypted", plain, budget)


def _twins(connection: Connection, home: Path) -> tuple[Path, Path]:
    """Two copies without gaps, the second encrypted; made anew where the office has changed."""
    (last,) = connection.execute("SELECT max(rowid) FROM event").fetchone()
    folder = home / f"twins-{last}"
    plain, sealed = folder / "plain", folder / "encrypted"
    if not (sealed / vault.VAULT_FILE).exists():
        for older in home.glob("twins-*"):
            shutil.rmtree(older)
        for twin in (plain, sealed):
            twin.mkdir(parents=True)
            connection.execute("VACUUM INTO ?", (str(path_of(twin)),))
            opened(twin).close()
        encryption.encrypt(sealed, PASSPHRASE)
    return plain, sealed


def _in_turn(
    work: Callable[[Connection, T], object], pair: tuple[Connection, Connection], inputs: Sequence[T]
) -> tuple[Timing, Timing]:
    """Each input to the one, then to the other, all of it once beforehand: what is warm is compared."""
    times: tuple[list[float], list[float]] = ([], [])
    for measured in (False, True):
        for given in inputs:
            for reader, kept in zip(pair, times, strict=True):
                begun = time.perf_counter()
                work(reader, given)
                if measured:
                    kept.append(time.perf_counter() - begun)
    return timing(times[0]), timing(times[1])


def _openings(homes: tuple[Path, Path], now: int) -> tuple[Timing, Timing]:
    """A new connection and its first page; the passphrase was given before."""

    def first(home: Path) -> None:
        with closing(open_reader(path_of(home))) as reader:
            board.page(reader, ListQuery(), now, PAGE)

    plain, sealed = (again(partial(first, home), OPENINGS) for home in homes)
    return plain, sealed


def _steps(homes: tuple[Path, Path]) -> tuple[Timing, Timing]:
    act = Act(Action.PROGRESS, {"text": "已派人到现场查看，三日内修复。"})
    found: list[Timing] = []
    for home in homes:
        with opened(home) as office:
            cases: list[Any] = office.writer.execute(
                "SELECT id FROM \"case\" WHERE stage = 'handling' LIMIT ?", (STEPS,)
            ).fetchall()
            times = []
            for (case_id,) in cases:
                begun = time.perf_counter()
                record(office, case_id, act)
                times.append(time.perf_counter() - begun)
            found.append(timing(times))
    plain, sealed = found
    return plain, sealed


def _passphrases(home: Path) -> Row:
    """A wrong passphrase must take as long as the right one."""

    def wrong() -> None:
        try:
            vault.unlock(home, "not what was taken along")
        except WrongPassphrase:
            return

    def right() -> None:
        vault.unlock(home, PASSPHRASE)

    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TRIES):
        for try_it, kept in ((wrong, times[0]), (right, times[1])):
            begun = time.perf_counter()
            try_it()
            kept.append(time.perf_counter() - begun)
    return Row("a wrong passphrase", timing(times[0]), "the right one", timing(times[1]))
