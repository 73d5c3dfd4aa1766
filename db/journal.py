"""THE write door: check, append, fold, index, commit, in one transaction.

Every step of every case comes through `record_batch`; `open_case` and `record` are the same for one
case. Nothing is changed or removed here: an error is put right by a further event.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from db import chain, conflicts, contents, door, fold, instants, lifecycle, refold, rows, search_index, undo
from db.actions import Action, is_countable, validate
from db.case_ids import CaseIds
from db.connection import Connection, OfficeError, driver, transaction
from db.contents import Sealed
from db.directory import Directory
from db.errors import NotAllowed as NotAllowed
from db.evidence import attachments
from db.ids import tick, uuid7
from db.index import waiting
from db.keeping import upkeep
from db.new_words import NewWords
from db.posts import Power
from db.rows import Folded
from db.stamp import stamp
from db.state import CaseState, Step, Verdict
from db.submitters import SUBMITTER_INSERT, submitter_row
from db.terms import Outcome, Via

if TYPE_CHECKING:
    from db.bulk import Bulk
    from db.office import Office

CLOCK_SKEW = 120
"""Seconds by which an act may lie in the future: two desks' clocks are never quite equal."""


@dataclass(frozen=True, slots=True)
class Act:
    """One step as the desk hands it in."""

    action: Action
    data: Mapping[str, Any] = field(default_factory=dict)
    """See `db.actions.FIELDS`; units by UID, days and times as instants."""
    party: str | None = None
    """UID of the unit whose act it is; None = this office."""
    via: Via = Via.DESK
    at: int | None = None
    """When it happened; None = now, or unknown for imported history."""
    recorded_at: int | None = None
    """Only for made-up histories (the demo office); None = now."""


class Recorded(NamedTuple):
    """What was written."""

    case_id: int
    number: str
    event_ids: tuple[str, ...]


def open_case(office: Office, acts: Sequence[Act]) -> Recorded:
    """Register a case; the first act is 登记, others follow in the same transaction.

    Raises:
        NotAllowed: an act that the lifecycle or the officer's post refuses.
        ValueError: wrong or missing data; one Chinese line.
        OfficeError: the database refused. In every case nothing was written.
    """
    return record_batch(office, [(None, acts)])[0]


def record(office: Office, case_id: int, act: Act) -> Recorded:
    """Take one step on a case.

    Raises:
        NotAllowed: the lifecycle refuses the action now, or it is not for the officer's post.
        ValueError: wrong or missing data; one Chinese line.
        OfficeError: the database refused. In every case nothing was written.
    """
    return record_batch(office, [(case_id, (act,))])[0]


def record_batch(
    office: Office,
    work: Sequence[tuple[int | None, Sequence[Act]]],
    *,
    imported: bool = False,
    bulk: Bulk | None = None,
) -> list[Recorded]:
    """Write the acts of many cases in one transaction; ``None`` opens a new case.

    Args:
        office: where to.
        work: local id and acts of each case.
        imported: history is never refused for its place in the lifecycle; it is applied and marked. Whoever
            may import may write all that a ledger proves.
        bulk: helps with the lookup of new cases, beside the writing.

    Raises:
        NotAllowed, ValueError, OfficeError: as `record`; the whole batch is undone.
    """
    with transaction(office.writer) as connection, _without_collection():
        entry = _Entry(office, connection, imported, bulk)
        recorded = [entry.write(case_id, acts) for case_id, acts in work]
        entry.flush()
    if len(work) > 1:
        _settle(office.writer, bulk)
    if any(act.action is Action.DETACH for _, acts in work for act in acts):
        attachments.finish(office.writer, office.home)
    return recorded


def _settle(connection: Connection, bulk: Bulk | None) -> None:
    """Press what waits. Where that fails, what was written stands all the same, and is found: it waits on."""
    with suppress(OfficeError, driver.Error, OSError):
        if bulk is not None:
            bulk.settle(connection)
        else:
            upkeep.settle(connection, waiting.AT_ONCE)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Nothing that a batch gathers stands in a circle, and looking for one takes a seventh of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_EVENT = """INSERT INTO event (id, case_id, case_uid, action, data, by, party, via, at, recorded_at,
hlc, device, seq, seen, prev_hash, hash, outcome, why) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"""

_SERIES = """INSERT INTO setting (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value"""


