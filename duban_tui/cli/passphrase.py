"""The passphrase of an encrypted office, as a command is given it: never typed, never an argument."""

from __future__ import annotations

import argparse
import os

from db import vault
from duban_tui.cli.errors import CommandError
from duban_tui.cli.places import home_of
from duban_tui.cli.secret_line import read_secret

VARIABLE = "DUBAN_PASSPHRASE"

WARNING = (
    "办公库口令没有存下来：丢失它，就等于丢失这份办公库。配对过的机器可以代管恢复文件（duban recovery make）"
)


def unlock(args: argparse.Namespace) -> None:
    """Open the vault of the office that a command works on, where there is one and a passphrase was given.

    Raises:
        WrongPassphrase: it does not open it.
        CommandError: the file with it cannot be read.
    """
    if not args.opens or vault.is_open(home_of(args)):
        return
    passphrase = given(args)
    if passphrase is not None:
        vault.unlock(home_of(args), passphrase)


def given(args: argparse.Namespace) -> str | None:
    """The passphrase of ``--passphrase-file``, else of the environment; None where there is neither.

    Raises:
        CommandError: the file cannot be read.
    """
    if args.passphrase_file:
        return read_secret(args.passphrase_file, "办公库口令")
    return os.environ.get(VARIABLE) or None


def required(args: argparse.Namespace) -> str:
    """As `given`.

    Raises:
        CommandError: it was not given.
    """
    passphrase = given(args)
    if passphrase is None:
        raise CommandError(f"要有办公库口令：请用 --passphrase-file 文件（- 标准输入）或环境变量 {VARIABLE}")
    return passphrase
