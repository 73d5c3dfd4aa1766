"""What the board shows: counts by alarm, the desk's own queues, and lists of cases of any length.

Bare SQL on a read-only connection; rows are tuples. A list is a vector of ids in its order, and the
rows that are looked at are fetched by id, so no list is ever skipped through with OFFSET. Alarms are
compared with *now* at the moment of reading and stored nowhere.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from db.alarms import ALARM_SQL
from db.connection import Connection
from db.masking import mask_text
from db.reads.names import UNIT_NAME
from db.terms import Alarm, Pending

UNCLAIMED = "unclaimed"
"""The queue 待认领; the other queues are those of `terms.Pending`."""

QUEUES = (*(str(pending) for pending in Pending), UNCLAIMED)
"""The desk's own queues in the order of the board."""

SORTS = ("urgency", "due", "newest", "updated", "number", "unit")
"""The orders a list can have."""

_CHUNK = 500
"""Ids bound in one statement."""


class Scope(NamedTuple):
    """A unit with all below it; without a unit the whole tree."""

    unit_id: int | None = None
    level: int = 1


class CaseRow(NamedTuple):
    """A line of a list. Instants are epoch seconds; `stage` and `alarm` are codes; texts are masked."""

    id: int
    number: str
    title: str
    unit: str
    """Short name of the 主办, or the name as written while no known unit fits."""
    stage: str
    alarm: str
    due_at: int | None
    accept_by: int | None
    accepted_at: int | None
    running: bool
    open: bool
    pending: str | None
    updated_at: int
    confidential: bool
    provisional: bool


class Counts(NamedTuple):
    """How many cases a scope holds."""

    alarms: dict[Alarm, int]
    """Every alarm is a key; `Alarm.DONE` counts the closed ones."""
    queues: dict[str, int]
    """Every queue of `QUEUES` is a key."""
    open: int
    total: int


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


_UNIT = f"""coalesce(({UNIT_NAME.format(unit='"case".unit_id')}), unclaimed, '')"""
_SEARCHED = f"lower(number || ' ' || title || ' ' || place || ' ' || {_UNIT})"
"""What the words of a filter are looked for in."""

_ORDERS = {
    "due": "due_at IS NULL, due_at, id",
    "newest": "id DESC",
    "updated": "updated_at DESC, id DESC",
    "number": "number",
    "unit": f"{_UNIT}, due_at IS NULL, due_at, id",
}


def scope_terms(scope: Scope) -> list[str]:
    """The condition that a case belongs to a scope; the unit is bound as ``:unit``."""
    if scope.unit_id is None or scope.level <= 1:
        return []
    return [f"l{scope.level} = :unit"]


def _aside(terms: list[str]) -> list[str]:
    """The same conditions, barred from choosing the index: a queue is far shorter than a district."""
    return [f"+{term}" for term in terms]


def counts(connection: Connection, scope: Scope, now: int) -> Counts:
    """Count the cases of a scope by alarm and by queue."""
    within = scope_terms(scope)
    bound = {"unit": scope.unit_id, "now": now}
    alarms = dict.fromkeys(Alarm, 0)
    for alarm, number in connection.execute(_counts_sql(within), bound):
        alarms[Alarm(alarm)] = number
    opened = sum(alarms.values())
    total = int(connection.execute(_select("count(*)", within), bound).fetchone()[0])
    alarms[Alarm.DONE] = total - opened
    queues = dict.fromkeys(QUEUES, 0)
    queued = _select("pending, count(*)", ["pending IS NOT NULL", *_aside(within)]) + " GROUP BY pending"
    queues.update(connection.execute(queued, bound))
    unclaimed = _select("count(*)", ["unclaimed IS NOT NULL", *_aside(within)])
    queues[UNCLAIMED] = int(connection.execute(unclaimed, bound).fetchone()[0])
    return Counts(alarms, queues, opened, total)


