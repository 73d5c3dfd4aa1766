"""One saved step on disk, against the same rows by plain SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.make_office import opened
from bench.measure import Row, Timing, each
from db import chain
from db.actions import Action
from db.connection import Connection, transaction
from db.journal import Act, record
from db.office import Office

STEPS = 200
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_IDENTIFIED = re.compile(r"INSERT INTO (?:event|content) .*?VALUES \('(\w{32})'", re.DOTALL)


def rows(home: Path) -> Iterator[Row]:
    """A 进展反馈."""
    with opened(home) as office:
        ours, raw = _steps(office)
        yield Row(
            "one saved step, on disk", ours, "the same rows by raw SQL, one transaction", raw, "p95 ≤ 2×"
        )


def _steps(office: Office) -> tuple[Timing, Timing]:
    handling = office.writer.execute("SELECT id FROM \"case\" WHERE stage = 'handling' LIMIT ?", (2 * STEPS,))
    ids = [row[0] for row in handling]
    half = len(ids) // 2
    for case_id in ids:  # A step is taken on a case that stands on the screen: it has been read.
        chain.steps_of(office.writer, case_id)
    act = Act(Action.PROGRESS, {"text": "已派人到现场查看，三日内修复。"})
    ours = each(lambda case_id: record(office, case_id, act), ids[:half])
    replays = [_captured(office, case_id, act) for case_id in ids[half:]]
    return ours, each(lambda statements: _replay(office.writer, statements), replays)


def _captured(office: Office, case_id: int, act: Act) -> list[str]:
    """The statements that a step writes, made to be written once more: with other identities."""
    said: list[str] = []
    office.writer.set_trace_callback(said.append)
    record(office, case_id, act)
    office.writer.set_trace_callback(None)
    statements = [statement for statement in said if statement.startswith(_WRITES)]
    fresh = [found[1] for found in map(_IDENTIFIED.match, statements) if found]
    for identity in (*fresh, office.device.id):
        other = identity[::-1]
        statements = [statement.replace(identity, other) for statement in statements]
    return statements


def _replay(connection: Connection, statements: Sequence[str]) -> None:
    with transaction(connection):
        for statement in statements:
            connection.execute(statement)
