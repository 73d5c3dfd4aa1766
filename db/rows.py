"""From the fold's state to the rows that lists and lookups read.

The columns are those of `db.models`; journal and rebuild both write through here, so a case row is
always the fold of its events and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from sqlmodel import SQLModel

from db import closed
from db.connection import Connection, driver
from db.evidence.attachments import attached
from db.models import Assignment, Attachment, Case, CaseNumber, Note
from db.state import CaseState, Verdict
from db.terms import DueSource, Outcome, Pending, Role, Stage

OWN_SCHEME = "本台"
"""The number scheme of this office."""


class Place(NamedTuple):
    """Where a unit stands in the local tree: its local id and its roll-up ancestors."""

    unit_id: int | None
    l2: int | None
    l3: int | None
    l4: int | None


NOWHERE = Place(None, None, None, None)

Locate = Callable[[str | None], Place]
"""Public UID of a unit → its place."""


class Folded(NamedTuple):
    """A case ready to be written."""

    case_id: int
    uid: str
    state: CaseState
    verdicts: Sequence[Verdict]
    nearest: Place
    """Roll-up for an unclaimed case: the nearest unit that is known."""


def _columns(model: type[SQLModel]) -> list[str]:
    return [column.name for column in model.metadata.tables[str(model.__tablename__)].columns]


def _insert(model: type[SQLModel], names: Sequence[str], conflict: str = "") -> str:
    marks = ", ".join("?" * len(names))
    return f'INSERT INTO "{model.__tablename__}" ({", ".join(names)}) VALUES ({marks}) {conflict}'


def _update_all(model: type[SQLModel], key: str) -> str:
    sets = ", ".join(f"{name} = excluded.{name}" for name in _columns(model) if name != key)
    return f"ON CONFLICT ({key}) DO UPDATE SET {sets}"


def _read(model: type[SQLModel], given: Sequence[str]) -> tuple[str, ...]:
    """The columns that stand on the state under the same name."""
    return tuple(name for name in _columns(model) if name not in given)


# A row is what stands on the state, then what is worked out here: one call reads all of the first.
_CASE_GIVEN = ("id", "uid", "open", "unit_id", "l2", "l3", "l4", "subject_unit_id", "limit_text")
_CASE_COLUMNS = (*_read(Case, _CASE_GIVEN), *_CASE_GIVEN)
_case_read = attrgetter(*_read(Case, _CASE_GIVEN))
_PART_GIVEN = ("case_id", "seq", "unit_id")
_PART_COLUMNS = (*_read(Assignment, _PART_GIVEN), *_PART_GIVEN)
_rolled = itemgetter(*map(_CASE_COLUMNS.index, ("l2", "l3", "l4")))
_is_open = itemgetter(_CASE_COLUMNS.index("open"))
_part_read = attrgetter(*_read(Assignment, _PART_GIVEN))
_NOTE_COLUMNS = _columns(Note)
_FILE_COLUMNS = ("sha256", "event_id", "case_id", "content_id", "size", "removed_by")

for _term in (Stage, Pending, DueSource, Role):
    driver.register_adapter(_term, str)

_NEW_CASE = _insert(Case, _CASE_COLUMNS)
_CASE = _insert(Case, _CASE_COLUMNS, _update_all(Case, "id"))
_FREE_NUMBER = _insert(CaseNumber, _columns(CaseNumber), "ON CONFLICT (scheme, number) DO NOTHING")
_NUMBER = _insert(
    CaseNumber,
    _columns(CaseNumber),
    """ON CONFLICT (scheme, number) DO UPDATE SET case_id = excluded.case_id
    WHERE excluded.case_id <> case_id AND (SELECT uid FROM "case" WHERE id = excluded.case_id)
    < (SELECT uid FROM "case" WHERE id = case_number.case_id)""",
)
"""A number that two cases claim stands with the one that was opened first, whichever came in first here."""
_PART = _insert(Assignment, _PART_COLUMNS)
_NOTE = _insert(Note, _NOTE_COLUMNS, _update_all(Note, "event_id"))
_FILE = _insert(Attachment, _FILE_COLUMNS, _update_all(Attachment, "sha256, event_id"))


def _case_row(folded: Folded, locate: Locate) -> tuple[Any, ...]:
    state = folded.state
    lead = state.shown_lead
    place = folded.nearest if lead is None or lead.unit is None else locate(lead.unit)
    subject = locate(state.subject).unit_id
    limit = "" if state.limit is None else str(state.limit)
    return (*_case_read(state), folded.case_id, folded.uid, state.open, *place, subject, limit)


def _part_rows(folded: Folded, locate: Locate) -> Iterable[tuple[Any, ...]]:
    for seq, part in enumerate(folded.state.parts):
        yield (*_part_read(part), folded.case_id, seq, locate(part.unit).unit_id)


def _note_rows(folded: Folded) -> Iterable[tuple[Any, ...]]:
    notes = [
        verdict.step
        for verdict in folded.verdicts
        if verdict.step.action == "verify" and verdict.outcome is Outcome.APPLIED
    ]
    corrected = {step.data["corrects"]: step.id for step in notes if step.data.get("corrects")}
    for step in notes:
        derived = {
            "event_id": step.id,
            "case_id": folded.case_id,
            "content_id": step.data["note"]["content"],
            "by": step.by,
            "corrected_by": corrected.get(step.id),
        }
        yield tuple(derived[name] if name in derived else step.data.get(name) for name in _NOTE_COLUMNS)


def _undone(folded: Folded) -> Iterable[str]:
    """Notes that may have stood before they were taken back."""
    return (one.step.id for one in folded.verdicts if one.outcome is Outcome.UNDONE)


def _file_rows(folded: Folded) -> Iterable[tuple[Any, ...]]:
    for file in attached(folded.verdicts):
        removed_by = None if file.removed is None else file.removed.id
        yield file.sha256, file.event_id, folded.case_id, file.content_id, file.size, removed_by


Row = tuple[Any, ...]


class Rows(NamedTuple):
    """All rows of some folded cases, by table."""

    case_ids: list[int]
    cases: list[Row]
    numbers: list[Row]
    parts: list[Row]
    notes: list[Row]
    undone: list[Row]
    """Notes that stand no more."""
    files: list[Row]


NOTHING = Rows([], [], [], [], [], [], [])


def of(folded: Sequence[Folded], locate: Locate) -> Rows:
    """The rows of folded cases."""
    noted = [one for one in folded if any(verdict.step.action == "verify" for verdict in one.verdicts)]
    return Rows(
        [one.case_id for one in folded],
        [_case_row(one, locate) for one in folded],
        [
            (scheme, number, one.case_id)
            for one in folded
            for scheme, number in [(OWN_SCHEME, one.state.number), *one.state.numbers]
        ],
        [row for one in folded for row in _part_rows(one, locate)],
        [row for one in noted for row in _note_rows(one)],
        [(each,) for one in noted for each in _undone(one)],
        [row for one in noted for row in _file_rows(one)],
    )


def insert(connection: Connection, rows: Rows) -> None:
    """Write the rows of cases of which nothing stood; inside the caller's transaction."""
    connection.executemany(_NEW_CASE, rows.cases)
    closed.change(connection, Counter(), _closed(rows))
    _write_others(connection, rows)


