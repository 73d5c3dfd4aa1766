"""Short names of units, as lists and timelines show them."""

from __future__ import annotations

from db.connection import Connection

UNIT_NAME = """SELECT coalesce(v.short_name, v.name) FROM unit_version v WHERE v.unit_id = {unit}
ORDER BY v.valid_to IS NULL DESC, v.valid_to DESC LIMIT 1"""
"""The name a unit has now, or had when it ended."""


class UnitNames:
    """Short names of units by UID, looked up once each."""

    def __init__(self, connection: Connection) -> None:
        """Look names up in `connection`."""
        self._connection, self._known = connection, {"": ""}

    def of(self, uid: str | None) -> str:
        """The name of a unit; empty for none."""
        key = uid or ""
        if key not in self._known:
            row = self._connection.execute(
                f"SELECT ({UNIT_NAME.format(unit='u.id')}) FROM unit u WHERE u.uid = ?", (key,)
            ).fetchone()
            self._known[key] = "" if row is None else str(row[0])
        return self._known[key]
