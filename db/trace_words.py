"""The words of a due date: short Chinese sentences that an officer can read out to a caller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from db.alarms import outlasts_due
from db.instants import day_of, end_of, last_day_of, local
from db.reckoning import Reckoning, Span, urgent_muted
from db.rules import DeadlineRules, Limit, LimitUnit
from db.workdays import ONE_DAY, Calendar, DayKind


class Question(NamedTuple):
    """What was asked: the arguments of `explain` that the answer is told with."""

    start: int
    limit: Limit
    calendar: Calendar
    rules: DeadlineRules
    extended_to: int | None
    now: int | None

    def say(self, day: dt.date) -> str:
        """A day as read out: ``2026-02-14（周六，春节调休上班）``."""
        name, kind = self.calendar.name(day), self.calendar.kind(day)
        notes = {DayKind.HOLIDAY: f"，{name}放假", DayKind.MAKEUP: f"，{name}调休上班"}
        return f"{day}（周{'一二三四五六日'[day.weekday()]}{notes.get(kind, '')}）"

    def say_end(self, end: int) -> str:
        """An exclusive end as read out: ``2026-02-27（周五）24:00``."""
        day = last_day_of(end)
        return f"{self.say(day)}{'24:00' if end == end_of(day) else f'{local(end):%H:%M}'}"


def sentences(question: Question, dates: Reckoning) -> Iterator[str]:
    """Everything that decided the dates, in the order in which one would ask."""
    yield _delivery(question, dates)
    yield from _count(question, dates)
    yield from (_pause(question, dates, span) for span in dates.spans)
    if dates.due_at is not None:
        yield from _due(question, dates, dates.due_at)
    yield from _thresholds(question, dates)
    if question.limit.basis:
        yield f"依据：{question.limit.basis}。"
    yield from _calendar(question, dates)


def _delivery(question: Question, dates: Reckoning) -> str:
    start, limit = question.start, question.limit
    delivered = f"{question.say(day_of(start))}{local(start):%H:%M} 送达，"
    if limit.unit is LimitUnit.NONE:
        return f"{delivered}没有明确时限（长期），不设应办结日期。"
    if limit.unit is LimitUnit.HOURS:
        return f"{delivered}时限 {limit.value} 小时，从送达时起连续计算，休息日照算，到期不顺延。"
    counted = f"{limit.value} 个工作日" if limit.unit is LimitUnit.WORKDAYS else f"{limit.value} 日"
    if dates.first == day_of(start):
        return f"{delivered}时限 {counted}，当日起算。"
    late = "已过办公时间，" if limit.same_day else ""
    return f"{delivered}时限 {counted}，{late}次日起算。"


def _count(question: Question, dates: Reckoning) -> Iterator[str]:
    limit, calendar, end = question.limit, question.calendar, dates.count_end
    if end is None or dates.rule_due is None:
        return
    if limit.unit is LimitUnit.WORKDAYS:
        yield f"休息日不计，数满 {limit.value} 个工作日是 {question.say(end)}。"
        yield from _days_off(question, dates, end)
        return
    due = last_day_of(dates.rule_due)
    yield f"休息日照计，数满 {limit.value} 日是 {question.say(end)}。"
    if due != end:
        yield f"期满日是休息日，顺延到其后第一个工作日 {question.say(due)}。"
    elif calendar.kind(end) is DayKind.MAKEUP:
        yield "期满日是调休上班日，不顺延。"


def _days_off(question: Question, dates: Reckoning, end: dt.date) -> Iterator[str]:
    """The holidays and working weekends of the count: what a caller's own count would miss."""
    calendar = question.calendar
    days = (dates.first + ONE_DAY * n for n in range((end - dates.first).days + 1))
    counted = (day for day in days if not any(span.covers(day) for span in dates.spans))
    for (kind, name), run in groupby(counted, lambda day: (calendar.kind(day), calendar.name(day))):
        first, *rest = run
        said = f"{first} 至 {rest[-1]} {name}" if rest else f"{first} {name}"
        if kind is DayKind.HOLIDAY:
            yield f"{said}放假，不计。"
        elif kind is DayKind.MAKEUP:
            yield f"{said}调休上班，照计。"


def _pause(question: Question, dates: Reckoning, span: Span) -> str:
    began, ended = span
    if ended is None:
        return f"{question.say(day_of(began))}起暂停计时，恢复后再算应办结日期。"
    said = f"{question.say(day_of(began))}暂停计时，{question.say(day_of(ended))}恢复"
    if dates.due_at is not None and began >= dates.due_at:
        return f"{said}；暂停时时限已满，不补。"
    if question.limit.unit is LimitUnit.HOURS:
        return f"{said}，暂停的时间补回。"
    eve = max(day_of(began), dates.first - ONE_DAY)
    if question.limit.unit is LimitUnit.WORKDAYS:
        lost = f"{max(0, question.calendar.workdays_after(eve, day_of(ended)))} 个工作日"
    else:
        lost = f"{max(0, (day_of(ended) - eve).days)} 日"
    return f"{said}：暂停当天照计，其后到恢复当天共 {lost}，不计入时限。"


def _due(question: Question, dates: Reckoning, due_at: int) -> Iterator[str]:
    granted = question.extended_to
    if due_at == dates.rule_due:
        yield f"应于 {question.say_end(due_at)} 前办结。"
        return
    if dates.rule_due is not None:
        yield f"按时限本应于 {question.say_end(dates.rule_due)} 前办结。"
    if granted is not None:
        yield f"经批准延期至 {question.say_end(granted)}。"
    if due_at != granted:
        yield f"应办结日期已另行确定，以 {question.say_end(due_at)} 为准。"


def _thresholds(question: Question, dates: Reckoning) -> Iterator[str]:
    rules, now, due_at = question.rules, question.now, dates.due_at
    if dates.accept_by is not None:
        late = outlasts_due(dates.accept_by, due_at)
        yield (
            f"受理期限到 {question.say_end(dates.accept_by)}（送达后第 {rules.accept_days} 个工作日），"
            + ("办结期限早于受理期限，以办结为准。" if late else "到期未受理转为预警。")
        )
    if dates.urgent_from is None or due_at is None:
        return
    if urgent_muted(question.limit, rules):
        yield f"时限短于 {rules.urgent_min_limit} 个工作日，不显示紧急。"
    else:
        since = question.say(day_of(dates.urgent_from))
        yield f"从 {since}起，其后剩余不超过 {rules.urgent_days} 个工作日，转为紧急。"
    if now is not None:
        left = question.calendar.workdays_after(day_of(now), last_day_of(due_at))
        said = f"还剩 {left} 个工作日" if now < due_at else f"已超期 {-left} 个工作日"
        yield f"今天是 {question.say(day_of(now))}，{said}。"


def _calendar(question: Question, dates: Reckoning) -> Iterator[str]:
    calendar = question.calendar
    if dates.provisional:
        ends = [end for end in (dates.accept_by, dates.due_at) if end is not None]
        span = sorted({day_of(question.start).year, *(last_day_of(end).year for end in ends)})
        open_years = (year for year in range(span[0], span[-1] + 1) if not calendar.published(year))
        years = "、".join(str(year) for year in open_years)
        yield f"{years} 年放假安排尚未公布，以上由日历算出的日期为暂定，公布后重算。"
    source = f"（{calendar.source}）" if calendar.source else ""
    yield f"日历版本 {calendar.revision[:12]}{source}。"
