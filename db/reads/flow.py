"""The flow of a case 流程, and its verification notes 核查记录. Texts are masked."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from db import chain, fold, instants
from db.actions import Action
from db.connection import Connection
from db.masking import mask_text
from db.reads.names import UnitNames
from db.reads.summaries import note_parts, summary
from db.terms import Outcome

SUMMARY_LENGTH = 160
"""Characters of a step's words in the flow; the note and the reply stand whole elsewhere."""


class TimelineRow(NamedTuple):
    """A step of the flow, oldest first."""

    event_id: str
    at: int | None
    recorded_at: int
    action: str
    by: str
    party: str
    """Name of the unit whose act it is; empty = this office."""
    via: str
    summary: str
    outcome: str
    why: str | None


class NoteRow(NamedTuple):
    """A 核查记录."""

    event_id: str
    method: str
    finding: str | None
    handling: str | None
    arrived_at: int | None
    left_at: int | None
    by: str
    corrects: str | None
    corrected_by: str | None
    place: str
    people: list[Any]
    log: list[Any]
    findings: str


def timeline(connection: Connection, case_id: int) -> list[TimelineRow]:
    """流程: every step as it was folded, the ones that did not apply included.

    Units bear the names they had on the day of the step.
    """
    marks = {
        row[0]: row[1:]
        for row in connection.execute("SELECT id, outcome, why FROM event WHERE case_id = ?", (case_id,))
    }
    texts = _texts(connection, case_id)
    named: dict[dt.date, UnitNames] = {}
    rows = []
    for step in fold.in_order(chain.steps_of(connection, case_id)):
        day = instants.day_of(step.recorded_at if step.at is None else step.at)
        names = named.setdefault(day, UnitNames(connection, day))
        outcome, why = marks.get(step.id, (str(Outcome.APPLIED), None))
        told = "" if why == fold.UNREADABLE else summary(Action(step.action), step.data, texts, names)
        rows.append(
            TimelineRow(
                step.id,
                step.at,
                step.recorded_at,
                step.action,
                step.by,
                names.of(step.party),
                step.via,
                _one_line(mask_text(told)),
                outcome,
                why,
            )
        )
    return rows


def _one_line(text: str) -> str:
    """A step's words on one line. Cut only after masking: half a telephone number would go unnoticed."""
    line = " ".join(text.split())
    return line if len(line) <= SUMMARY_LENGTH else line[: SUMMARY_LENGTH - 1] + "…"


def _texts(connection: Connection, case_id: int) -> dict[str, str]:
    rows = connection.execute(
        "SELECT id, text FROM content WHERE case_id = ? AND kind <> 'submitter'", (case_id,)
    )
    return {row[0]: "（已按规定删除）" if row[1] is None else row[1] for row in rows}


def notes(connection: Connection, case_id: int) -> list[NoteRow]:
    """核查记录, oldest first; texts masked."""
    rows = connection.execute(
        """SELECT n.event_id, n.method, n.finding, n.handling, n.arrived_at, n.left_at, n.by, n.corrects,
        n.corrected_by, c.text FROM note n JOIN content c ON c.id = n.content_id
        WHERE n.case_id = ? ORDER BY n.event_id""",
        (case_id,),
    )
    found = []
    for row in rows:
        text = note_parts(mask_text(row[9] or ""))
        found.append(
            NoteRow._make(
                [
                    *row[:9],
                    str(text.get("place", "")),
                    list(text.get("people", [])),
                    list(text.get("log", [])),
                    str(text.get("findings", "")),
                ]
            )
        )
    return found
