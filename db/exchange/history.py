"""What the office already holds of a ledger's cases. Bare SQL on any connection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from db import instants
from db.connection import Connection
from db.exchange.lines import Identity
from db.exchange.plan import Standing
from db.terms import Stage
from db.units import Resolver

_CASE = """SELECT stage, coalesce(stopped_at, closed_at), confidential, unit_id, unclaimed
FROM "case" WHERE id = ?"""

_MARKS = """SELECT json_extract(data, '$.line') FROM event
WHERE case_id = ? AND json_extract(data, '$.line') NOT NULL"""

_UNITS = """SELECT coalesce(unit.uid, unit_text, '') FROM assignment LEFT JOIN unit ON unit.id = unit_id
WHERE case_id = ?"""


class Held(NamedTuple):
    """A case as the office holds it."""

    standing: Standing
    unit_id: int | None
    unclaimed: str | None


def find(connection: Connection, numbers: Iterable[Identity]) -> int | None:
    """The case that is known by one of these numbers, the first that fits."""
    for scheme, number in numbers:
        row = connection.execute(
            "SELECT case_id FROM case_number WHERE scheme = ? AND number = ?", (scheme, number)
        ).fetchone()
        if row is not None:
            return int(row[0])
    return None


def held(connection: Connection, case_id: int) -> Held:
    """What is known of a case: where it stands, its units, and the marks of the facts it holds."""
    stage, stopped, confidential, unit_id, unclaimed = connection.execute(_CASE, (case_id,)).fetchone()
    marks = connection.execute(_MARKS, (case_id,))
    units = connection.execute(_UNITS, (case_id,))
    standing = Standing(
        stage=Stage(stage),
        known={mark for row in marks for mark in row[0].split()},
        units={row[0] for row in units},
        stopped=stopped,
        confidential=bool(confidential),
    )
    return Held(standing, unit_id, unclaimed)


class Units:
    """Written unit names → UIDs, asked once each."""

    def __init__(self, connection: Connection) -> None:
        """Resolve against the tree of this office."""
        self._resolver = Resolver(connection)

    def uid(self, written: str, at: int | None) -> str | None:
        """The one unit that fits, as it stood then; None where none or several do.

        Letters alone are never read as pinyin initials here: a ledger's ``ISD`` is a name, not a shorthand.
        """
        if written.isascii() and not written.isdigit():
            return None
        found = self._resolver.resolve(written)
        if found.unit is None and found.candidates and at is not None:
            found = self._resolver.resolve(written, at=instants.day_of(at))
        return None if found.unit is None else found.unit.uid
