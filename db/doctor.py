"""The check-up: pages, hash chain, texts, and whether every row is the fold of its events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from db import chain, contents, rebuild, rows
from db.connection import Connection
from db.directory import Directory
from db.effects import Calendars
from db.rebuild import Progress
from db.state import Step


class Finding(NamedTuple):
    """Something that is not as it should be."""

    where: str
    what: str
    mend: str


class Report(NamedTuple):
    """The result of a check-up."""

    cases: int
    events: int
    findings: list[Finding]

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return not self.findings


_RESTORE = "请用 duban restore 恢复最近的备份"
_REBUILD = "请运行 duban doctor --rebuild 由流水重建"

_SILENT: Progress = lambda done, total: None  # noqa: E731


def check(connection: Connection, calendars: Calendars, progress: Progress = _SILENT) -> Report:
    """Read the whole office and compare, telling (cases checked, all cases) to `progress`.

    Changes nothing; may be interrupted at any time.
    """
    findings = list(_pages(connection))
    if not findings:
        findings += _chain(connection)
        findings += _texts(connection)
        findings += _seals(connection)
    if not findings:
        findings += _rows(connection, calendars, progress)
    cases, events = connection.execute('SELECT (SELECT count(*) FROM "case"), count(*) FROM event').fetchone()
    return Report(cases, events, findings)


def _pages(connection: Connection) -> Iterator[Finding]:
    for (line,) in connection.execute("PRAGMA quick_check(5)"):
        if line != "ok":
            yield Finding("数据页", str(line), _RESTORE)
    for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Finding(f"表 {table}", f"有行指向不存在的 {parent}", _RESTORE)


_EVENTS = """SELECT id, action, data, by, party, via, at, recorded_at, hlc, device, seq, seen,
case_uid, prev_hash, hash FROM event ORDER BY device, seq"""


def _chain(connection: Connection) -> Iterator[Finding]:
    device, seq, previous = "", 0, chain.GENESIS
    for row in connection.execute(_EVENTS):
        step = Step._make(row[: len(Step._fields)])
        case_uid, claimed, digest = row[len(Step._fields) :]
        if step.device != device:
            device, seq, previous = step.device, 0, chain.GENESIS
        where = f"设备 {step.device[:8]} 第 {step.seq} 条流水"
        if step.seq != seq + 1:
            yield Finding(where, f"前面缺 {step.seq - seq - 1} 条", _RESTORE)
        elif claimed != previous:
            yield Finding(where, "与前一条不相连", _RESTORE)
        if _hash(step, case_uid, claimed) != digest:
            yield Finding(where, "内容被改动过", _RESTORE)
        seq, previous = step.seq, digest


def _hash(step: Step, case_uid: str, previous: str) -> str | None:
    """The hash of an event as it stands; None where it cannot even be read."""
    try:
        read = step._replace(seen=tuple(json.loads(str(step.seen))))
        return chain.event_hash(read, case_uid, str(step.data), previous)
    except (TypeError, ValueError):
        return None


def _texts(connection: Connection) -> Iterator[Finding]:
    found = connection.execute("SELECT id, text, salt, sha256 FROM content WHERE text IS NOT NULL")
    for content_id, text, salt, digest in found:
        if contents.digest(salt, text) != digest:
            yield Finding(f"文字 {content_id[:12]}", "内容被改动过", _RESTORE)


_BROKEN_SEALS = """WITH seal (device, seq, content, sha256) AS (
  SELECT e.device, e.seq, CASE d.type WHEN 'object' THEN d.value ->> 'content' END,
         CASE d.type WHEN 'object' THEN d.value ->> 'sha256' END
  FROM event e JOIN json_each(CASE WHEN json_valid(e.data) THEN e.data ELSE '{}' END) d)
SELECT s.device, s.seq, c.id IS NULL FROM seal s LEFT JOIN content c ON c.id = s.content
WHERE s.content IS NOT NULL AND c.sha256 IS NOT s.sha256"""


def _seals(connection: Connection) -> Iterator[Finding]:
    """Each text against the event that sealed it: an erased one keeps its row."""
    for device, seq, missing in connection.execute(_BROKEN_SEALS):
        where = f"设备 {device[:8]} 第 {seq} 条流水"
        yield Finding(where, "所附文字不见了" if missing else "所附文字被换过", _RESTORE)


def _rows(connection: Connection, calendars: Calendars, progress: Progress) -> Iterator[Finding]:
    known, directory = rebuild.case_ids(connection), Directory(connection)
    for done, folded in enumerate(rebuild.refold(connection, calendars, directory, known), 1):
        if not rows.stands(connection, folded, directory.place):
            yield Finding(f"事项 {folded.state.number}", "与流水不一致", _REBUILD)
        if done % 200 == 0 or done == len(known):
            progress(done, len(known))
    for (number,) in connection.execute(
        'SELECT number FROM "case" WHERE id NOT IN (SELECT case_id FROM event)'
    ):
        yield Finding(f"事项 {number}", "没有流水", _REBUILD)
