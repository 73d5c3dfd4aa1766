"""What the usages of commands are made of."""

from __future__ import annotations

import argparse
from typing import Any

from duban_tui.cli.chinese import Parser


def add_places(parser: argparse.ArgumentParser, default: str | None, *, signs: bool = True) -> None:
    """The office, its settings and passphrase, and who one is; may stand before and after the command.

    Where `signs` is false, ``--pin-file`` after the command is the command's own, and one's own PIN stands
    before it or in the environment.
    """
    parser.add_argument(
        "--home", metavar="目录", default=default, help="数据目录（也可用环境变量 DUBAN_HOME）"
    )
    parser.add_argument("--config", metavar="文件", default=default, help="设置文件")
    parser.add_argument("--officer", metavar="姓名", default=default, help="谁在办（默认按设置）")
    if signs:
        parser.add_argument(
            "--pin-file", metavar="文件", default=default,
            help="登录口令在哪个文件里，- 为标准输入（也可用环境变量 DUBAN_PIN）；没有人设登录口令时不用",
        )  # fmt: skip
    parser.add_argument(
        "--passphrase-file",
        metavar="文件",
        default=default,
        help="办公库口令在哪个文件里，- 为标准输入（也可用环境变量 DUBAN_PASSPHRASE）；加密的办公库才用",
    )


def group(parser: argparse.ArgumentParser, *, required: bool = False) -> Any:
    """Commands below a command, or below ``duban`` itself."""
    return parser.add_subparsers(
        title="命令", metavar="命令", dest="命令", required=required, parser_class=Parser
    )


def command(
    commands: Any,
    name: str,
    run: str,
    help: str,
    detail: str = "",
    *,
    signs: bool = True,
    opens: bool = True,
) -> argparse.ArgumentParser:
    """Add a command; `opens`: where the office is encrypted, it is opened before the command begins."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help, description=f"{help}。{detail}".rstrip()
    )
    add_places(parser, argparse.SUPPRESS, signs=signs)
    parser.set_defaults(run=run, opens=opens)
    return parser


def json(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help="输出 JSON（UTF-8）")


def dry_run(parser: argparse.ArgumentParser) -> None:
    """``--dry-run``."""
    parser.add_argument("--dry-run", action="store_true", help="只预览，不写入")
