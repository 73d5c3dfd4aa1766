"""Short names of units, as lists and timelines show them."""

from __future__ import annotations

import datetime as dt

from db.connection import Connection

UNIT_NAME = """SELECT coalesce(v.short_name, v.name) FROM unit_version v WHERE v.unit_id = {unit}
ORDER BY v.valid_to IS NULL DESC, v.valid_to DESC LIMIT 1"""
"""The name a unit has now, or had when it ended."""


_NAME_THEN = """SELECT coalesce(v.short_name, v.name) FROM unit_version v JOIN unit u ON u.id = v.unit_id
WHERE u.uid = :uid
ORDER BY (v.valid_from IS NULL OR v.valid_from <= :day) AND (v.valid_to IS NULL OR v.valid_to > :day) DESC,
         v.valid_to IS NULL DESC, v.valid_to DESC LIMIT 1"""
"""The name a unit had on a day; its newest one where it was not yet, or no more."""


class UnitNames:
    """Short names of units by UID, as they were on a day; looked up once each."""

    def __init__(self, connection: Connection, day: dt.date | None = None) -> None:
        """Look names up in `connection`, as they were on `day`; None = as they are now."""
        self._connection, self._day = connection, (day or dt.date.max).isoformat()
        self._known = {"": ""}

    def of(self, uid: str | None) -> str:
        """The name of a unit; empty for none."""
        key = uid or ""
        if key not in self._known:
            row = self._connection.execute(_NAME_THEN, {"uid": key, "day": self._day}).fetchone()
            self._known[key] = "" if row is None else str(row[0])
        return self._known[key]
