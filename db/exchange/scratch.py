"""Rows of a ledger, sorted by case and time in a scratch file: memory stays small for any ledger.

The rows of one case lie anywhere in a ledger, often newest first; a case must be written oldest
first and all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from types import TracebackType

import orjson

from db.connection import driver
from db.exchange.errors import LedgerError
from db.exchange.lines import Identity, Line

_PIECE = 5_000

_SETUP = (
    "PRAGMA temp_store={store}",
    "PRAGMA temp.journal_mode=OFF",
    'CREATE TEMP TABLE line (row INTEGER PRIMARY KEY, "case" TEXT, began INTEGER, said BLOB)',
    'CREATE TEMP TABLE alias (name TEXT, "case" TEXT)',
    "BEGIN",
)
"""A temporary table lies in a file that nobody else can open and that is gone with the process, however
that ends: a ledger names citizens. The driver would keep it in memory unless told. Such a file is in clear
on the disk: beside an encrypted office it is kept in memory, about a kilobyte a row."""

_IN_ORDER = """SELECT row, "case" FROM line
JOIN (SELECT "case", min(began) AS first, min(row) AS top FROM line GROUP BY "case") USING ("case")
ORDER BY first IS NULL, first, top, began, row"""

_KNOWN_OTHERWISE = """SELECT name, "case" FROM alias
WHERE EXISTS (SELECT 1 FROM line WHERE line."case" = alias.name) ORDER BY alias.rowid"""

_SHARED = """SELECT name, "case" FROM alias
WHERE name IN (SELECT name FROM alias GROUP BY name HAVING min("case") < max("case")) ORDER BY rowid"""


@contextmanager
def _telling() -> Iterator[None]:
    """Say in the office's own words that there is no room for the scratch file."""
    try:
        yield
    except driver.Error as error:
        raise LedgerError(f"系统临时目录放不下整理台账用的文件，未写入（{error}）。请腾出空间") from error


class _Joined:
    """Which cases are one: each belongs to another, or to itself."""

    def __init__(self) -> None:
        self.owner: dict[str, str] = {}

    def root(self, case: str) -> str:
        while case in self.owner:
            case = self.owner[case]
        return case

    def join(self, case: str, into: str) -> None:
        case, into = self.root(case), self.root(into)
        if case != into:
            self.owner[case] = into


class Scratch:
    """A sorter of lines; use it as a context manager. What it holds is gone afterwards."""

    def __init__(self, *, in_memory: bool = False) -> None:
        """Make it empty; its file appears, in the system's folder for such, when memory does not do.

        Args:
            in_memory: never make a file.
        """
        self._connection = driver.connect(":memory:", isolation_level=None)
        for statement in _SETUP:
            self._connection.execute(statement.format(store="MEMORY" if in_memory else "FILE"))
        self._waiting: list[tuple[int, str, int | None, bytes]] = []
        self._aliases: list[tuple[str, str]] = []

    def add(self, identities: Sequence[Identity], line: Line) -> None:
        """Take in a line; the first of its identities names its case, the others may name other lines'.

        Raises:
            LedgerError: no room for the scratch file.
        """
        case, *others = ["\x1f".join(one) for one in identities]
        self._waiting.append((line.row, case, line.began, orjson.dumps(tuple(line))))
        self._aliases += [(other, case) for other in others if other != case]
        if len(self._waiting) >= _PIECE:
            self._put()

    def _put(self) -> None:
        with _telling():
            self._connection.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", self._waiting)
            self._connection.executemany("INSERT INTO alias VALUES (?, ?)", self._aliases)
        self._waiting.clear()
        self._aliases.clear()

    def _join_cases(self) -> None:
        """Lines that know their case by one number are of one case, whether or not a line bears that number.

        No case is then known by a number of one before it, so it can be planned before that one is written.
        """
        self._connection.execute('CREATE INDEX line_case ON line ("case", began)')
        joined, first = _Joined(), dict[str, str]()
        for name, case in self._connection.execute(_KNOWN_OTHERWISE):
            joined.join(name, into=case)
        for name, case in self._connection.execute(_SHARED):
            joined.join(case, into=first.setdefault(name, case))
        self._connection.executemany(
            'UPDATE line SET "case" = ? WHERE "case" = ?', [(joined.root(one), one) for one in joined.owner]
        )

    def cases(self) -> Iterator[list[Line]]:
        """The lines of each case, oldest first; the case with the oldest line first, undated ones last.

        Raises:
            LedgerError: no room for the scratch file.
        """
        self._put()
        with _telling():
            self._join_cases()
            ordered = self._connection.execute(_IN_ORDER)
        for _, rows in groupby(ordered, key=lambda found: found[1]):
            yield [self._line(row) for row, _ in rows]

    def _line(self, row: int) -> Line:
        found = self._connection.execute("SELECT said FROM line WHERE row = ?", (row,)).fetchone()
        return Line(*orjson.loads(found[0]))

    def __enter__(self) -> Scratch:
        """The sorter itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Throw it away."""
        self._connection.close()
