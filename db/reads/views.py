"""Lists that have a name: an alarm, a queue of the desk, a stage, and what still wants a look on the spot."""

from __future__ import annotations

from db.connection import Connection
from db.reads import board
from db.reads.query import UNCLAIMED, ListQuery, Scope
from db.terms import FINAL_STAGES, UNCLAIMED_LABEL, Alarm, Pending, Stage

UNSEEN = "待核查"
"""Open cases that a unit works on and nobody has verified yet."""

_UNSEEN_STAGES = tuple(
    str(stage) for stage in Stage if stage not in (*FINAL_STAGES, Stage.REGISTERED)
)  # fmt: skip

NAMES: dict[str, ListQuery] = {
    **{stage.label: ListQuery(stage=str(stage)) for stage in Stage if stage not in FINAL_STAGES},
    **{pending.label: ListQuery(queue=str(pending)) for pending in Pending},
    UNCLAIMED_LABEL: ListQuery(queue=UNCLAIMED),
    **{alarm.label: ListQuery(alarm=alarm) for alarm in Alarm},
    UNSEEN: ListQuery(),
}
"""Word → list; where a stage and a queue share a word, the queue is meant."""


def ids(connection: Connection, name: str, scope: Scope, now: int) -> list[int]:
    """The cases of a named list, within a unit and all below it, in the order of the board.

    Raises:
        ValueError: no such name; the message tells those there are.
    """
    if name not in NAMES:
        raise ValueError(f"没有“{name}”这份名单，可用：{'、'.join(NAMES)}")
    found = board.ids(connection, NAMES[name]._replace(scope=scope), now)
    return [one for one in found if one in _unseen(connection)] if name == UNSEEN else list(found)


def _unseen(connection: Connection) -> set[int]:
    marks = ", ".join(f"'{stage}'" for stage in _UNSEEN_STAGES)
    rows = connection.execute(f'SELECT id FROM "case" WHERE open = 1 AND notes = 0 AND stage IN ({marks})')
    return {row[0] for row in rows}
