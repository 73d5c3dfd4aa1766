"""What commands print: JSON for programs, aligned tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from db import instants
from db.reads.board import CaseRow
from db.terms import Alarm, Stage
from duban_tui.cli.cells import cells, cut

TITLE_CELLS = 44
"""Cells that a title may take in a table."""


def print_json(value: Any) -> None:
    """Print a value as UTF-8 JSON."""
    import json

    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a head, columns aligned by cells."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(cells(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        padded = (text + " " * (width - cells(text)) for text, width in zip(line, widths, strict=True))
        print("  ".join(padded).rstrip())


def day(instant: int | None) -> str | None:
    """The day that an exclusive end closes, as ``YYYY-MM-DD``."""
    return None if instant is None else instants.last_day_of(instant).isoformat()


def minute(instant: int | None) -> str:
    """An instant for people, to the minute; empty where unknown."""
    return "" if instant is None else instants.local(instant).strftime("%Y-%m-%d %H:%M")


def case_line(row: CaseRow) -> dict[str, Any]:
    """A case as `find` gives it to programs."""
    return {
        "number": row.number,
        "title": row.title,
        "unit": row.unit,
        "stage": Stage(row.stage).label,
        "alarm": Alarm(row.alarm).label,
        "due": day(row.due_at),
    }


def print_cases(rows: Iterable[CaseRow]) -> None:
    """Print cases as a table."""
    head = ("编号", "事项", "主办单位", "环节", "状态", "应办结")
    print_table(head, [_cells_of(row) for row in rows])


def _cells_of(row: CaseRow) -> tuple[str, ...]:
    line = case_line(row)
    marked = f"[保密] {row.title}" if row.confidential else row.title
    title, unit = cut(marked, TITLE_CELLS), cut(row.unit, 24)
    return line["number"], title, unit, line["stage"], line["alarm"], line["due"] or "—"
