"""The check-up of a stretch of cases: are its events, texts, rows and index what the journal says?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from db import chain, contents, fold, numbers, rows, search, search_index
from db.connection import Connection
from db.directory import Directory
from db.effects import Calendars
from db.index import pieces
from db.rows import Folded
from db.state import Step
from db.submitters import submitter_row

CASES = 500
"""Cases of one stretch: read in one transaction, so that a desk may write between two of them."""


class Finding(NamedTuple):
    """Something that is not as it should be."""

    where: str
    what: str
    mend: str


RESTORE = "请用 duban restore 恢复最近的备份"
REBUILD = "请运行 duban doctor --rebuild 由流水重建"

_NEXT = "SELECT DISTINCT case_id FROM event WHERE case_id > ? ORDER BY case_id LIMIT ?"

_EVENTS = """SELECT case_id, case_uid, prev_hash, hash, outcome, why,
id, action, data, by, party, via, at, recorded_at, hlc, device, seq, seen
FROM event WHERE case_id BETWEEN ? AND ? ORDER BY case_id"""

_TEXTS = "SELECT id, text, salt, sha256 FROM content WHERE case_id BETWEEN ? AND ?"

_OWNERLESS = """SELECT number FROM "case" WHERE id > ? AND id <= ?
AND id NOT IN (SELECT case_id FROM event WHERE case_id > ?1 AND case_id <= ?2)"""

_SUBMITTERS = """SELECT case_id, content_id, masked, name_key, phone_key, id_key
FROM submitter WHERE case_id BETWEEN ? AND ?"""

WORDS = 50
"""Words of a case, and keys of these, under which it must be found in the index."""

LAST = (1 << 53) - 1
"""No local case id is above this."""


class Stretch(NamedTuple):
    """What was found in a stretch of cases."""

    last: int
    """The local id at which it ends."""
    cases: int
    events: int
    findings: list[Finding]


class _Event(NamedTuple):
    """An event as it is stored."""

    case_id: int
    case_uid: str
    prev_hash: str
    hash: str
    outcome: str
    why: str | None
    data: str
    step: Step | None
    """As the fold takes it; None where it cannot even be read."""
    where: str


class CaseCheck:
    """Checks stretch by stretch, on a connection that may only read."""

    def __init__(self, connection: Connection, calendars: Calendars) -> None:
        """Read the tree and what names are hidden with."""
        self.connection, self.calendars = connection, calendars
        self.directory = Directory(connection)
        row = connection.execute("SELECT value FROM setting WHERE name = 'identity_secret'").fetchone()
        self.secret = bytes.fromhex(row[0]) if row else b""

    def after(self, case_id: int, cases: int = CASES) -> Stretch | None:
        """Check the next cases above a local id; None where the journal knows no further one.

        The end of the office is checked with the last of them: rows above it belong to no event.
        """
        self.connection.execute("BEGIN")
        try:
            known = [row[0] for row in self.connection.execute(_NEXT, (case_id, cases))]
            if not known:
                return None
            last = LAST if len(known) < cases else known[-1]
            events = [_event(row) for row in self.connection.execute(_EVENTS, (known[0], known[-1]))]
            findings = list(self._findings(case_id, last, (known[0], known[-1]), events))
            return Stretch(last, len(known), len(events), findings)
        finally:
            self.connection.execute("ROLLBACK")

    def _findings(
        self, before: int, last: int, stretch: tuple[int, int], events: list[_Event]
    ) -> Iterator[Finding]:
        texts = {row[0]: row[1:] for row in self.connection.execute(_TEXTS, stretch)}
        damaged = dict.fromkeys(_text_findings(texts))
        spoiled = set[int]()
        for event in events:
            for finding in _event_findings(event, texts):
                damaged[finding] = None
                spoiled.add(event.case_id)
        yield from damaged
        folded = []
        for case_id, group in groupby(events, key=itemgetter(0)):
            if case_id not in spoiled:
                one, marked = self._fold(list(group))
                folded.append(one)
                if not marked:
                    yield Finding(f"事项 {one.state.number}", "流水的标记与重算不一致", REBUILD)
        for one, what in rows.differing(self.connection, folded, self.directory.place):
            yield Finding(f"事项 {one.state.number}", f"{what}与流水不一致", REBUILD)
        if not damaged:
            yield from self._submitters(stretch, folded, texts)
            try:
                yield from self._index(stretch, folded)
                yield from self._surplus(before, last, {event.case_id for event in events})
            except pieces.Damaged:
                yield Finding("快查索引", "有损坏，读不出来", REBUILD)
        for (number,) in self.connection.execute(_OWNERLESS, (before, last)):
            yield Finding(f"事项 {number}", "没有流水", REBUILD)

    def _fold(self, events: Sequence[_Event]) -> tuple[Folded, bool]:
        """The fold of a case, and whether its events are marked as the fold marks them."""
        steps = [event.step for event in events if event.step is not None]
        state, verdicts = fold.fold(steps, self.calendars)
        stored = {event.step.id: (event.outcome, event.why) for event in events if event.step is not None}
        marked = all(stored[one.step.id] == (str(one.outcome), one.why) for one in verdicts)
        nearest = rows.NOWHERE if state.unclaimed is None else self.directory.nearest(state.unclaimed)
        one = Folded(events[0].case_id, events[0].case_uid, state, verdicts, nearest)
        state.number = numbers.shown(self.connection, one)
        return one, marked

    def _submitters(
        self, stretch: tuple[int, int], folded: Sequence[Folded], texts: dict[str, tuple[Any, ...]]
    ) -> Iterator[Finding]:
        stored = {row[0]: row for row in self.connection.execute(_SUBMITTERS, stretch)}
        for one in folded:
            content = one.state.submitter_id
            text = texts[content][0] if content in texts else None
            expected = (
                None
                if content is None or text is None
                else submitter_row(one.case_id, content, json.loads(text), self.secret)
            )
            if stored.get(one.case_id) != expected:
                yield Finding(f"事项 {one.state.number}", "反映人与流水不一致", REBUILD)

    def _index(self, stretch: tuple[int, int], folded: Sequence[Folded]) -> Iterator[Finding]:
        """Every case stands in the index once, at its place; of one, also under its words."""
        placed = Counter(self._placed(*stretch))
        for at, one in enumerate(folded):
            place = search_index.rank(one.case_id, is_open=one.state.open)
            other = search_index.rank(one.case_id, is_open=not one.state.open)
            if (placed[place], placed[other]) != (1, 0):
                yield Finding(f"事项 {one.state.number}", "在快查索引中没有或位置不对", REBUILD)
            elif at == 0 and not _stands_under_its_words(self.connection, one.case_id, place):
                yield Finding(f"事项 {one.state.number}", "在快查索引中的文字不对", REBUILD)

    def _surplus(self, before: int, last: int, known: set[int]) -> Iterator[Finding]:
        surplus = {place & ~search_index.OPEN for place in self._placed(before + 1, last)} - known
        if surplus:
            yield Finding("快查索引", f"多出 {len(surplus):,} 件", REBUILD)

    def _placed(self, first: int, last: int) -> list[int]:
        """The places in the index of the cases from one local id to another; twice where one stands twice."""
        return [
            place
            for shift in (0, search_index.OPEN)
            for place in pieces.placed(self.connection, pieces.Band(first | shift, (last | shift) + 1))
        ]


def _stands_under_its_words(connection: Connection, case_id: int, place: int) -> bool:
    words = search_index.indexed(search_index.texts_of(connection, case_id)).split()
    some = words[:: max(1, len(words) // WORDS)]
    return pieces.stands(connection, place, search.keys_of(some)[:WORDS], some)


def _text_findings(texts: dict[str, tuple[Any, ...]]) -> Iterator[Finding]:
    for content_id, (text, salt, digest) in texts.items():
        if text is not None and contents.digest(salt, text) != digest:
            yield Finding(f"文字 {content_id[:12]}", "内容被改动过", RESTORE)


def _event(row: tuple[Any, ...]) -> _Event:
    step = Step._make(row[6:])
    where = f"设备 {step.device[:8]} 第 {step.seq} 条流水"
    try:
        return _Event._make((*row[:6], step.data, chain.read_step(step), where))
    except (TypeError, ValueError):
        return _Event._make((*row[:6], step.data, None, where))


def _event_findings(event: _Event, texts: dict[str, tuple[Any, ...]]) -> Iterator[Finding]:
    """An event against its hash, and each text it seals: an erased one keeps its row."""
    if (
        event.step is None
        or chain.event_hash(event.step, event.case_uid, event.data, event.prev_hash) != event.hash
    ):
        yield Finding(event.where, "内容被改动过", RESTORE)
        return
    for one in contents.references(event.step.data):
        if one["content"] not in texts:
            yield Finding(event.where, "所附文字不见了", RESTORE)
        elif texts[one["content"]][2] != one.get("sha256"):
            yield Finding(event.where, "所附文字被换过", RESTORE)
