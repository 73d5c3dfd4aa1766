"""How many closed cases each unit holds: counted as they are written, since counting millions takes long.

A count is kept for every unit that cases roll up to (``l2``, ``l3``, ``l4``) and for all cases. Whoever
writes cases does it inside `recounted`; nothing else changes a count. Open cases are few and are counted
when they are looked at.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from db.connection import Connection

ALL = 0
"""The key of the count of all cases; no unit has this id."""

_STANDING = """SELECT l2, l3, l4, count(*) FROM "case"
WHERE id IN (SELECT value FROM json_each(?)) AND open = 0 GROUP BY l2, l3, l4"""

_ADD = """INSERT INTO closed_count (unit_id, closed) VALUES (?, ?)
ON CONFLICT (unit_id) DO UPDATE SET closed = closed + excluded.closed"""

_COUNTED = f'SELECT {ALL}, count(*) FROM "case" WHERE open = 0' + "".join(
    f' UNION ALL SELECT {level}, sum(NOT open) FROM "case" WHERE {level} IS NOT NULL GROUP BY {level}'
    for level in ("l2", "l3", "l4")
)
"""One walk along each of the indexes that end with `open`."""

_READ = "SELECT closed FROM closed_count WHERE unit_id = ?"


def count(connection: Connection, unit_id: int | None) -> int:
    """The closed cases of a unit and all below it; of the whole office without one."""
    found = connection.execute(_READ, (ALL if unit_id is None else unit_id,)).fetchone()
    return 0 if found is None else int(found[0])


@contextmanager
def recounted(connection: Connection, case_ids: Iterable[int]) -> Iterator[None]:
    """What is written about these cases inside, the counts say afterwards; in the caller's transaction."""
    listed = json.dumps(list(case_ids))
    before = _standing(connection, listed)
    yield
    changes = _standing(connection, listed)
    changes.subtract(before)
    connection.executemany(_ADD, [(unit, change) for unit, change in changes.items() if change])


def _standing(connection: Connection, listed: str) -> Counter[int]:
    held: Counter[int] = Counter()
    for *units, number in connection.execute(_STANDING, (listed,)):
        for unit in (ALL, *units):
            if unit is not None:
                held[unit] += number
    return held


def recount(connection: Connection) -> None:
    """Count all closed cases anew; in the caller's transaction."""
    connection.execute("DELETE FROM closed_count")
    connection.execute(f"INSERT INTO closed_count (unit_id, closed) {_COUNTED}")


def wrong(connection: Connection) -> list[tuple[int, int, int]]:
    """The counts that are not what the cases say: (unit id or `ALL`, kept, counted)."""
    kept = dict(connection.execute("SELECT unit_id, closed FROM closed_count WHERE closed <> 0"))
    counted = {unit: number for unit, number in connection.execute(_COUNTED) if number}
    return [
        (unit, kept.get(unit, 0), counted.get(unit, 0))
        for unit in sorted(kept.keys() | counted.keys())
        if kept.get(unit) != counted.get(unit)
    ]
