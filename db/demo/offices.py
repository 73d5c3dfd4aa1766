"""Invented departments of the districts and townships, for an office as large as the real one is.

Districts have the departments that the city has; townships have their usual offices. Their codes
begin with a letter, as no code of a division does, and their kind is 部门, so that no table ends them.
"""

from __future__ import annotations

from collections.abc import Iterator

from db.connection import Connection
from db.terms import DIVISION_KIND
from db.units import UnitTable, living, load, names, packaged_departments
from db.units.edit import DEPARTMENT_KIND
from db.units.table import Row

CODE = "演示{:05d}"

_OF_THE_CITY = "重庆市"
_TOWNSHIP_OFFICES = (
    "党政综合办公室", "平安法治办公室", "民生服务办公室", "应急管理办公室", "经济发展办公室",
    "规划建设管理环保办公室", "综合行政执法大队", "便民服务中心", "退役军人服务站", "农业服务中心",
    "文化服务中心", "新时代文明实践服务中心",
)  # fmt: skip

_PLACES = """SELECT v.name, v.short_name, v.initials, v.level, above.name FROM unit_version v
JOIN unit_version above ON above.unit_id = v.parent_id AND above.valid_to IS NULL
WHERE v.valid_to IS NULL AND v.kind = ? AND v.level IN (2, 3) ORDER BY v.level, v.unit_id"""


def grow(connection: Connection, units: int) -> None:
    """Add departments until there are `units` living units, or every place has all of its own.

    Again with the same number, it adds nothing.
    """
    missing = units - living(connection)
    if missing > 0:
        rows = tuple(row for _, row in zip(range(missing), _rows(connection), strict=False))
        load(connection, UnitTable("演示部门", rows))


def _rows(connection: Connection) -> Iterator[Row]:
    """All departments of the districts, then one office of every township after the other."""
    found = connection.execute(_PLACES, (DIVISION_KIND,)).fetchall()
    line = 1
    for level, sorts in ((2, _district_departments()), (3, [(name, name) for name in _TOWNSHIP_OFFICES])):
        for full, brief in sorts:
            initials = names.initials(full)
            for name, short, written, at, above in found:
                if at == level:
                    line += 1
                    yield Row(
                        line, CODE.format(line - 1), name + full, short + brief, written + initials,
                        f"{above}/{name}", None, DEPARTMENT_KIND,
                    )  # fmt: skip


def _district_departments() -> list[tuple[str, str]]:
    """Full and short names of the city's departments, without the city."""
    return [
        (row.name.removeprefix(_OF_THE_CITY), (row.short_name or row.name).removeprefix("市"))
        for row in packaged_departments().rows
        if row.kind == "工作部门" and row.name.startswith(_OF_THE_CITY)
    ]
