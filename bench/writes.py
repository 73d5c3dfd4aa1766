"""One saved step on disk, against the same rows by plain SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from bench.make_office import opened
from bench.measure import Row, each
from db.actions import Action
from db.connection import Connection, transaction
from db.journal import Act, record
from db.office import Office

STEPS = 200
_ACT = Act(Action.PROGRESS, {"text": "已派人到现场查看，三日内修复。"})
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_IDENTIFIED = re.compile(r"INSERT INTO (?:event|content) .*?VALUES \('(\w{32})'", re.DOTALL)


def rows(home: Path) -> Iterator[Row]:
    """A 进展反馈, each on another case.

    A step is taken on a case that stands on the screen: the system holds its pages, our connection does not.
    So it is for both ways: every case takes a step first, then the office is opened anew.
    """
    with opened(home) as office:
        ids = _drawn(office.writer)
        replays = [_captured(office, case_id) for case_id in ids]
    half = len(ids) // 2
    with opened(home) as office:
        ours = each(lambda case_id: record(office, case_id, _ACT), ids[:half])
    with opened(home) as office:
        raw = each(lambda statements: _replay(office.writer, statements), replays[half:])
    yield Row("one saved step, on disk", ours, "the same rows by raw SQL, one transaction", raw, "p95 ≤ 2×")


def _drawn(connection: Connection) -> list[int]:
    """Cases that are being handled, others at every run: what the runs add would make the same ones long."""
    handling = [row[0] for row in connection.execute("SELECT id FROM \"case\" WHERE stage = 'handling'")]
    (events,) = connection.execute("SELECT max(rowid) FROM event").fetchone()
    return Random(events).sample(handling, min(2 * STEPS, len(handling)))


def _captured(office: Office, case_id: int) -> list[str]:
    """The statements that a step writes, made to be written once more: with other identities."""
    said: list[str] = []
    office.writer.set_trace_callback(said.append)
    record(office, case_id, _ACT)
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
