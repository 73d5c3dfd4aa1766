"""撤销: what would be taken back of a case now, in words, and why that is not possible."""

from __future__ import annotations

from typing import NamedTuple

from db import chain, fold, undo
from db.connection import Connection
from db.effects import Calendars
from db.reads.flow import TimelineRow, timeline


class LastStep(NamedTuple):
    """The last step of a case."""

    step: TimelineRow | None
    """``None`` where several machines each wrote one."""
    why_not: str | None
    """In Chinese; ``None`` = it can be taken back."""


def last_step(connection: Connection, case_id: int, officer: str, device: str) -> LastStep:
    """The step that an officer at a machine would take back.

    Args:
        connection: a reader.
        case_id: the case.
        officer: who asks.
        device: id of the machine.
    """
    steps = chain.steps_of(connection, case_id)
    event, why = undo.undoable(steps, fold.heads(steps), officer, device)
    told = {row.event_id: row for row in timeline(connection, case_id)}
    return LastStep(told.get(event), why)


def stage_without(connection: Connection, case_id: int, event: str, calendars: Calendars) -> str:
    """The stage (`terms.Stage` code) that a case goes back to once its last step is taken back."""
    steps = [step for step in chain.steps_of(connection, case_id) if step.id != event]
    return str(fold.fold(steps, calendars)[0].stage)
