"""What was measured in an office, kept beside it: a run that is stopped loses nothing that it printed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.measure import Row, Timing


class Run(NamedTuple):
    """All rows of one office; each says when it was measured."""

    day: str
    """ISO day of the last measuring."""
    facts: list[str]
    """What is to be said of the office itself."""
    rows: list[Row]


def keep(home: Path, facts: Sequence[str], rows: Sequence[Row]) -> None:
    """Write down what was measured so far; rows of an earlier run that were not measured again stay.

    One that is new stands behind the one it was measured after: it may go on from there, with an ellipsis.
    """
    day, before = time.strftime("%Y-%m-%d"), kept(home)
    held, fresh = _by_name(before.rows if before else ()), _by_name(row._replace(day=day) for row in rows)
    order = list(held)
    for name, after in zip(fresh, [None, *fresh], strict=False):
        if name not in held:
            order.insert(len(order) if after is None else order.index(after) + 1, name)
    merged = [row for name in order for row in (held | fresh)[name]]
    begun = _file(home).with_suffix(".begun")
    begun.write_text(json.dumps([day, facts, merged], ensure_ascii=False), encoding="utf-8")
    begun.replace(_file(home))


_LENGTH = re.compile(r"[\d,]+ rows")
"""The same list may be longer or shorter by a few cases when it is measured again."""


def _by_name(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows of one name are one work against several others: they are measured together."""
    named: dict[str, list[Row]] = {}
    for row in rows:
        named.setdefault(_LENGTH.sub("rows", row.name), []).append(row)
    return named


def kept(home: Path) -> Run | None:
    """What was measured in an office; None where nothing was."""
    if not _file(home).exists():
        return None
    day, facts, rows = json.loads(_file(home).read_text(encoding="utf-8"))
    return Run(day, facts, [_row(*row) for row in rows])


def _row(name: str, ours: list[float], other: str, theirs: list[float] | None, *rest: Any) -> Row:
    return Row(name, _timing(ours), other, None if theirs is None else _timing(theirs), *rest)


def _timing(held: list[float]) -> Timing:
    return Timing(held[0], held[1], int(held[2]))


def _file(home: Path) -> Path:
    return home / "measured.json"
