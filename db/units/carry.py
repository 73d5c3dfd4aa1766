"""Units on their way to another machine, by UID: an integer id is local and never leaves.

The office is the authority. A field copy takes its tree as it is; an office only takes in a unit that it
does not know at all, since a record from the field speaks of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from db.connection import Connection
from db.units import store


class Carried(NamedTuple):
    """A unit with its history; other units by UID, days as ISO text."""

    uid: str
    successor: str | None
    ended_on: str | None
    versions: list[list[Any]]
    """code, name, short name, initials, parent, level, kind, valid from, valid to, 待归并."""
    aliases: list[list[Any]]
    """name, scope, source."""


_UNITS = """SELECT u.uid, s.uid, u.ended_on FROM unit u LEFT JOIN unit s ON s.id = u.successor_id
ORDER BY u.id"""

_VERSIONS = """SELECT u.uid, v.code, v.name, v.short_name, v.initials, p.uid, v.level, v.kind, v.valid_from,
v.valid_to, v.merge_pending FROM unit_version v JOIN unit u ON u.id = v.unit_id
LEFT JOIN unit p ON p.id = v.parent_id ORDER BY v.id"""

_ALIASES = """SELECT u.uid, a.name, s.uid, a.source FROM unit_alias a JOIN unit u ON u.id = a.unit_id
LEFT JOIN unit s ON s.id = a.scope_id ORDER BY a.id"""


def pack(connection: Connection) -> list[Carried]:
    """The whole tree of this machine."""
    versions, aliases = _by_uid(connection, _VERSIONS), _by_uid(connection, _ALIASES)
    return [
        Carried(uid, successor, ended_on, versions[uid], aliases[uid])
        for uid, successor, ended_on in connection.execute(_UNITS)
    ]


def _by_uid(connection: Connection, sql: str) -> defaultdict[str, list[list[Any]]]:
    found: defaultdict[str, list[list[Any]]] = defaultdict(list)
    for uid, *values in connection.execute(sql):
        found[uid].append(values)
    return found


def with_ancestors(tree: Iterable[Carried], uids: Collection[str]) -> list[Carried]:
    """These units of a tree, with all that they stand below or that go on after them."""
    by_uid, wanted, found = {one.uid: one for one in tree}, list(uids), dict[str, Carried]()
    while wanted:
        uid = wanted.pop()
        if uid in by_uid and uid not in found:
            one = found[uid] = by_uid[uid]
            wanted += [above for above in (one.successor, *(line[4] for line in one.versions)) if above]
    return list(found.values())


def check(one: Carried) -> None:
    """Hold that a unit from elsewhere has the shape of one.

    Raises:
        ValueError: it has not.
    """
    shaped = all(len(line) == 10 for line in one.versions) and all(len(line) == 3 for line in one.aliases)
    if not one.versions or not shaped:
        raise ValueError("not a unit")


def take(connection: Connection, carried: list[Carried], *, authority: bool) -> set[str]:
    """Take in units; those that were not known. In the caller's transaction.

    Args:
        connection: a writer.
        carried: the units, each with what it stands below among them or known here.
        authority: they come from the office of this copy, and what it says of a known unit holds.
    """
    held = {one.uid: one for one in pack(connection)}
    new = {one.uid for one in carried if one.uid not in held}
    changed = [one for one in carried if one.uid in new or (authority and _differs(held[one.uid], one))]
    connection.executemany("INSERT INTO unit (uid) VALUES (?)", [(uid,) for uid in new])
    ids = dict(connection.execute("SELECT uid, id FROM unit"))
    for one in changed:
        _write(connection, one, ids)
    if changed:
        store.refresh_rollups(connection)
    return new


def _differs(held: Carried, told: Carried) -> bool:
    return held[:3] != told[:3] or any(
        sorted(map(str, ours)) != sorted(map(str, theirs))
        for ours, theirs in ((held.versions, told.versions), (held.aliases, told.aliases))
    )


def _write(connection: Connection, one: Carried, ids: dict[str, int]) -> None:
    unit = ids[one.uid]
    connection.execute("DELETE FROM unit_version WHERE unit_id = ?", (unit,))
    connection.execute("DELETE FROM unit_alias WHERE unit_id = ?", (unit,))
    connection.execute(
        "UPDATE unit SET successor_id = ?, ended_on = ? WHERE id = ?",
        (_id(ids, one.successor), one.ended_on, unit),
    )
    connection.executemany(
        """INSERT INTO unit_version (unit_id, code, name, short_name, initials, parent_id, level, kind,
        valid_from, valid_to, merge_pending) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [(unit, *line[:4], _id(ids, line[4]), *line[5:]) for line in one.versions],
    )
    connection.executemany(
        "INSERT INTO unit_alias (name, unit_id, scope_id, source) VALUES (?, ?, ?, ?)",
        [(name, unit, _id(ids, scope), source) for name, scope, source in one.aliases],
    )


def _id(ids: dict[str, int], uid: str | None) -> int | None:
    """The local id.

    Raises:
        ValueError: a unit stands below one that nobody told.
    """
    if uid is None:
        return None
    if uid not in ids:
        raise ValueError("单位的上级不在包中")
    return ids[uid]
