"""``duban board``, and the desk as text."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import instants
from db.connection import Connection
from db.home import path_of
from db.reads.board import QUEUES, UNCLAIMED, Counts, ListQuery, Scope, counts, page
from db.terms import UNCLAIMED_LABEL, Alarm, Pending
from duban_tui.cli.output import print_cases, print_json
from duban_tui.cli.places import reader_of, unit_named

if TYPE_CHECKING:
    from db.units import UnitRow

FIRST_CASES = 10
"""Cases that the board shows as text."""

_NO_OFFICE = """\
这里还没有办公库：{home}
接下来可以：
  duban demo            打开演示办公库
  duban init            按设置新建办公库
  duban restore 备份     用备份恢复"""

_NEXT = """\
接下来可以：
  在终端里运行 {duban}，打开值班台：F1 帮助，F3 快查，F4 登记，0 待办，F10 退出
  {duban} find 文字    快查
  {duban} show 编号    看一件
  duban --help    全部命令"""


def print_desk(home: Path, duban: str, args: argparse.Namespace) -> None:
    """The desk as text: counts, the most urgent cases, and what to call next; `duban` is how to call it."""
    if not path_of(home).exists():
        print(_NO_OFFICE.format(home=home))
        return
    connection = reader_of(args, home=home)
    now = instants.now()
    _print_counts(_root_name(connection), counts(connection, Scope(), now), now)
    print()
    print_cases(page(connection, ListQuery(), now, FIRST_CASES))
    print()
    print(_NEXT.format(duban=duban))


def board(args: argparse.Namespace) -> None:
    """Print the counts by alarm and of the desk's own queues."""
    connection = reader_of(args)
    now = instants.now() if args.at is None else instants.parse_written(args.at)
    unit = None if args.unit is None else unit_named(connection, args.unit)
    scope = Scope() if unit is None else Scope(unit.id, unit.level)
    counted = counts(connection, scope, now)
    name = _root_name(connection) if unit is None else unit.name
    if args.json:
        print_json(_as_json(_path(connection, unit, name), counted, now))
    else:
        _print_counts(name, counted, now)


def _root_name(connection: Connection) -> str:
    """The top of the tree."""
    from db import units

    root = units.root(connection)
    return "全部" if root is None else root.name


def queue_label(queue: str) -> str:
    """The word on the screen for one of the desk's queues."""
    return UNCLAIMED_LABEL if queue == UNCLAIMED else Pending(queue).label


def _path(connection: Connection, unit: UnitRow | None, name: str) -> list[str]:
    """Names from the top of the tree down."""
    if unit is None:
        return [name]
    from db import units

    return units.path_of(connection, unit.id)


def _as_json(path: list[str], counted: Counts, now: int) -> dict[str, Any]:
    return {
        "unit": path[-1],
        "path": path,
        "at": instants.iso(now),
        "alarms": {alarm.label: counted.alarms[alarm] for alarm in Alarm},
        "queues": {queue_label(queue): counted.queues[queue] for queue in QUEUES},
        "conflicts": counted.conflicts,
        "open": counted.open,
        "total": counted.total,
    }


def _print_counts(name: str, counted: Counts, now: int) -> None:
    print(f"{name}及以下  {instants.local(now):%Y-%m-%d %H:%M}", end="  ")
    print(f"在办 {counted.open:,} 件，共 {counted.total:,} 件")
    print("状态  " + "  ".join(f"{alarm.label} {counted.alarms[alarm]:,}" for alarm in Alarm))
    waiting = sum(counted.queues.values())
    print(
        f"待办  {waiting:,}  " + "  ".join(f"{queue_label(q)} {counted.queues[q]:,}" for q in QUEUES), end=""
    )
    print(f"  冲突 {counted.conflicts:,}" if counted.conflicts else "")