def write(connection: Connection, rows: Rows) -> None:
    """Write the rows of any cases, in the place of what stood; inside the caller's transaction."""
    before = closed.standing(connection, rows.case_ids)
    connection.executemany(_CASE, rows.cases)
    closed.change(connection, before, _closed(rows))
    connection.executemany("DELETE FROM assignment WHERE case_id = ?", [(each,) for each in rows.case_ids])
    _write_others(connection, rows)


def _closed(rows: Rows) -> Counter[int]:
    """Of the closed ones among these cases, how many each unit holds."""
    places = Counter(_rolled(row) for row in rows.cases if not _is_open(row))
    return closed.held((*place, number) for place, number in places.items())


def _write_others(connection: Connection, rows: Rows) -> None:
    _write_numbers(connection, rows.numbers)
    connection.executemany(_PART, rows.parts)
    connection.executemany(_NOTE, rows.notes)
    connection.executemany("DELETE FROM note WHERE event_id = ?", rows.undone)
    connection.executemany(_FILE, rows.files)


def _write_numbers(connection: Connection, numbers: Sequence[Row]) -> None:
    before = connection.total_changes
    connection.executemany(_FREE_NUMBER, numbers)
    if connection.total_changes - before < len(numbers):  # Else nobody need be asked whose they are.
        connection.executemany(_NUMBER, numbers)


