"""What is written: one saved step and an imported ledger, against the same rows by plain SQL."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.make_office import opened
from bench.measure import Row, Timing, each, timing
from db import search_index
from db.actions import Action
from db.connection import Connection, transaction
from db.exchange.ledger import import_ledger
from db.journal import Act, record
from db.office import Office

STEPS = 200
LEDGER_ROWS = 5_000
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_IDENTIFIED = re.compile(r"INSERT INTO (?:event|content) .*?VALUES \('(\w{32})'", re.DOTALL)
_TABLES = ("case", "case_number", "event", "content", "assignment", "submitter")


def rows(home: Path) -> Iterator[Row]:
    """A 进展反馈 on disk, and a thousand rows of a ledger."""
    with opened(home) as office:
        ours, raw = _steps(office)
        yield Row(
            "one saved step, on disk", ours, "the same rows by raw SQL, one transaction", raw, "p95 ≤ 2×"
        )
        texts = office.writer.execute(
            'SELECT title, text FROM "case" c JOIN content t ON t.id = c.body_id LIMIT ?', (LEDGER_ROWS,)
        ).fetchall()
    imported, bare = _import(texts)
    yield Row("import of 1,000 CSV rows", imported, "bare script: the same rows and index", bare, "≤ 3×")


def _steps(office: Office) -> tuple[Timing, Timing]:
    handling = office.writer.execute("SELECT id FROM \"case\" WHERE stage = 'handling' LIMIT ?", (2 * STEPS,))
    ids = [row[0] for row in handling]
    half = len(ids) // 2
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


def _import(texts: Sequence[tuple[str, str]]) -> tuple[Timing, Timing]:
    with tempfile.TemporaryDirectory() as folder:
        ledger, empty = Path(folder, "ledger.csv"), Path(folder, "empty")
        with ledger.open("w", encoding="utf-8-sig", newline="") as out:
            lines = csv.writer(out)
            lines.writerow(["工单编号", "标题", "内容", "登记时间"])
            lines.writerows([f"2026{n:014d}", *text, "2026-03-02 09:30"] for n, text in enumerate(texts))
        empty.mkdir()
        opened(empty).close()
        shutil.copytree(empty, other := Path(folder, "other"))
        thousands = len(texts) / 1000
        with opened(empty) as office, opened(other) as plain:
            start = time.perf_counter()
            import_ledger(office, ledger)
            ours = (time.perf_counter() - start) / thousands
            bare = _bare_import(office.writer, plain.writer, ledger) / thousands
    return timing([ours]), timing([bare])


def _bare_import(filled: Connection, empty: Connection, ledger: Path) -> float:
    """Seconds to read the file, write what our import left behind, and index it."""
    held: dict[str, list[tuple[Any, ...]]] = {
        table: filled.execute(f'SELECT * FROM "{table}"').fetchall() for table in _TABLES
    }
    places = [(row[0], search_index.place_of(filled, row[0])) for row in held["case"]]
    words = [(place, list(search_index.texts_of(filled, case_id))) for case_id, place in places]
    start = time.perf_counter()
    with ledger.open(encoding="utf-8-sig", newline="") as file:
        list(csv.reader(file))
    with transaction(empty):
        for table, found in held.items():
            if found:
                marks = ", ".join("?" * len(found[0]))
                empty.executemany(f'INSERT INTO "{table}" VALUES ({marks})', found)
        search_index.put_new(empty, [(place, search_index.grams(texts)) for place, texts in words])
    return time.perf_counter() - start
