"""Commands on cases: finding, reading, recording, ledgers in and lists out."""

from __future__ import annotations

from typing import Any

from duban_tui.cli.options import command, dry_run, json


def find(commands: Any, name: str) -> None:
    """``duban find``."""
    parser = command(
        commands, name, "cases:find", "快查：编号（整个或一段）、文字、单位、拼音首字母",
        "在办的在前、新的在前。查不到也算正常结束。",
    )  # fmt: skip
    parser.add_argument("text", metavar="文字", nargs="+", help="要找的文字；几个词用空格隔开，须都出现")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="最多几件（默认 50）")
    json(parser)


def show(commands: Any, name: str) -> None:
    """``duban show``."""
    parser = command(commands, name, "show:show", "显示一件事项：要素、流程、核查记录")
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    json(parser)


def board(commands: Any, name: str) -> None:
    """``duban board``."""
    parser = command(commands, name, "board:board", "各警示状态和本台待办的件数，一个单位及其以下")
    parser.add_argument("--unit", metavar="单位", help="单位名称、简称、代码或拼音首字母；不写时为全部")
    parser.add_argument("--at", metavar="时间", help="按这个时刻判断，如 2026-11-23 或 '2026-11-23 09:00'")
    json(parser)


def deadline(commands: Any, name: str) -> None:
    """``duban deadline``."""
    parser = command(commands, name, "deadline:deadline", "算应办结日，并逐日说明", "没有办公库也能用。")
    parser.add_argument("start", metavar="送达时间", help="如 2026-02-13 或 '2026-02-13 16:30'")
    parser.add_argument("limit", metavar="时限", help="如 5工作日、15日、24小时、长期")
    json(parser)


def import_(commands: Any, name: str) -> None:
    """``duban import``."""
    parser = command(
        commands, name, "ledger:import_ledger", "导入事项台账（.xls .xlsx .csv）",
        "收不了的行连同原因写到 <文件>.rejected.csv，其余照收；同一文件再导入不会重复。",
    )  # fmt: skip
    parser.add_argument("file", metavar="文件", help="台账")
    parser.add_argument("--sheet", metavar="工作表", help="工作表名称")
    parser.add_argument("--source", metavar="名称", help="编号的来源，如 12345工单编号")
    parser.add_argument(
        "--map", action="append", default=[], metavar="列=项", help="指定某一列是什么，可写多次"
    )
    dry_run(parser)
    json(parser)


def export(commands: Any, name: str) -> None:
    """``duban export``."""
    parser = command(commands, name, "ledger:write_list", "导出清单（.xlsx 或 .csv），已脱敏")
    parser.add_argument("file", metavar="文件", help="写到哪里，按后缀定格式")
    parser.add_argument("--unit", metavar="单位", help="这个单位及其以下")
    parser.add_argument("--alarm", metavar="状态", help="警报、紧急、预警、报到、在办、暂停 或 办结")
    parser.add_argument("--query", metavar="文字", help="含这些文字的")


_NOTE = """

每项一行，中文的项名要加引号，只有核查方式必填：
  "核查方式" = "走访"
  "到达" = "2026-01-05 14:00"
  "地点" = "学府路"
  "表明身份" = true
  "现场记录" = [["14:05", "到达现场"], ["14:20", "查看路灯"]]
  "核查情况" = "路灯未修"
  "结论" = "属实"
  "处理" = "限期整改"
  "附件" = ["路灯.jpg"]"""
"""A note as it may stand in the file."""


def note(commands: Any, name: str) -> None:
    """``duban note``."""
    parser = command(
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


def evidence(commands: Any, name: str) -> None:
    """``duban evidence``."""
    parser = command(commands, name, "evidence:evidence", "列出一件事项的附件，或取出到目录")
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    parser.add_argument("--to", metavar="目录", help="把附件按原样写到这个目录")
    json(parser)


def detach(commands: Any, name: str) -> None:
    """``duban detach``."""
    parser = command(
        commands, name, "evidence:detach", "撤除一个附件", "文件删去，流水里留下是什么、谁、为什么。"
    )
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    parser.add_argument("file", metavar="附件", help="名称，或 duban evidence 列出的文件码（前几位即可）")
    parser.add_argument("--reason", metavar="理由", required=True, help="为什么撤除")


def undo(commands: Any, name: str) -> None:
    """``duban undo``."""
    parser = command(
        commands,
        name,
        "conflicts:undo",
        "撤销自己在本机记下的最后一步",
        "撤销本身也留在流程里；已有后续步骤的不能撤销。",
    )
    parser.add_argument("number", metavar="编号", help="本台编号或来源编号")
    parser.add_argument("--reason", metavar="理由", help="为何撤销")


def conflicts(commands: Any, name: str) -> None:
    """``duban conflicts``."""
    json(command(commands, name, "conflicts:list_conflicts", "列出还没有处置的冲突，两边都列，最新在前"))


def settle(commands: Any, name: str) -> None:
    """``duban settle``."""
    parser = command(
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