class _Open(NamedTuple):
    """A case in hand."""

    case_id: int
    uid: str
    state: CaseState
    verdicts: list[Verdict]
    heads: tuple[str, ...]


def _reaches_back(verdict: Verdict) -> bool:
    """Whether a step changes more than what comes after it: older steps, or what is in conflict."""
    return verdict.step.action in (Action.UNDO, Action.SETTLE) or verdict.outcome is Outcome.VOID


class _Entry:
    """One transaction's writing: the chain's end, and rows gathered for `executemany`."""

    def __init__(self, office: Office, connection: Connection, imported: bool, bulk: Bulk | None) -> None:
        self.office, self.connection, self.imported = office, connection, imported
        self.index = NewWords(connection, bulk)
        if imported:
            office.require(Power.IMPORT)
        self.seat = office.seat
        office.settle_calendar(connection)
        self.directory = Directory(connection)
        self.now = self.moment = office.clock()
        self.link = chain.own_tip(connection, office.device.id)
        self.case_ids = CaseIds(connection)
        self.numbers: dict[str, int] = {}
        self._gather()

    def _gather(self) -> None:
        self.folded: dict[int, Folded] = {}
        self.events: list[tuple[Any, ...]] = []
        self.sealed: list[tuple[int, Sealed]] = []
        self.submitters: list[tuple[Any, ...]] = []
        self.texts: dict[int, list[str]] = {}
        """New cases: their words are at hand."""
        self.remarked: list[Verdict] = []
        """Of cases folded again: what became of their older steps may have changed."""
        self.reworded: set[int] = set()
        """Known cases whose words changed, or which closed or opened again: the index tells these apart."""
        self.were_open: dict[int, bool] = {}
        """Whether a known case was."""

    def write(self, case_id: int | None, acts: Sequence[Act]) -> Recorded:
        """Append the acts of one case and fold them in."""
        if case_id is not None and case_id in self.folded:
            self.flush()
        case = self._new(acts[0]) if case_id is None else self._load(case_id)
        ids = []
        was_open = self.were_open[case.case_id] = case.state.open
        for act in acts:
            step = self._append(case, act)
            case = case._replace(heads=(step.id,))
            if _reaches_back(case.verdicts[-1]):
                case = self._again(case)
            ids.append(step.id)
        if case_id is not None and case.state.open != was_open:
            self.reworded.add(case_id)
        nearest = (
            rows.NOWHERE if case.state.unclaimed is None else self.directory.nearest(case.state.unclaimed)
        )
        folded = Folded(case.case_id, case.uid, case.state, case.verdicts, nearest)
        self.folded[case.case_id] = folded
        if case_id is None:
            words = rows.words(folded, self.texts.pop(case.case_id))
            self.index.add(case.case_id, words, is_open=case.state.open)
        return Recorded(case.case_id, case.state.number, tuple(ids))

    def _new(self, first: Act) -> _Open:
        if first.action is not Action.REGISTER:
            raise NotAllowed(f"新事项须先登记，不能先{first.action.label}")
        received = self.now if first.at is None else first.at
        case = _Open(self.case_ids.next(received), uuid7(), CaseState(), [], ())
        self.texts[case.case_id] = []
        return case

    def _load(self, case_id: int) -> _Open:
        row = self.connection.execute('SELECT uid, number FROM "case" WHERE id = ?', (case_id,)).fetchone()
        if row is None:
            raise NotAllowed("没有这件事项，可能已被移走，请刷新")
        steps = chain.steps_of(self.connection, case_id)
        state, verdicts = fold.fold(steps, self.office.calendars)
        state.number = row[1]  # As it is shown here: see `db.numbers`.
        return _Open(case_id, row[0], state, verdicts, fold.heads(steps))

    def _again(self, case: _Open) -> _Open:
        """Fold a case anew: its last step changes what became of older ones."""
        state, verdicts = fold.fold([one.step for one in case.verdicts], self.office.calendars)
        state.number = case.state.number  # As it is shown here, which no fold of one case knows.
        self.remarked += verdicts
        if case.case_id not in self.texts:
            self.reworded.add(case.case_id)
        return case._replace(state=state, verdicts=verdicts)

    def _append(self, case: _Open, act: Act) -> Step:
        self.moment = recorded = self.now if act.recorded_at is None else act.recorded_at
        data = validate(act.action, act.data)
        if not self.imported:
            door.check(self.seat, act.action, data, case.verdicts)
        data = stamp(act.action, data, case.state, self, imported=self.imported)
        if act.action is Action.UNDO:
            self._check_undo(case, data["event"])
        elif act.action is Action.SETTLE:
            data = conflicts.completed(data, case.verdicts)
        kept, sealed = contents.take_out(act.action, data)
        at = recorded if act.at is None and not self.imported else act.at
        self.link = chain.Link(self.link.seq + 1, self.link.hash, tick(self.link.hlc, recorded * 1000))
        step = Step(
            uuid7(self.link.hlc), str(act.action), kept, self.office.officer, act.party, str(act.via), at,
            recorded, self.link.hlc, self.office.device.id, self.link.seq, case.heads,
        )  # fmt: skip
        self._check_time(step)
        verdict = Verdict(step, *lifecycle.take(case.state, step, self.office.calendars))
        if verdict.why is not None and not self.imported:
            raise NotAllowed(verdict.why)
        case.verdicts.append(verdict)
        self._keep(case, verdict, sealed, data)
        return step

    def _check_undo(self, case: _Open, event: str) -> None:
        steps = [one.step for one in case.verdicts]
        last, why = undo.undoable(steps, case.heads, self.office.officer, self.office.device.id)
        if why is not None or event != last:
            raise NotAllowed(why or undo.BUILT_ON)

    def _check_time(self, step: Step) -> None:
        if step.at is None:
            return
        if not is_countable(step.at):
            raise ValueError("时间不在 1900—2199 年之内，请检查")
        if not self.imported and step.at > step.recorded_at + CLOCK_SKEW:
            written = instants.local(step.at).strftime("%Y-%m-%d %H:%M")
            raise NotAllowed(f"时间 {written} 还没有到，请检查（本机时间可能不准）")

    def _keep(self, case: _Open, verdict: Verdict, sealed: list[Sealed], data: dict[str, Any]) -> None:
        step, written = verdict.step, chain.canonical(verdict.step.data)
        digest = chain.event_hash(step, case.uid, written, self.link.hash)
        self.events.append((
            step.id, case.case_id, case.uid, step.action, written, step.by, step.party, step.via, step.at,
            step.recorded_at, step.hlc, step.device, step.seq, chain.listed(step.seen), self.link.hash,
            digest, str(verdict.outcome), verdict.why,
        ))  # fmt: skip
        self.link = self.link._replace(hash=digest)
        self.sealed += [(case.case_id, one) for one in sealed]
        if step.action == Action.REGISTER and "submitter" in data:
            content = step.data["submitter"]["content"]
            self.submitters.append(
                submitter_row(case.case_id, content, data["submitter"], self.office.identity_secret)
            )
        if case.case_id in self.texts:
            self.texts[case.case_id] += [
                word for one in sealed for word in search_index.words_of(one.kind, one.text)
            ]
        elif sealed or step.action == Action.CORRECT:
            self.reworded.add(case.case_id)

    def flush(self) -> None:
        """Send what was gathered to the database."""
        folded = list(self.folded.values())
        rows.write(self.connection, folded, self.directory.place)
        contents.write(self.connection, self.sealed)
        attachments.erase(self.connection, [one.verdicts for one in folded])
        self.connection.executemany(_EVENT, self.events)
        refold.mark(self.connection, self.remarked)
        self.connection.executemany(SUBMITTER_INSERT, self.submitters)
        self.index.flush()
        for case_id in self.reworded:
            search_index.refresh(self.connection, case_id, was_open=self.were_open[case_id])
        self.connection.executemany(
            _SERIES, [(f"seq:{series}", str(last)) for series, last in self.numbers.items()]
        )
        self._gather()

    def next_number(self, kind: str, received: int) -> str:
        """This office's next number for a kind of case, by the pattern in the config."""
        rules = self.office.rules
        year = instants.local(received).year
        stem = f"{self.office.device.prefix}{rules.kind(kind).prefix}"
        series = f"{stem}{year}"
        last = self.numbers.get(series)
        if last is None:
            row = self.connection.execute(
                "SELECT value FROM setting WHERE name = ?", (f"seq:{series}",)
            ).fetchone()
            last = 0 if row is None else int(row[0])
        self.numbers[series] = last + 1
        return stem + rules.number_pattern.format(year=year, seq=last + 1)
