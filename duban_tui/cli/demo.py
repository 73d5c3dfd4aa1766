"""``duban demo``: an office of invented cases beside the real one."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from db.connection import open_reader
from db.home import path_of
from db.rules import Rules
from duban_tui.cli.desk import show_desk
from duban_tui.cli.errors import CommandError
from duban_tui.cli.places import config_of, home_of
from duban_tui.cli.progress import show_progress

if TYPE_CHECKING:
    from db.demo import Progress

FOLDER = "demo"
"""The demo office within the data folder."""

CASES = 5_000
"""Cases of a demo office unless others are asked for."""

OFFICER = "王晓梅"
"""Whoever entered the invented cases."""


def demo(args: argparse.Namespace) -> int:
    """Build the demo office once, and open it."""
    if args.cases < 1:
        raise CommandError("--cases 至少是 1")
    home = home_of(args) / FOLDER
    if not _is_built(home):
        print("正在生成演示办公库……", file=sys.stderr, flush=True)
        build(home, config_of(args).rules, args.cases, args.seed, partial(show_progress, "已生成"))
    return show_desk(home, args, screens=not args.no_tui)


def build(
    home: Path, rules: Rules, cases: int = CASES, seed: int = 1, progress: Progress | None = None
) -> None:
    """Make the demo office in `home`, or finish it."""
    from db.demo import fill
    from db.office import Office

    if path_of(home).exists():
        office = Office.open(home, rules, OFFICER)
    else:
        office = Office.create(home, rules, OFFICER, name="演示督查办")
    with office:
        fill(office, cases, seed, progress=progress)


def _is_built(home: Path) -> bool:
    from db.demo.plan import is_complete

    if not path_of(home).exists():
        return False
    with closing(open_reader(path_of(home))) as connection:
        return is_complete(connection)
