"""A case in a few lines: what it is, what its time is, what was said last."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from db import instants
from db.actions import Action
from db.deadlines import remaining
from db.reads.case import CaseFacts
from db.reads.flow import TimelineRow
from db.terms import Stage
from db.workdays import Calendar
from duban_tui.widgets import alarm
from duban_tui.widgets.desk_line import WEEKDAYS


class Preview(Static):
    """The case under the cursor, read when the cursor rests."""

    DEFAULT_CSS = "Preview { padding: 0 1; overflow: hidden; }"

    def show(self, facts: CaseFacts | None, last: TimelineRow | None, calendar: Calendar, now: int) -> None:
        """Show a case, or nothing."""
        self.update(Content("") if facts is None else _content(facts, last, calendar, now))


def _content(facts: CaseFacts, last: TimelineRow | None, calendar: Calendar, now: int) -> Content:
    about = " · ".join(part for part in (facts.channel, facts.kind, facts.category) if part)
    lines = [
        Content.assemble((f"{facts.number} ", "bold"), (facts.title, "bold")),
        Content("  ").join([alarm.content(facts.alarm), Content(_dates(facts, calendar, now))]),
        Content(
            "  ".join(part for part in (about, facts.unit and f"主办 {facts.unit}", facts.submitter) if part)
        ),
    ]
    if facts.body:
        lines.append(Content(" ".join(facts.body.split())))
    if last is not None:
        lines.append(Content.styled(_last(last), "$text-muted"))
    return Content("\n").join(lines)


def _dates(facts: CaseFacts, calendar: Calendar, now: int) -> str:
    said = [
        f"{_day(instant)} {word}"
        for instant, word in ((facts.delivered_at, "送达"), (facts.accepted_at, "受理"))
        if instant is not None
    ]
    if not facts.open:
        said.append(Stage(facts.stage).label)
    elif facts.paused_at is not None:
        said.append(f"{_day(facts.paused_at)} 起暂停")
    elif facts.due_at is not None:
        left = remaining(calendar, now, facts.due_at)
        day = instants.last_day_of(facts.due_at)
        over = f"超 {-left} 个工作日" if now >= facts.due_at else f"剩 {left} 个工作日"
        said.append(f"应于 {day:%m-%d} {WEEKDAYS[day.weekday()]}办结（{facts.limit_text}，{over}）")
        if facts.provisional:
            said.append("暂定")
    elif facts.running:
        said.append("长期，无明确时限")
    return " · ".join(said)


def _day(instant: int) -> str:
    return instants.local(instant).strftime("%m-%d")


def _last(step: TimelineRow) -> str:
    when = "" if step.at is None else f"{_day(step.at)} "
    return f"最近：{when}{Action(step.action).label} {step.party or step.by} {step.summary}".rstrip()
