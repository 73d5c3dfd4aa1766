"""Local ids of cases: the second of receipt above a counter, so that the primary key is the order of time."""

from __future__ import annotations

from db.connection import Connection

COUNTER_BITS = 20


class CaseIds:
    """Gives out ids within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Know the cases of `connection`."""
        self._connection = connection
        self._last: dict[int, int] = {}

    def next(self, received: int) -> int:
        """The next free id of a case that was received in this second."""
        base = max(received, 0) << COUNTER_BITS
        last = self._last.get(base)
        if last is None:
            row = self._connection.execute(
                'SELECT max(id) FROM "case" WHERE id >= ? AND id < ?', (base, base + (1 << COUNTER_BITS))
            ).fetchone()
            last = base - 1 if row[0] is None else row[0]
        self._last[base] = last + 1
        return last + 1
