"""Commands between an office and its field copies."""

from __future__ import annotations

from typing import Any

from duban_tui.cli.options import command, dry_run, group, json


def pair(commands: Any, name: str) -> None:
    """``duban pair``."""
    pair = group(command(commands, name, "", "配对：办公室与外勤电脑互认，之后才能收发下乡包"), required=True)
    parser = command(
        pair, "card", "pair:card", "写出本机的名片（只有公钥，可以用 U 盘交给对方），并显示核对码"
    )
    parser.add_argument("--to", metavar="文件", required=True, help="写到哪里")
    parser.add_argument("--name", metavar="名称", help="本机叫什么，如 王五的笔记本（默认计算机名）")
    json(parser)
    parser = command(
        pair, "add", "pair:add", "收下对方的名片，与它配对",
        "核对码要当面或电话里念给对方听，两边一样才是真的。写了 --code 时，不一样就不配对。",
    )  # fmt: skip
    parser.add_argument("file", metavar="文件", help="对方的名片")
    parser.add_argument("--code", metavar="核对码", help="对方念的核对码，如 '1234 5678 9012'")
    parser = command(pair, "list", "pair:list_pairs", "与哪些电脑配对")
    json(parser)
    parser = command(pair, "end", "pair:end", "终止配对：电脑丢了或交回了，从此不收它的包，也不给它做包")
    parser.add_argument("name", metavar="名称", help="名称或设备号")


def bundle(commands: Any, name: str) -> None:
    """``duban bundle``."""
    bundle = group(command(commands, name, "", "下乡包：带件下乡、记录、带回、回执、清理"), required=True)
    parser = command(
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
    json(parser)
    parser = command(
        bundle, "in", "bundle:take_in", "收一个包：下乡包、回传包或回执",
        "先全部核对，再一次收下；不对的不收，什么都不改。办公室收回传包时写出回执。",
    )  # fmt: skip
    parser.add_argument("file", metavar="文件", help="收到的包")
    parser.add_argument(
        "--receipt", metavar="文件", help="回执写到哪里（默认在包的旁边）；收过的包可再写一份"
    )
    dry_run(parser)
    json(parser)
    parser = command(
        bundle, "check", "bundle:check", "出发前核对：带了什么、缺什么、日历、空间、时钟",
        "有一项不妥就以 1 结束。外勤副本不写事项时核对全部。",
    )  # fmt: skip
    parser.add_argument("numbers", metavar="编号", nargs="*", help="事项编号，可写多个")
    parser.add_argument("--list", metavar="名单", help="如 警报、紧急、预警、待核查")
    parser.add_argument("--unit", metavar="单位", help="名单里只要这个单位及其以下的")
    parser.add_argument("--to", metavar="文件", help="包将写到哪里，核对那里的空间")
    parser.add_argument("--evidence", action="store_true", help="附件也带上")
    json(parser)
    parser = command(bundle, "show", "bundle:show", "看包里有什么，不收")
    parser.add_argument("file", metavar="文件", help="包")
    json(parser)
    json(command(bundle, "list", "bundle:list_bundles", "收发过的包：在谁那里、有没有回执"))
    parser = command(
        bundle, "clean", "bundle:clean", "外勤副本：清理办公室已有回执的事项",
        "没有回执的、草稿没写完的都留着。",
    )  # fmt: skip
    parser.add_argument("numbers", metavar="编号", nargs="*", help="事项编号，可写多个")
    parser.add_argument("--all", action="store_true", help="全部已有回执的")
    parser.add_argument("--force", action="store_true", help="有草稿的也清理，草稿不要了")
    dry_run(parser)
    json(parser)
