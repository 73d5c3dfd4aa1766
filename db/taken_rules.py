"""The rules of the office that a field copy works by: its kinds, limits, lists and reasons.

They come in a bundle and are kept as a setting; the copy's own config gives way to them, so that a case
registered in a village is the same as one registered at the desk.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from db.rules import Rules

if TYPE_CHECKING:
    from db.connection import Connection

SETTING = "office_rules"


def in_force(connection: Connection, own: Rules) -> Rules:
    """The rules of the office where some were taken, else this machine's own."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (SETTING,)).fetchone()
    return own if row is None else Rules.from_data(json.loads(row[0]))


def keep(connection: Connection, rules: Rules) -> None:
    """Work by these from now on; in the caller's transaction."""
    connection.execute(
        """INSERT INTO setting (name, value) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
        (SETTING, json.dumps(rules.to_data(), ensure_ascii=False)),
    )
