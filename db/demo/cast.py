"""Who is in an invented office: units of the real tree, kinds and channels of the config."""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from db.connection import Connection
from db.rules import Kind, Rules
from db.terms import DIVISION_KIND


class Unit(NamedTuple):
    """A living unit that cases are handed to."""

    id: int
    uid: str
    short_name: str
    level: int
    kind: str
    parent_id: int | None


_UNITS = """SELECT u.id, u.uid, v.short_name, v.level, v.kind, v.parent_id
FROM unit_version v JOIN unit u ON u.id = v.unit_id WHERE v.valid_to IS NULL ORDER BY v.level, u.uid"""

_KIND_WEIGHTS = (86, 10, 4)
_BUSY_DISTRICTS = 4
"""How many times a busy district is drawn as often as a quiet one, at most."""


_OFFICES_SHARE = 0.25
"""What goes to departments below the city, where there are any: the first most, the n-th 1/n of that."""


class Cast:
    """Draws units, kinds and channels in the proportions of a real office."""

    def __init__(self, connection: Connection, rules: Rules, rng: Random) -> None:
        """Read the units once; `rng` decides which districts are busy."""
        self.rules = rules
        units = [Unit._make(row) for row in connection.execute(_UNITS)]
        self.by_id = {unit.id: unit for unit in units}
        top = [unit for unit in units if unit.level == 2]
        self.districts = [unit for unit in top if unit.kind == DIVISION_KIND] or top
        self.departments = [unit for unit in top if unit.kind != DIVISION_KIND] or top
        self._department = {unit.short_name: unit for unit in self.departments}
        weights = {unit.id: rng.randint(1, _BUSY_DISTRICTS) for unit in self.districts}
        divisions = [unit for unit in units if unit.kind == DIVISION_KIND]
        self.townships = [
            unit for unit in divisions if unit.level == 3 for _ in range(weights.get(unit.parent_id or 0, 1))
        ]
        self.offices = [unit for unit in units if unit.level > 2 and unit.kind != DIVISION_KIND]
        rng.shuffle(self.offices)
        self._busy = list(accumulate(1 / place for place in range(1, len(self.offices) + 1)))
        self.villages: dict[int, list[Unit]] = {}
        for unit in divisions:
            if unit.level == 4 and unit.parent_id is not None:
                self.villages.setdefault(unit.parent_id, []).append(unit)
        shares = [*_KIND_WEIGHTS, *[1] * len(rules.kinds)]
        self._kinds = [kind for kind, times in zip(rules.kinds, shares, strict=False) for _ in range(times)]
        self._channels = [*(rules.channels[:1] * len(rules.channels)), *rules.channels]

    def lead(self, rng: Random, department: str) -> Unit:
        """A 主办: mostly a township, else a district or the department that the matter belongs to."""
        if self.offices and rng.random() < _OFFICES_SHARE:
            return rng.choices(self.offices, cum_weights=self._busy)[0]
        drawn = rng.random()
        if drawn < 0.74 and self.townships:
            return rng.choice(self.townships)
        if drawn < 0.88:
            return rng.choice(self.districts)
        return self._department.get(department) or rng.choice(self.departments)

    def place(self, rng: Random, unit: Unit) -> str:
        """Where something happens that a unit deals with."""
        return unit.short_name if unit.kind == DIVISION_KIND else rng.choice(self.districts).short_name

    def above(self, unit: Unit) -> Unit:
        """The unit that a unit belongs to; itself at the top."""
        return self.by_id.get(unit.parent_id or 0, unit)

    def below(self, rng: Random, unit: Unit) -> Unit | None:
        """A village of a township."""
        villages = self.villages.get(unit.id)
        return rng.choice(villages) if villages else None

    def kind(self, rng: Random) -> Kind:
        """A kind of case, the first of the config by far the most often."""
        return rng.choice(self._kinds)

    def urgency(self, rng: Random) -> str:
        """一般, or rarely one of the others."""
        names = list(self.rules.urgencies)
        if not names:
            return ""
        return names[0] if rng.random() < 0.93 else rng.choice(names)

    def channel(self, rng: Random) -> str:
        """Where a case came from, half of them from the hotline."""
        return rng.choice(self._channels) if self._channels else ""

    def reason(self, rng: Random, reasons: tuple[str, ...]) -> dict[str, Any]:
        """A reason of the config, as the data of an act."""
        return {"reason": rng.choice(reasons) if reasons else "其他"}
