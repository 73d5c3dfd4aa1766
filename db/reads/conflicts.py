"""冲突: what nobody has settled yet, with both sides; and the marks on what came from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from db import conflicts
from db.bundle.marks import told as words_of_mark
from db.connection import Connection
from db.contradictions import value_of
from db.masking import mask_text
from db.reads.flow import TimelineRow, brief, timeline, verdicts
from db.reads.query import select
from db.reads.summaries import fact
from db.state import Verdict
from db.terms import Outcome

MOST_MARKS = 200
"""So many of the newest marks are listed."""


class Side(NamedTuple):
    """One of the steps of a conflict."""

    step: TimelineRow
    machine: str
    """Name of the machine on which it was written."""
    unseen: str
    """What its author did not know of the other side, in words; empty where there is none."""


class Kept(NamedTuple):
    """A value that may be kept."""

    event_id: str
    words: str
    """``应办结日 → 2026-12-10``, masked."""
    machine: str


class ConflictRow(NamedTuple):
    """An open conflict."""

    case_id: int
    number: str
    title: str
    """Masked."""
    says: str
    sides: tuple[Side, ...]
    """The steps in conflict; for one that is 不适用, after it what it was written without knowing of."""
    events: tuple[str, ...]
    """What a 冲突处置 of it names."""
    keeps: tuple[Kept, ...]
    """Of which one is to be kept; empty where no value is at stake."""
    recorded_at: int
    """Of its newest step."""


class MarkRow(NamedTuple):
    """Something to know about a step that came from another machine."""

    case_id: int
    number: str
    title: str
    step: str
    """The step in few words."""
    machine: str
    said: str
    recorded_at: int


_CASES = select("id, number, title", ["conflicts > 0"], "case_conflicts")
_CASE = select("id, number, title", ["id = ?"])


def open_ones(connection: Connection) -> list[ConflictRow]:
    """Every open conflict of the office, the newest first."""
    cases = connection.execute(_CASES).fetchall()
    return _newest_first(row for case in cases for row in _of(connection, *case))


def of_case(connection: Connection, case_id: int) -> list[ConflictRow]:
    """The open conflicts of one case, the newest first."""
    cases = connection.execute(_CASE, (case_id,)).fetchall()
    return _newest_first(row for case in cases for row in _of(connection, *case))


def _newest_first(rows: Iterable[ConflictRow]) -> list[ConflictRow]:
    return sorted(rows, key=lambda row: (-row.recorded_at, row.number))


def _of(connection: Connection, case_id: int, number: str, title: str) -> list[ConflictRow]:
    made = verdicts(connection, case_id)
    found = conflicts.open_ones(made)
    if not found:
        return []
    told = {row.event_id: row for row in timeline(connection, case_id)}
    history = _History(made, told, machines(connection))
    return [
        ConflictRow(
            case_id, number, mask_text(title), one.says, history.sides(one),
            tuple(step.id for step in one.steps),
            history.kept(one) if one.keeps else (),
            max(step.recorded_at for step in one.steps),
        )
        for one in found
    ]  # fmt: skip


class _History:
    """Who knew what in a case."""

    def __init__(self, made: Sequence[Verdict], told: dict[str, TimelineRow], names: dict[str, str]) -> None:
        self.made, self.told, self.names = made, told, names
        self.past = conflicts.pasts([one.step for one in made])
        self.place = {one.step.id: at for at, one in enumerate(made)}

    def sides(self, conflict: conflicts.Conflict) -> tuple[Side, ...]:
        places = [self.place[step.id] for step in conflict.steps]
        if len(places) == 1:
            places += self._unknown_to(places[0])[-1:]
        knowledge = [self.past[place] | 1 << place for place in places]
        together = sum(1 << place for place in places)
        for bits in knowledge:
            together |= bits
        return tuple(self._side(place, together) for place in places)

    def kept(self, conflict: conflicts.Conflict) -> tuple[Kept, ...]:
        return tuple(
            Kept(step.id, mask_text(fact(value_of(step) or {})), self.names.get(step.device, ""))
            for step in conflict.steps
        )

    def _unknown_to(self, place: int) -> list[int]:
        """What stands before a step that is 不适用 and its author did not know of."""
        return [
            at
            for at in range(place)
            if conflicts.concurrent(self.past, at, place) and self.made[at].outcome is Outcome.APPLIED
        ]

    def _side(self, place: int, together: int) -> Side:
        unknown = together & ~self.past[place] & ~(1 << place)
        step = self.made[place].step
        missed = Counter(
            self.names.get(one.step.device, "")
            for at, one in enumerate(self.made)
            if unknown >> at & 1 and one.step.device != step.device
        )
        words = "、".join(f"{machine}的 {number} 条" for machine, number in missed.items())
        unseen = f"记录时还没有看到{words}" if words else ""
        return Side(self.told[step.id], self.names.get(step.device, ""), unseen)


def machines(connection: Connection) -> dict[str, str]:
    """What each machine that wrote events is called; by device id."""
    rows = connection.execute("SELECT id, name FROM device").fetchall()
    shared = Counter(name for _, name in rows)
    return {
        device: name if name and shared[name] == 1 else f"{name or '设备'} {device[-4:]}"
        for device, name in rows
    }


_MARKS = """SELECT m.case_id, c.number, c.title, m.event_id, m.kind, m.detail, e.device, e.recorded_at
FROM mark m JOIN "case" c ON c.id = m.case_id JOIN event e ON e.id = m.event_id
ORDER BY m.event_id DESC LIMIT ?"""


def marks(connection: Connection) -> list[MarkRow]:
    """What is marked on steps that were taken in from other machines, the newest first."""
    names, steps = machines(connection), dict[int, dict[str, TimelineRow]]()
    found = []
    for case_id, number, title, event, kind, detail, device, at in connection.execute(_MARKS, (MOST_MARKS,)):
        if case_id not in steps:
            steps[case_id] = {row.event_id: row for row in timeline(connection, case_id)}
        step, said = brief(steps[case_id][event]), words_of_mark(kind, detail)
        machine = names.get(device, "")
        found.append(MarkRow(case_id, number, mask_text(title), step, machine, said, at))
    return found
