"""How many closed cases each unit holds: counted as they are written, since counting millions takes long.

A count is kept for every unit that cases roll up to (``l2``, ``l3``, ``l4``) and for all cases. Whoever
writes cases does it inside `recounted`, or tells what it wrote by `change`; nothing else changes a count.
Open cases are few and are counted when they are looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

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


class Mark(NamedTuple):
    """The closed cases of a unit as they are at a moment."""

    closed: int
    event: int
    """The last event of the office."""


def mark(connection: Connection, unit_id: int | None) -> Mark:
    """What `is_as_marked` compares with later."""
    (last,) = connection.execute("SELECT ifnull(max(rowid), 0) FROM event").fetchone()
    return Mark(count(connection, unit_id), last)


def is_as_marked(connection: Connection, unit_id: int | None, since: Mark) -> bool:
    """Whether the same cases are closed: as many, and nothing was done since on any that is closed now."""
    return (
        count(connection, unit_id) == since.closed
        and connection.execute(_TOUCHED, (since.event,)).fetchone() is None
    )


_TOUCHED = (
    """SELECT 1 FROM event e JOIN "case" c ON c.id = e.case_id WHERE e.rowid > ? AND c.open = 0 LIMIT 1"""
)


@contextmanager
def recounted(connection: Connection, case_ids: Iterable[int]) -> Iterator[None]:
    """What is written about these cases inside, the counts say afterwards; in the caller's transaction."""
    listed = list(case_ids)
    before = standing(connection, listed)
    yield
    change(connection, before, standing(connection, listed))


def change(connection: Connection, before: Counter[int], after: Counter[int]) -> None:
    """Count what some cases were and what they are now, as `held` has it; in the caller's transaction."""
    changes = [(unit, after[unit] - before[unit]) for unit in before.keys() | after.keys()]
    connection.executemany(_ADD, [(unit, number) for unit, number in changes if number])


def standing(connection: Connection, case_ids: Sequence[int]) -> Counter[int]:
    """By unit, how many of these cases are closed in the office, as `held` has it."""
    return held(connection.execute(_STANDING, (f"[{','.join(map(str, case_ids))}]",)))


def held(rolled: Iterable[tuple[int | None, int | None, int | None, int]]) -> Counter[int]:
    """By unit and for `ALL`, how many closed cases there are, of those at some places (l2, l3, l4, cases)."""
    counts: Counter[int] = Counter()
    for *units, number in rolled:
        for unit in (ALL, *units):
            if unit is not None:
                counts[unit] += number
    return counts


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
