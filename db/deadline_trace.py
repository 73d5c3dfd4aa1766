"""The day-by-day explanation of a due date: what an officer reads out when someone asks why.

It is written from the very `Reckoning` that the clock is made of, so the two cannot disagree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from db.alarms import outlasts_due
from db.instants import day_of, last_day_of
from db.reckoning import Pause, Reckoning, reckon, urgent_muted
from db.rules import DeadlineRules, Limit, LimitUnit
from db.trace_words import Question, sentences
from db.workdays import ONE_DAY, Calendar, DayKind


class TraceDay(NamedTuple):
    """One line of the trace."""

    day: dt.date
    kind: DayKind
    name: str
    """The holiday it belongs to; empty for an ordinary day."""
    counted: int | None
    """Which day of the limit it is; None where it does not count."""
    mark: str
    """What falls on it (送达, 受理期限, 紧急起, 应办结 …), several joined by 、."""


class Trace(NamedTuple):
    """Why a case is due when it is. Ends are exclusive instants, as in `deadlines.Clock`."""

    start: int
    limit: Limit
    days: list[TraceDay]
    """From 送达 to the last date that matters, without a gap."""
    due_at: int | None
    accept_by: int | None
    urgent_from: int | None
    provisional: bool
    rule_due: int | None
    """The rule's own answer, also where `due_at` was set from outside."""
    basis: str
    """The legal basis of the limit."""
    revision: str
    """Of the calendar that was used."""
    sentences: list[str]
    """The same in Chinese words."""


def explain(
    start: int,
    limit: Limit,
    calendar: Calendar,
    rules: DeadlineRules,
    *,
    pauses: Sequence[Pause] = (),
    extended_to: int | None = None,
    due_at: int | None = None,
    now: int | None = None,
) -> Trace:
    """Explain what `deadlines.clock` answers to the same question.

    `extended_to` is a granted extension; `due_at` is the date that now stands on the case where it
    was set from outside, and decides over it. With `now`, today is marked and the days left are told.

    Raises:
        ValueError: a date beyond the years that can be computed.
    """
    dates = reckon(start, limit, calendar, rules, pauses, extended_to if due_at is None else due_at)
    question = Question(start, limit, calendar, rules, extended_to, now)
    return Trace(
        start=start,
        limit=limit,
        days=list(_days(question, dates)),
        due_at=dates.due_at,
        accept_by=dates.accept_by,
        urgent_from=dates.urgent_from,
        provisional=dates.provisional,
        rule_due=dates.rule_due,
        basis=limit.basis,
        revision=calendar.revision,
        sentences=list(sentences(question, dates)),
    )


def _days(question: Question, dates: Reckoning) -> Iterator[TraceDay]:
    calendar, limit = question.calendar, question.limit
    marks = _marks(question, dates)
    first, last = min(marks), max(marks)
    if dates.urgent_from is not None and not urgent_muted(limit, question.rules):
        marks.setdefault(day_of(dates.urgent_from), []).append("紧急起")
    if question.now is not None:
        marks.setdefault(day_of(question.now), []).append("今天")
    day, count = first, 0
    while day <= last:
        counts = (
            day >= dates.first
            and count < limit.value
            and limit.unit in (LimitUnit.WORKDAYS, LimitUnit.DAYS)
            and (limit.unit is LimitUnit.DAYS or calendar.is_workday(day))
            and not any(span.covers(day) for span in dates.spans)
        )
        count += counts
        yield TraceDay(
            day,
            calendar.kind(day),
            calendar.name(day),
            count if counts else None,
            "、".join(marks.get(day, ())),
        )
        day += ONE_DAY


def _marks(question: Question, dates: Reckoning) -> dict[dt.date, list[str]]:
    """The marks that the trace must reach; they span its days."""
    marks: dict[dt.date, list[str]] = {}

    def mark(day: dt.date, word: str) -> None:
        marks.setdefault(day, []).append(word)

    mark(day_of(question.start), "送达")
    if dates.accept_by is not None:
        late = outlasts_due(dates.accept_by, dates.due_at)
        mark(last_day_of(dates.accept_by), "受理期限（以办结为准）" if late else "受理期限")
    for began, ended in dates.spans:
        mark(day_of(began), "暂停")
        if ended is not None:
            mark(day_of(ended), "恢复")
    if dates.count_end is not None and dates.rule_due is not None:
        day = dates.count_end
        while day < last_day_of(dates.rule_due):
            mark(day, "顺延")
            day += ONE_DAY
    if dates.rule_due not in (None, dates.due_at):
        mark(last_day_of(dates.rule_due), "原应办结")
    if question.extended_to is not None and dates.due_at is not None:
        mark(last_day_of(question.extended_to), "延期至")
    if dates.due_at is not None:
        mark(last_day_of(dates.due_at), "应办结")
    return marks
