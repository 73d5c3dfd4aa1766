"""From the facts of a ledger to the acts of a case, as far as the case does not know them yet. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from db import instants
from db.actions import MAX_SHORT, Action
from db.exchange.lines import Identity, Line, pieces
from db.exchange.proofs import Fact, Progress, Proof, in_time, progress_of, told_mark
from db.rules import Rules
from db.terms import FINAL_STAGES, DueSource, Finding, Stage

NO_REPLY = "（台账未载答复内容）"
_TITLE_LENGTH = 40
_LEAD_IN = re.compile(r"^(?:【[^】]*】\s*)+|^.{0,12}?(?:来电反映|来信反映|反映|咨询|来电)[:：]\s*")
_CLAUSE = re.compile(r"[。！？!?；;\n]")

UnitOf = Callable[[str, "int | None"], "str | None"]
"""A unit name as written, and when → UID of the one unit that fits, or None."""


class PlannedAct(NamedTuple):
    """An act, before the journal's own type is loaded (which costs the ORM)."""

    action: Action
    data: dict[str, Any]
    party: str | None = None
    at: int | None = None


@dataclass(slots=True)
class Standing:
    """What a case is before the next fact."""

    stage: Stage | None = None
    """None: not registered yet."""
    known: set[str] = field(default_factory=set)
    """Marks of the facts that the case already holds."""
    units: set[str] = field(default_factory=set)
    """UIDs and written names of the units that have or had the case; empty where none was written."""
    stopped: int | None = None
    """Instant of the last 办结申请."""
    confidential: bool = False
    lead: str | None = None
    """Key of this ledger's line that was sent first."""
    unanswered: set[str] = field(default_factory=set)
    unclosed: set[str] = field(default_factory=set)
    """Keys of this ledger's lines that were sent and not answered, not closed."""

    def follow(self, fact: Fact) -> None:
        """Keep in view which lines are under way, whether the fact was new or known."""
        key = fact.line.key
        if fact.proof is Proof.SENT:
            self.lead = self.lead or key
            self.unanswered.add(key)
            self.unclosed.add(key)
        elif fact.proof is Proof.REPLIED:
            self.unanswered.discard(key)
        elif fact.proof in (Proof.CLOSED, Proof.RETURNED):
            self.unclosed.discard(key)

    @property
    def answered(self) -> bool:
        """A reply is in."""
        return self.stage is Stage.SUBMITTED or self.stage in FINAL_STAGES


