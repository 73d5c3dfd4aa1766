"""Writing units: identities, versions and the roll-up of cases. Runs inside the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from db import closed
from db.connection import Connection, transaction
from db.units import tree

NAMESPACE = "8d1f2a57-0c53-5b0e-9a36-5e0f4a6c7b10"
"""Of the UUIDv5 of units: two machines that load the same tables give the same units the same UID."""


class Living(NamedTuple):
    """A living unit in its current version, as reorganising needs it; days are ISO text."""

    id: int
    uid: str
    code: str | None
    name: str
    short_name: str
    initials: str
    parent: int | None
    level: int
    kind: str
    since: str | None
    """First day of this version; None = always."""
    pending: bool
    """待归并."""


class Ended(NamedTuple):
    """A unit that ends, and who goes on with its cases."""

    id: int
    successor: int | None


@contextmanager
def within(connection: Connection) -> Iterator[Connection]:
    """The caller's transaction where there is one, else one of our own.

    Raises:
        OfficeError: the database refused; nothing was written.
    """
    if connection.in_transaction:
        yield connection
        return
    with transaction(connection):
        yield connection


def living(connection: Connection) -> dict[int, Living]:
    """Every living unit by id."""
    found = connection.execute(
        """
        SELECT u.id, u.uid, v.code, v.name, v.short_name, v.initials, v.parent_id, v.level, v.kind,
               v.valid_from, v.merge_pending
        FROM unit_version v JOIN unit u ON u.id = v.unit_id WHERE v.valid_to IS NULL
        """
    )
    return {values[0]: Living._make((*values[:10], bool(values[10]))) for values in found}


class Uids:
    """Gives new units their UID; a path that was used before is told apart by the day, then by a count."""

    def __init__(self, connection: Connection) -> None:
        """Know the UIDs that are taken."""
        self._taken = {uid for (uid,) in connection.execute("SELECT uid FROM unit")}

    def give(self, path: str, since: str | None) -> str:
        """The UID of a unit that is new at a path (names joined by ``/``)."""
        from uuid import UUID, uuid5

        written, count = path, 1
        while (uid := uuid5(UUID(NAMESPACE), written).hex) in self._taken:
            written = f"{path}@{since or ''}#{count}"
            count += 1
        self._taken.add(uid)
        return uid


def insert(connection: Connection, units: Collection[Living]) -> None:
    """Write new units with their first version; parents may be among them."""
    connection.executemany(
        "INSERT INTO unit (id, uid) VALUES (?, ?)", [(unit.id, unit.uid) for unit in units]
    )
    _insert_versions(connection, units)


def revise(connection: Connection, units: Collection[Living], day: dt.date) -> None:
    """Give living units a new version from a day on; one that began no earlier is put right in place."""
    since = day.isoformat()
    later = [unit for unit in units if unit.since is None or unit.since < since]
    same_day = [unit for unit in units if unit.since is not None and unit.since >= since]
    connection.executemany(
        "UPDATE unit_version SET valid_to = ? WHERE unit_id = ? AND valid_to IS NULL",
        [(since, unit.id) for unit in later],
    )
    _insert_versions(connection, [unit._replace(since=since) for unit in later])
    amend(connection, same_day)


def amend(connection: Connection, units: Iterable[Living]) -> None:
    """Put the current version of units right where it stands, without a line in their history."""
    connection.executemany(
        """
        UPDATE unit_version SET code = ?, name = ?, short_name = ?, initials = ?, parent_id = ?, level = ?,
               merge_pending = ? WHERE unit_id = ? AND valid_to IS NULL
        """,
        [
            (
                unit.code,
                unit.name,
                unit.short_name,
                unit.initials,
                unit.parent,
                unit.level,
                unit.pending,
                unit.id,
            )
            for unit in units
        ],
    )


def finish(connection: Connection, endings: Iterable[Ended], day: dt.date) -> None:
    """End units; the day is the first on which they no longer are."""
    last = day.isoformat()
    for ended in endings:
        connection.execute(
            "UPDATE unit SET ended_on = ?, successor_id = ? WHERE id = ?", (last, ended.successor, ended.id)
        )
        connection.execute(
            "UPDATE unit_version SET valid_to = ? WHERE unit_id = ? AND valid_to IS NULL", (last, ended.id)
        )


def next_id(connection: Connection) -> int:
    """The id that the next new unit takes."""
    return int(connection.execute("SELECT coalesce(max(id), 0) + 1 FROM unit").fetchone()[0])


def refresh_rollups(connection: Connection, unit_ids: Collection[int] | None = None) -> int:
    """Write ``l2``, ``l3``, ``l4`` of the cases below some units (None: of all) anew; how many changed.

    A case keeps the unit it had; only where it is counted moves to the successor. An unclaimed case is
    rolled up from the nearest unit it was put under.
    """
    where = "1"
    if unit_ids is not None:
        marks = ",".join(str(int(unit)) for unit in unit_ids)
        where = " OR ".join(f"{column} IN ({marks})" for column in ("l2", "l3", "l4"))
        if not marks:
            return 0
    cases = connection.execute(
        f'SELECT id, coalesce(unit_id, l4, l3, l2), l2, l3, l4 FROM "case" WHERE {where}'
    ).fetchall()
    known: dict[int, tree.Rollup] = {}
    rollups = {unit: tree.rollup(connection, unit, known) for unit in {case[1] for case in cases} - {None}}
    changed = [
        (*rollups[unit], case_id)
        for case_id, unit, *before in cases
        if unit is not None and rollups[unit] != tuple(before)
    ]
    with closed.recounted(connection, [case_id for *_, case_id in changed]):
        connection.executemany('UPDATE "case" SET l2 = ?, l3 = ?, l4 = ? WHERE id = ?', changed)
    return len(changed)


def _insert_versions(connection: Connection, units: Iterable[Living]) -> None:
    connection.executemany(
        """
        INSERT INTO unit_version (unit_id, code, name, short_name, initials, parent_id, level, kind,
                                  valid_from, valid_to, merge_pending)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)
        """,
        [
            (
                unit.id,
                unit.code,
                unit.name,
                unit.short_name,
                unit.initials,
                unit.parent,
                unit.level,
                unit.kind,
                unit.since,
                unit.pending,
            )
            for unit in units
        ],
    )
