"""Which cases a list shows, as conditions on the columns of a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from db.alarms import ALARM_SQL
from db.reads.names import UNIT_NAME
from db.terms import FINAL_STAGES, Alarm, Pending

UNCLAIMED = "unclaimed"
"""The queue 待认领; the other queues are those of `terms.Pending`."""

QUEUES = (*(str(pending) for pending in Pending), UNCLAIMED)
"""The desk's own queues in the order of the board."""

SORTS = ("urgency", "due", "newest", "updated", "number", "unit")
"""The orders a list can have; closed cases follow the open ones, newest first, in every one."""

UNIT_SHOWN = f"""coalesce(({UNIT_NAME.format(unit='"case".unit_id')}), unclaimed, '')"""
"""The unit of a line: its short name, or the name as written while no known unit fits."""

_SEARCHED = f"lower(number || ' ' || title || ' ' || place || ' ' || {UNIT_SHOWN})"
"""What the words of a filter are looked for in."""


class Scope(NamedTuple):
    """A unit with all below it; without a unit the whole tree."""

    unit_id: int | None = None
    level: int = 1

    @property
    def is_whole(self) -> bool:
        """Every case, whatever its unit."""
        return self.unit_id is None or self.level <= 1

    @property
    def open_index(self) -> str:
        """The index that holds the open cases of a scope by due date."""
        return "case_open_due" if self.is_whole else f"case_open_l{self.level}"

    @property
    def time_index(self) -> str:
        """The index that holds the cases of a scope, the closed ones before the open, by time."""
        return "case_all" if self.is_whole else f"case_l{self.level}"


class ListQuery(NamedTuple):
    """Which cases a list shows, and in which order."""

    scope: Scope = Scope()
    alarm: Alarm | None = None
    queue: str | None = None
    """One of `QUEUES`; a queue is shown whole, also its closed cases."""
    words: str = ""
    """Words that must all occur in the number, title, place or unit."""
    sort: str = "urgency"
    open_only: bool = True
    stage: str | None = None
    """A code of `terms.Stage`."""
    since: int | None = None
    """Received at this instant or later."""
    until: int | None = None
    """Received before this instant."""

    @property
    def holds_open(self) -> bool:
        """Open cases belong to it."""
        return self.alarm is not Alarm.DONE and self.stage not in FINAL_STAGES

    @property
    def holds_closed(self) -> bool:
        """Closed cases belong to it."""
        if self.alarm is not None:
            return self.alarm is Alarm.DONE
        if self.stage is not None:
            return self.stage in FINAL_STAGES
        return not self.open_only or self.queue is not None


def scope_terms(scope: Scope) -> list[str]:
    """The condition that a case belongs to a scope; the unit is bound as ``:unit``."""
    return [] if scope.is_whole else [f"l{scope.level} = :unit"]


def filters(query: ListQuery) -> list[str]:
    """The conditions of a list, but for open and alarm."""
    terms = scope_terms(query.scope)
    if query.queue is not None:
        terms.append("unclaimed IS NOT NULL" if query.queue == UNCLAIMED else "pending = :queue")
    if query.stage is not None:
        terms.append("stage = :stage")
    if query.since is not None:
        terms.append("id >= :since")
    if query.until is not None:
        terms.append("id < :until")
    return terms + [f"instr({_SEARCHED}, :w{n}) > 0" for n in range(len(query.words.split()))]


def open_terms(query: ListQuery) -> list[str]:
    """The conditions of the open cases of a list."""
    alarm = [] if query.alarm is None else [f"{ALARM_SQL} = '{query.alarm}'"]
    return ["open = 1", *alarm, *filters(query)]


def conditions(query: ListQuery) -> list[str]:
    """All conditions of a list, on the columns of a case; see `bindings`."""
    if not query.holds_closed:
        return open_terms(query)
    return filters(query) if query.holds_open else ["open = 0", *filters(query)]


def bindings(query: ListQuery, now: int) -> dict[str, Any]:
    """The values that the conditions name."""
    values = {
        "unit": query.scope.unit_id,
        "now": now,
        "queue": query.queue,
        "stage": query.stage,
        "since": _id_of(query.since),
        "until": _id_of(query.until),
    }
    return {**values, **{f"w{n}": word.lower() for n, word in enumerate(query.words.split())}}


def _id_of(instant: int | None) -> int | None:
    """The first id that a case received at this instant can have."""
    return None if instant is None else instant << 20


def select(columns: str, terms: Iterable[str], index: str | None = None) -> str:
    """A statement over cases; an index that is named is the one taken, or the statement is refused."""
    where = " AND ".join(terms)
    source = '"case"' if index is None else f'"case" INDEXED BY {index}'
    return f"SELECT {columns} FROM {source}" + (f" WHERE {where}" if where else "")
