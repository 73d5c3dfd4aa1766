"""Which row of a table is which unit of the tree (docs/ARCHITECTURE.md, "Units"). Pure.

In this order: the same parent and name; else the same name under another parent (moved); else the
same parent and stem (renamed). A code proves nothing: 304 township codes of 2026 meant another
township in 2023. Matching goes from the top down, so "the same parent" is a unit, not a name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from db.units import names

Item = TypeVar("Item")


class Standing(NamedTuple):
    """What identity is judged by; `id` is a unit's, or a row's place in its table."""

    id: int
    name: str
    parent: int | None
    """The unit above; for a row, the unit that its parent's row was found to be."""
    grandparent: int | None


def match(rows: Iterable[Standing], units: Iterable[Standing], level: int, *, whole: bool) -> dict[int, int]:
    """Row → unit, for the rows and living units of one level.

    Moves and renamings are looked for only where the table is `whole`, that is, where a unit that it
    does not name has ended. Every step pairs only what is unique on both sides.
    """
    left_rows = {row.id: row for row in rows}
    left_units = {unit.id: unit for unit in units}
    everywhere = _names_used_once(left_rows.values()) & _names_used_once(left_units.values())
    found = _pair(left_rows, left_units, lambda one: (one.parent, one.name))
    if not whole:
        return found
    found |= _pair(left_rows, left_units, lambda one: (one.grandparent, one.name))
    found |= _pair(left_rows, left_units, lambda one: one.name if one.name in everywhere else None)
    found |= _pair(left_rows, left_units, lambda one: (one.parent, names.stem(one.name, level)))
    return found


def _names_used_once(items: Iterable[Standing]) -> set[str]:
    seen: defaultdict[str, int] = defaultdict(int)
    for item in items:
        seen[item.name] += 1
    return {name for name, times in seen.items() if times == 1}


def _pair(
    rows: dict[int, Standing], units: dict[int, Standing], key: Callable[[Standing], Hashable | None]
) -> dict[int, int]:
    """Pair what has the same key, once on either side, and take it out of both."""
    by_key, of_units = _only(rows, key), _only(units, key)
    pairs = {row: of_units[mark] for mark, row in by_key.items() if mark in of_units}
    for row, unit in pairs.items():
        del rows[row], units[unit]
    return pairs


def _only(items: Mapping[int, Standing], key: Callable[[Standing], Hashable | None]) -> dict[Hashable, int]:
    marked: defaultdict[Hashable, list[int]] = defaultdict(list)
    for item in items.values():
        mark = key(item)
        if mark is not None:
            marked[mark].append(item.id)
    return {mark: ids[0] for mark, ids in marked.items() if len(ids) == 1}