def ids(connection: Connection, query: ListQuery, now: int) -> array[int]:
    """The ids of a whole list, in its order."""
    if query.sort == "urgency":
        return _by_urgency(connection, query, now)
    terms = conditions(query)
    if query.sort != "due" and "open = 1" in terms:
        # Chosen along the small index of open cases first: the index that holds the order holds millions.
        terms = [f"id IN ({_select('id', terms)})"]
    sql = _select("id", terms) + f" ORDER BY {_ORDERS[query.sort]}"
    return array("q", (row[0] for row in connection.execute(sql, bindings(query, now))))


def rows(connection: Connection, ids: Sequence[int], now: int) -> list[CaseRow]:
    """The lines of these cases, in the order of `ids`; ids that are gone are left out."""
    found: dict[int, CaseRow] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        for row in connection.execute(_rows_sql(len(chunk)), {"now": now, **_numbered(chunk)}):
            found[row[0]] = CaseRow(*row)._replace(
                title=mask_text(row[2]), running=bool(row[9]), open=bool(row[10]),
                confidential=bool(row[13]), provisional=bool(row[14]),
            )  # fmt: skip
    return [found[each] for each in ids if each in found]


def page(
    connection: Connection, query: ListQuery, now: int, limit: int, after: int | None = None
) -> list[CaseRow]:
    """The first lines of a list, or those after the case `after`, without reading the whole list.

    Orders that no index holds (by unit, number or change) still sort the list once.
    """
    if query.sort == "urgency" and query.queue is None:
        found = _page_by_urgency(connection, query, now, limit, after)
    elif query.sort == "newest":
        found = _page_of_newest(connection, query, now, limit, after)
    else:
        listed = ids(connection, query, now)
        start = 0 if after is None else listed.index(after) + 1
        found = listed[start : start + limit].tolist()
    return rows(connection, found, now)


def _select(columns: str, terms: Iterable[str]) -> str:
    where = " AND ".join(terms)
    return f'SELECT {columns} FROM "case"' + (f" WHERE {where}" if where else "")


def _counts_sql(within: list[str]) -> str:
    return _select(f"{ALARM_SQL} AS alarm, count(*)", ["open = 1", *within]) + " GROUP BY alarm"


def _rows_sql(number: int) -> str:
    columns = f"""id, number, title, {_UNIT}, stage, {ALARM_SQL},
        due_at, accept_by, accepted_at, running, open, pending, updated_at, confidential, provisional"""
    return _select(columns, [f"id IN ({', '.join(f':i{n}' for n in range(number))})"])


def _numbered(values: Iterable[int]) -> dict[str, int]:
    return {f"i{n}": value for n, value in enumerate(values)}


def _filters(query: ListQuery) -> list[str]:
    """The conditions of a list, but for the alarm."""
    terms = scope_terms(query.scope)
    if query.queue is not None:
        terms = ["unclaimed IS NOT NULL" if query.queue == UNCLAIMED else "pending = :queue", *_aside(terms)]
    if query.stage is not None:
        terms.append("stage = :stage")
    if query.since is not None:
        terms.append("id >= :since")
    if query.until is not None:
        terms.append("id < :until")
    return terms + [f"instr({_SEARCHED}, :w{n}) > 0" for n in range(len(query.words.split()))]


def conditions(query: ListQuery) -> list[str]:
    """All conditions of a list, on the columns of a case; see `bindings`."""
    if query.alarm is Alarm.DONE:
        return ["open = 0", *_filters(query)]
    if query.alarm is not None:
        return ["open = 1", f"{ALARM_SQL} = :alarm", *_filters(query)]
    whole = not query.open_only or query.queue is not None
    return _filters(query) if whole else ["open = 1", *_filters(query)]


def bindings(query: ListQuery, now: int) -> dict[str, Any]:
    """The values that `conditions` name."""
    words = {f"w{n}": word.lower() for n, word in enumerate(query.words.split())}
    alarm = None if query.alarm is None else str(query.alarm)
    values = {
        "unit": query.scope.unit_id,
        "now": now,
        "queue": query.queue,
        "alarm": alarm,
        "stage": query.stage,
    }
    return {**values, "since": _id_of(query.since), "until": _id_of(query.until), **words}


