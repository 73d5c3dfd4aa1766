"""A list as stretches that an index holds in order each: walked, never sorted nor skipped through.

Where a list is narrow enough, it is a few cases that are sorted instead (`board.page`).
"""

from __future__ import annotations

from typing import NamedTuple

from db.reads.query import UNCLAIMED, ListQuery, filters, open_terms
from db.terms import Alarm


class Stretch(NamedTuple):
    """A part of a list that one index holds in order."""

    along: str
    """The index."""
    terms: list[str]
    keys: tuple[str, ...]
    """The columns of the order, never null here; the last one tells all cases apart."""
    falling: bool = False

    @property
    def order(self) -> str:
        """For ORDER BY."""
        return ", ".join(f"{key} DESC" if self.falling else key for key in self.keys)

    @property
    def beyond(self) -> str:
        """The condition that goes on after a row, whose keys are bound as ``:after_…``."""
        marks = ", ".join(f":after_{key}" for key in self.keys)
        return f"({', '.join(self.keys)}) {'<' if self.falling else '>'} ({marks})"


def stretches(query: ListQuery) -> list[Stretch]:
    """The stretches of a list, in its order."""
    found = open_part(query) if query.holds_open else []
    return [*found, closed_part(query)] if query.holds_closed else found


def open_part(query: ListQuery) -> list[Stretch]:
    """The open cases of a list."""
    return _OPEN[query.sort](query)


def closed_part(query: ListQuery) -> Stretch:
    """The closed cases of a list: newest first, 待认领 by the name that waits for a unit."""
    terms = ["open = 0", *filters(query)]
    if query.queue == UNCLAIMED:
        return Stretch("case_unclaimed", terms, ("unclaimed", "id"))
    index = query.scope.time_index if query.queue is None else "case_pending"
    return Stretch(index, terms, ("id",), falling=True)


def _by_urgency(query: ListQuery) -> list[Stretch]:
    """Worst alarm first, then by due date, cases without one last."""
    alarms = [alarm for alarm in Alarm if alarm is not Alarm.DONE] if query.alarm is None else [query.alarm]
    return [stretch for alarm in alarms for stretch in _by_due(query._replace(alarm=alarm))]


def _by_due(query: ListQuery) -> list[Stretch]:
    """By due date, cases without one last."""
    index, terms = query.scope.open_index, open_terms(query)
    dated = "due_at IS NOT NULL" if query.alarm is None else _WHEN_DUE.get(query.alarm, "due_at IS NOT NULL")
    with_date = Stretch(index, [dated, *terms], ("due_at", "id"))
    if query.alarm in _DATED:
        return [with_date]
    return [with_date, Stretch(index, ["due_at IS NULL", *terms], ("id",))]


_DATED = (Alarm.OVERDUE, Alarm.URGENT)
"""Alarms that no case without a due date has."""

_WHEN_DUE = {
    Alarm.OVERDUE: "due_at <= :now",
    Alarm.URGENT: "due_at > :now",
    Alarm.WARNING: "due_at > :now",
    Alarm.DELIVERED: "due_at > :now",
}
"""Where on the index of due dates an alarm can stand; a stopped clock may stand anywhere."""


def _newest(query: ListQuery) -> list[Stretch]:
    return [Stretch("case_open_newest", open_terms(query), ("id",), falling=True)]


def _by_change(query: ListQuery) -> list[Stretch]:
    return [Stretch("case_open_updated", open_terms(query), ("updated_at", "id"), falling=True)]


def _by_number(query: ListQuery) -> list[Stretch]:
    return [Stretch("case_open_number", open_terms(query), ("number", "id"))]


def _by_unit(query: ListQuery) -> list[Stretch]:
    """Unit by unit, then the names that wait for one, then cases without any; the oldest of each first."""
    terms = open_terms(query)
    return [
        Stretch("case_open_unit", ["unit_id IS NOT NULL", *terms], ("unit_id", "id")),
        Stretch("case_open_unit", ["unit_id IS NULL", "unclaimed IS NOT NULL", *terms], ("unclaimed", "id")),
        Stretch("case_open_unit", ["unit_id IS NULL", "unclaimed IS NULL", *terms], ("id",)),
    ]


_OPEN = {
    "urgency": _by_urgency,
    "due": _by_due,
    "newest": _newest,
    "updated": _by_change,
    "number": _by_number,
    "unit": _by_unit,
}
