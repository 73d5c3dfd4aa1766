"""What makes a demo office; kept in it, so that a generation that was broken off can go on."""

from __future__ import annotations

import json
from typing import NamedTuple

from db.connection import Connection, transaction

_SETTING = "demo"
BODY = 120


class Plan(NamedTuple):
    """A demo office to be."""

    cases: int
    seed: int
    now: int
    """The moment as of which every alarm is meant."""
    body: int = BODY
    """Median length of the bodies, in characters; real letters have about 600."""
    units: int = 0
    """Departments are added to the tree up to so many units; 0: the real tree alone."""
    mix: str = "demo"
    """What became of the closed cases, see `scenes.MIXES`."""


def written(connection: Connection) -> int:
    """How many cases there are by now."""
    return int(connection.execute('SELECT count(*) FROM "case"').fetchone()[0])


def is_complete(connection: Connection) -> bool:
    """Whether the demo in this office was generated to its end."""
    plan = _read(connection)
    return plan is not None and written(connection) >= plan.cases


def agree(connection: Connection, wanted: Plan) -> Plan:
    """The plan that is already being carried out here, else the wanted one, now kept.

    Raises:
        ValueError: the office holds other cases; one Chinese line.
        OfficeError: the database refused.
    """
    held = _read(connection)
    if held is None:
        if written(connection):
            raise ValueError("这个办公库里已有事项，演示数据请生成在空的办公库里")
        with transaction(connection):
            connection.execute(
                "INSERT INTO setting (name, value) VALUES (?, ?)", (_SETTING, json.dumps(wanted))
            )
        return wanted
    if wanted._replace(now=held.now) != held:
        raise ValueError(f"这里的演示办公库是 {held.cases} 件、种子 {held.seed}，要换请先删除它或另选 --home")
    return held


def _read(connection: Connection) -> Plan | None:
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (_SETTING,)).fetchone()
    return None if row is None else Plan(*json.loads(row[0]))
