"""New cases composed in a process of its own, one batch ahead of what is written.

The helper reads the office, and goes on from what it composed itself. Its entries hold as long as nobody
else wrote: each batch is written only where the database is as the helper knows it, and composed anew where
it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from db import chain
from db.act import Work
from db.beside import Beside
from db.composer import Composer
from db.connection import Connection
from db.entries import Entries
from db.new_cases import NewCases
from db.rules import Rules

if TYPE_CHECKING:
    from db.office import Office


class _Batch(NamedTuple):
    """What the helper is asked to compose."""

    cases: NewCases
    now: int
    """The instant of recording."""
    afresh: bool
    """From what the office holds, not from what the helper composed last."""


class _Composing:
    """What the helper does."""

    def __init__(self, home: Path, rules: Rules, officer: str, *, imported: bool) -> None:
        self.home, self.rules, self.officer, self.imported = home, rules, officer, imported
        self._office: Office | None = None
        self._composer: Composer | None = None

    def __call__(self, batch: _Batch) -> Entries:
        composer = self._beginning() if self._composer is None or batch.afresh else self._composer
        self._composer = None  # Of one that gives up half-way nothing is known.
        composer.now = batch.now
        for _, acts in batch.cases:
            composer.add(None, acts)
        self._composer = composer
        return composer.taken()

    def _beginning(self) -> Composer:
        from db.office import Office

        if self._office is not None:
            self._office.writer.close()  # Not the office: leaving it in order would be writing.
        self._office = Office.open(self.home, self.rules, self.officer)
        return Composer(self._office, self._office.writer, imported=self.imported)


class Ahead:
    """Has batches composed while others are written. Use it as a context manager."""

    def __init__(self, office: Office, *, imported: bool) -> None:
        """Compose for an office that is not encrypted: the helper has no key."""
        self.imported = imported
        self._office = office
        composing = _Composing(office.home, office.rules, office.officer, imported=imported)
        self._helper = Beside(composing)
        self._known: int | None = None
        """`PRAGMA data_version` when the helper last read the office; None: it has to read it anew."""
        self._lives = True

    @property
    def is_begun(self) -> bool:
        """Whether a batch is being composed."""
        return self._helper.is_asked

    def begin(self, work: Sequence[Work] | None) -> None:
        """Have a batch composed, after the last one that was, if it opens new cases only."""
        cases = _new_cases(work)
        if not self._lives or cases is None:
            return
        afresh = self._known is None
        if afresh:
            self._known = _version(self._office.writer)
        with self._minding():
            self._helper.ask(_Batch(cases, self._office.clock(), afresh))

    def composed(self, following: Sequence[Work] | None = None) -> Entries | None:
        """The batch that was begun; ``None`` if none was, or if it has to be composed where it is written.

        So it is if it was refused: by what the office is then, which is known within the transaction only.
        What follows is begun, as `begin` does it, before the answer is unpacked; after one that was refused
        it comes to nothing.
        """
        said: Entries | None = None
        if self._helper.is_asked:
            with self._minding():
                answer = self._helper.taken()
                self.begin(following)
                said = answer()
        return said

    def drop(self) -> None:
        """Something else is written: what is being composed goes on from what will not be there."""
        self.composed()
        self._known = None

    @contextmanager
    def _minding(self) -> Iterator[None]:
        """Go on without the helper once the system has ended it; whatever else it says will be said again."""
        try:
            yield
        except (EOFError, OSError):
            self._lives = False
        except Exception:
            self._known = None

    def holds(self, connection: Connection, entries: Entries) -> bool:
        """Whether the office is as the helper knows it; within the transaction that would write this."""
        return (
            _version(connection) == self._known
            and chain.own_tip(connection, self._office.device.id) == entries.began
        )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the helper."""
        self._helper.__exit__(kind, error, trace)


def _new_cases(work: Sequence[Work] | None) -> NewCases | None:
    """Work that opens cases only, packed."""
    if work is None or isinstance(work, NewCases):
        return work
    if not work or any(case_id is not None for case_id, _ in work):
        return None
    return NewCases.of(acts for _, acts in work)


def _version(connection: Connection) -> int:
    """A number that changes whenever another connection has written."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
