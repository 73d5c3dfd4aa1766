"""Two cases that claim one number.

It happens where an office was restored from an old backup and gave out again what a laptop still carries.
Nothing is refused for it and nothing renumbered in the journal: the case that was opened first keeps the
number on its row, the other shows it with a few letters of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from db import instants
from db.connection import Connection
from db.rows import OWN_SCHEME, Folded
from db.rules import Rules
from db.state import CaseState

_HOLDER = 'SELECT id, uid FROM "case" WHERE number = ? AND id <> ?'


def told_apart(number: str, uid: str) -> str:
    """The number of the case that came second; the same on every machine."""
    return f"{number}+{uid[-4:]}"


def settle(connection: Connection, folded: Sequence[Folded]) -> None:
    """Give each of these the number it is to be shown by, before its row is written.

    Identities rise with time, so the smaller one was opened first, whichever came in first here.
    """
    among: dict[str, Folded] = {}
    for one in folded:
        number = one.state.number
        rival = among.get(number)
        if rival is not None and rival.uid < one.uid:
            one.state.number = told_apart(number, one.uid)
            continue
        if rival is not None:
            rival.state.number = told_apart(number, rival.uid)
        holder = connection.execute(_HOLDER, (number, one.case_id)).fetchone()
        if holder is not None and holder[1] < one.uid:
            one.state.number = told_apart(number, one.uid)
            continue
        if holder is not None:
            _give_way(connection, holder[0], holder[1], number)
        among[number] = one


def _give_way(connection: Connection, case_id: int, uid: str, number: str) -> None:
    shown = told_apart(number, uid)
    connection.execute('UPDATE "case" SET number = ? WHERE id = ?', (shown, case_id))
    connection.execute("DELETE FROM case_number WHERE scheme = ? AND number = ?", (OWN_SCHEME, number))
    connection.execute(
        "INSERT INTO case_number (scheme, number, case_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (OWN_SCHEME, shown, case_id),
    )


_SERIES = """INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name)
DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)"""


def pass_by(connection: Connection, state: CaseState, rules: Rules, prefix: str) -> None:
    """Never give out again a number of our own series that a case from elsewhere bears already."""
    year = instants.local(state.registered_at).year
    for stem in {prefix + kind.prefix for kind in rules.kinds if kind.name == state.kind}:
        for digits in re.findall(r"\d+", state.number.removeprefix(stem)):
            if stem + rules.number_pattern.format(year=year, seq=int(digits)) == state.number:
                connection.execute(_SERIES, (f"seq:{stem}{year}", str(int(digits))))


def shown(connection: Connection, one: Folded) -> str:
    """The number that a case has to be shown by, as the check-up expects it."""
    number = one.state.number
    holder = connection.execute(_HOLDER, (number, one.case_id)).fetchone()
    return told_apart(number, one.uid) if holder is not None and holder[1] < one.uid else number
