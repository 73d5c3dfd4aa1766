"""Every command with its arguments and its help; the one place that names them."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from typing import Any

from duban_tui.cli.chinese import Parser

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
    _add_places(parser, None)
    parser.add_argument("--version", action=_Version, nargs=0, help="显示版本")
    parser.set_defaults(run="desk:open_desk", opens=True)
    commands = _group(parser)
    for name, add in _COMMANDS.items():
        if named in (None, name):
            add(commands, name)
    return parser


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read a command line; only the command that it names is built, so that quick ones stay quick.

    Raises:
        SystemExit: after ``--help`` and ``--version`` (0), and for wrong usage (2).
    """
    return build(_named(argv)).parse_args(argv)


def _named(argv: Sequence[str]) -> str | None:
    """The command in a command line, ``""`` for the desk itself; ``None`` where that is not plain."""
    words = iter(argv)
    for word in words:
        if word in ("--home", "--config", "--passphrase-file"):
            next(words, None)
        elif not word.startswith("-"):
            return word if word in _COMMANDS else None
        elif not word.startswith(("--home=", "--config=", "--passphrase-file=")):
            return None
    return ""


def function_of(args: argparse.Namespace) -> Run:
    """The function of the chosen command; its module is imported here and not before."""
    module, name = args.run.split(":")
    function: Run = getattr(importlib.import_module(f"duban_tui.cli.{module}"), name)
    return function


class _Version(argparse.Action):
    """Print the version and stop; package metadata is read only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *unused: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"duban {version('duban')}")
        except PackageNotFoundError:
            print("duban（未安装的源码）")
        parser.exit()


def _add_places(parser: argparse.ArgumentParser, default: str | None) -> None:
    """What names the office, its settings and its passphrase; may stand before and after the command."""
    parser.add_argument(
        "--home", metavar="目录", default=default, help="数据目录（也可用环境变量 DUBAN_HOME）"
    )
    parser.add_argument("--config", metavar="文件", default=default, help="设置文件")
    parser.add_argument(
        "--passphrase-file",
        metavar="文件",
        default=default,
        help="口令在哪个文件里，- 为标准输入（也可用环境变量 DUBAN_PASSPHRASE）；加密的办公库才用",
    )


def _group(parser: argparse.ArgumentParser, *, required: bool = False) -> Any:
    return parser.add_subparsers(
        title="命令", metavar="命令", dest="命令", required=required, parser_class=Parser
    )


def _command(
    commands: Any, name: str, run: str, help: str, detail: str = "", *, opens: bool = True
) -> argparse.ArgumentParser:
    """Add a command; `opens`: where the office is encrypted, it is opened before the command begins."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help, description=f"{help}。{detail}".rstrip()
    )
    _add_places(parser, argparse.SUPPRESS)
    parser.set_defaults(run=run, opens=opens)
    return parser


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="输出 JSON（UTF-8）")


def _dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="只预览，不写入")


def _demo(commands: Any, name: str) -> None:
    parser = _command(
        commands, name, "demo:demo", "打开演示办公库（在数据目录的 demo 下，没有时先生成）",
        "事项都是编造的，覆盖所有环节和警示状态，时间以现在为准。", opens=False,
    )  # fmt: skip
    parser.add_argument("--cases", type=int, default=5000, metavar="件数", help="生成多少件（默认 5000）")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="种子", help="随机种子：同样的种子，同样的事项"
    )
    parser.add_argument("--no-tui", action="store_true", help="不打开界面，打印总台")


def _init(commands: Any, name: str) -> None:
    parser = _command(commands, name, "keeping:init", "按设置新建办公库，不提问", opens=False)
    parser.add_argument("--units", metavar="文件", help="单位表（csv）；不写时用随程序带来的重庆市单位树")
    parser.add_argument("--encrypt", action="store_true", help="加密；口令丢失，办公库也就丢失")


def _find(commands: Any, name: str) -> None:
    parser = _command(
        commands, name, "cases:find", "快查：编号（整个或一段）、文字、单位、拼音首字母",
        "在办的在前、新的在前。查不到也算正常结束。",
    )  # fmt: skip
    parser.add_argument("text", metavar="文字", nargs="+", help="要找的文字；几个词用空格隔开，须都出现")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="最多几件（默认 50）")
    _json(parser)


