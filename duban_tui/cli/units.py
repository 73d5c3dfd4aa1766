"""``duban units``: load, list, add, end."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from db import instants, units
from db.posts import Power
from duban_tui.cli.output import print_json
from duban_tui.cli.places import office_of, reader_of, unit_named


def load(args: argparse.Namespace) -> None:
    """Load a unit table, or reorganise the tree by it."""
    table = units.read_table(Path(args.file), **({"kind": args.kind} if args.kind else {}))
    effective = _day(args.effective)
    if args.dry_run:
        connection = reader_of(args, None)
        changes = units.load(connection, table, effective=effective, replace=args.replace, dry_run=True)
    else:
        with office_of(args, Power.UNITS) as office:
            changes = units.load(office.writer, table, effective=effective, replace=args.replace)
    for line in changes.lines():
        print(line)
    if args.dry_run:
        print("以上是预览，没有写入")


def list_units(args: argparse.Namespace) -> None:
    """Print the units in force on a day."""
    connection = reader_of(args, None)
    day = _day(args.at)
    under = None if args.under is None else unit_named(connection, args.under, day).id
    listed = units.listing(connection, day, under)
    if args.json:
        print_json([unit._asdict() for unit in listed])
        return
    for unit in listed:
        print(f"{unit.code or '-':<12}  {'/'.join(unit.path)}  {unit.kind}")


def add(args: argparse.Namespace) -> None:
    """Add one unit."""
    with office_of(args, Power.UNITS) as office:
        parent = unit_named(office.writer, args.under)
        added = units.add(office.writer, args.name, under=parent.id, kind=args.kind)
    print(f"已增加：{added.path}（{added.kind}）")


def end(args: argparse.Namespace) -> None:
    """End one unit."""
    with office_of(args, Power.UNITS) as office:
        unit = unit_named(office.writer, args.name)
        heir = None if args.successor is None else unit_named(office.writer, args.successor)
        ended = units.end(office.writer, unit.id, successor=None if heir is None else heir.id)
    print(f"已终止：{ended.path}" + (f"，由 {heir.path} 承继" if heir else "，下级单位待归并"))


def _day(written: str | None) -> dt.date | None:
    return None if written is None else instants.day_of(instants.parse_written(written))
