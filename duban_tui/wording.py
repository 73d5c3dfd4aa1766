"""How a case is put into a few words: what is left of its time, when it last changed. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from db import instants
from db.alarms import outlasts_due, remaining
from db.instants import day_of
from db.reads.board import CaseRow
from db.terms import UNCLAIMED_LABEL, Alarm, Pending, Stage
from db.workdays import Calendar

WEEKDAYS = "一二三四五六日"
"""The days of the week, Monday first."""

if TYPE_CHECKING:
    from db.reads.case import CaseFacts

_SHORT_STAGES = {Stage.REFUSED: "不受理", Stage.WITHDRAWN: "撤回"}
"""Stages whose label is longer than the narrow column."""

_SHORT_QUEUES = {Pending.RETURN: "退回", Pending.EXTENSION: "延期", Pending.REVIEW: "待审核"}
"""Queues whose label is longer than the narrow column."""


def time_left(row: CaseRow | CaseFacts, calendar: Calendar, now: int, *, short: bool = False) -> str:
    """What is left, in working days, and of what: ``超 3 日``, ``剩 1 日``, ``受理剩 1 日``, ``暂停``."""
    said = _time_left(row, calendar, now)
    if row.provisional and row.open and row.due_at is not None:
        said += "~" if short else " 暂定"
    if not short:
        return said
    return re.sub("^受理", "受", said).replace(" ", "")


def _time_left(row: CaseRow | CaseFacts, calendar: Calendar, now: int) -> str:
    if not row.open:
        return _SHORT_STAGES.get(Stage(row.stage), Stage(row.stage).label)
    if row.alarm == Alarm.PAUSED:
        return Alarm.PAUSED.label
    if not row.running:
        return Stage(row.stage).label
    if (
        row.accepted_at is None
        and row.accept_by is not None
        and not outlasts_due(row.accept_by, row.due_at)
        and row.alarm in (Alarm.WARNING, Alarm.DELIVERED)
    ):
        return "受理" + _days(remaining(calendar, now, row.accept_by), now >= row.accept_by)
    if row.due_at is None:
        return "长期"
    return _days(remaining(calendar, now, row.due_at), now >= row.due_at)


def _days(left: int, past: bool) -> str:
    """So many working days left or over. The day itself is 限今天; a night over is not yet a day over."""
    if past:
        return f"超 {-left} 日" if left < 0 else "已超期"
    return f"剩 {left} 日" if left > 0 else "限今天"


def changed(updated_at: int, now: int) -> str:
    """When a case last changed: ``08:12`` today, ``昨天``, ``11-20``, ``2025-03``."""
    day, today = day_of(updated_at), day_of(now)
    if day == today:
        return instants.local(updated_at).strftime("%H:%M")
    if (today - day).days == 1:
        return "昨天"
    return f"{day:%m-%d}" if day.year == today.year else f"{day:%Y-%m}"


def said_day(day: date, now: int) -> str:
    """A day as one says it today: ``11-20``, of another year ``2025-11-20``."""
    return f"{day:%m-%d}" if day.year == day_of(now).year else day.isoformat()


def due_words(facts: CaseFacts, calendar: Calendar, now: int) -> str:
    """The due date in a sentence: ``应于 11-23 周一办结（5工作日，剩 1 个工作日）``."""
    if not facts.open:
        ended = "" if facts.closed_at is None else f"{said_day(day_of(facts.closed_at), now)} "
        return ended + Stage(facts.stage).label
    if facts.paused_at is not None:
        return f"{said_day(day_of(facts.paused_at), now)} 起暂停"
    if facts.due_at is None:
        return "长期，无明确时限" if facts.running else Stage(facts.stage).label
    left, day = remaining(calendar, now, facts.due_at), instants.last_day_of(facts.due_at)
    over = f"超 {-left} 个工作日" if now >= facts.due_at else f"剩 {left} 个工作日"
    provisional = "，暂定" if facts.provisional else ""
    due = f"{said_day(day, now)} 周{WEEKDAYS[day.weekday()]}"
    return f"应于 {due}办结（{facts.limit_text}，{over}{provisional}）"


def spoken(facts: CaseFacts, calendar: Calendar, now: int) -> str:
    """A case as one would read it out, masked."""
    lines = (
        f"{facts.number} {facts.title}",
        f"主办 {facts.unit}" if facts.unit else "",
        f"{Alarm(facts.alarm).label} {due_words(facts, calendar, now)}",
        f"地点 {facts.place}" if facts.place else "",
        facts.body,
    )
    return "\n".join(line for line in lines if line)


def queue_word(row: CaseRow, *, short: bool = False) -> str:
    """What of the case lies on the desk: 待交办 …; 待认领 where no unit is known."""
    if not row.pending:
        return UNCLAIMED_LABEL
    pending = Pending(row.pending)
    return _SHORT_QUEUES.get(pending, pending.label) if short else pending.label