def _show(commands: Any, name: str) -> None:
    parser = _command(commands, name, "show:show", "显示一件事项：要素、流程、核查记录")
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    _json(parser)


def _board(commands: Any, name: str) -> None:
    parser = _command(commands, name, "board:board", "各警示状态和本台待办的件数，一个单位及其以下")
    parser.add_argument("--unit", metavar="单位", help="单位名称、简称、代码或拼音首字母；不写时为全部")
    parser.add_argument("--at", metavar="时间", help="按这个时刻判断，如 2026-11-23 或 '2026-11-23 09:00'")
    _json(parser)


def _deadline(commands: Any, name: str) -> None:
    parser = _command(commands, name, "deadline:deadline", "算应办结日，并逐日说明", "没有办公库也能用。")
    parser.add_argument("start", metavar="送达时间", help="如 2026-02-13 或 '2026-02-13 16:30'")
    parser.add_argument("limit", metavar="时限", help="如 5工作日、15日、24小时、长期")
    _json(parser)


def _import(commands: Any, name: str) -> None:
    parser = _command(
        commands, name, "ledger:import_ledger", "导入事项台账（.xls .xlsx .csv）",
        "收不了的行连同原因写到 <文件>.rejected.csv，其余照收；同一文件再导入不会重复。",
    )  # fmt: skip
    parser.add_argument("file", metavar="文件", help="台账")
    parser.add_argument("--sheet", metavar="工作表", help="工作表名称")
    parser.add_argument("--source", metavar="名称", help="编号的来源，如 12345工单编号")
    parser.add_argument(
        "--map", action="append", default=[], metavar="列=项", help="指定某一列是什么，可写多次"
    )
    _dry_run(parser)
    _json(parser)


def _export(commands: Any, name: str) -> None:
    parser = _command(commands, name, "ledger:write_list", "导出清单（.xlsx 或 .csv），已脱敏")
    parser.add_argument("file", metavar="文件", help="写到哪里，按后缀定格式")
    parser.add_argument("--unit", metavar="单位", help="这个单位及其以下")
    parser.add_argument("--alarm", metavar="状态", help="警报、紧急、预警、报到、在办、暂停 或 办结")
    parser.add_argument("--query", metavar="文字", help="含这些文字的")


def _note(commands: Any, name: str) -> None:
    parser = _command(
        commands, name, "note:note", "登记一条核查记录（TOML 或 JSON）", "不写 --file 时从标准输入读。"
    )
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    parser.add_argument("--file", metavar="文件", help=".toml 或 .json")


def _units(commands: Any, name: str) -> None:
    units = _group(_command(commands, name, "", "单位树：载入、列出、增加、终止"), required=True)
    parser = _command(units, "load", "units:load", "载入单位表，或按新表调整单位树")
    parser.add_argument("file", metavar="文件", help="单位表（csv）")
    parser.add_argument("--effective", metavar="日期", help="从哪天起生效，不能是将来")
    parser.add_argument("--kind", metavar="性质", help="表里是哪一种单位（默认 行政区划）")
    parser.add_argument("--replace", action="store_true", help="表里没有的同种单位予以终止")
    _dry_run(parser)
    parser = _command(units, "list", "units:list_units", "列出单位")
    parser.add_argument("--at", metavar="日期", help="那一天的单位树（默认今天）")
    parser.add_argument("--under", metavar="单位", help="这个单位及其以下")
    _json(parser)
    parser = _command(units, "add", "units:add", "增加一个单位")
    parser.add_argument("name", metavar="名称", help="单位全称")
    parser.add_argument("--under", metavar="单位", required=True, help="上级单位")
    parser.add_argument("--kind", metavar="性质", help="如 部门、街道办、企业")
    parser = _command(units, "end", "units:end", "终止一个单位")
    parser.add_argument("name", metavar="名称", help="单位")
    parser.add_argument("--successor", metavar="单位", help="由谁承继")