class Planner:
    """Makes the acts of one case after the other."""

    def __init__(self, rules: Rules, unit_of: UnitOf) -> None:
        """Plan by the office's rules; resolve written units by `unit_of`."""
        self._rules, self._unit_of = rules, unit_of
        self._steps: dict[Proof, Callable[[Fact, Standing], Iterator[PlannedAct]]] = {
            Proof.TOLD: self._told,
            Proof.SECRET: self._secret,
            Proof.SENT: self._sent,
            Proof.SIGNED: self._signed,
            Proof.ACCEPTED: self._accepted,
            Proof.NOTED: self._noted,
            Proof.URGED: self._urged,
            Proof.EXTENDED: self._extended,
            Proof.RETURNED: self._returned,
            Proof.REPLIED: self._replied,
            Proof.CLOSED: self._closed,
        }

    def acts(
        self, lines: Sequence[Line], numbers: Sequence[Identity], standing: Standing
    ) -> tuple[list[PlannedAct], set[int]]:
        """The acts that the lines of a case add to it, oldest first.

        A fact that adds nothing where it stands (结案 of a case that is closed) leaves its marks with the
        act before it, so that it adds nothing later either.

        Returns:
            the acts, and the rows that any of them comes from.
        """
        acts: list[PlannedAct] = []
        rows: set[int] = set()
        if standing.stage is None:
            acts += self._register(lines[0], numbers, standing)
            rows.add(lines[0].row)
        for fact in in_time(list(lines)):
            fresh = [one for one in fact.marks if one not in standing.known]
            added = [*self._steps[fact.proof](fact, standing)] if fresh else []
            for act in added:
                act.data["line"] = " ".join(fresh)
            if fresh and not added and acts:
                acts[-1].data["line"] += " " + " ".join(fresh)
            standing.known.update(fresh)
            standing.follow(fact)
            acts += added
            rows.update(fact.line.row for _ in added)
        return acts, rows

    def _register(self, line: Line, numbers: Sequence[Identity], standing: Standing) -> Iterator[PlannedAct]:
        body, *rest = pieces(line.body) or [""]
        title = line.title or title_of(line.body) or f"{numbers[0].scheme} {numbers[0].number}"
        if len(title) > MAX_SHORT:
            body, title = body or title, cut(title)
        who = {"name": line.name, "phone": line.phone, "id_number": line.id_number, "address": line.address}
        data: dict[str, Any] = {
            "kind": self._kind(line),
            "channel": cut(line.channel),
            "category": cut(self._category(line)),
            "urgency": cut(line.urgency),
            "title": title,
            "body": body,
            "place": cut(line.place),
            "numbers": [list(one) for one in numbers],
            "submitter": {key: value for key, value in who.items() if value},
            "report": "举报" in line.type,
            "confidential": line.confidential,
            "line": told_mark(line),
        }
        standing.known.add(data["line"])
        standing.stage, standing.confidential = Stage.REGISTERED, line.confidential
        at = line.dispatched if line.received is None else line.received
        yield PlannedAct(Action.REGISTER, {key: value for key, value in data.items() if value}, None, at)
        for part in rest:
            yield PlannedAct(Action.PROGRESS, {"text": part}, None, at)

    def _kind(self, line: Line) -> str:
        names = [kind.name for kind in self._rules.kinds]
        return line.type if line.type in names else names[0]

    def _category(self, line: Line) -> str:
        configured = any(entry.name == line.category for entry in self._rules.categories)
        if configured or not line.type or line.type == self._kind(line):
            return line.category
        return f"{line.type}/{line.category}" if line.category else line.type

    def _party(self, line: Line) -> str | None:
        return self._unit_of(line.unit, line.began) if line.unit else None

    def _told(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        for part in pieces(f"台账载：{fact.line.body or fact.line.title}"):
            yield PlannedAct(Action.PROGRESS, {"text": part})

    def _secret(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        if not standing.confidential:
            standing.confidential = True
            data = {"field": "confidential", "value": "是", "reason": "台账载明保密"}
            yield PlannedAct(Action.CORRECT, data)

    def _sent(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        line = fact.line
        if fact.marks[0] in standing.known:
            yield from self._moved(line)
            return
        again = self._is_again(fact, standing)
        unit = self._party(line) or line.unit
        if not again or unit not in standing.units:
            yield self._dispatch(fact, with_due=not again, at=None if again else fact.at)
            standing.units.add(unit)
            standing.stage = Stage.DISPATCHED if standing.stage is Stage.REGISTERED else standing.stage
        if again:
            standing.stage = Stage.HANDLING
            yield self._redo(fact)

    def _is_again(self, fact: Fact, standing: Standing) -> bool:
        """Whether a case goes out once more; a 重办 that is under way is not another one."""
        if standing.stage is Stage.REGISTERED:
            return fact.redo
        if not standing.answered:
            return False
        later = fact.at is None or standing.stopped is None or fact.at > standing.stopped
        return later if fact.redo else later and None not in (fact.at, standing.stopped)

    def _moved(self, line: Line) -> Iterator[PlannedAct]:
        """A deadline that changed from one reading of the ledger to the next."""
        if line.due is not None:
            day = instants.last_day_of(line.due).isoformat()
            data = {"field": "due", "value": day, "reason": "台账所载期限有变"}
            yield PlannedAct(Action.CORRECT, data)

    def _dispatch(self, fact: Fact, *, with_due: bool, at: int | None) -> PlannedAct:
        line, lead = fact.line, self._party(fact.line)
        helpers = [name for name in re.split(r"[、，,；;/\s]+", line.assist) if name]
        found = {name: self._unit_of(name, line.began) for name in helpers}
        unclaimed = "、".join(name for name, uid in found.items() if uid is None)
        notes = (
            line.requirement,
            f"协办（原文）：{unclaimed}" if unclaimed else "",
            f"办结时限（原文）：{line.due_text}" if line.due_text else "",
        )
        data: dict[str, Any] = {
            "lead": lead,
            "lead_text": None if lead else cut(line.unit),
            "assist": sorted({uid for uid in found.values() if uid and uid != lead}),
            "requirement": "\n".join(note for note in notes if note),
        }
        return PlannedAct(Action.DISPATCH, data | (_due(line) if with_due else {}), None, at)

    def _redo(self, fact: Fact) -> PlannedAct:
        line = fact.line
        reason = line.redo_reason or line.requirement or "台账载为重办"
        own = self._rules.urgencies.get(line.urgency)
        data: dict[str, Any] = {
            "reason": cut(" ".join(reason.split())),
            "limit": None if own is None else str(own),
        }
        return PlannedAct(Action.REDO, data | (_due(line) if line.redo_time is None else {}), None, fact.at)

    def _signed(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        yield PlannedAct(Action.SIGN, {}, self._party(fact.line), fact.at)

    def _accepted(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        if standing.stage in (Stage.DISPATCHED, Stage.SIGNED):
            standing.stage = Stage.HANDLING
        yield PlannedAct(Action.ACCEPT, {}, self._party(fact.line), fact.at)

    def _noted(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        for part in pieces(fact.text):
            yield PlannedAct(Action.PROGRESS, {"text": part}, self._party(fact.line), fact.at)

    def _urged(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        text = " ".join(fact.line.urge_text.split())
        yield PlannedAct(Action.URGE, {"text": cut(text) or "台账载为已督办"}, None, fact.at)
        if len(text) > MAX_SHORT:
            yield PlannedAct(Action.PROGRESS, {"text": f"督办意见全文：{fact.line.urge_text}"}, None, fact.at)

    def _extended(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        line, party = fact.line, self._party(fact.line)
        reason = cut(" ".join(line.extend_reason.split())) or "台账未载理由"
        if line.extend_until is None:
            yield PlannedAct(Action.PROGRESS, {"text": f"台账载为延期，未载延至何日。理由：{reason}"}, party)
            return
        yield PlannedAct(Action.EXTEND, {"reason": reason, "until": line.extend_until}, party)
        if "延" not in line.reply_kind:
            yield PlannedAct(Action.EXTEND_GRANT, {"until": line.extend_until})

    def _returned(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        line = fact.line
        detail = line.reply if "退" in line.reply_kind else ""
        reason = cut(" ".join(line.return_reason.split())) or "台账载为退单"
        yield PlannedAct(Action.RETURN, {"reason": reason, "detail": detail}, self._party(line), fact.at)

    def _replied(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        line = fact.line
        *before, last = pieces(fact.text) or [NO_REPLY]
        party = self._party(line)
        if standing.stage is Stage.REGISTERED:
            yield self._dispatch(fact, with_due=False, at=None)
            standing.units.add(party or line.unit)
        if self._leads_elsewhere(line, standing):
            before, last = [*before, f"回复：{last}"], ""
        for part in before:
            yield PlannedAct(Action.PROGRESS, {"text": part}, party, fact.at)
        if last:
            standing.stage, standing.stopped = Stage.SUBMITTED, fact.at
            data = {"reply": last, "finding": _finding(line.finding)}
            yield PlannedAct(Action.SUBMIT, data, party, fact.at)

    def _leads_elsewhere(self, line: Line, standing: Standing) -> bool:
        """The reply of a helping unit does not answer for the one that leads."""
        led = standing.lead is not None and standing.lead != line.key and standing.lead in standing.unanswered
        return led and progress_of(line) is not Progress.CLOSED

    def _closed(self, fact: Fact, standing: Standing) -> Iterator[PlannedAct]:
        if standing.stage in FINAL_STAGES or standing.unclosed - {fact.line.key}:
            return
        if standing.stage is not Stage.SUBMITTED:
            standing.stopped = fact.at
            yield PlannedAct(Action.SUBMIT, {"reply": NO_REPLY}, self._party(fact.line), fact.at)
        standing.stage = Stage.CLOSED
        yield PlannedAct(Action.APPROVE, {}, None, fact.at)


def _due(line: Line) -> dict[str, Any]:
    if line.due is not None:
        return {"due": line.due, "due_source": DueSource.LEDGER.value}
    return {"limit": line.limit} if line.limit else {}


def _finding(written: str) -> str | None:
    return next((member.value for member in Finding if written == member.label), None)


def cut(text: str) -> str:
    """A text short enough for a list."""
    return text if len(text) <= MAX_SHORT else text[: MAX_SHORT - 1] + "…"


def title_of(body: str) -> str:
    """A title for a case whose ledger has none: its first clause, without tags and who called."""
    text = _LEAD_IN.sub("", body)
    text = _LEAD_IN.sub("", text).strip()
    clause = _CLAUSE.split(text, maxsplit=1)[0].strip() or text or body
    return clause if len(clause) <= _TITLE_LENGTH else clause[: _TITLE_LENGTH - 1] + "…"
