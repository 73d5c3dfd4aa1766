"""认领: a written name that fits no unit is given one, in every case that carries it and in those to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import units
from db.actions import Action
from db.connection import Connection
from db.journal import Act, NotAllowed, Recorded, record_batch

if TYPE_CHECKING:
    from db.office import Office


def cases_of(connection: Connection, name: str) -> list[int]:
    """The cases that wait for this name to be claimed, oldest first."""
    rows = connection.execute('SELECT id FROM "case" WHERE unclaimed = ? ORDER BY id', (name,))
    return [row[0] for row in rows]


def claim(office: Office, name: str, *, unit: str | None = None, under: str | None = None) -> list[Recorded]:
    """Give a written name to a unit, or to a new one below another; all cases with the name follow.

    Args:
        office: the office to write in.
        name: as written in the cases.
        unit: uid of the unit that is meant.
        under: uid of the unit below which a new one of that name is added, where `unit` is None.

    Raises:
        NotAllowed: not for the officer's post; nothing waits under that name; or neither a unit nor a parent
            is known.
        UnitEditError: the new unit cannot be added.
        OfficeError: the database refused.
    """
    office.require(Action.CLAIM)  # Before a unit is added for it.
    waiting = cases_of(office.writer, name)
    if not waiting:
        raise NotAllowed(f"没有写着“{name}”的待认领事项，可能已被别人认领，请刷新")
    if unit is None:
        parent = _id_of(office.writer, under)
        unit = units.add(office.writer, name, under=parent).uid
    act = Act(Action.CLAIM, {"name": name, "unit": unit})
    recorded = record_batch(office, [(case_id, (act,)) for case_id in waiting])
    units.alias(office.writer, name, _id_of(office.writer, unit), source="认领")
    return recorded


def _id_of(connection: Connection, uid: str | None) -> int:
    found = units.id_of(connection, uid)
    if found is None:
        raise NotAllowed("没有这个单位，请重新选择")
    return found
