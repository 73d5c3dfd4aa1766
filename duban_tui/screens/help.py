"""Help: the keys of this screen, then of all others, the states, the words. Made from the definitions."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from db.terms import Alarm
from duban_tui.commands import Command, Place
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.alarm import FACES
from duban_tui.widgets.case_columns import fit

MEANINGS = {
    Alarm.OVERDUE: "超过办理时限还没有办结",
    Alarm.URGENT: "应办结日前只剩两个工作日以内（含当天）",
    Alarm.WARNING: "送达后超过两个工作日没有受理",
    Alarm.DELIVERED: "已送达，还没有受理",
    Alarm.NORMAL: "正常办理；等待督查办决定的也在这里",
    Alarm.PAUSED: "依法暂停计时",
    Alarm.DONE: "办结、不予受理或撤回",
}

HINTS = (
    "输入法开着时字母到不了程序：用 F 键、方向键、Enter、数字，或 F9 找命令。",
    "警报、紧急后面还有 ? 或 > 的，是一直没有受理（? 已过受理期限）。",
    "剩余按工作日计；“受理剩”说的是受理期限。“暂定”是那一年的放假安排还没有公布。",
    "单位树上的两个数是警报和紧急，含所有下级；点是零。",
)


class HelpScreen(DeskScreen[None]):
    """A page to scroll."""

    BINDINGS = [Binding("f1,q", "back", "返回", show=False)]

    def __init__(self, here: Sequence[Place] = ()) -> None:
        """Begin with the commands of the places where the officer is."""
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        """The whole page."""
        with VerticalScroll():
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> list[Content]:
        elsewhere = [place for place in Place if place not in self._here]
        lines = [line for place in self._here for line in self._part(place, "（这一屏）")]
        lines += [Content.styled("状态", "bold"), *map(_state, FACES), Content("")]
        lines += [line for place in elsewhere for line in self._part(place)]
        return [*lines, Content.styled("要点", "bold"), *(Content(f"  {hint}") for hint in HINTS)]

    def _part(self, place: Place, remark: str = "") -> list[Content]:
        offered = [each for each in self.desk.commands.values() if each.place is place]
        return [Content.styled(place.value + remark, "bold"), *map(_line, offered), Content("")]


def _state(alarm: Alarm) -> Content:
    look = FACES[alarm]
    return Content.assemble(("  " + fit(look.text, 10), f"${look.token}"), MEANINGS[alarm])


def _line(command: Command) -> Content:
    keys = command.shown_keys or "F9 里找"
    return Content.assemble("  ", (fit(keys, 13), "$text-accent"), fit(command.label, 11), command.tooltip)
