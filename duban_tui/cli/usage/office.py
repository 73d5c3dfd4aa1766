"""Commands that make, keep, protect and arrange an office."""

from __future__ import annotations

import argparse
from typing import Any

from duban_tui.cli.options import command, dry_run, group, json


def demo(commands: Any, name: str) -> None:
    """``duban demo``."""
    parser = command(
        commands, name, "demo:demo", "打开演示办公库（在数据目录的 demo 下，没有时先生成）",
        "事项都是编造的，覆盖所有环节和警示状态，时间以现在为准。", opens=False,
    )  # fmt: skip
    parser.add_argument("--cases", type=int, default=5000, metavar="件数", help="生成多少件（默认 5000）")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="种子", help="随机种子：同样的种子，同样的事项"
    )
    parser.add_argument("--no-tui", action="store_true", help="不打开界面，打印总台")


def init(commands: Any, name: str) -> None:
    """``duban init``."""
    parser = command(commands, name, "keeping:init", "按设置新建办公库，不提问", opens=False)
    parser.add_argument("--units", metavar="文件", help="单位表（csv）；不写时用随程序带来的重庆市单位树")
    parser.add_argument(
        "--field", action="store_true", help="外勤副本：督查员自己的电脑，带件下乡，回来交给办公室"
    )
    parser.add_argument("--encrypt", action="store_true", help="加密；办公库口令丢失，办公库也就丢失")


def units(commands: Any, name: str) -> None:
    """``duban units``."""
    units = group(command(commands, name, "", "单位树：载入、列出、增加、终止"), required=True)
    parser = command(units, "load", "units:load", "载入单位表，或按新表调整单位树")
    parser.add_argument("file", metavar="文件", help="单位表（csv）")
    parser.add_argument("--effective", metavar="日期", help="从哪天起生效，不能是将来")
    parser.add_argument("--kind", metavar="性质", help="表里是哪一种单位（默认 行政区划）")
    parser.add_argument("--replace", action="store_true", help="表里没有的同种单位予以终止")
    dry_run(parser)
    parser = command(units, "list", "units:list_units", "列出单位")
    parser.add_argument("--at", metavar="日期", help="那一天的单位树（默认今天）")
    parser.add_argument("--under", metavar="单位", help="这个单位及其以下")
    json(parser)
    parser = command(units, "add", "units:add", "增加一个单位")
    parser.add_argument("name", metavar="名称", help="单位全称")
    parser.add_argument("--under", metavar="单位", required=True, help="上级单位")
    parser.add_argument("--kind", metavar="性质", help="如 部门、街道办、企业")
    parser = command(units, "end", "units:end", "终止一个单位")
    parser.add_argument("name", metavar="名称", help="单位")
    parser.add_argument("--successor", metavar="单位", help="由谁承继")


_POSTS = "主任、值班员、督查员、回访员、只读 或 系统管理员"


def officers(commands: Any, name: str) -> None:
    """``duban officers``."""
    officers = group(command(commands, name, "", "人员：列出、加入、登录口令、岗位、离岗"), required=True)
    json(command(officers, "list", "officers:list_officers", "列出人员、岗位、有没有登录口令"))
    own = "自己的登录口令写在命令前面：duban --pin-file 文件 officers …，或用环境变量 DUBAN_PIN。"
    parser = command(officers, "add", "officers:add", "加入一名人员", own, signs=False)
    parser.add_argument("name", metavar="姓名", help="新人员")
    parser.add_argument("--post", metavar="岗位", required=True, help=_POSTS)
    parser.add_argument(
        "--pin-file", metavar="文件", dest="new_pin_file", help="登录口令在哪个文件里，- 为标准输入"
    )
    parser = command(officers, "pin", "officers:pin", "设登录口令或清除；自己的谁都能改", own, signs=False)
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
    parser = command(officers, "post", "officers:post", "改一名人员的岗位")
    parser.add_argument("name", metavar="姓名", help="谁")
    parser.add_argument("post", metavar="岗位", help=_POSTS)
    parser = command(officers, "end", "officers:end", "一名人员离岗；办过的不变")
    parser.add_argument("name", metavar="姓名", help="谁")
    parser.add_argument("--on", metavar="日期", help="从哪天起（默认今天）")


