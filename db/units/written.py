"""Units by the end of their path as tables write it: 大湾镇, 渝北区/大湾镇, 重庆市/渝北区/大湾镇. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from db.units.store import Living


class Written:
    """Finds units by written paths; every unit above one must be at hand."""

    def __init__(self, units: Mapping[int, Living]) -> None:
        """Look among these, by id."""
        self._units = units
        self._named: defaultdict[str, list[Living]] = defaultdict(list)
        for unit in units.values():
            self._named[unit.name].append(unit)

    def fits(self, path: str) -> list[Living]:
        """The units whose path ends so."""
        parts = [part.strip() for part in path.replace("／", "/").split("/") if part.strip()]
        return [unit for unit in self._named.get(parts[-1], ()) if self._ends(unit, parts)] if parts else []

    def below(self, parent: int | None, name: str) -> Living | None:
        """The unit of that name right below another one."""
        return next((unit for unit in self._named.get(name, ()) if unit.parent == parent), None)

    def _ends(self, unit: Living, parts: list[str]) -> bool:
        at: Living | None = unit
        for part in reversed(parts):
            if at is None or at.name != part:
                return False
            at = None if at.parent is None else self._units.get(at.parent)
        return True
