"""What the unit tree shows: a node with its open cases by alarm, a node's children, its ancestors.

The counts of all children come from one grouped walk over the index of the parent's open cases:
``case.l2`` … ``l4`` already hold the living ancestors, so nothing is followed up the tree. Cases of
an ended unit stand under its successor there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from db.alarms import ALARM_SQL
from db.connection import Connection
from db.reads.query import Scope, scope_terms, select
from db.terms import Alarm


class NodeRow(NamedTuple):
    """A unit in the tree. The counts hold it and all below it."""

    unit_id: int
    name: str
    short_name: str
    level: int
    kind: str
    has_children: bool
    overdue: int
    urgent: int
    open: int
    merge_pending: bool
    """待归并: it or its parent ended, and no table has said yet where what is left belongs."""


class _Tally(NamedTuple):
    overdue: int = 0
    urgent: int = 0
    open: int = 0


_UNIT_SQL = """
    SELECT v.unit_id, v.name, v.short_name, v.level, v.kind,
        EXISTS (SELECT 1 FROM unit_version AS c WHERE c.parent_id = v.unit_id AND c.valid_to IS NULL),
        v.merge_pending
    FROM unit_version AS v WHERE {where} AND v.valid_to IS NULL
    ORDER BY v.code IS NULL, v.code, v.name"""

_WAITING_SQL = """
    SELECT v.unit_id, v.name, v.short_name, v.level, v.kind, 1, 1
    FROM unit AS u CROSS JOIN unit_version AS v ON v.unit_id = u.id AND v.valid_to = u.ended_on
    WHERE u.ended_on IS NOT NULL AND u.successor_id IS NULL AND v.parent_id = :unit
        AND EXISTS (SELECT 1 FROM unit_version AS c WHERE c.parent_id = u.id AND c.valid_to IS NULL)
    ORDER BY v.code IS NULL, v.code, v.name"""
"""Ended units without a successor that still have living children: these must be found somewhere."""

_TALLY = f"""sum({ALARM_SQL} = '{Alarm.OVERDUE}'), sum({ALARM_SQL} = '{Alarm.URGENT}'), count(*)"""


def root(connection: Connection, now: int) -> NodeRow | None:
    """The top of the tree with the counts of all open cases; None while no units are loaded."""
    found = connection.execute(_UNIT_SQL.format(where="v.parent_id IS NULL")).fetchone()
    if found is None:
        return None
    tally = connection.execute(select(_TALLY, ["open = 1"], Scope().open_index), {"now": now}).fetchone()
    return _node(found, _Tally(*(number or 0 for number in tally)))


def children(connection: Connection, unit_id: int, now: int) -> list[NodeRow]:
    """The living units directly below one, by code, those without a code by name at the end.

    After them the ended ones whose children wait for a new parent (待归并).
    """
    found = connection.execute(_UNIT_SQL.format(where="v.parent_id = :unit"), {"unit": unit_id}).fetchall()
    found += connection.execute(_WAITING_SQL, {"unit": unit_id}).fetchall()
    tallies: dict[int, _Tally] = {}
    for level in sorted({row[3] for row in found if 2 <= row[3] <= 4}):
        tallies |= _tallies(connection, _scope_of(connection, unit_id), level, now)
    return [_node(row, tallies.get(row[0], _Tally())) for row in found]


def ancestors(connection: Connection, unit_id: int) -> list[int]:
    """The units above one, from the top of the tree down to its parent."""
    above: list[int] = []
    parent = _parent(connection, unit_id)
    while parent is not None and parent not in above:
        above.append(parent)
        parent = _parent(connection, parent)
    return above[::-1]


def _tallies(connection: Connection, scope: Scope, level: int, now: int) -> Iterable[tuple[int, _Tally]]:
    """The counts of all units of one level within a scope."""
    terms = ["open = 1", *scope_terms(scope)]
    index = f"case_open_l{level if scope.is_whole else scope.level}"
    sql = select(f"l{level}, {_TALLY}", terms, index) + f" GROUP BY l{level}"
    rows = connection.execute(sql, {"unit": scope.unit_id, "now": now})
    return [(unit, _Tally(*tally)) for unit, *tally in rows if unit is not None]


def _scope_of(connection: Connection, unit_id: int) -> Scope:
    return Scope(unit_id, _standing(connection, unit_id)[1])


def _parent(connection: Connection, unit_id: int) -> int | None:
    return _standing(connection, unit_id)[0]


def _standing(connection: Connection, unit_id: int) -> tuple[int | None, int]:
    """Parent and level of a unit today, or last where it has ended."""
    row = connection.execute(
        """SELECT parent_id, level FROM unit_version WHERE unit_id = :unit
           ORDER BY valid_to IS NULL DESC, valid_to DESC LIMIT 1""",
        {"unit": unit_id},
    ).fetchone()
    return (None, 1) if row is None else (row[0], row[1])


def _node(found: tuple[int, str, str, int, str, int, int], tally: _Tally) -> NodeRow:
    unit_id, name, short_name, level, kind, has_children, merge_pending = found
    return NodeRow(
        unit_id, name, short_name, level, kind, bool(has_children), *tally, merge_pending=bool(merge_pending)
    )
