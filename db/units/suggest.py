"""The unit picker's type-ahead: every living unit in memory, ranked matches for what is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from db.connection import Connection
from db.units import names, tree
from db.units.tree import UnitRow


class _Entry(NamedTuple):
    """A living unit as it is matched; folded, but for the row's own fields."""

    level: int
    name: str
    short: str
    initials: str
    code: str
    id: int
    trail: str
    """Folded names from the district down, so that 渝北大湾 finds 渝北区 / 大湾镇."""


class UnitIndex:
    """Living units by name, short name, initials, code and path. Make a new one when the tree changed."""

    def __init__(self, connection: Connection) -> None:
        """Read the living units (20,000 in some tens of milliseconds)."""
        found = connection.execute(
            tree.SELECT.replace("v.merge_pending", "v.merge_pending, v.initials") + "WHERE v.valid_to IS NULL"
        ).fetchall()
        self._values = {values[0]: values[:12] for values in found}
        self._paths: dict[int, list[str]] = {}
        self._entries = sorted(
            _Entry(
                values[6],
                _quick_fold(values[3]),
                _quick_fold(values[4]),
                values[12],
                values[2] or "",
                values[0],
                "".join(map(_quick_fold, self._path(values[0])[1:])),
            )
            for values in found
        )
        self._written = [entry.trail + entry.short for entry in self._entries]
        """By place in the entries; a quick test rules most of them out."""
        self._aliases: dict[str, int] = {
            name: unit
            for name, unit in connection.execute("SELECT name, unit_id FROM unit_alias")
            if unit in self._values
        }

    def suggest(self, text: str, limit: int = 10) -> list[UnitRow]:
        """Units that fit what was typed, best first: exact, prefix, part of the name, of the path.

        Within one rank higher levels come first. Letters are pinyin initials, digits a code.
        """
        typed = names.fold(text)
        if not typed:
            return []
        ranked: list[list[int]] = [[], [], [], [], []]
        if typed in self._aliases:
            ranked[0].append(self._aliases[typed])
        for rank, unit in self._ranks(typed):
            ranked[rank].append(unit)
        units = dict.fromkeys(unit for rank in ranked for unit in rank)
        return [tree.make_row(self._values[unit], self._path(unit)) for unit in list(units)[:limit]]

    def _ranks(self, typed: str) -> Iterator[tuple[int, int]]:
        if typed.isdigit():
            fits = (entry for entry in self._entries if entry.code.startswith(typed))
            return ((typed != entry.code, entry.id) for entry in fits)
        if typed.isascii():
            return self._by_initials(typed)
        return self._by_name(typed)

    def _by_initials(self, typed: str) -> Iterator[tuple[int, int]]:
        for entry in self._entries:
            if entry.initials.startswith(typed):
                yield entry.initials != typed, entry.id
            elif typed in entry.initials:
                yield 2, entry.id
            elif entry.level < 4 and _in_order(typed, entry.initials):
                yield 3, entry.id

    def _by_name(self, typed: str) -> Iterator[tuple[int, int]]:
        first, last = typed[0], typed[-1]
        likely = [
            place for place, written in enumerate(self._written) if first in written and last in written
        ]
        for entry in map(self._entries.__getitem__, likely):
            if typed in (entry.name, entry.short):
                yield 0, entry.id
            elif entry.name.startswith(typed) or entry.short.startswith(typed):
                yield 1, entry.id
            elif typed in entry.name or typed in entry.short:
                yield 2, entry.id
            elif typed in entry.trail:
                yield 3, entry.id
            elif _in_order(typed, entry.trail):
                yield 4, entry.id

    def _path(self, unit: int) -> list[str]:
        path = self._paths.get(unit)
        if path is None:
            values = self._values.get(unit)
            if values is None:  # An ended unit that living ones still stand below.
                return []
            above = [] if values[5] is None else self._path(values[5])
            path = self._paths[unit] = [*above, values[3]]
        return path


def suggest(connection: Connection, text: str, limit: int = 10) -> list[UnitRow]:
    """Units that fit what was typed, best first; for more than one question keep a `UnitIndex`."""
    return UnitIndex(connection).suggest(text, limit)


def _quick_fold(name: str) -> str:
    return name.lower() if name.isalnum() else names.fold(name)


def _in_order(typed: str, text: str) -> bool:
    """Whether the characters of one stand in the other in the same order: 市人社局 in its full name."""
    at = -1
    for character in typed:
        at = text.find(character, at + 1)
        if at < 0:
            return False
    return True
