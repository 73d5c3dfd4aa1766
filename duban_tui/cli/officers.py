"""``duban officers``: who acts at this desk, with which post, with or without a PIN."""

from __future__ import annotations

import argparse
import datetime as dt

from db import instants, officers
from db.office import Office
from db.officers import OfficerRow
from db.officers.pins import owner_may
from db.posts import POSTS, Power
from db.terms import Post
from duban_tui.cli.errors import CommandError
from duban_tui.cli.output import print_json, print_table
from duban_tui.cli.places import config_of, home_of, office_of, reader_of
from duban_tui.cli.secret_line import read_secret


def list_officers(args: argparse.Namespace) -> None:
    """Print everybody who ever sat at the desk."""
    rows, today = officers.roster(reader_of(args, None)), instants.day_of(instants.now())
    if args.json:
        print_json([_as_json(row) for row in rows])
        return
    head = ("姓名", "岗位", "登录口令", "自", "")
    print_table(head, [
        (row.name, Post(row.post).label, "有" if row.has_pin else "无", _since(row),
         "" if row.works_on(today) else f"{row.left_on} 起离岗")
        for row in rows
    ])  # fmt: skip


def _since(row: OfficerRow) -> str:
    return instants.day_of(row.since).isoformat()


def _as_json(row: OfficerRow) -> dict[str, object]:
    return {
        "name": row.name,
        "post": Post(row.post).label,
        "since": _since(row),
        "pin": row.has_pin,
        "failures": row.failures,
        "wait_until": instants.iso(row.wait_until),
        "left_on": row.left_on,
    }


def add(args: argparse.Namespace) -> None:
    """Put somebody on the list."""
    post = _post(args.post)
    with office_of(args, Power.OFFICERS) as office:
        given = None if args.new_pin_file is None else read_secret(args.new_pin_file, "登录口令")
        officers.add(office, args.name, post, given)
        print(f"已加入：{args.name}（{post.label}{'，有登录口令' if given else ''}）")
        _tell_who_is_asked(office)


def pin(args: argparse.Namespace) -> None:
    """Set or clear a PIN."""
    with _office_for_pin(args) as office:
        given = None if args.clear else read_secret(args.new_pin_file, "登录口令")
        officers.set_pin(office, args.name, given, as_owner=args.as_owner)
        print(f"{'已设登录口令' if given else '已清除登录口令'}：{args.name}")
        _tell_who_is_asked(office)


def _office_for_pin(args: argparse.Namespace) -> Office:
    """The office opened by whoever signs in; ``--as-owner``: by the officer who forgot the PIN."""
    if not args.as_owner:
        return office_of(args)
    home, now = home_of(args), instants.now()
    office = Office.open(home, config_of(args).rules, args.name)
    try:
        able = officers.managers(office.writer, instants.day_of(now))
        owner_may(home, [name for name in able if name != args.name])
    except BaseException:
        office.close()
        raise
    return office


def post(args: argparse.Namespace) -> None:
    """Give an officer another post."""
    new = _post(args.post)
    with office_of(args, Power.OFFICERS) as office:
        officers.set_post(office, args.name, new)
    print(f"{args.name} 的岗位已改为{new.label}")


def end(args: argparse.Namespace) -> None:
    """Take an officer off the list."""
    day = None if args.on is None else instants.day_of(instants.parse_written(args.on))
    with office_of(args, Power.OFFICERS) as office:
        officers.end(office, args.name, day)
    print(f"{args.name} 自 {day or _today()} 起离岗；办过的事项和记录不变")


def _today() -> dt.date:
    return instants.day_of(instants.now())


def _post(word: str) -> Post:
    for one in POSTS:
        if word in (one.label, one.value):
            return one
    raise CommandError(f"没有“{word}”这个岗位，可用：{'、'.join(one.label for one in POSTS)}")


def _tell_who_is_asked(office: Office) -> None:
    """What a PIN means for the others: said here, where nobody is shut out yet."""
    for line in officers.asked(office.writer, _today()):
        print(line)