def _id_of(instant: int | None) -> int | None:
    """The first id that a case received at this instant can have."""
    return None if instant is None else instant << 20


def _by_urgency(connection: Connection, query: ListQuery, now: int) -> array[int]:
    """Worst alarm first, then by due date, cases without one last; closed cases newest first.

    One walk along the index of due dates fills a bucket per alarm, so nothing is sorted.
    """
    buckets: dict[tuple[str, int], array[int]] = {}
    sql = _select(f"{ALARM_SQL}, due_at IS NULL, id", conditions(query)) + " ORDER BY due_at, id"
    for alarm, undated, case_id in connection.execute(sql, bindings(query, now)):
        buckets.setdefault((alarm, undated), array("q")).append(case_id)
    ordered = array("q")
    for alarm in Alarm:
        part = buckets.get((alarm, 0), array("q")) + buckets.get((alarm, 1), array("q"))
        ordered.extend(sorted(part, reverse=True) if alarm is Alarm.DONE else part)
    return ordered


class _Stretch(NamedTuple):
    """A part of a list by urgency that one index holds in order."""

    alarm: Alarm
    dated: bool
    where: str
    order: str = "due_at, id"
    beyond: str = "(due_at, id) > (:after_due, :after_id)"
    """The condition that goes on after a row within the stretch."""


def _stretches() -> Iterator[_Stretch]:
    for alarm in (Alarm.OVERDUE, Alarm.URGENT, Alarm.WARNING, Alarm.DELIVERED, Alarm.NORMAL, Alarm.PAUSED):
        late = alarm is Alarm.OVERDUE
        floor = "0" if alarm in (Alarm.NORMAL, Alarm.PAUSED) else ":now"
        dated = "due_at <= :now" if late else f"due_at > {floor}"
        is_alarm = f"open = 1 AND {ALARM_SQL} = '{alarm}'"
        yield _Stretch(alarm, True, f"{is_alarm} AND {dated}")
        yield _Stretch(alarm, False, f"{is_alarm} AND due_at IS NULL", "id", "id > :after_id")
    yield _Stretch(Alarm.DONE, True, "open = 0", "id DESC", "id < :after_id")


STRETCHES = tuple(_stretches())
"""The stretches of a list by urgency, worst first."""


def _page_by_urgency(
    connection: Connection, query: ListQuery, now: int, limit: int, after: int | None
) -> list[int]:
    """Stretch after stretch, each along its index, until the page is full."""
    bound = bindings(query, now)
    todo = _wanted(query)
    beyond: list[str] = []
    if after is not None:
        alarm, due_at = connection.execute(
            _select(f"{ALARM_SQL}, due_at", ["id = :after_id"]), {"now": now, "after_id": after}
        ).fetchone()
        bound |= {"after_id": after, "after_due": due_at}
        place = (Alarm(alarm), due_at is not None or alarm == Alarm.DONE)
        todo = todo[[(stretch.alarm, stretch.dated) for stretch in todo].index(place) :]
        beyond = [todo[0].beyond]
    found: list[int] = []
    for stretch in todo:
        sql = _select("id", [stretch.where, *_filters(query), *beyond])
        limited = f"{sql} ORDER BY {stretch.order} LIMIT :limit"
        found += [row[0] for row in connection.execute(limited, {**bound, "limit": limit - len(found)})]
        if len(found) >= limit:
            break
        beyond = []
    return found


def _wanted(query: ListQuery) -> list[_Stretch]:
    """The stretches that a list consists of."""
    if query.alarm is not None:
        return [stretch for stretch in STRETCHES if stretch.alarm is query.alarm]
    return [stretch for stretch in STRETCHES if stretch.alarm is not Alarm.DONE or not query.open_only]


def _page_of_newest(
    connection: Connection, query: ListQuery, now: int, limit: int, after: int | None
) -> list[int]:
    terms = conditions(query) + ([] if after is None else ["id < :after_id"])
    sql = _select("id", terms) + " ORDER BY id DESC LIMIT :limit"
    bound = {**bindings(query, now), "after_id": after, "limit": limit}
    return [row[0] for row in connection.execute(sql, bound)]
