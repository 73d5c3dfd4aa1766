"""The board's reads against a full scan of the cases."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.measure import Row, Timing, again, each
from db.alarms import ALARM_SQL
from db.connection import Connection
from db.reads import board, tree
from db.reads.board import ListQuery, Scope
from db.terms import Alarm

_SCAN = f'SELECT {ALARM_SQL} AS alarm, count(*) FROM "case" NOT INDEXED WHERE open = 1 GROUP BY alarm'
_SCANNED = "the same count by a full scan"

ROUNDS = 20
"""Times each district is asked for: for some seconds, since a shared machine is slow for moments."""


def rows(connection: Connection, now: int) -> Iterator[Row]:
    """Pages, counts of the whole tree and of subtrees, and the opening of a node."""
    scanned = again(lambda: scan(connection, now), 5, seconds=15)
    districts = [
        row[0]
        for row in connection.execute("SELECT unit_id FROM unit_version WHERE level = 2 AND valid_to IS NULL")
    ]
    random.Random(3).shuffle(districts)

    def page(query: ListQuery) -> None:
        board.page(connection, query, now, 50)

    queries = [ListQuery(Scope(unit, 2), alarm) for unit in districts for alarm in (None, Alarm.OVERDUE)]
    yield _row("board page of 50, whole tree", again(lambda: page(ListQuery()), 100), scanned, "p95 ≤ 1 ms")
    yield _row("board page of 50, a district", each(page, queries * ROUNDS), scanned, "p95 ≤ 1 ms")
    counted = again(lambda: board.counts(connection, Scope(), now), 50)
    yield _row("counts of the whole tree", counted, scanned, "p95 ≤ 15 ms")
    below = each(lambda unit: board.counts(connection, Scope(unit, 2), now), districts)
    yield _row("counts of a district", below, scanned, "p95 ≤ 5 ms")
    expanded = each(lambda unit: tree.children(connection, unit, now), districts)
    yield _row("expand a district in the tree", expanded, scanned, "p95 ≤ 10 ms")


def scan(connection: Connection, now: int) -> None:
    """Count the open cases by their alarm with no index to help."""
    connection.execute(_SCAN, {"now": now}).fetchall()


def _row(name: str, ours: Timing, scanned: Timing, budget: str) -> Row:
    return Row(name, ours, _SCANNED, scanned, budget)
