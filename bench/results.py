"""What was measured in an office, kept beside it: a run that is stopped loses nothing that it printed."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.measure import Row, Timing


class Run(NamedTuple):
    """All rows of one office, and when they were measured."""

    day: str
    """ISO day of the last row."""
    facts: list[str]
    """What is to be said of the office itself."""
    rows: list[Row]


def keep(home: Path, facts: Sequence[str], rows: Sequence[Row]) -> None:
    """Write down what was measured so far; rows of an earlier run that were not measured again stay."""
    again = {row.name for row in rows}
    before = kept(home)
    held = [] if before is None else [row for row in before.rows if row.name not in again]
    day = time.strftime("%Y-%m-%d")
    _file(home).write_text(json.dumps([day, facts, [*rows, *held]], ensure_ascii=False), encoding="utf-8")


def kept(home: Path) -> Run | None:
    """What was measured in an office; None where nothing was."""
    if not _file(home).exists():
        return None
    day, facts, rows = json.loads(_file(home).read_text(encoding="utf-8"))
    return Run(day, facts, [_row(*row) for row in rows])


def _row(name: str, ours: list[float], other: str, theirs: list[float] | None, budget: str) -> Row:
    return Row(name, _timing(ours), other, None if theirs is None else _timing(theirs), budget)


def _timing(held: list[float]) -> Timing:
    return Timing(held[0], held[1], int(held[2]))


def _file(home: Path) -> Path:
    return home / "measured.json"
