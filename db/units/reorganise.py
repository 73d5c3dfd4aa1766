"""Loading a unit table into the tree: first what it would change, then the change, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from db import instants
from db.connection import Connection
from db.terms import DIVISION_KIND
from db.units import identity, names, store
from db.units.changes import Change, Changes
from db.units.store import Ended, Living
from db.units.table import (
    TOP,
    Ending,
    Row,
    Skipped,
    UnitTable,
    UnitTableError,
    packaged,
    packaged_departments,
    read_table,
)
from db.units.written import Written

ZONE_KIND = "开发区"
"""A development zone, administered by a 管理委员会 until a division of that name is founded."""


def load(
    connection: Connection,
    table: UnitTable,
    *,
    effective: dt.date | None = None,
    replace: bool = False,
    dry_run: bool = False,
    today: dt.date | None = None,
) -> Changes:
    """Bring the tree to what a table says, from a day on.

    A table of divisions (行政区划) speaks for all divisions at its levels: those it does not name end.
    Any other table only adds, unless `replace`. The successor of a unit that ends is the one its row
    names, else the unit to which most of its children moved.

    Args:
        connection: writes inside its transaction, or in one of its own.
        table: from `read_table` or `packaged`.
        effective: first day of the new order; None = always, or today where it changes living units.
        replace: units of the table's kinds at its levels which it does not name end.
        dry_run: tell what would change and write nothing (a reading connection will do).
        today: for tests.

    Raises:
        UnitTableError: the table does not fit this tree, or the day is in the future or before a load
            that was already made; nothing was written.
        OfficeError: the database refused.
    """
    today = today or instants.day_of(instants.now())
    _check_day(connection, table, effective, today)
    if dry_run:
        return _Plan(connection, table, effective, replace=replace, today=today).changes()
    with store.within(connection):
        plan = _Plan(connection, table, effective, replace=replace, today=today)
        plan.write(connection)
    return plan.changes()


def load_first(connection: Connection, path: Path | None = None) -> None:
    """Fill a new office: the shipped tree or a table of its own, and the shipped departments of the city.

    Raises:
        UnitTableError: the table is not sound; nothing was written.
    """
    table = packaged() if path is None else read_table(path)
    with store.within(connection):
        load(connection, table)
        if any(row.level == TOP and row.name == "重庆市" for row in table.rows):
            load(connection, packaged_departments())


def _check_day(connection: Connection, table: UnitTable, day: dt.date | None, today: dt.date) -> None:
    if day is None:
        return
    if day > today:
        raise UnitTableError(f"生效日期 {day} 在今天（{today}）之后，请到那天再载入")
    kinds = sorted({row.kind for row in table.rows})
    marks = ",".join("?" * len(kinds))
    newest = connection.execute(
        f"""SELECT max(max(coalesce(valid_from, '')), max(coalesce(valid_to, '')))
        FROM unit_version WHERE kind IN ({marks})""",
        kinds,
    ).fetchone()[0]
    if newest and day.isoformat() < newest:
        raise UnitTableError(f"生效日期 {day} 早于已载入的 {newest}，请按时间先后载入，或改用不早于它的日期")


class _Plan:
    """What a table changes in the tree; worked out once, then told and written."""

    def __init__(
        self,
        connection: Connection,
        table: UnitTable,
        effective: dt.date | None,
        *,
        replace: bool,
        today: dt.date,
    ) -> None:
        self._table = table
        self._before = store.living(connection)
        self._written = Written(self._before)
        self._kinds = {row.kind for row in table.rows}
        self._whole = replace or self._kinds == {DIVISION_KIND}
        self._day = effective or today
        known = any(unit.kind in self._kinds for unit in self._before.values())
        since = self._day if known and self._whole else effective
        self._since = since.isoformat() if since else None
        self._uids = store.Uids(connection)
        self._next_id = store.next_id(connection)
        self._root = next((unit for unit in self._before.values() if unit.parent is None), None)
        self._skipped = list(table.skipped)
        self._unit_of: dict[int, int] = {}
        self._added: dict[int, Living] = {}
        self._matched: dict[int, Living] = {}
        self._ended: dict[int, int | None] = {}
        self._told: set[int] = set()
        """Ended units whose successor a row named, not a count of children."""
        self._pending: dict[int, Living] = {}
        self._children: defaultdict[int | None, list[Living]] = defaultdict(list)
        for unit in self._before.values():
            self._children[unit.parent].append(unit)
        self._levels = self._levels_of_rows()
        for level in sorted(set(self._levels.values())):
            self._match_level(level)
        self._end()
        self._keep_children()

    # What the rows are

    def _levels_of_rows(self) -> dict[int, int]:
        """Level by row index; rows that are not taken are left out, with the reason noted."""
        divisions = {unit.name for unit in self._before.values() if unit.kind == DIVISION_KIND}
        levels: dict[int, int] = {}
        for index, row in enumerate(self._table.rows):
            if row.kind == ZONE_KIND and self._area(row.name) in divisions:
                self._skipped.append(Skipped(row.line, row.name, f"已由行政区“{self._area(row.name)}”承接"))
                continue
            levels[index] = row.level or self._level_below(row)
            if levels[index] == TOP and self._root and row.name != self._root.name:
                why = f"最上级是“{row.name}”，而本台是“{self._root.name}”，请确认选对了文件"
                raise self._fault(row.line, why)
        return levels

    def _level_below(self, row: Row) -> int:
        parent = self._before.get(self._parent(row.line, row.parent) or 0)
        if parent is None or parent.level > 3:
            raise self._fault(row.line, f"“{row.name}”不能放在“{row.parent}”之下（只有四级）")
        return parent.level + 1

    def _parent(self, line: int, parent: int | str | None) -> int | None:
        """The unit above a row: that of the parent's row, one found by its path, or the city."""
        if isinstance(parent, int):
            return self._unit_of[parent]
        if self._root is None:
            raise self._fault(line, "本台还没有行政区划，请先载入行政区划表")
        if parent is None:
            return self._root.id
        fits = self._written.fits(parent)
        if len(fits) != 1:
            said = "没有" if not fits else "不止一个"
            raise self._fault(line, f"上级“{parent}”在单位树中{said}，请写全路径，如 重庆市/綦江区")
        return fits[0].id

    def _match_level(self, level: int) -> None:
        indexes = [index for index, at in self._levels.items() if at == level]
        parents = {
            index: None if level == TOP else self._parent(row.line, row.parent)
            for index in indexes
            for row in (self._table.rows[index],)
        }
        # A namesake of another kind below the same parent is that unit: it was added by hand.
        here = {(parents[index], self._table.rows[index].name) for index in indexes}
        found = identity.match(
            [self._standing(index, self._table.rows[index].name, parents[index]) for index in indexes],
            [
                self._standing(unit.id, unit.name, unit.parent)
                for unit in self._before.values()
                if unit.level == level and (unit.kind in self._kinds or (unit.parent, unit.name) in here)
            ],
            level,
            whole=self._whole,
        )
        for index in indexes:
            self._take(index, level, parents[index], found.get(index))

    def _standing(self, item: int, name: str, parent: int | None) -> identity.Standing:
        above = None if parent is None else self._added.get(parent) or self._before.get(parent)
        return identity.Standing(item, name, parent, above.parent if above else None)

    def _take(self, index: int, level: int, parent: int | None, unit_id: int | None) -> None:
        row = self._table.rows[index]
        old = None if unit_id is None else self._before[unit_id]
        if old is None:
            short = row.short_name or names.short_name(row.name, level)
            path = row.name if parent is None else f"{self._path(parent)}/{row.name}"
            unit = Living(
                self._next_id,
                self._uids.give(path, self._since),
                row.code,
                row.name,
                short,
                row.initials or names.initials(row.name),
                parent,
                level,
                row.kind,
                self._since,
                False,
            )
            self._next_id += 1
            self._added[unit.id] = unit
            self._root = self._root or unit
        else:
            unit = self._revised(old, row, parent)
            self._matched[unit.id] = unit
        self._unit_of[index] = unit.id

    def _revised(self, old: Living, row: Row, parent: int | None) -> Living:
        same = old.name == row.name
        return old._replace(
            code=row.code or old.code,
            name=row.name,
            short_name=row.short_name or (old.short_name if same else names.short_name(row.name, old.level)),
            initials=old.initials if same else row.initials or names.initials(row.name),
            parent=parent,
            pending=False,
        )

    # What ends

    def _end(self) -> None:
        if self._whole:
            levels = set(self._levels.values())
            for unit in self._before.values():
                if unit.kind in self._kinds and unit.level in levels and unit.id not in self._matched:
                    self._ended[unit.id] = None
            for unit_id in self._ended:
                self._ended[unit_id] = self._where_most_children_went(unit_id)
        founded = {
            (unit.parent, unit.name): unit.id for unit in self._added.values() if unit.kind == DIVISION_KIND
        }
        for zone in self._before.values():
            area = self._area(zone.name) if zone.kind == ZONE_KIND else None
            if area is not None and (zone.parent, area) in founded:
                self._ended[zone.id] = founded[zone.parent, area]
        heirs = Written(self._before | self._matched | self._added)
        for ending in self._table.endings:
            self._end_by_row(ending, heirs)

    def _where_most_children_went(self, unit_id: int) -> int | None:
        """The unit to which more than half of the children that live on went."""
        went = Counter(
            self._matched[child.id].parent for child in self._children[unit_id] if child.id in self._matched
        )
        if not went:
            return None
        parent, times = went.most_common(1)[0]
        return parent if times * 2 > went.total() else None

    def _end_by_row(self, ending: Ending, heirs: Written) -> None:
        unit = self._written.below(self._parent(ending.line, ending.parent), ending.name)
        if unit is None:
            return  # Ended by an earlier load of this table.
        fits = [
            heir for heir in heirs.fits(ending.successor) if heir.id not in self._ended and heir.id != unit.id
        ]
        if len(fits) != 1:
            said = "没有" if not fits else "不止一个"
            raise self._fault(
                ending.line, f"承接单位“{ending.successor}”{said}，请写全路径，如 重庆市/两江新区"
            )
        self._ended[unit.id] = fits[0].id
        self._told.add(unit.id)

    def _keep_children(self) -> None:
        """Units below an ended one that the table is silent about go to its successor, or wait there."""
        for ended, successor in self._ended.items():
            for child in self._children[ended]:
                if child.id not in self._matched and child.id not in self._ended:
                    self._pending[child.id] = child._replace(
                        parent=child.parent if successor is None else successor,
                        pending=successor is None or ended not in self._told,
                    )

    # Telling and writing

    def changes(self) -> Changes:
        """What the table changes, each unit in one list."""
        changed = {unit.id for unit in self._matched.values() if self._differs(unit)}
        moved = {one for one in changed if self._matched[one].parent != self._before[one].parent}
        renamed = {one for one in changed - moved if self._is_renamed(one)}
        recoded = changed - moved - renamed
        return Changes(
            self._day,
            added=[Change(path, "", path) for path in map(self._path, self._added)],
            ended=[
                Change(self._old_path(one), self._old_path(one), "" if heir is None else self._path(heir))
                for one, heir in self._ended.items()
            ],
            renamed=self._told_changes(renamed, lambda unit: unit.name),
            recoded=self._told_changes(recoded, lambda unit: unit.code or ""),
            moved=[Change(self._path(one), self._old_path(one), self._path(one)) for one in sorted(moved)],
            pending=[
                Change(self._old_path(one), self._old_path(one), self._path(one))
                for one in self._pending
                if self._pending[one] != self._before[one]
            ],
            unchanged=len(self._matched) - len(changed),
            skipped=self._skipped,
        )

    def write(self, connection: Connection) -> None:
        """Write it, and count the cases where they now belong."""
        store.insert(connection, self._added.values())
        store.finish(connection, [Ended(*item) for item in self._ended.items()], self._day)
        after = (self._matched | self._pending).values()
        differing = [unit for unit in after if self._differs(unit)]
        store.revise(connection, differing, self._day)
        store.amend(connection, [unit for unit in after if self._flagged(unit) and not self._differs(unit)])
        moved = {unit.id for unit in differing if unit.parent != self._before[unit.id].parent}
        store.refresh_rollups(connection, moved | self._ended.keys())

    def _differs(self, unit: Living) -> bool:
        """Whether its history gets a line: a change of the 待归并 mark alone is none."""
        return unit._replace(pending=False) != self._before[unit.id]._replace(pending=False)

    def _flagged(self, unit: Living) -> bool:
        return unit.pending != self._before[unit.id].pending

    def _is_renamed(self, unit_id: int) -> bool:
        old, new = self._before[unit_id], self._matched[unit_id]
        return (old.name, old.short_name) != (new.name, new.short_name)

    def _told_changes(self, ids: set[int], fact: Callable[[Living], str]) -> list[Change]:
        return [
            Change(self._path(one), fact(self._before[one]), fact(self._matched[one])) for one in sorted(ids)
        ]

    def _old_path(self, unit_id: int) -> str:
        return self._path(unit_id, self._before)

    def _path(self, unit_id: int, units: dict[int, Living] | None = None) -> str:
        parts = []
        above: int | None = unit_id
        while above is not None:
            unit = units[above] if units else self._now(above)
            parts.append(unit.name)
            above = unit.parent
        return "/".join(reversed(parts))

    def _now(self, unit_id: int) -> Living:
        for units in (self._added, self._matched, self._pending):
            if unit_id in units:
                return units[unit_id]
        return self._before[unit_id]

    def _area(self, name: str) -> str | None:
        return names.area_of_committee(name, self._root.name if self._root else "")

    def _fault(self, line: int, why: str) -> UnitTableError:
        return UnitTableError(f"单位表 {self._table.source} 第 {line} 行：{why}；整张表未载入")
