"""What a command works on: the folder, the settings, the office, a unit that was named."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from db.connection import Connection, open_reader
from db.home import path_of
from db.posts import Power
from duban_tui import locations
from duban_tui.cli.errors import CommandError

if TYPE_CHECKING:
    from db.office import Office
    from db.units import UnitRow
    from duban_tui.config import Config

SHOWN_CANDIDATES = 5
"""Units named where a written name fits several."""


def home_of(args: argparse.Namespace) -> Path:
    """The data folder."""
    return locations.home(args.home)


def config_of(args: argparse.Namespace) -> Config:
    """The settings.

    Raises:
        ConfigError: a file is missing or wrong.
    """
    from duban_tui import config

    return config.load(Path(args.config) if args.config else None)


def reader_of(
    args: argparse.Namespace, deed: str | None = Power.CASES, home: Path | None = None
) -> Connection:
    """A read-only connection to the office, for an officer who has signed in where PINs are used.

    Args:
        args: the command line.
        deed: what the officer's post must allow; None = any officer may.
        home: another office than that of ``--home``.

    Raises:
        OfficeError: there is none, or it cannot be read; the PIN is wrong.
        CommandError: no PIN was given, or the post does not allow it.
    """
    from duban_tui.cli.signing import admit

    home = home or home_of(args)
    connection = open_reader(path_of(home))
    admit(args, home, connection, deed)
    return connection


def bare_reader_of(args: argparse.Namespace) -> Connection:
    """A read-only connection for what shows no case: nobody has to sign in.

    Raises:
        OfficeError: there is no office, or it cannot be read.
    """
    return open_reader(path_of(home_of(args)))


def office_of(args: argparse.Namespace, deed: str | None = None) -> Office:
    """The office opened for writing by an officer who may; use it as a context manager.

    Raises:
        OfficeError, CommandError, ConfigError: as `reader_of` and `config_of`.
    """
    from db.office import Office
    from duban_tui.cli.signing import name_of

    settings = config_of(args)
    # One of an older version is upgraded where it can be seen (see `upgrade`): a reader refuses it first.
    reader_of(args, deed).close()
    office = Office.open(home_of(args), settings.rules, name_of(args), settings.officer.post)
    try:
        if deed is not None:
            office.require(deed)
    except BaseException:
        office.close()
        raise
    return office


def upgrade(path: Path) -> None:
    """Bring an office of an older version up to this one, and say so: a large one takes many minutes.

    Raises:
        OfficeError: it cannot be written, or there is no room; it is as it was.
    """
    from functools import partial

    from db import office
    from duban_tui.cli.progress import progress_line, show_progress

    print(
        f"办公库 {path} 由旧版本写成，正在升级；件数多时要几分钟到几十分钟，中断也不会损坏，下次从头升级",
        file=sys.stderr,
        flush=True,
    )
    with progress_line():
        office.upgrade(path, partial(show_progress, "升级"))


def unit_named(connection: Connection, written: str, at: dt.date | None = None) -> UnitRow:
    """The one unit that a written name means, on a day (default: today).

    Raises:
        CommandError: none fits, or several do.
    """
    from db import units

    found = units.resolve(connection, written, at=at)
    if found.unit is not None:
        return found.unit
    if not found.candidates:
        raise CommandError(f"没有“{written}”这个单位，可用 duban units list 查看")
    named = "、".join(row.path for row in found.candidates[:SHOWN_CANDIDATES])
    more = "" if len(found.candidates) <= SHOWN_CANDIDATES else f" 等 {len(found.candidates)} 个"
    if len(found.candidates) == 1:
        heir = "没有承继单位" if found.nearest is None else f"由 {found.nearest.path} 承继，请改用它"
        raise CommandError(f"“{written}”已撤销，{heir}")
    raise CommandError(f"“{written}”可以是：{named}{more}，请写明上级，如 渝北区大湾镇")


def case_numbered(connection: Connection, number: str) -> int:
    """The case that is known by a number.

    Raises:
        CommandError: none is, or several are.
    """
    from db.reads import board
    from db.reads.case import find_number

    found = find_number(connection, number)
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"没有编号为“{number}”的事项，可用 duban find {number} 查找")
    own = "、".join(row.number for row in board.rows(connection, found, 0))
    raise CommandError(f"“{number}”对应 {len(found)} 件：{own}，请用本台编号")
