"""The flow of a case 流程, and its verification notes 核查记录. Texts are masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from db import chain, fold, instants
from db.actions import Action, label_of
from db.bundle import marks
from db.connection import Connection
from db.masking import mask_text
from db.reads.names import UnitNames
from db.reads.summaries import note_parts, summary
from db.state import Step, Verdict
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
    marks: tuple[str, ...] = ()
    """What the office should know about a step that came from elsewhere: 外勤时钟不准：快 25 分钟."""


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
    texts, marked = _texts(connection, case_id), _marks(connection, case_id)
    named: dict[dt.date, UnitNames] = {}
    rows: dict[str, TimelineRow] = {}
    for step, outcome, why in verdicts(connection, case_id):
        day = instants.day_of(step.recorded_at if step.at is None else step.at)
        names = named.setdefault(day, UnitNames(connection, day))
        told = (
            "" if why == fold.UNREADABLE else summary(Action(step.action), _about(step, rows), texts, names)
        )
        rows[step.id] = TimelineRow(
            step.id, step.at, step.recorded_at, step.action, step.by, names.of(step.party), step.via,
            _one_line(mask_text(told)), outcome, why, marked.get(step.id, ()),
        )  # fmt: skip
    return list(rows.values())


def verdicts(connection: Connection, case_id: int) -> list[Verdict]:
    """The steps of a case in their order, each with what the fold made of it when it was written."""
    made = {
        row[0]: (Outcome(row[1]), row[2])
        for row in connection.execute("SELECT id, outcome, why FROM event WHERE case_id = ?", (case_id,))
    }
    ordered = fold.in_order(chain.steps_of(connection, case_id))
    return [Verdict(step, *made.get(step.id, (Outcome.APPLIED, None))) for step in ordered]


def _about(step: Step, earlier: Mapping[str, TimelineRow]) -> dict[str, Any]:
    """The data of a step, with the steps that it names in words."""
    words: dict[str, Any] = {
        name: _briefly([step.data[name]], earlier) for name in ("event", "keep") if name in step.data
    }
    if isinstance(listed := step.data.get("events"), list):
        words["events"] = _briefly(listed, earlier)
    return step.data | words


def _briefly(events: list[Any], earlier: Mapping[str, TimelineRow]) -> str:
    return "、".join(brief(earlier[one]) for one in events if isinstance(one, str) and one in earlier)


def brief(step: TimelineRow) -> str:
    """A step in few words: ``催办（张三 11-16 09:00）``."""
    at = instants.local(step.recorded_at if step.at is None else step.at)
    return f"{label_of(step.action)}（{step.party or step.by} {at:%m-%d %H:%M}）"


def _marks(connection: Connection, case_id: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for event_id, kind, detail in connection.execute(
        "SELECT event_id, kind, detail FROM mark WHERE case_id = ? ORDER BY kind", (case_id,)
    ):
        found[event_id] = (*found.get(event_id, ()), marks.told(kind, detail))
    return found


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
