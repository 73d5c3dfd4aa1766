"""One unit at a time: add, end, rename, give another written name."""

from __future__ import annotations

import datetime as dt
import re

from db import instants
from db.connection import Connection
from db.terms import DIVISION_KIND
from db.units import names, store, tree
from db.units.store import Ended, Living
from db.units.tree import UnitRow

DEPARTMENT_KIND = "部门"
"""The kind of a unit added by hand whose name is not that of a 镇, 街道 or 村社."""

_DIVISION_NAME = {
    2: re.compile(r"(区|县|自治县)$"),
    3: re.compile(r"(街道|镇|乡)$"),
    4: re.compile(r"(村|社区|村民委员会|居民委员会|村委会|居委会)$"),
}
_DEEPEST = 4


class UnitEditError(Exception):
    """A change to the tree that cannot be made; the message is one line, fit to be shown."""


def add(
    connection: Connection,
    name: str,
    *,
    under: int,
    kind: str | None = None,
    short_name: str | None = None,
    since: dt.date | None = None,
) -> UnitRow:
    """Add a unit below another one.

    Args:
        connection: writes inside its transaction, or in one of its own.
        name: the full name.
        under: id of the parent.
        kind: default 行政区划 where the name says so (綦江区 → X镇), else 部门, so that no table of
            divisions ends it.
        short_name: as written in daily use; default derived from the name.
        since: first day; default as long as its parent: it became known now, it was not founded now.

    Raises:
        UnitEditError: empty or taken name, ended parent, too deep.
        OfficeError: the database refused.
    """
    name = names.tidy(name)
    if not names.fold(name):
        raise UnitEditError("单位名称是空的，请填写全称")
    with store.within(connection):
        units = store.living(connection)
        parent = _living(connection, units, under)
        if parent.level >= _DEEPEST:
            raise UnitEditError(f"“{parent.name}”已是第四级，不能再设下级单位")
        level = parent.level + 1
        if any(unit.parent == under and unit.name == name for unit in units.values()):
            raise UnitEditError(f"“{parent.name}”之下已有“{name}”，未新增")
        first = since.isoformat() if since else parent.since
        division = _DIVISION_NAME[level].search(name) is not None
        unit = Living(
            store.next_id(connection),
            store.Uids(connection).give("/".join([*tree.path_of(connection, under), name]), first),
            None,
            name,
            names.tidy(short_name or "") or names.short_name(name, level),
            names.initials(name),
            under,
            level,
            kind or (DIVISION_KIND if division else DEPARTMENT_KIND),
            first,
            False,
        )
        store.insert(connection, [unit])
        return _row(connection, unit.id)


def end(
    connection: Connection, unit_id: int, *, successor: int | None = None, day: dt.date | None = None
) -> UnitRow:
    """End a unit from a day on (default today); its cases and children go to the successor.

    Without one its living children stay under it, marked 待归并. Calling it again for an ended unit
    with a successor names the one that was not known before.

    Raises:
        UnitEditError: already ended with a successor, or the successor is ended, itself or below it.
        OfficeError: the database refused.
    """
    day = day or instants.day_of(instants.now())
    with store.within(connection):
        units = store.living(connection)
        known = tree.row(connection, unit_id)
        if known is None:
            raise UnitEditError("没有这个单位")
        if unit_id not in units and (known.successor_id is not None or successor is None):
            raise UnitEditError(f"“{known.name}”已于 {known.valid_to} 撤销，未改动")
        if known.parent_id is None:
            raise UnitEditError(f"“{known.name}”是最上级，不能撤销")
        if day > instants.day_of(instants.now()):
            raise UnitEditError(f"撤销日期 {day} 在今天之后，请到那天再办")
        if successor is not None:
            _check_heir(units, _living(connection, units, successor), unit_id, known.name)
        if unit_id in units:
            store.finish(connection, [Ended(unit_id, successor)], day)
        else:
            connection.execute("UPDATE unit SET successor_id = ? WHERE id = ?", (successor, unit_id))
        _keep_children(connection, [one for one in units.values() if one.parent == unit_id], successor, day)
        store.refresh_rollups(connection, [unit_id])
        return _row(connection, unit_id)


def rename(
    connection: Connection,
    unit_id: int,
    name: str,
    *,
    short_name: str | None = None,
    day: dt.date | None = None,
) -> UnitRow:
    """Give a unit another name from a day on (default today); history keeps the old one.

    Raises:
        UnitEditError: ended, or the name is empty or a sibling's.
        OfficeError: the database refused.
    """
    name = names.tidy(name)
    if not names.fold(name):
        raise UnitEditError("单位名称是空的，请填写全称")
    with store.within(connection):
        units = store.living(connection)
        unit = _living(connection, units, unit_id)
        if any(
            one.parent == unit.parent and one.name == name and one.id != unit_id for one in units.values()
        ):
            raise UnitEditError(f"同一上级之下已有“{name}”，未更名")
        renamed = unit._replace(
            name=name,
            short_name=names.tidy(short_name or "") or names.short_name(name, unit.level),
            initials=names.initials(name),
        )
        store.revise(connection, [renamed], day or instants.day_of(instants.now()))
        return _row(connection, unit_id)


def alias(
    connection: Connection, name: str, unit_id: int, *, scope: int | None = None, source: str = "本台"
) -> None:
    """Remember another written name of a unit; `scope` limits it to names written below one unit.

    The same alias again changes nothing.

    Raises:
        UnitEditError: the name is empty.
        OfficeError: the database refused.
    """
    folded = names.fold(name)
    if not folded:
        raise UnitEditError("别名是空的")
    with store.within(connection):
        connection.execute(
            """INSERT INTO unit_alias (name, unit_id, scope_id, source) VALUES (?, ?, ?, ?)
            ON CONFLICT (name, unit_id) DO NOTHING""",
            (folded, unit_id, scope, source),
        )


def _check_heir(units: dict[int, Living], heir: Living, unit_id: int, name: str) -> None:
    above: int | None = heir.id
    while above is not None:
        if above == unit_id:
            raise UnitEditError(f"承接单位“{heir.name}”就是“{name}”或在其之下，请另选")
        above = units[above].parent if above in units else None


def _keep_children(
    connection: Connection, children: list[Living], successor: int | None, day: dt.date
) -> None:
    if successor is None:
        store.amend(connection, [child._replace(pending=True) for child in children])
    else:
        store.revise(connection, [child._replace(parent=successor, pending=False) for child in children], day)


def _living(connection: Connection, units: dict[int, Living], unit_id: int) -> Living:
    if unit_id in units:
        return units[unit_id]
    known = tree.row(connection, unit_id)
    raise UnitEditError("没有这个单位" if known is None else f"“{known.name}”已于 {known.valid_to} 撤销")


def _row(connection: Connection, unit_id: int) -> UnitRow:
    found = tree.row(connection, unit_id)
    assert found is not None
    return found
