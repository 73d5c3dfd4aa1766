"""Every command of the terminal, defined once: its words, its keys, where it holds.

Key bindings, the footer, the help page, the palette and docs/KEYS.md all derive from `COMMANDS`.
No command hangs on a letter alone: a Chinese input method swallows letters, so what matters also has
a function key, Enter, an arrow, or stands in the palette (F9).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from textual.binding import Binding, BindingType

TWINS = {"/": "／、", "?": "？", ":": "："}
"""Punctuation keys and what they send while a Chinese input method is on."""

_FULL_WIDTH = 0xFEE0
"""Distance from an ASCII character to its full-width form."""


class Place(Enum):
    """Where a command holds; the word is the heading of its group in the help."""

    EVERYWHERE = "处处可用"
    CASE = "选中的事项"
    RECORDS = "事项页"
    BOARD = "总台"
    LIST = "清单"
    LOOKUP = "快查"
    FORM = "填表"
    NOTE = "核查记录"
    CONFLICTS = "冲突"
    EVIDENCE = "附件"


class Command(NamedTuple):
    """One thing that can be asked for by key, palette or mouse."""

    id: str
    """Stable name; `[keys]` of the config and `Binding.id` use it."""
    label: str
    """Two to five characters: footer and palette."""
    keys: tuple[str, ...]
    """Keys, the one to show first. Single characters get their full-width twins by themselves."""
    place: Place
    action: str
    """Textual action, run on the app (``app.x``) or the screen (``screen.x``)."""
    tooltip: str
    """One sentence for the help and docs/KEYS.md."""
    initials: str = ""
    """Pinyin initials of the label, for the palette."""
    footer: int = 0
    """Weight in the footer: the smaller, the sooner it is shown; 0 = not there."""

    @property
    def shown_key(self) -> str:
        """The first key as people write it: ``F3``, ``Enter``, ``0``; empty without a key."""
        return show_key(self.keys[0]) if self.keys else ""

    @property
    def shown_keys(self) -> str:
        """All keys as people write them."""
        return " ".join(show_key(key) for key in self.keys if key not in _ALIASES)

    def binding(self) -> Binding:
        """The key binding; the app decides when pressed whether the command is allowed."""
        from textual.binding import Binding

        return Binding(
            ",".join(bound_keys(self.keys)),
            f"app.command('{self.id}')",
            self.label,
            id=self.id,
            tooltip=self.tooltip,
            priority=self.id in _FIRST,
        )


_FIRST = ("lock",)
"""Heard before any field or dialog hears the key."""

_ALIASES = ("f18",)
"""Other names of a key that stands there already: xterm sends Shift+F6 as F18."""

_KEY_WORDS = {
    "escape": "Esc", "enter": "Enter", "tab": "Tab", "space": "空格", "pageup": "PgUp", "pagedown": "PgDn",
    "home": "Home", "delete": "Delete", "end": "End", "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip


def show_key(key: str) -> str:
    """A key as people write it."""
    *modifiers, last = key.split("+")
    word = _KEY_WORDS.get(last, last.upper() if len(last) > 1 else last)
    return "+".join(
        [modifier.capitalize() for modifier in modifiers] + [word if not modifiers else word.upper()]
    )


def bound_keys(keys: Iterable[str]) -> list[str]:
    """Keys as they are bound: each single character together with its full-width twins."""
    bound: list[str] = []
    for key in keys:
        bound.append(key)
        if len(key) == 1 and "!" <= key <= "~":
            bound.extend(TWINS.get(key, chr(ord(key) + _FULL_WIDTH)))
    return bound


_Row = tuple[str, str, str, str, int, str, str]

_TABLE: dict[Place, tuple[_Row, ...]] = {
    # id, label, initials, keys, footer, action, tooltip: see `Command`.
    Place.EVERYWHERE: (
        ("help", "帮助", "bz", "f1 ?", 1, "app.help", "按键和名词的说明"),
        ("lookup", "快查", "kc", "f3 /", 2, "app.lookup", "按编号、字词、单位、状态查事项"),
        ("intake", "登记", "dj", "f4", 5, "app.intake", "登记一件新事项"),
        ("palette", "全部命令", "qbml", "f9 ctrl+p :", 1, "app.palette", "按名称或拼音首字母找命令"),
        ("drafts", "草稿", "cg", "", 0, "app.drafts", "没有提交的核查记录和登记"),
        ("conflicts", "冲突", "ct", "", 0, "app.conflicts", "两台机器记得不一样、还没有处置的"),
        ("import", "导入台账", "drtz", "", 0, "app.import", "从 xls、xlsx、csv 导入，先看预览"),
        ("field", "下乡包", "xxb", "", 0, "app.field", "带事项下乡、收回传、回执、配对，出发前核对"),
        ("units", "单位管理", "dwgl", "", 0, "app.units", "新增、更名、撤销单位"),
        ("officers", "人员", "ry", "", 0, "app.officers", "谁在本台办公：岗位、登录口令、离岗"),
        ("lock", "锁屏", "sp", "ctrl+l", 0, "app.lock", "遮住屏幕并关上办公库，登录后接着办"),
        ("theme", "明暗配色", "maps", "", 0, "app.theme", "在深色、浅色、终端本色之间换"),
        ("back", "返回", "fh", "escape", 1, "screen.back", "回到上一层，不留痕迹"),
        ("quit", "退出", "tc", "f10 q", 9, "app.leave", "退出；有没保存的才问"),
    ),
    Place.CASE: (
        ("note", "核查记录", "hcjl", "f6", 6, "app.note", "给选中的事项写核查记录"),
        ("reveal", "显示反映人", "xsfyr", "shift+f6 f18", 0, "app.reveal", "填理由后显示反映人，并留痕"),
        ("evidence", "附件", "fj", "f12", 0, "app.evidence", "核查记录的照片、录音和文件"),
        ("due", "期限", "qx", "f7", 7, "app.due", "逐日说明应办结日怎么算出来"),
        ("handle", "办理", "bl", "f8", 4, "app.handle", "现在可以办的：交办、催办、审核……"),
        ("undo", "撤销上一步", "cxsyb", "ctrl+u", 0, "app.undo", "撤销自己在本机记下的最后一步，先问再撤"),
        ("copy", "复制编号", "fzbh", "y", 0, "app.copy_number", "把编号复制到剪贴板"),
        ("copy_text", "复制全文", "fzqw", "Y", 0, "app.copy_text", "把编号、事项、单位、期限复制到剪贴板"),
    ),
    Place.RECORDS: (
        ("correct_note", "更正记录", "gzjl", "ctrl+n", 0, "screen.correct_note", "更正最后一条核查记录"),
    ),
    Place.BOARD: (
        ("filter", "筛选", "sx", "f2", 3, "screen.filter", "只看含这些字词的事项"),
        ("refresh", "刷新", "sx", "f5", 8, "screen.refresh_board", "重新读取"),
        ("queues", "待办", "db", "0", 8, "screen.queues", "督查办自己要办的：待交办、退回待定……"),
        ("overdue", "警报", "jb", "1", 0, "screen.alarm('overdue')", "超过时限的"),
        ("urgent", "紧急", "jj", "2", 0, "screen.alarm('urgent')", "只剩两个工作日以内的"),
        ("warning", "预警", "yj", "3", 0, "screen.alarm('warning')", "超过两个工作日没有受理的"),
        ("delivered", "报到", "bd", "4", 0, "screen.alarm('delivered')", "送达后还没有受理的"),
        ("normal", "在办", "zb", "5", 0, "screen.alarm('normal')", "正常办理的"),
        ("done", "办结", "bj", "6", 0, "screen.alarm('done')", "已经了结的"),
        ("paused", "暂停", "zt", "7", 0, "screen.alarm('paused')", "依法暂停计时的"),
        ("everything", "全部状态", "qbzt", "8", 0, "screen.alarm('')", "在办的全部，最急的在前"),
        ("tree", "单位树", "dws", "t", 0, "screen.tree", "显示、隐藏单位树"),
        ("preview", "预览", "yl", "p", 0, "screen.preview", "显示、隐藏预览"),
        ("next_pane", "换栏", "hl", "tab", 0, "screen.next_pane", "在单位树和清单之间走"),
        ("export", "导出清单", "dcqd", "e", 0, "screen.export", "把看到的清单存成 xlsx 或 csv"),
    ),
    Place.LIST: (
        ("open", "打开", "dk", "enter", 2, "screen.open", "打开选中的事项；待办队列里直接办理"),
        ("sort", "排序", "px", "s", 0, "screen.sort", "轮换：最急、期限、最新、更新、编号、单位"),
        ("jump", "跳到", "td", "#", 0, "screen.jump_to", "到清单的第几件；Home、End 到第一件、最后一件"),
    ),
    Place.LOOKUP: (
        ("narrow", "只看它", "zkt", "tab", 3, "screen.narrow", "只看读出来的单位、状态、日期"),
        ("to_board", "列成清单", "lcqd", "f5", 3, "screen.to_board", "把全部结果列到总台"),
    ),
    Place.FORM: (
        ("submit", "提交", "tj", "f2", 2, "screen.submit", "提交或保存这张表"),
    ),
    Place.NOTE: (
        ("another_note", "另写一份", "lxyf", "ctrl+n", 0, "screen.another", "这份留作草稿，另写一份"),
    ),
    Place.CONFLICTS: (
        ("settle", "处置", "cz", "f2", 2, "screen.settle", "写明意见，处置选中的冲突"),
        ("open_case", "看事项", "ksx", "f5", 3, "screen.open_case", "打开冲突所在的事项"),
    ),
    Place.EVIDENCE: (
        ("view_file", "打开", "dk", "enter o", 2, "screen.view_file", "用系统里的程序打开这个附件"),
        ("save_file", "另存", "lc", "f2", 1, "screen.save_file", "把这个附件按原样存到别处"),
        ("detach", "撤除", "cc", "delete", 3, "screen.detach", "填理由后删去这个附件，并留痕"),
    ),
}  # fmt: skip


def _command(place: Place, row: _Row) -> Command:
    name, label, initials, keys, footer, action, tooltip = row
    return Command(name, label, tuple(keys.split()), place, action, tooltip, initials, footer)


COMMANDS: dict[str, Command] = {
    row[0]: _command(place, row) for place, rows in _TABLE.items() for row in rows
}
"""Every command by its id."""


ALWAYS = ("quit", "theme")
"""Commands for which nobody has to sign in."""

NEEDS: dict[str, str] = {
    "lookup": "cases", "drafts": "cases", "due": "cases", "handle": "cases", "copy": "cases",
    "copy_text": "cases", "intake": "register", "note": "verify", "correct_note": "verify",
    "another_note": "verify", "reveal": "phone", "import": "import", "export": "export",
    "units": "units", "officers": "officers",
    "field": "bundles", "undo": "undo", "conflicts": "cases", "settle": "settle", "evidence": "cases",
    "view_file": "cases", "save_file": "export", "detach": "detach",
}  # fmt: skip
"""Command → the action or power of `db.posts` that it needs; the others are for everybody."""


def of(*places: Place) -> list[Command]:
    """The commands that hold at these places, in the order of the help."""
    return [command for command in COMMANDS.values() if command.place in places]


def bindings(*places: Place) -> list[BindingType]:
    """The key bindings of these places, for `BINDINGS` of the app or a screen."""
    return [command.binding() for command in of(*places) if command.keys]


def with_keys(own: Mapping[str, tuple[str, ...]]) -> dict[str, Command]:
    """The commands with the keys that an officer set in the config."""
    return {
        name: command._replace(keys=own[name]) if name in own else command
        for name, command in COMMANDS.items()
    }
