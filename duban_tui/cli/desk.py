"""``duban``: the desk on screens; without a terminal its board as text."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from duban_tui.cli.places import config_of, home_of

if TYPE_CHECKING:
    from duban_tui.config import Config


def open_desk(args: argparse.Namespace) -> int:
    """Open the desk on the office; without a terminal print its board as text, and what comes next."""
    return show_desk(home_of(args), args)


def show_desk(home: Path, args: argparse.Namespace, *, screens: bool = True) -> int:
    """The desk on the office in `home`: screens where there is a terminal, else text.

    Returns the exit status: 1 where an error ended the desk.
    """
    if screens and _has_terminal():
        return _run(home, config_of(args))
    from duban_tui.cli.board import print_desk

    print_desk(home, "duban" if home == home_of(args) else f"duban --home {home}", args)
    return 0


def _run(home: Path, config: Config) -> int:
    # What is made from here to the first frame are modules, classes and widgets: all of it stays, so
    # looking through it for garbage only costs (a quarter of the start). `DubanApp.on_ready` collects again.
    gc.disable()
    from duban_tui.app import DubanApp

    desk = DubanApp(home, config)
    desk.run()
    return desk.return_code or 0


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
