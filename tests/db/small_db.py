"""A small database written by plain SQL, for what only reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlmodel import SQLModel

import db.models  # noqa: F401  (fills the metadata)
from db.connection import SCHEMA_VERSION, Connection, open_writer

NOW = 1_795_435_200
"""2026-11-23 20:00 +08:00."""

DAY = 86_400


def create(path: Path) -> Connection:
    """The tables of an office, empty."""
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    connection = open_writer(path)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    return connection


def insert(connection: Connection, table: str, **values: Any) -> None:
    """One row."""
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', tuple(values.values()))


def add_unit(
    connection: Connection, unit_id: int, name: str, parent: int | None, level: int, **version: Any
) -> None:
    """A unit with one version."""
    insert(connection, "unit", id=unit_id, uid=f"{unit_id:032x}")
    values: dict[str, Any] = {"unit_id": unit_id, "name": name, "short_name": name, "initials": "x"}
    values |= {"parent_id": parent, "level": level, "kind": "行政区划", "merge_pending": 0, **version}
    insert(connection, "unit_version", **values)


def add_case(connection: Connection, case_id: int, **values: Any) -> int:
    """An open case without dates, but for what is given."""
    case: dict[str, Any] = {
        "id": case_id, "uid": f"{case_id:032x}", "number": f"2026-{case_id:06d}", "kind": "诉求",
        "channel": "12345", "category": "城市管理", "urgency": "一般", "title": "路灯不亮", "place": "",
        "received_at": NOW, "registered_at": NOW, "stage": "handling", "open": 1, "running": 1,
        "limit_text": "5工作日", "urgent_muted": 0, "provisional": 0, "confidential": 0, "report": 0,
        "supervised": 0, "odd_dates": 0, "urged": 0, "extended": 0, "returned": 0, "redone": 0, "notes": 0,
        "conflicts": 0, "updated_at": NOW,
    }  # fmt: skip
    insert(connection, "case", **(case | values))
    return case_id


def plans(connection: Connection, work: Callable[[], object]) -> list[tuple[str, str]]:
    """Every statement that `work` runs, with what SQLite does for it."""
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    work()
    connection.set_trace_callback(None)
    return [
        (sql, "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))) for sql in seen
    ]
