"""The command line: every command by name; its arguments and help are in `usage`."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from typing import Any

from duban_tui.cli.chinese import Parser
from duban_tui.cli.options import add_places, group

Run = Callable[[argparse.Namespace], int | None]
"""What a command does; None and 0 are success."""

_EPILOG = """\
例子：
  duban demo                         打开演示办公库
  duban find 化粪池                     按文字、编号、单位、拼音首字母查找
  duban board --unit 綦江区             一个单位及其以下的警示情况
  duban deadline 2026-02-13 5工作日     应办结日和逐日说明
每个命令的用法：duban 命令 --help"""


def build(named: str | None = None) -> argparse.ArgumentParser:
    """The parser of the whole command line, or of the one command that is `named`; ``""`` is none."""
    parser = Parser(
        prog="duban",
        description="督办：政府督查的值班台。不带命令时打开终端界面；没有终端时把总台打印成文字。",
        epilog=_EPILOG,
    )
    add_places(parser, None)
    parser.add_argument("--version", action=_Version, nargs=0, help="显示版本")
    parser.set_defaults(run="desk:open_desk", opens=True)
    commands = group(parser)
    for name, usage in _COMMANDS.items():
        if named in (None, name):
            _found(f"usage.{usage}")(commands, name)
    return parser


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read a command line; only the command that it names is built, so that quick ones stay quick.

    Raises:
        SystemExit: after ``--help`` and ``--version`` (0), and for wrong usage (2).
    """
    return build(_named(argv)).parse_args(argv)


_PLACES = ("--home", "--config", "--officer", "--pin-file", "--passphrase-file")
"""Options that may stand before the command; each takes a value."""


def _named(argv: Sequence[str]) -> str | None:
    """The command in a command line, ``""`` for the desk itself; ``None`` where that is not plain."""
    words = iter(argv)
    for word in words:
        if word in _PLACES:
            next(words, None)
        elif not word.startswith("-"):
            return word if word in _COMMANDS else None
        elif not word.startswith(tuple(f"{place}=" for place in _PLACES)):
            return None
    return ""


def function_of(args: argparse.Namespace) -> Run:
    """The function of the chosen command; its module is imported here and not before."""
    function: Run = _found(args.run)
    return function


def _found(place: str) -> Any:
    """What a place names: ``module:name`` below `duban_tui.cli`."""
    module, name = place.split(":")
    return getattr(importlib.import_module(f"duban_tui.cli.{module}"), name)


class _Version(argparse.Action):
    """Print the version and stop; package metadata is read only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *unused: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"duban {version('duban')}")
        except PackageNotFoundError:
            print("duban（未安装的源码）")
        parser.exit()


_COMMANDS: dict[str, str] = {
    "demo": "office:demo",
    "init": "office:init",
    "find": "cases:find",
    "show": "cases:show",
    "board": "cases:board",
    "deadline": "cases:deadline",
    "import": "cases:import_",
    "export": "cases:export",
    "note": "cases:note",
    "undo": "cases:undo",
    "conflicts": "cases:conflicts",
    "settle": "cases:settle",
    "pair": "field:pair",
    "bundle": "field:bundle",
    "evidence": "cases:evidence",
    "detach": "cases:detach",
    "units": "office:units",
    "officers": "office:officers",
    "calendar": "office:calendar",
    "backup": "office:backup",
    "restore": "office:restore",
    "doctor": "office:doctor",
    "encrypt": "office:encrypt",
    "passphrase": "office:passphrase",
    "recovery": "office:recovery",
    "where": "office:where",
    "completion": "office:completion",
}
"""Command → its usage, in the order of the help; a module is imported for a command that is asked for."""
