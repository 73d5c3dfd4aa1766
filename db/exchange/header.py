"""Find the header of a sheet by itself: below title rows, in one row or in two with merged cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from db.exchange.columns import is_known, plain

SEARCHED = 30
"""A header stands within so many rows."""

ENOUGH = 2
"""Known columns that make a row a header."""


class Header(NamedTuple):
    """Where the header stands and what it says."""

    names: tuple[str, ...]
    first: int
    """Index of its first row, from 0."""
    height: int
    """1 or 2 rows."""

    @property
    def below(self) -> int:
        """Index of the first row of data."""
        return self.first + self.height


def find(rows: Sequence[Sequence[str]], mapped: Collection[str] = ()) -> Header | None:
    """The header among the first rows of a sheet, or None.

    Args:
        rows: the first rows, as read.
        mapped: column names that were mapped by hand; they count as known.
    """
    known = {plain(name) for name in mapped}
    found = [
        (sum(_known(name, known) for name in header.names), -header.height, -at, header)
        for at, row in enumerate(rows[:SEARCHED])
        for header in _candidates(rows, at, row, known)
    ]
    if not found:
        return None
    score, _, _, best = max(found, key=lambda one: one[:3])
    return best if score >= min(ENOUGH, len(known) or ENOUGH) else None


def _known(name: str, by_hand: Collection[str]) -> bool:
    return is_known(name) or plain(name) in by_hand


def _candidates(
    rows: Sequence[Sequence[str]], at: int, row: Sequence[str], by_hand: Collection[str]
) -> list[Header]:
    single = Header(tuple(row), at, 1)
    if at + 1 >= len(rows):
        return [single]
    return [single, Header(_joined(row, rows[at + 1], by_hand), at, 2)]


def _joined(upper: Sequence[str], lower: Sequence[str], by_hand: Collection[str]) -> tuple[str, ...]:
    """Two rows as one: a group's name reaches over the blank cells to its right."""
    names, group = [], ""
    for at in range(max(len(upper), len(lower))):
        above = upper[at].strip() if at < len(upper) else ""
        below = lower[at].strip() if at < len(lower) else ""
        group = above or (group if below else "")
        tries = (group + below, below, above)
        names.append(next((name for name in tries if name and _known(name, by_hand)), below or above))
    return tuple(names)
