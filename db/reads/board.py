"""What the board shows: counts by alarm, the desk's own queues, and lists of cases of any length.

Bare SQL on a read-only connection; rows are tuples. A list is a vector of ids in its order, and the
rows that are looked at are fetched by id, so no list is ever skipped through with OFFSET. Alarms are
compared with *now* at the moment of reading and stored nowhere. Every statement names the index it
takes: the statistics of an office that grows must not change what the desk waits for.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from db import closed
from db.alarms import ALARM_SQL
from db.connection import Connection
from db.masking import mask_text
from db.reads.query import (
    QUEUES,
    SORTS,
    UNCLAIMED,
    UNIT_SHOWN,
    ListQuery,
    Scope,
    bindings,
    conditions,
    open_terms,
    scope_terms,
    select,
)
from db.reads.stretches import Stretch, closed_part, open_part, stretches
from db.terms import Alarm

__all__ = [
    "QUEUES",
    "SORTS",
    "UNCLAIMED",
    "CaseRow",
    "Counts",
    "ListQuery",
    "Scope",
    "bindings",
    "conditions",
    "counts",
    "ids",
    "page",
    "pieces",
    "rows",
    "scope_terms",
]

FEW = 300
"""So many cases are sorted sooner than they are found along an order of all open ones."""

PIECE = 50_000
"""Ids of closed cases read at once: 10 to 22 ms."""

_CHUNK = 500
"""Ids bound in one statement."""

_ALL = -1
"""No limit."""

_RANK = f"CASE {ALARM_SQL} " + " ".join(f"WHEN '{alarm}' THEN {n}" for n, alarm in enumerate(Alarm)) + " END"

_ORDERS = {
    "urgency": f"{_RANK}, due_at IS NULL, due_at, id",
    "due": "due_at IS NULL, due_at, id",
    "newest": "id DESC",
    "updated": "updated_at DESC, id DESC",
    "number": "number",
    "unit": "unit_id IS NULL, unit_id, unclaimed IS NULL, unclaimed, id",
}
"""The orders of open cases where a few are sorted; `stretches` holds the same as walks along an index."""


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
    conflicts: int = 0
    """Open conflicts of its cases."""


_COUNTED_ALARMS = [alarm for alarm in Alarm if alarm not in (Alarm.NORMAL, Alarm.DONE)]
_ALARMED = ", ".join(f"count(*) FILTER (WHERE alarm = '{alarm.value}')" for alarm in _COUNTED_ALARMS)
"""Counted in one walk: GROUP BY sorts all cases first, which takes twice as long. A state is worked out once,
not once for each count, where the inner SELECT has a LIMIT."""


def counts(connection: Connection, scope: Scope, now: int) -> Counts:
    """Count the cases of a scope by alarm and by queue."""
    within = scope_terms(scope)
    bound = {"unit": scope.unit_id, "now": now}
    alarms = dict.fromkeys(Alarm, 0)
    each = select(f"{ALARM_SQL} AS alarm", ["open = 1", *within], scope.open_index)
    opened, *numbers = connection.execute(
        f"SELECT count(*), {_ALARMED} FROM ({each} LIMIT -1)", bound
    ).fetchone()
    alarms.update(zip(_COUNTED_ALARMS, numbers, strict=True))
    alarms[Alarm.NORMAL] = opened - sum(numbers)
    alarms[Alarm.DONE] = closed.count(connection, scope.unit_id if within else None)
    queues = dict.fromkeys(QUEUES, 0)
    pending = select("pending, count(*)", ["pending IS NOT NULL", *within], "case_pending")
    queues.update(connection.execute(f"{pending} GROUP BY pending", bound))
    unclaimed = select("count(*)", ["unclaimed IS NOT NULL", *within], "case_unclaimed")
    queues[UNCLAIMED] = int(connection.execute(unclaimed, bound).fetchone()[0])
    in_conflict = select("coalesce(sum(conflicts), 0)", ["conflicts > 0", *within], "case_conflicts")
    conflicts = int(connection.execute(in_conflict, bound).fetchone()[0])
    return Counts(alarms, queues, opened, opened + alarms[Alarm.DONE], conflicts)


def rows(connection: Connection, ids: Sequence[int], now: int) -> list[CaseRow]:
    """The lines of these cases, in the order of `ids`; ids that are gone are left out."""
    found: dict[int, CaseRow] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        for row in connection.execute(_rows_sql(len(chunk)), {"now": now, **_numbered(chunk)}):
            found[row[0]] = _line(*row)
    return [found[each] for each in ids if each in found]


def _line(  # noqa: PLR0913 - one for each column of `_rows_sql`
    case_id: int, number: str, title: str, unit: str, stage: str, alarm: str, due_at: int | None,
    accept_by: int | None, accepted_at: int | None, running: int, opened: int, pending: str | None,
    updated_at: int, confidential: int, provisional: int,
) -> CaseRow:  # fmt: skip
    return CaseRow(
        case_id, number, mask_text(title), unit, stage, alarm, due_at, accept_by, accepted_at, bool(running),
        bool(opened), pending, updated_at, bool(confidential), bool(provisional),
    )  # fmt: skip


def page(
    connection: Connection, query: ListQuery, now: int, limit: int, after: int | None = None
) -> list[CaseRow]:
    """The first lines of a list, or those after the case `after`, without reading the whole list."""
    bound = bindings(query, now)
    narrow = _sorted(connection, query, bound)
    if narrow is None:
        found = _walk(connection, stretches(query), bound, limit, after)
    else:
        within = after is None or after in narrow
        start = narrow.index(after) + 1 if within and after is not None else 0
        found = narrow[start : start + limit].tolist() if within else []
        if query.holds_closed and len(found) < limit:
            rest = limit - len(found)
            found += _walk(connection, [closed_part(query)], bound, rest, None if within else after)
    return rows(connection, found, now)


def pieces(connection: Connection, query: ListQuery, now: int) -> Iterator[array[int]]:
    """The ids of a whole list in its order, piece by piece: the open cases, then the closed ones.

    Closed cases come `PIECE` at a time, so that a list of millions can be shown, or given up, while it is
    still being read.
    """
    bound = bindings(query, now)
    if query.holds_open:
        yield _open_ids(connection, query, bound)
    if not query.holds_closed:
        return
    last: int | None = None
    while piece := array("q", _walk(connection, [closed_part(query)], bound, PIECE, last)):
        yield piece
        last = piece[-1]


def ids(connection: Connection, query: ListQuery, now: int) -> array[int]:
    """The ids of a whole list, in its order."""
    whole = array("q")
    for piece in pieces(connection, query, now):
        whole.extend(piece)
    return whole


def _open_ids(connection: Connection, query: ListQuery, bound: dict[str, Any]) -> array[int]:
    narrow = _sorted(connection, query, bound)
    if narrow is not None:
        return narrow
    if query.sort == "urgency":
        return _by_urgency(connection, query, bound)
    return array("q", _walk(connection, open_part(query), bound, _ALL))


def _sorted(connection: Connection, query: ListQuery, bound: dict[str, Any]) -> array[int] | None:
    """The open cases of a narrow list, sorted; None where walking along its order finds a page sooner."""
    if query.words or not query.holds_open or query.sort == "due":
        return None
    apart = query.stage is not None or query.queue is not None
    listed = select("id", open_terms(query), query.scope.open_index)
    order = f"ORDER BY {_ORDERS[query.sort]}"
    if query.sort == "urgency" and not apart:
        return _by_urgency(connection, query, bound) if _are_few(connection, query, bound) else None
    if query.sort == "urgency":
        return array("q", _first(connection, f"{listed} {order}", bound))
    if query.scope.is_whole and query.alarm is None and not apart:
        return None
    few = f'SELECT id FROM "case" NOT INDEXED WHERE id IN ({listed} LIMIT {FEW}) {order}'
    found = array("q", _first(connection, few, bound))
    return found if len(found) < FEW else None


def _are_few(connection: Connection, query: ListQuery, bound: dict[str, Any]) -> bool:
    """Whether all open cases of a unit are walked sooner than alarm after alarm."""
    if query.scope.is_whole or query.alarm is not None:
        return False
    some = select("1", open_terms(query), query.scope.open_index)
    (count,) = connection.execute(f"SELECT count(*) FROM ({some} LIMIT {FEW})", bound).fetchone()
    return int(count) < FEW


def _by_urgency(connection: Connection, query: ListQuery, bound: dict[str, Any]) -> array[int]:
    """One walk along the index of due dates fills a bucket per alarm, so nothing is sorted."""
    buckets: dict[tuple[str, int], array[int]] = {}
    walked = select(f"{ALARM_SQL}, due_at IS NULL, id", open_terms(query), query.scope.open_index)
    for alarm, undated, case_id in connection.execute(f"{walked} ORDER BY due_at, id", bound):
        buckets.setdefault((alarm, undated), array("q")).append(case_id)
    ordered = array("q")
    for alarm in Alarm:
        for undated in (0, 1):
            ordered.extend(buckets.get((alarm, undated), ()))
    return ordered


def _walk(
    connection: Connection,
    along: Sequence[Stretch],
    bound: dict[str, Any],
    limit: int,
    after: int | None = None,
) -> list[int]:
    """Stretch after stretch, each along its index, until there are enough."""
    beyond: list[str] = []
    if after is not None:
        along, keys = _from(connection, along, bound, after)
        bound, beyond = bound | keys, [along[0].beyond]
    found: list[int] = []
    for stretch in along:
        sql = select("id", [*stretch.terms, *beyond], stretch.along)
        left = limit - len(found) if limit != _ALL else _ALL
        found += _first(connection, f"{sql} ORDER BY {stretch.order} LIMIT :left", {**bound, "left": left})
        if len(found) == limit:
            break
        beyond = []
    return found


def _from(
    connection: Connection, along: Sequence[Stretch], bound: dict[str, Any], after: int
) -> tuple[Sequence[Stretch], dict[str, Any]]:
    """The stretches from that of a case on, and the case's place in it."""
    for n, stretch in enumerate(along):
        held = select(", ".join(stretch.keys), ["id = :after_id", *stretch.terms])
        keys = connection.execute(held, {**bound, "after_id": after}).fetchone()
        if keys is not None:
            return along[n:], {f"after_{name}": key for name, key in zip(stretch.keys, keys, strict=True)}
    raise LookupError(f"case {after} is not in the list")


def _first(connection: Connection, sql: str, bound: dict[str, Any]) -> Iterator[int]:
    return (row[0] for row in connection.execute(sql, bound))


def _rows_sql(number: int) -> str:
    columns = f"""id, number, title, {UNIT_SHOWN}, stage, {ALARM_SQL},
        due_at, accept_by, accepted_at, running, open, pending, updated_at, confidential, provisional"""
    return select(columns, [f"id IN ({', '.join(f':i{n}' for n in range(number))})"])


def _numbered(values: Iterable[int]) -> dict[str, int]:
    return {f"i{n}": value for n, value in enumerate(values)}
