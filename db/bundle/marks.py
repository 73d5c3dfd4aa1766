"""What an office should know about events that came from a laptop: each was taken in all the same.

An inspector may have left since, a unit may have ended since, a laptop's clock may be wrong. None of that
makes what was found in a village untrue, so nothing is dropped; somebody should look.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from db import field_clock, instants
from db.connection import Connection
from db.field_clock import TOLERANCE, Clock
from db.terms import MarkKind


class Arrived(NamedTuple):
    """An event that was not known here before."""

    id: str
    case_id: int
    by: str
    recorded_at: int
    units: Collection[str]
    """UIDs of the units it speaks of."""
    clock: Any
    """As it carries it."""


class Mark(NamedTuple):
    """A row of `mark`, but for the bundle."""

    event_id: str
    kind: MarkKind
    case_id: int
    detail: str


def found(
    connection: Connection,
    arrived: Iterable[Arrived],
    *,
    new_units: Collection[str],
    made: Clock | None,
    now: int,
) -> list[Mark]:
    """What is to be said about new events, by the roster, the tree and the clock of this office.

    Args:
        connection: after everything was taken in.
        arrived: the new events.
        new_units: units that this office did not know before.
        made: the laptop's clocks when the bundle was made.
        now: by this office's clock.
    """
    roster = dict(connection.execute("SELECT name, left_on FROM officer"))
    units = {uid: (ended, name) for uid, ended, name in connection.execute(_UNITS)}
    marks = []
    for event in arrived:
        said = [
            *_officer(event, roster),
            *_units(event, units, new_units),
            *_clock(event, made, now),
        ]
        marks += [Mark(event.id, kind, event.case_id, detail) for kind, detail in said]
    return marks


_UNITS = """SELECT u.uid, u.ended_on, (SELECT name FROM unit_version v WHERE v.unit_id = u.id
ORDER BY v.valid_to IS NOT NULL, v.valid_to DESC LIMIT 1) FROM unit u"""

_Said = Iterator[tuple[MarkKind, str]]


def _officer(event: Arrived, roster: dict[str, str | None]) -> _Said:
    if event.by not in roster:
        yield MarkKind.OFFICER_UNKNOWN, f"“{event.by}”"
        return
    left = roster[event.by]
    if left is not None:
        yield MarkKind.OFFICER_LEFT, f"“{event.by}”已于 {left} 离岗"


def _units(event: Arrived, units: dict[str, tuple[str | None, str]], new: Collection[str]) -> _Said:
    """One line for all units of a kind: an event carries one mark of each kind."""
    known = [(uid, *units[uid]) for uid in sorted(event.units) if uid in units]
    ended = [f"“{name}”已于 {day} 撤销" for _, day, name in known if day is not None]
    unknown = [f"“{name}”" for uid, _, name in known if uid in new]
    unknown += [f"单位 {uid[:8]}" for uid in sorted(event.units) if uid not in units]
    if ended:
        yield MarkKind.UNIT_ENDED, "，".join(ended)
    if unknown:
        yield MarkKind.UNIT_UNKNOWN, "、".join(unknown) + "是外勤记录带来的，请核对单位树"


def _clock(event: Arrived, made: Clock | None, now: int) -> _Said:
    clock = field_clock.read(event.clock)
    if clock is None:
        return
    earliest, latest = clock.earliest, clock.latest(made, now)
    if earliest is not None and event.recorded_at < earliest - TOLERANCE:
        early = earliest
    elif event.recorded_at > latest + TOLERANCE:
        early = latest if earliest is None else earliest
    else:
        return
    claimed, low, high = (_minute(one) for one in (event.recorded_at, min(early, latest), latest))
    between = low if low == high else f"{low} 至 {high} 之间"
    if earliest is None:
        between = f"不晚于 {high}"
    yield MarkKind.CLOCK, f"外勤时钟不准：自称 {claimed}，按对时推算 {between}"


def _minute(instant: int) -> str:
    return instants.local(instant).strftime("%Y-%m-%d %H:%M")


def told(kind: str, detail: str) -> str:
    """A mark in words: 记录人已离岗：“王五”已于 2026-11-01 离岗."""
    label = MarkKind(kind).label
    return detail if detail.startswith(label) else f"{label}：{detail}"


def write(connection: Connection, marks: Iterable[Mark], bundle: str) -> None:
    """Keep them; in the caller's transaction."""
    connection.executemany(
        """INSERT INTO mark (event_id, kind, case_id, detail, bundle_id) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING""",
        [(one.event_id, str(one.kind), one.case_id, one.detail, bundle) for one in marks],
    )


def clock_of(data: str) -> Any:
    """The clocks that an event's data carries, not yet read."""
    return json.loads(data).get("clock") if '"clock"' in data else None
