"""Local ids of cases: the second of receipt above a counter, so that the primary key is the order of time."""

from __future__ import annotations

from db.connection import Connection

COUNTER_BITS = 20

_HIGHEST = 'SELECT ifnull(max(id), 0) FROM "case"'


class CaseIds:
    """Gives out ids that were not given, whether or not their cases are written yet."""

    def __init__(self, connection: Connection) -> None:
        """Know the cases of `connection`."""
        self._connection = connection
        self._highest: int | None = None
        """The highest id that may be written; of a later second none is. Unknown while none was asked for."""
        self._last: dict[int, int] = {}
        self._before: dict[int, int] = {}

    def turn(self) -> None:
        """Begin another batch; what was given for the one before the last is written by now."""
        if self._highest is not None:
            self._highest = max(self._highest, *self._before.values(), 0)
        self._before, self._last = self._last, {}

    def next(self, received: int) -> int:
        """The next free id of a case that was received in this second."""
        base = max(received, 0) << COUNTER_BITS
        if self._highest is None:
            self._highest = int(self._connection.execute(_HIGHEST).fetchone()[0])
        last = self._last.get(base, self._before.get(base))
        if last is None:
            last = base - 1 if base > self._highest else self._last_given(base)
        self._last[base] = last + 1
        return last + 1

    def _last_given(self, base: int) -> int:
        row = self._connection.execute(
            'SELECT max(id) FROM "case" WHERE id >= ? AND id < ?', (base, base + (1 << COUNTER_BITS))
        ).fetchone()
        return base - 1 if row[0] is None else int(row[0])
