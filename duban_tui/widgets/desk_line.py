"""The first line: who am I, what day is it for deadlines, is my work safe. It says only what is known."""

from __future__ import annotations

import datetime as dt

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from db.instants import day_of, local
from db.workdays import Calendar
from duban_tui.wording import WEEKDAYS


class DeskLine(Widget):
    """Office and officer, today and the next working day, last backup and drafts."""

    DEFAULT_CSS = "DeskLine { height: 1; background: $panel; text-style: bold; }"

    who: reactive[tuple[str, ...]] = reactive(())
    """Office, then officer: the later ones give way first, but not before what is less urgent to know."""
    today: reactive[tuple[str, ...]] = reactive(())
    """Today, then the next working day."""
    safe: reactive[tuple[str, ...]] = reactive(())
    """Last backup, drafts; the first ones give way first."""

    def render(self) -> Content:
        """As much as the width holds."""
        width = self.size.width - 1
        who, today, safe = list(self.who), list(self.today), list(self.safe)
        for giving_way in (safe, today, who, safe):
            if cell_len(self._line(who, today, safe, 0)) <= width:
                break
            if len(giving_way) > 1:
                giving_way.pop(0 if giving_way is safe else -1)
        return Content(" " + self._line(who, today, safe, width))

    @staticmethod
    def _line(who: list[str], today: list[str], safe: list[str], width: int) -> str:
        left = "  ".join(("督办", " · ".join(who), " · ".join(today)))
        right = " · ".join(safe)
        return left + " " * max(2, width - cell_len(left) - cell_len(right) - 1) + right


def say_day(calendar: Calendar, now: int) -> tuple[str, ...]:
    """``11-22 周日 休``, ``下一工作日 11-23 周一``."""
    day = day_of(now)
    following = calendar.next_workday(day + dt.timedelta(days=1))
    return f"{_day(day)} {calendar.kind(day).label}", f"下一工作日 {_day(following)}"


def say_backup(last_backup: int | None, now: int) -> str:
    """``已备份 08:00`` today, with the day on others, ``未备份`` when there is none."""
    if last_backup is None:
        return "未备份"
    made = local(last_backup)
    return f"已备份 {made:%H:%M}" if made.date() == day_of(now) else f"已备份 {made:%m-%d}"


def _day(day: dt.date) -> str:
    return f"{day:%m-%d} 周{WEEKDAYS[day.weekday()]}"