def calendar(commands: Any, name: str) -> None:
    """``duban calendar``."""
    calendar = group(command(commands, name, "", "工作日历：载入放假安排、查看"), required=True)
    parser = command(
        calendar, "load", "calendar:load", "载入一年的放假安排（holiday-cn 的 JSON）",
        "受影响的期限先列出来，再一件一件记入。",
    )  # fmt: skip
    parser.add_argument("file", metavar="文件", help="如 2027.json")
    dry_run(parser)
    parser = command(calendar, "show", "calendar:show", "查看一年的放假和调休")
    parser.add_argument("year", metavar="年份", type=int, help="如 2026")
    json(parser)


def backup(commands: Any, name: str) -> None:
    """``duban backup``."""
    parser = command(commands, name, "keeping:backup", "备份办公库，使用中也可以")
    parser.add_argument("dest", metavar="目标", help="文件或目录")


def restore(commands: Any, name: str) -> None:
    """``duban restore``."""
    parser = command(commands, name, "keeping:restore", "用备份恢复办公库", opens=False)
    parser.add_argument("src", metavar="备份", help="备份文件")


def doctor(commands: Any, name: str) -> None:
    """``duban doctor``."""
    parser = command(commands, name, "keeping:doctor", "检查办公库：页、事件链、事项与事件是否一致")
    parser.add_argument("--rebuild", action="store_true", help="先由流水重建各件事项和索引，再检查")
    json(parser)


def encrypt(commands: Any, name: str) -> None:
    """``duban encrypt``."""
    command(
        commands, name, "sealing:encrypt", "把办公库加密（口令经 --passphrase-file 或 DUBAN_PASSPHRASE）",
        "先做成并核对加密的副本，再换上；旧的明文覆盖后删去。办公库口令丢失，办公库也就丢失。", opens=False,
    )  # fmt: skip


def passphrase(commands: Any, name: str) -> None:
    """``duban passphrase``."""
    parser = command(
        commands, name, "sealing:passphrase", "更换办公库口令",
        "旧口令经 --passphrase-file 或 DUBAN_PASSPHRASE；都写 - 时，标准输入第一行是旧的，第二行是新的。",
        opens=False,
    )  # fmt: skip
    _new_passphrase(parser)


def _new_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new-passphrase-file", metavar="文件", required=True, help="新办公库口令的文件，- 为标准输入"
    )


def recovery(commands: Any, name: str) -> None:
    """``duban recovery``."""
    recovery = group(
        command(commands, name, "", "恢复文件：办公库口令丢失后，由配对的机器打开"), required=True
    )
    parser = command(recovery, "make", "sealing:make_recovery", "把这份办公库的密钥封给一台已配对的机器")
    parser.add_argument("--for", dest="machine", metavar="名称", required=True, help="配对时的名称，如 总台")
    parser.add_argument("--to", metavar="文件", required=True, help="写到哪里；交给那台机器保管")
    parser = command(
        recovery, "open", "sealing:open_recovery", "在配对的机器上打开恢复文件，按新口令做成钥匙文件"
    )
    parser.add_argument("file", metavar="恢复文件", help="recovery make 写的文件")
    parser.add_argument("--to", metavar="钥匙文件", required=True, help="写到哪里；交给丢了办公库口令的机器")
    _new_passphrase(parser)
    parser = command(
        recovery, "use", "sealing:use_recovery", "在丢了办公库口令的机器上换上钥匙文件（口令是新的那个）",
        opens=False,
    )  # fmt: skip
    parser.add_argument("file", metavar="钥匙文件", help="recovery open 写的文件")


def where(commands: Any, name: str) -> None:
    """``duban where``."""
    json(command(commands, name, "keeping:where", "显示设置、数据、日志在哪里", opens=False))


def completion(commands: Any, name: str) -> None:
    """``duban completion``."""
    parser = command(commands, name, "completion:completion", "输出命令补全脚本", opens=False)
    parser.add_argument("shell", metavar="shell", choices=("bash", "zsh", "tcsh"), help="bash、zsh 或 tcsh")