def _calendar(commands: Any, name: str) -> None:
    calendar = _group(_command(commands, name, "", "工作日历：载入放假安排、查看"), required=True)
    parser = _command(
        calendar, "load", "calendar:load", "载入一年的放假安排（holiday-cn 的 JSON）",
        "受影响的期限先列出来，再一件一件记入。",
    )  # fmt: skip
    parser.add_argument("file", metavar="文件", help="如 2027.json")
    _dry_run(parser)
    parser = _command(calendar, "show", "calendar:show", "查看一年的放假和调休")
    parser.add_argument("year", metavar="年份", type=int, help="如 2026")
    _json(parser)


def _backup(commands: Any, name: str) -> None:
    parser = _command(commands, name, "keeping:backup", "备份办公库，使用中也可以")
    parser.add_argument("dest", metavar="目标", help="文件或目录")


def _restore(commands: Any, name: str) -> None:
    parser = _command(commands, name, "keeping:restore", "用备份恢复办公库", opens=False)
    parser.add_argument("src", metavar="备份", help="备份文件")


def _doctor(commands: Any, name: str) -> None:
    parser = _command(commands, name, "keeping:doctor", "检查办公库：页、事件链、事项与事件是否一致")
    parser.add_argument("--rebuild", action="store_true", help="先由流水重建各件事项和索引，再检查")
    _json(parser)


def _encrypt(commands: Any, name: str) -> None:
    _command(
        commands, name, "sealing:encrypt", "把办公库加密（口令经 --passphrase-file 或 DUBAN_PASSPHRASE）",
        "先做成并核对加密的副本，再换上；旧的明文覆盖后删去。口令丢失，办公库也就丢失。", opens=False,
    )  # fmt: skip


def _passphrase(commands: Any, name: str) -> None:
    parser = _command(
        commands, name, "sealing:passphrase", "更换口令",
        "旧口令经 --passphrase-file 或 DUBAN_PASSPHRASE；都写 - 时，标准输入第一行是旧的，第二行是新的。",
        opens=False,
    )  # fmt: skip
    _new_passphrase(parser)


def _new_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new-passphrase-file", metavar="文件", required=True, help="新口令在哪个文件里，- 为标准输入"
    )


def _recovery(commands: Any, name: str) -> None:
    recovery = _group(_command(commands, name, "", "恢复文件：口令丢失后，由总台帮忙打开"), required=True)
    parser = _command(recovery, "make", "sealing:make_recovery", "把这份办公库的密钥封给一台已配对的机器")
    parser.add_argument("--for", dest="machine", metavar="名称", required=True, help="配对时的名称，如 总台")
    parser.add_argument("--to", metavar="文件", required=True, help="写到哪里；交给那台机器保管")
    parser = _command(recovery, "open", "sealing:open_recovery", "在总台打开恢复文件，按新口令做成钥匙文件")
    parser.add_argument("file", metavar="恢复文件", help="recovery make 写的文件")
    parser.add_argument("--to", metavar="钥匙文件", required=True, help="写到哪里；交给丢了口令的机器")
    _new_passphrase(parser)
    parser = _command(
        recovery, "use", "sealing:use_recovery", "在丢了口令的机器上换上钥匙文件（口令是新的那个）",
        opens=False,
    )  # fmt: skip
    parser.add_argument("file", metavar="钥匙文件", help="recovery open 写的文件")


def _where(commands: Any, name: str) -> None:
    _json(_command(commands, name, "keeping:where", "显示设置、数据、日志在哪里", opens=False))


def _completion(commands: Any, name: str) -> None:
    parser = _command(commands, name, "completion:completion", "输出命令补全脚本", opens=False)
    parser.add_argument("shell", metavar="shell", choices=("bash", "zsh", "tcsh"), help="bash、zsh 或 tcsh")


_COMMANDS: dict[str, Callable[[Any, str], None]] = {
    "demo": _demo,
    "init": _init,
    "find": _find,
    "show": _show,
    "board": _board,
    "deadline": _deadline,
    "import": _import,
    "export": _export,
    "note": _note,
    "units": _units,
    "calendar": _calendar,
    "backup": _backup,
    "restore": _restore,
    "doctor": _doctor,
    "encrypt": _encrypt,
    "passphrase": _passphrase,
    "recovery": _recovery,
    "where": _where,
    "completion": _completion,
}
"""Command → what adds it to the parser, in the order of the help."""
