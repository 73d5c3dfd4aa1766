"""The lookup of thousands of new cases, made beside the writing.

Only where thousands come in; the words of a desk's single step wait until it is idle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from db.beside import Beside
from db.connection import Connection
from db.index import waiting
from db.keeping import upkeep

Presser = Beside[Sequence[str], list[tuple[int, bytes]]]
"""Makes blocks of lists of the texts of cases in their order."""

WORTH_A_PROCESS = 20_000
"""From how many cases on processes of their own help."""

MOST_WAITING = 3
"""Times `waiting.AT_ONCE` that may wait before the writing waits for the lists."""


class Bulk:
    """A helper that presses what waits."""

    def __init__(self, presser: Presser) -> None:
        """Have this one."""
        self._presser: Presser | None = presser
        self._rows: list[waiting.Row] = []

    def settle(self, connection: Connection) -> None:
        """Take what was pressed, and have more pressed if enough waits.

        Raises:
            OfficeError: the database refused; the index says what it said.
        """
        if self._presser is None:
            upkeep.settle(connection, waiting.AT_ONCE)
            return
        try:
            self._exchange(connection, self._presser, waiting.count(connection))
        except (EOFError, OSError, MemoryError):  # The system ended it, or it had no room.
            self._presser = None

    def _exchange(self, connection: Connection, presser: Presser, waits: int) -> None:
        from db.index import pressing

        if presser.has_answered() or (presser.is_asked and waits > MOST_WAITING * waiting.AT_ONCE):
            waits -= pressing.replace(connection, self._rows, presser.answer())
            upkeep.merge_all(connection)
        if not presser.is_asked and waits >= waiting.AT_ONCE:
            self._rows = waiting.oldest(connection, waiting.AT_ONCE)
            presser.ask(waiting.texts_in_order(self._rows))


@contextmanager
def bulk_for(cases: int) -> Iterator[Bulk | None]:
    """Help where there is enough to do that starting a process pays.

    Raises:
        ConnectionError: the helper did not start.
    """
    if cases < WORTH_A_PROCESS:
        yield None
        return
    with Beside(pressed) as presser:
        yield Bulk(presser)


def pressed(texts: Sequence[str]) -> list[tuple[int, bytes]]:
    """The blocks of texts, folded and masked."""
    from db.index.columns import blocks_of, entries_of

    return list(blocks_of(entries_of(texts)))
