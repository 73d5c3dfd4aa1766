"""What loading a table does to the tree, as it is shown before and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from db.units.table import Skipped


class Change(NamedTuple):
    """One unit: its path (names joined by ``/`` from the city down), and what was and what will be.

    `before` and `after` are paths for added, ended (after = successor), moved and pending units, names
    for renamed ones, codes for recoded ones; empty where there is none.
    """

    path: str
    before: str
    after: str


class Changes(NamedTuple):
    """The outcome of a load; a unit stands in one list only: moved before renamed before recoded."""

    effective: dt.date
    added: list[Change]
    ended: list[Change]
    renamed: list[Change]
    recoded: list[Change]
    moved: list[Change]
    pending: list[Change]
    """Units below an ended one that the table says nothing about."""
    unchanged: int
    skipped: list[Skipped]
    """Rows that were not taken."""

    @property
    def nothing(self) -> bool:
        """Whether the tree already is as the table says."""
        return not (self.added or self.ended or self.renamed or self.recoded or self.moved or self.pending)

    def lines(self, names: int | None = None) -> Iterator[str]:
        """The report: counts, and below each the units, at most `names` of them (None: all)."""
        for word, label, changed in (
            ("added", "新增", self.added),
            ("ended", "撤销", self.ended),
            ("renamed", "更名或改级", self.renamed),
            ("recoded", "只改代码", self.recoded),
            ("moved", "改隶", self.moved),
            ("pending", "随撤销单位待定", self.pending),
        ):
            yield f"{label} {word} {len(changed)}"
            for change in changed[:names]:
                yield f"  {change.path}" if change.after == change.path else f"  {_arrow(change)}"
            if names is not None and len(changed) > names:
                yield f"  … 另有 {len(changed) - names} 个"
        yield f"未变 unchanged {self.unchanged}"
        yield f"未采用 skipped {len(self.skipped)}"
        for row in self.skipped[:names]:
            yield f"  第 {row.line} 行 {row.name}：{row.why}"


def _arrow(change: Change) -> str:
    return f"{change.path}：{change.before or '无'} → {change.after or '待归并'}"
