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


def _add_places(parser: argparse.ArgumentParser, default: str | None, *, signs: bool = True) -> None:
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


def _group(parser: argparse.ArgumentParser, *, required: bool = False) -> Any:
    return parser.add_subparsers(
        title="命令", metavar="命令", dest="命令", required=required, parser_class=Parser
    )


def _command(
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
    _add_places(parser, argparse.SUPPRESS, signs=signs)
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
    parser.add_argument(
        "--field", action="store_true", help="外勤副本：督查员自己的电脑，带件下乡，回来交给办公室"
    )
    parser.add_argument("--encrypt", action="store_true", help="加密；办公库口令丢失，办公库也就丢失")


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


_NOTE = """

每项一行，中文的项名要加引号，只有核查方式必填：
  "核查方式" = "走访"
  "到达" = "14:00"
  "地点" = "学府路"
  "表明身份" = true
  "现场记录" = [["14:05", "到达现场"], ["14:20", "查看路灯"]]
  "核查情况" = "路灯未修"
  "结论" = "属实"
  "处理" = "限期整改"
  "附件" = ["路灯.jpg"]"""


def _note(commands: Any, name: str) -> None:
    parser = _command(
        commands,
        name,
        "note:note",
        "登记一条核查记录（TOML 或 JSON）",
        f"不写 --file 时从标准输入读。{_NOTE}",
    )
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    parser.add_argument("--file", metavar="文件", help=".toml 或 .json")
    parser.add_argument(
        "--attach", metavar="附件", action="append", default=[], help="照片、录音或文件，可写多次"
    )


def _evidence(commands: Any, name: str) -> None:
    parser = _command(commands, name, "evidence:evidence", "列出一件事项的附件，或取出到目录")
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    parser.add_argument("--to", metavar="目录", help="把附件按原样写到这个目录")
    _json(parser)


def _detach(commands: Any, name: str) -> None:
    parser = _command(
        commands, name, "evidence:detach", "撤除一个附件", "文件删去，流水里留下是什么、谁、为什么。"
    )
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    parser.add_argument("file", metavar="附件", help="名称，或 duban evidence 列出的文件码（前几位即可）")
    parser.add_argument("--reason", metavar="理由", required=True, help="为什么撤除")


def _undo(commands: Any, name: str) -> None:
    parser = _command(
        commands,
        name,
        "conflicts:undo",
        "撤销自己在本机记下的最后一步",
        "撤销本身也留在流程里；已有后续步骤的不能撤销。",
    )
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    parser.add_argument("--reason", metavar="理由", help="为何撤销")


def _conflicts(commands: Any, name: str) -> None:
    _json(_command(commands, name, "conflicts:list_conflicts", "列出还没有处置的冲突，两边都列，最新在前"))


def _settle(commands: Any, name: str) -> None:
    parser = _command(
        commands,
        name,
        "conflicts:settle",
        "处置一件事项的冲突",
        "不写 --keep 时处置没有两个值要取舍的全部冲突。",
    )
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    parser.add_argument("--opinion", metavar="意见", required=True, help="处置意见")
    parser.add_argument(
        "--keep", metavar="步骤", help="两处定得不一样时以哪一步为准（duban conflicts 里的编号）"
    )


def _pair(commands: Any, name: str) -> None:
    pair = _group(
        _command(commands, name, "", "配对：办公室与外勤电脑互认，之后才能收发下乡包"), required=True
    )
    parser = _command(
        pair, "card", "pair:card", "写出本机的名片（只有公钥，可以用 U 盘交给对方），并显示核对码"
    )
    parser.add_argument("--to", metavar="文件", required=True, help="写到哪里")
    parser.add_argument("--name", metavar="名称", help="本机叫什么，如 王五的笔记本（默认计算机名）")
    _json(parser)
    parser = _command(
        pair, "add", "pair:add", "收下对方的名片，与它配对",
        "核对码要当面或电话里念给对方听，两边一样才是真的。写了 --code 时，不一样就不配对。",
    )  # fmt: skip
    parser.add_argument("file", metavar="文件", help="对方的名片")
    parser.add_argument("--code", metavar="核对码", help="对方念的核对码，如 '1234 5678 9012'")
    parser = _command(pair, "list", "pair:list_pairs", "与哪些电脑配对")
    _json(parser)
    parser = _command(pair, "end", "pair:end", "终止配对：电脑丢了或交回了，从此不收它的包，也不给它做包")
    parser.add_argument("name", metavar="名称", help="名称或设备号")


def _bundle(commands: Any, name: str) -> None:
    bundle = _group(_command(commands, name, "", "下乡包：带件下乡、记录、带回、回执、清理"), required=True)
    parser = _command(
        bundle, "out", "bundle:out", "做一个包：办公室把选中的事项交给外勤电脑；外勤用 --changes 带回",
        "包是加密的，只有收件的那台电脑能打开。平时不带反映人。",
    )  # fmt: skip
    parser.add_argument("numbers", metavar="编号", nargs="*", help="事项编号，可写多个")
    parser.add_argument("--to", metavar="文件", required=True, help="写到哪里")
    parser.add_argument("--for", dest="receiver", metavar="名称", help="给哪台配过对的电脑")
    parser.add_argument("--list", metavar="名单", help="如 警报、紧急、预警、待核查、办结待审核")
    parser.add_argument("--unit", metavar="单位", help="名单里只要这个单位及其以下的")
    parser.add_argument("--changes", action="store_true", help="外勤副本：带回办公室还没有的全部记录")
    parser.add_argument("--evidence", action="store_true", help="附件也带上")
    parser.add_argument("--confidential", action="store_true", help="保密件也可以带出")
    parser.add_argument("--with-identity", metavar="理由", help="带上反映人，理由记入查看记录")
    _json(parser)
    parser = _command(
        bundle, "in", "bundle:take_in", "收一个包：下乡包、回传包或回执",
        "先全部核对，再一次收下；不对的不收，什么都不改。办公室收回传包时写出回执。",
    )  # fmt: skip
    parser.add_argument("file", metavar="文件", help="收到的包")
    parser.add_argument(
        "--receipt", metavar="文件", help="回执写到哪里（默认在包的旁边）；收过的包可再写一份"
    )
    _dry_run(parser)
    _json(parser)
    parser = _command(
        bundle, "check", "bundle:check", "出发前核对：带了什么、缺什么、日历、空间、时钟",
        "有一项不妥就以 1 结束。外勤副本不写事项时核对全部。",
    )  # fmt: skip
    parser.add_argument("numbers", metavar="编号", nargs="*", help="事项编号，可写多个")
    parser.add_argument("--list", metavar="名单", help="如 警报、紧急、预警、待核查")
    parser.add_argument("--unit", metavar="单位", help="名单里只要这个单位及其以下的")
    parser.add_argument("--to", metavar="文件", help="包将写到哪里，核对那里的空间")
    parser.add_argument("--evidence", action="store_true", help="附件也带上")
    _json(parser)
    parser = _command(bundle, "show", "bundle:show", "看包里有什么，不收")
    parser.add_argument("file", metavar="文件", help="包")
    _json(parser)
    _json(_command(bundle, "list", "bundle:list_bundles", "收发过的包：在谁那里、有没有回执"))
    parser = _command(
        bundle, "clean", "bundle:clean", "外勤副本：清理办公室已有回执的事项",
        "没有回执的、草稿没写完的都留着。",
    )  # fmt: skip
    parser.add_argument("numbers", metavar="编号", nargs="*", help="事项编号，可写多个")
    parser.add_argument("--all", action="store_true", help="全部已有回执的")
    parser.add_argument("--force", action="store_true", help="有草稿的也清理，草稿不要了")
    _dry_run(parser)
    _json(parser)


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


_POSTS = "主任、值班员、督查员、回访员、只读 或 系统管理员"


def _officers(commands: Any, name: str) -> None:
    officers = _group(_command(commands, name, "", "人员：列出、加入、登录口令、岗位、离岗"), required=True)
    _json(_command(officers, "list", "officers:list_officers", "列出人员、岗位、有没有登录口令"))
    own = "自己的登录口令写在命令前面：duban --pin-file 文件 officers …，或用环境变量 DUBAN_PIN。"
    parser = _command(officers, "add", "officers:add", "加入一名人员", own, signs=False)
    parser.add_argument("name", metavar="姓名", help="新人员")
    parser.add_argument("--post", metavar="岗位", required=True, help=_POSTS)
    parser.add_argument(
        "--pin-file", metavar="文件", dest="new_pin_file", help="登录口令在哪个文件里，- 为标准输入"
    )
    parser = _command(officers, "pin", "officers:pin", "设登录口令或清除；自己的谁都能改", own, signs=False)
    parser.add_argument("name", metavar="姓名", help="谁的登录口令")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--pin-file", metavar="文件", dest="new_pin_file", help="新登录口令的文件，- 为标准输入"
    )
    which.add_argument("--clear", action="store_true", help="清除登录口令")
    parser.add_argument(
        "--as-owner", action="store_true",
        help="忘了登录口令、又没有别人能重设时：由数据目录的属主账号重设，并留痕",
    )  # fmt: skip
    parser = _command(officers, "post", "officers:post", "改一名人员的岗位")
    parser.add_argument("name", metavar="姓名", help="谁")
    parser.add_argument("post", metavar="岗位", help=_POSTS)
    parser = _command(officers, "end", "officers:end", "一名人员离岗；办过的不变")
    parser.add_argument("name", metavar="姓名", help="谁")
    parser.add_argument("--on", metavar="日期", help="从哪天起（默认今天）")


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
        "先做成并核对加密的副本，再换上；旧的明文覆盖后删去。办公库口令丢失，办公库也就丢失。", opens=False,
    )  # fmt: skip