def words(state: CaseState, texts: list[str]) -> list[str]:
    """Everything a case may be found by: its numbers, title, place and the texts given."""
    return [state.number, *(number for _, number in state.numbers), state.title, state.place, *texts]


_STORED = {
    "事项": f'SELECT id, {", ".join(_CASE_COLUMNS)} FROM "case" WHERE id BETWEEN ? AND ?',
    "承办单位": f"""SELECT case_id, {", ".join(_PART_COLUMNS)} FROM assignment
        WHERE case_id BETWEEN ? AND ? ORDER BY case_id, seq""",
    "核查记录": f"""SELECT case_id, {", ".join(_NOTE_COLUMNS)} FROM note
        WHERE case_id BETWEEN ? AND ? ORDER BY case_id, event_id""",
    "附件": f"""SELECT case_id, {", ".join(_FILE_COLUMNS)} FROM attachment
        WHERE case_id BETWEEN ? AND ? ORDER BY case_id, event_id, sha256""",
    "编号": """SELECT case_id, scheme, number FROM case_number
        WHERE case_id BETWEEN ? AND ? ORDER BY case_id, scheme, number""",
}
"""What is stored of a stretch of cases, by what the desk calls it."""

_ELSEWHERE = "SELECT 1 FROM case_number WHERE scheme = ? AND number = ? AND case_id <> ?"


def differing(
    connection: Connection, folded: Sequence[Folded], locate: Locate
) -> Iterator[tuple[Folded, str]]:
    """The cases whose stored rows are not exactly these folds, each with what of it differs.

    Args:
        connection: within one transaction with what the folds were read from.
        folded: all cases of a stretch of local ids, in their order.
        locate: where a unit stands.
    """
    if not folded:
        return
    stretch = folded[0].case_id, folded[-1].case_id
    held = {what: _by_case(connection.execute(sql, stretch)) for what, sql in _STORED.items()}
    for one in folded:
        stored = {what: by_case.get(one.case_id, []) for what, by_case in held.items()}
        for what, expected in _expected(connection, one, stored, locate).items():
            if stored[what] != expected:
                yield one, what
                break


def _by_case(found: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    by_case: dict[int, list[tuple[Any, ...]]] = {}
    for case_id, *row in found:
        by_case.setdefault(case_id, []).append(tuple(row))
    return by_case


def _expected(
    connection: Connection, one: Folded, stored: dict[str, list[tuple[Any, ...]]], locate: Locate
) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of a fold.

    Where an unclaimed case is counted is a help, found in the tree of the day it was written: a tree
    that has grown since may know better, and proves nothing.
    """
    if stored["事项"] and one.state.unclaimed is not None:
        counted = dict(zip(_CASE_COLUMNS, stored["事项"][0], strict=True))
        one = one._replace(nearest=Place(None, counted["l2"], counted["l3"], counted["l4"]))
    numbers = {(OWN_SCHEME, one.state.number), *one.state.numbers}
    taken = [
        number
        for number in numbers.difference(stored["编号"])
        if connection.execute(_ELSEWHERE, (*number, one.case_id)).fetchone()
    ]
    return {
        "事项": [_case_row(one, locate)],
        "承办单位": list(_part_rows(one, locate)),
        "核查记录": sorted(_note_rows(one), key=lambda row: str(row[_NOTE_COLUMNS.index("event_id")])),
        "附件": sorted(_file_rows(one), key=itemgetter(1, 0)),
        "编号": sorted(numbers.difference(taken)),
    }
