"""What acts add to the journal: their events, the folds, the rows of both. Writes nothing.

`db.journal` has the acts of a batch composed and writes what comes of it, in one transaction. Of many new
cases the next batch is composed in a process of its own (`db.ahead`), so all that is composed can be pickled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db import chain, conflicts, contents, door, fold, instants, lifecycle, rows, search_index, undo
from db.act import Act, Recorded
from db.actions import Action, is_countable, validate
from db.case_ids import CaseIds
from db.connection import Connection
from db.contents import Sealed
from db.directory import Directory
from db.entries import Entries, Reporter, Reworded
from db.errors import NotAllowed
from db.evidence import attachments
from db.ids import tick, uuid7
from db.posts import Power
from db.rows import Folded
from db.stamp import stamp
from db.state import CaseState, Step, Verdict
from db.terms import Outcome

if TYPE_CHECKING:
    from db.office import Office

CLOCK_SKEW = 120
"""Seconds by which an act may lie in the future: two desks' clocks are never quite equal."""


@dataclass(slots=True)
class _Open:
    """A case in hand."""

    case_id: int
    uid: str
    state: CaseState
    verdicts: list[Verdict]
    heads: tuple[str, ...]
    texts: list[str]
    """What was written of it and is not in the office yet, as far as it may be found by that."""
    place: int | None = None
    """Of a known case: where it stands in the order of the answers."""
    unclaimed: str | None = None
    """Of a known case: the written name that no unit claimed, under which it is counted at `counted`."""
    counted: rows.Place = rows.NOWHERE
    reworded: bool = False
    """A known case is found by other words now."""


def _reaches_back(verdict: Verdict) -> bool:
    """Whether a step changes more than what comes after it: older steps, or what is in conflict."""
    return verdict.step.action in _BACK or verdict.outcome is Outcome.VOID


_BACK = frozenset((Action.UNDO, Action.SETTLE))


_CASE = 'SELECT uid, number, unit_id, l2, l3, l4 FROM "case" WHERE id = ?'