def _passphrase(commands: Any, name: str) -> None:
    parser = _command(
        commands, name, "sealing:passphrase", "更换办公库口令",
        "旧口令经 --passphrase-file 或 DUBAN_PASSPHRASE；都写 - 时，标准输入第一行是旧的，第二行是新的。",
        opens=False,
    )  # fmt: skip
    _new_passphrase(parser)


def _new_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new-passphrase-file", metavar="文件", required=True, help="新办公库口令的文件，- 为标准输入"
    )


def _recovery(commands: Any, name: str) -> None:
    recovery = _group(
        _command(commands, name, "", "恢复文件：办公库口令丢失后，由配对的机器打开"), required=True
    )
    parser = _command(recovery, "make", "sealing:make_recovery", "把这份办公库的密钥封给一台已配对的机器")
    parser.add_argument("--for", dest="machine", metavar="名称", required=True, help="配对时的名称，如 总台")
    parser.add_argument("--to", metavar="文件", required=True, help="写到哪里；交给那台机器保管")
    parser = _command(
        recovery, "open", "sealing:open_recovery", "在配对的机器上打开恢复文件，按新口令做成钥匙文件"
    )
    parser.add_argument("file", metavar="恢复文件", help="recovery make 写的文件")
    parser.add_argument("--to", metavar="钥匙文件", required=True, help="写到哪里；交给丢了办公库口令的机器")
    _new_passphrase(parser)
    parser = _command(
        recovery, "use", "sealing:use_recovery", "在丢了办公库口令的机器上换上钥匙文件（口令是新的那个）",
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
    "undo": _undo,
    "conflicts": _conflicts,
    "settle": _settle,
    "pair": _pair,
    "bundle": _bundle,
    "evidence": _evidence,
    "detach": _detach,
    "units": _units,
    "officers": _officers,
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
