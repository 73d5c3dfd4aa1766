"""``duban calendar``: load a year's holidays, show a year."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from db import calendars
from db.connection import open_reader
from db.home import path_of
from db.posts import Power
from db.workdays import ONE_DAY, Calendar, DayKind
from duban_tui.cli.cells import cut
from duban_tui.cli.output import day, print_json, print_table
from duban_tui.cli.places import config_of, home_of, office_of

_WEEKDAYS = "一二三四五六日"


def current(args: argparse.Namespace) -> Calendar:
    """The calendar of the office where there is one, else the packaged one; settings override both."""
    path = path_of(home_of(args))
    held = calendars.current(open_reader(path)) if path.exists() else calendars.packaged()
    return held.with_overrides(config_of(args).rules.calendar_days)


def load(args: argparse.Namespace) -> None:
    """Load a year's holidays; show every due date that moves, and move them by events."""
    from db.recalculation import load_year

    with office_of(args, Power.CALENDAR) as office:
        loaded = load_year(office, Path(args.file), dry_run=args.dry_run)
    if loaded.moved:
        head = ("编号", "事项", "原应办结", "现应办结", "原状态", "现状态")
        print_table(head, [
            (one.number, cut(one.title, 36), day(one.old_due) or "—", day(one.new_due) or "—",
             one.old_alarm.label, one.new_alarm.label)
            for one in loaded.moved
        ])  # fmt: skip
    print(f"{loaded.year} 年放假安排 {loaded.days} 天，{len(loaded.moved)} 件事项的期限有变动", end="")
    print("；以上是预览，没有写入" if args.dry_run else "，已载入")


def show(args: argparse.Namespace) -> None:
    """Print a year's days off on weekdays and workdays on weekends."""
    calendar = current(args)
    published = calendar.published(args.year)
    days = list(_deviations(calendar, args.year))
    if args.json:
        print_json({
            "year": args.year,
            "published": published,
            "calendar": calendar.revision,
            "days": [{"date": str(one), "kind": kind.label, "name": name} for one, kind, name in days],
        })  # fmt: skip
        return
    for one, kind, name in days:
        print(f"{one} 周{_WEEKDAYS[one.weekday()]}  {kind.label}  {name}".rstrip())
    if not published:
        print(f"{args.year} 年的放假安排尚未发布：按周末和法定节日推算，涉及的期限为暂定")


def _deviations(calendar: Calendar, year: int) -> Iterator[tuple[dt.date, DayKind, str]]:
    one = dt.date(year, 1, 1)
    while one.year == year:
        kind = calendar.kind(one)
        if kind in (DayKind.HOLIDAY, DayKind.MAKEUP):
            yield one, kind, calendar.name(one)
        one += ONE_DAY
