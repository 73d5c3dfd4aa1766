"""Units as the journal needs them: from public UID to local id and roll-up, looked up once."""

from __future__ import annotations

from functools import cached_property

from db import units
from db.connection import Connection
from db.rows import NOWHERE, Place

_ENDED_ON = "SELECT ended_on FROM unit WHERE uid = ?"


class Directory:
    """Places of units, looked up once each."""

    def __init__(self, connection: Connection) -> None:
        """Look up in `connection`, whose tree stays as it is: within a transaction, or watched otherwise."""
        self._connection = connection
        self._places: dict[str | None, Place] = {None: NOWHERE}
        self._ended: dict[str, bool] = {}
        self._nearest: dict[str, Place] = {}
        self._rollups: dict[int, units.Rollup] = {}

    def know(self, uid: str, place: Place) -> None:
        """Take from the row of a case where its unit stands: what changes the tree moves its cases."""
        self._places[uid] = place

    def place(self, uid: str | None) -> Place:
        """The place of a unit; nowhere for a UID this office does not know."""
        place = self._places.get(uid)
        if place is None:
            place = self._places[uid] = self._looked_up(str(uid))
        return place

    def _looked_up(self, uid: str) -> Place:
        unit_id = units.id_of(self._connection, uid)
        if unit_id is None:
            return NOWHERE
        return Place(unit_id, *units.rollup(self._connection, unit_id, self._rollups))

    def nearest(self, written: str) -> Place:
        """Roll-up of the nearest known ancestor of a written name (黔江区城市管理局 → 黔江区)."""
        place = self._nearest.get(written)
        if place is None:
            # Letters alone are no shorthand in a ledger: its YBQ need not be 渝北区.
            known = None if written.isascii() else self._resolver.resolve(written).nearest
            rollup = None if known is None else units.rollup(self._connection, known.id, self._rollups)
            place = NOWHERE if rollup is None else Place(None, *rollup)
            self._nearest[written] = place
        return place

    @cached_property
    def _resolver(self) -> units.Resolver:
        return units.Resolver(self._connection)

    def ended(self, uid: str) -> bool:
        """Whether a unit is no more: its old cases keep it, new ones go to its successor."""
        ended = self._ended.get(uid)
        if ended is None:
            row = self._connection.execute(_ENDED_ON, (uid,)).fetchone()
            ended = self._ended[uid] = row is not None and row[0] is not None
        return ended

    def is_within(self, uid: str, above: str) -> bool:
        """Whether a unit is another one or stands below it; who took over a unit's cases counts as it."""
        high = self.place(above).unit_id
        if high is None:
            return False
        low, heirs = self.place(uid), {high, units.heir(self._connection, high)}
        return not heirs.isdisjoint((low.unit_id, low.l2, low.l3, low.l4))
