"""Reading the tree: a unit's row, its children, its path on a day, its heir and its roll-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from db.connection import Connection


class UnitRow(NamedTuple):
    """A unit as it is called and where it stands, in one of its versions."""

    id: int
    uid: str
    code: str | None
    name: str
    short_name: str
    parent_id: int | None
    level: int
    kind: str
    path: str
    """Names joined by ' / ' from the district down; the city itself is its own path."""
    valid_from: str | None = None
    valid_to: str | None = None
    successor_id: int | None = None
    merge_pending: bool = False


class Listed(NamedTuple):
    """A unit as `duban units list` prints it; paths are names from the city down."""

    code: str | None
    name: str
    path: list[str]
    level: int
    kind: str
    valid_from: str | None
    valid_to: str | None
    successor: list[str] | None


SELECT = """
SELECT u.id, u.uid, v.code, v.name, v.short_name, v.parent_id, v.level, v.kind,
       v.valid_from, v.valid_to, u.successor_id, v.merge_pending
FROM unit_version v JOIN unit u ON u.id = v.unit_id
"""
"""Columns as `make_row` takes them."""

VALID_AT = "(v.valid_from IS NULL OR v.valid_from <= :at) AND (v.valid_to IS NULL OR v.valid_to > :at)"
"""A version in force on a day (ISO text), the last day excluded."""

PATH_SEPARATOR = " / "


def make_row(values: Sequence[Any], path: list[str]) -> UnitRow:
    """A row of `SELECT` with its path (names from the city down)."""
    return UnitRow._make(
        (*values[:8], PATH_SEPARATOR.join(path[1:] or path), *values[8:11], bool(values[11]))
    )


def version(connection: Connection, unit_id: int, at: dt.date | None = None) -> tuple[Any, ...] | None:
    """The version in force on a day, else the newest one (the last one of an ended unit); by `SELECT`."""
    found = connection.execute(
        SELECT
        + f"""WHERE v.unit_id = :unit
        ORDER BY CASE WHEN :at IS NULL THEN 0 WHEN {VALID_AT} THEN 0 ELSE 1 END,
                 v.valid_to IS NOT NULL, v.valid_to DESC, v.id DESC LIMIT 1""",
        {"unit": unit_id, "at": at and at.isoformat()},
    ).fetchone()
    return None if found is None else tuple(found)


def id_of(connection: Connection, uid: str | None) -> int | None:
    """The local id of a unit by its public UID; None where this office does not know it."""
    found = connection.execute("SELECT id FROM unit WHERE uid = ?", (uid,)).fetchone()
    return None if found is None else int(found[0])


def living(connection: Connection) -> int:
    """How many units there are now."""
    return int(connection.execute("SELECT count(*) FROM unit_version WHERE valid_to IS NULL").fetchone()[0])


def row(connection: Connection, unit_id: int, at: dt.date | None = None) -> UnitRow | None:
    """A unit as it is now, or was on a day; None where the id is unknown."""
    found = version(connection, unit_id, at)
    return None if found is None else make_row(found, path_of(connection, unit_id, at))


def root(connection: Connection) -> UnitRow | None:
    """The city; None while no table was loaded."""
    found = connection.execute(
        SELECT + "WHERE v.parent_id IS NULL AND v.level = 1 AND v.valid_to IS NULL"
    ).fetchone()
    return None if found is None else make_row(found, [found[3]])


def path_of(connection: Connection, unit_id: int, at: dt.date | None = None) -> list[str]:
    """Names from the city down to a unit, as they are now or were on a day."""
    path: list[str] = []
    above: int | None = unit_id
    while above is not None:
        found = version(connection, above, at)
        if found is None:
            break
        path.append(found[3])
        above = found[5]
    return path[::-1]


def children(connection: Connection, unit_id: int) -> list[UnitRow]:
    """Living units directly below one, by code, then name.

    A unit that ended without a successor stays in the tree, marked 待归并, as long as living units
    stand below it: nobody has said yet where they belong.
    """
    found = connection.execute(
        SELECT + "WHERE v.parent_id = :unit AND v.valid_to IS NULL", {"unit": unit_id}
    ).fetchall()
    found += connection.execute(
        """
        SELECT u.id, u.uid, v.code, v.name, v.short_name, v.parent_id, v.level, v.kind,
               v.valid_from, v.valid_to, u.successor_id, 1
        FROM unit u JOIN unit_version v ON v.unit_id = u.id AND v.valid_to = u.ended_on
        WHERE u.ended_on IS NOT NULL AND u.successor_id IS NULL AND v.parent_id = :unit
          AND EXISTS (SELECT 1 FROM unit_version c WHERE c.parent_id = u.id AND c.valid_to IS NULL)
        """,
        {"unit": unit_id},
    ).fetchall()
    above = path_of(connection, unit_id)
    rows = [make_row(values, [*above, values[3]]) for values in found]
    return sorted(rows, key=lambda unit: (unit.code is None, unit.code or "", unit.name))


def heir(connection: Connection, unit_id: int) -> int:
    """Who has a unit's cases now: itself while it lives, else its successor's heir, if there is one."""
    while True:
        found = connection.execute("SELECT successor_id FROM unit WHERE id = ?", (unit_id,)).fetchone()
        if found is None or found[0] is None:
            return unit_id
        unit_id = int(found[0])


Rollup = tuple[int | None, int | None, int | None]
"""The ids at level 2, 3 and 4."""


def rollup(connection: Connection, unit_id: int, known: dict[int, Rollup] | None = None) -> Rollup:
    """Where a unit stands in the current tree, itself included; successors are followed.

    Args:
        connection: any connection to the office.
        unit_id: the unit.
        known: what was found before in the same state of the tree; added to.
    """
    known = {} if known is None else known
    if unit_id not in known:
        found = version(connection, unit_id)
        if found is None:
            known[unit_id] = (None, None, None)
        elif (successor := found[10]) is not None:
            known[unit_id] = rollup(connection, successor, known)
        else:
            above, level = found[5], found[6]
            over = (None, None, None) if above is None else rollup(connection, above, known)
            l2, l3, l4 = (unit_id if level == at else one for at, one in enumerate(over, 2))
            known[unit_id] = (l2, l3, l4)
    return known[unit_id]


def ancestors(connection: Connection, unit_id: int) -> list[int]:
    """Ids from the parent of a unit up to the city, as they are now (an ended unit: as it last was)."""
    found = version(connection, unit_id)
    above = []
    while found is not None and found[5] is not None:
        above.append(int(found[5]))
        found = version(connection, found[5])
    return above


def listing(connection: Connection, at: dt.date | None = None, under: int | None = None) -> list[Listed]:
    """The units in force on a day (default: now), or those of them at and below one unit; city first."""
    condition = VALID_AT if at else "v.valid_to IS NULL"
    rows = connection.execute(
        SELECT + f"WHERE {condition} ORDER BY v.level, v.code IS NULL, v.code, v.name",
        {"at": at and at.isoformat()},
    ).fetchall()
    paths = _Paths(connection, {values[0]: (values[3], values[5]) for values in rows})
    listed = []
    for values in rows:
        ids, path = paths.of(values[0])
        if under is None or under in ids:
            successor = None if values[10] is None else path_of(connection, values[10])
            listed.append(Listed._make((*values[2:4], path, *values[6:10], successor)))
    return listed


class _Paths:
    """Paths of many units, each ancestor looked up once."""

    def __init__(self, connection: Connection, named: dict[int, tuple[str, int | None]]) -> None:
        """Take the name and parent of the units at hand; others are read when they are met."""
        self._connection = connection
        self._named = named
        self._known: dict[int, tuple[list[int], list[str]]] = {}

    def of(self, unit_id: int) -> tuple[list[int], list[str]]:
        """Ids and names from the city down."""
        known = self._known.get(unit_id)
        if known is None:
            name, parent = self._named.get(unit_id) or self._last(unit_id)
            ids, path = ([], []) if parent is None else self.of(parent)
            known = self._known[unit_id] = ([*ids, unit_id], [*path, name])
        return known

    def _last(self, unit_id: int) -> tuple[str, int | None]:
        found = version(self._connection, unit_id)
        return ("", None) if found is None else (found[3], found[5])
