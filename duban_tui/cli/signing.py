"""Who runs a command. Where the office uses PINs, the one place in which a command signs in."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from db import instants
from db.connection import Connection
from db.home import path_of
from db.posts import Power
from db.reads import desk
from duban_tui.cli.errors import CommandError
from duban_tui.cli.secret_line import read_secret

PIN_VARIABLE = "DUBAN_PIN"
"""Environment variable for the PIN."""


def name_of(args: argparse.Namespace) -> str:
    """The officer: ``--officer``, else the one in the settings."""
    if args.officer:
        return str(args.officer)
    from duban_tui.cli.places import config_of

    return config_of(args).officer.name


def admit(args: argparse.Namespace, home: Path, connection: Connection, deed: str | None) -> None:
    """Check the PIN where one is asked for, and that the post allows what the command shows or does.

    Without PINs a name is only what somebody says; the post holds all the same, as it does at the desk.

    Args:
        args: the command line.
        home: the data folder.
        connection: a reader of the office.
        deed: an action or a power of `db.posts`; None = any officer may.

    Raises:
        CommandError: no PIN was given, or the post does not allow it.
        WrongPin: it is another one, or too soon.
    """
    now = instants.now()
    if desk.held(connection, now):
        _sign_in(args, home, now)
    elif deed == Power.CASES:
        return  # For nearly every post, and a look-up by somebody who is not asked reads no settings.
    why = None if deed is None else desk.seat(connection, name_of(args), now).why_not(deed)
    if why is not None:
        raise CommandError(why)


def _sign_in(args: argparse.Namespace, home: Path, now: int) -> None:
    from db.officers import pins

    pin = _pin(args)
    if pin is None:
        raise CommandError(
            "这个办公库要登录：请加 --officer 姓名 --pin-file 文件（- 为标准输入），"
            f"或用环境变量 {PIN_VARIABLE} 给登录口令"
        )
    pins.sign_in(path_of(home), name_of(args), pin, now)


def _pin(args: argparse.Namespace) -> str | None:
    return read_secret(args.pin_file, "登录口令") if args.pin_file else os.environ.get(PIN_VARIABLE)