class Composer:
    """Composes case after case onto the end of this machine's chain."""

    def __init__(self, office: Office, connection: Connection, *, imported: bool) -> None:
        """Begin where the journal ends.

        Args:
            office: for whom.
            connection: reads what the office holds.
            imported: as `journal.record_batch` has it.

        Raises:
            NotAllowed: the officer may not import.
        """
        self.office, self.connection, self.imported = office, connection, imported
        if imported:
            office.require(Power.IMPORT)
        self.seat = office.seat
        self.directory = Directory(connection)
        self.now = self.moment = office.clock()
        self.link = chain.own_tip(connection, office.device.id)
        self.case_ids = CaseIds(connection)
        self.numbers: dict[str, int] = {}
        self._begin()

    def holds(self, case_id: int | None) -> bool:
        """Whether something was added to a known case since `taken`: its last steps are not written yet."""
        return case_id in self.changed

    def taken(self) -> Entries:
        """What was composed since this was asked last."""
        entries, opened, changed = self.entries, self.opened, [*self.changed.values()]
        entries.opened = rows.of(opened, self.directory.place)
        entries.changed = rows.of(changed, self.directory.place)
        entries.detached = [
            one.verdicts
            for one in (opened + changed if entries.removes else changed)
            if attachments.any_removed(one.verdicts)
        ]
        entries.series = dict(self.numbers)
        self.case_ids.turn()
        self._begin()
        return entries

    def _begin(self) -> None:
        self.opened: list[Folded] = []
        self.changed: dict[int, Folded] = {}
        self.entries = Entries(self.link)

    def add(self, case_id: int | None, acts: Sequence[Act]) -> None:
        """Append the acts of one case and fold them in; ``None`` opens a new one.

        Raises:
            NotAllowed, ValueError: as `journal.record`.
        """
        case = self._new(acts[0]) if case_id is None else self._load(case_id)
        ids = []
        for act in acts:
            step = self._append(case, act)
            case.heads = (step.id,)
            if _reaches_back(case.verdicts[-1]):
                self._fold_again(case)
            ids.append(step.id)
        place = search_index.rank(case.case_id, is_open=case.state.open)
        if case.place is None:
            self.opened.append(self._folded(case))
            self.entries.words.append((place, rows.words(case.state, case.texts)))
        else:
            self.changed[case.case_id] = self._folded(case)
            if case.reworded or place != case.place:
                texts = search_index.written(self.connection, case.case_id) + case.texts
                self.entries.reworded.append(Reworded(case.place, place, rows.words(case.state, texts)))
        self.entries.recorded.append(Recorded(case.case_id, case.state.number, tuple(ids)))

    def _folded(self, case: _Open) -> Folded:
        return Folded(case.case_id, case.uid, case.state, case.verdicts, self._nearest(case))

    def _nearest(self, case: _Open) -> rows.Place:
        """Where an unclaimed case is counted: where it was, while its unit is written the same."""
        written = case.state.unclaimed
        if written is None:
            return rows.NOWHERE
        return case.counted if written == case.unclaimed else self.directory.nearest(written)

    def _new(self, first: Act) -> _Open:
        if first.action is not Action.REGISTER:
            raise NotAllowed(f"新事项须先登记，不能先{first.action.label}")
        received = self.now if first.at is None else first.at
        return _Open(self.case_ids.next(received), uuid7(), CaseState(), [], (), [])

    def _load(self, case_id: int) -> _Open:
        row = self.connection.execute(_CASE, (case_id,)).fetchone()
        if row is None:
            raise NotAllowed("没有这件事项，可能已被移走，请刷新")
        uid, number, *counted = row
        steps = chain.steps_of(self.connection, case_id)
        state, verdicts = fold.fold(steps, self.office.calendars)
        state.number = number  # As it is shown here: see `db.numbers`.
        stands, lead = rows.Place(*counted), state.shown_lead
        if stands.unit_id is not None and lead is not None and lead.unit is not None:
            self.directory.know(lead.unit, stands)
        place = search_index.rank(case_id, is_open=state.open)
        heads = fold.heads(steps)
        return _Open(case_id, uid, state, verdicts, heads, [], place, state.unclaimed, stands)

    def _fold_again(self, case: _Open) -> None:
        """Fold a case anew: its last step changes what became of older ones."""
        state, verdicts = fold.fold([one.step for one in case.verdicts], self.office.calendars)
        state.number = case.state.number  # As it is shown here, which no fold of one case knows.
        self.entries.remarked += verdicts
        case.state, case.verdicts, case.reworded = state, verdicts, True

    def _append(self, case: _Open, act: Act) -> Step:
        self.moment = recorded = self.now if act.recorded_at is None else act.recorded_at
        data = validate(act.action, act.data)
        if not self.imported:
            door.check(self.seat, act.action, data, case.verdicts)
        data = stamp(act.action, data, case.state, self, imported=self.imported)
        if act.action in _BACK:
            data = self._judged(case, act.action, data)
        kept, sealed = contents.take_out(act.action, data)
        at = recorded if act.at is None and not self.imported else act.at
        hlc = tick(self.link.hlc, recorded * 1000)
        step = Step(
            uuid7(hlc), str(act.action), kept, self.office.officer, act.party, str(act.via), at,
            recorded, hlc, self.office.device.id, self.link.seq + 1, case.heads,
        )  # fmt: skip
        self._check_time(step)
        verdict = Verdict(step, *lifecycle.take(case.state, step, self.office.calendars))
        if verdict.why is not None and not self.imported:
            raise NotAllowed(verdict.why)
        case.verdicts.append(verdict)
        self.entries.removes |= act.action is Action.DETACH
        self._keep(case, verdict, sealed, data)
        return step

    def _judged(self, case: _Open, action: Action, data: dict[str, Any]) -> dict[str, Any]:
        """The data of an act that reaches back to other steps of the case."""
        if action is Action.SETTLE:
            return conflicts.completed(data, case.verdicts)
        self._check_undo(case, data["event"])
        return data

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
        self.entries.events.append((
            step.id, case.case_id, case.uid, step.action, written, *step[chain.AFTER_DATA : -1],
            chain.listed(step.seen), self.link.hash, digest, str(verdict.outcome), verdict.why,
        ))  # fmt: skip
        self.link = chain.Link(step.seq, digest, step.hlc)
        self.entries.contents += [contents.row(case.case_id, one) for one in sealed]
        if "submitter" in data:
            content = step.data["submitter"]["content"]
            self.entries.submitters.append(Reporter(case.case_id, content, data["submitter"]))
        for one in sealed:
            case.texts += search_index.words_of(one.kind, one.text)
        case.reworded |= bool(sealed) or step.action == Action.CORRECT

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
