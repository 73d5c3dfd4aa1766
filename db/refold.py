"""Known cases folded again from the journal, and all that is made of a fold written anew.

Whatever changes the events of a case other than by a further step of this desk comes through here:
events that another machine wrote, a step undone, a rebuild of everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from db import chain, fold, numbers, rows
from db.connection import Connection
from db.directory import Directory
from db.effects import Calendars
from db.evidence import attachments
from db.rows import Folded
from db.state import Verdict
from db.submitters import SUBMITTER_INSERT, submitter_row


def refold(
    connection: Connection,
    calendars: Calendars,
    directory: Directory,
    secret: bytes,
    cases: Iterable[tuple[int, str]],
) -> list[Folded]:
    """Fold cases from their events alone and write their rows; inside the caller's transaction.

    What an event tells to forget of an attachment is forgotten; its file is left to `attachments.finish`,
    after the commit. The lookup index is left to the caller, who knows whether words changed.

    Args:
        connection: a writer.
        calendars: of the office.
        directory: places of units, in the same transaction.
        secret: what identities are hidden with.
        cases: (local id, UID) of each.
    """
    folded = [_fold(connection, calendars, directory, *one) for one in cases]
    numbers.settle(connection, folded)
    rows.write(connection, rows.of(folded, directory.place))
    mark(connection, [verdict for one in folded for verdict in one.verdicts])
    for one in folded:
        _submitter(connection, one, secret)
    attachments.erase(connection, [one.verdicts for one in folded])
    return folded


def _fold(
    connection: Connection, calendars: Calendars, directory: Directory, case_id: int, uid: str
) -> Folded:
    state, verdicts = fold.fold(chain.steps_of(connection, case_id), calendars)
    nearest = rows.NOWHERE if state.unclaimed is None else directory.nearest(state.unclaimed)
    return Folded(case_id, uid, state, verdicts, nearest)


_MARK = """UPDATE event SET outcome = ?1, why = ?2
WHERE id = ?3 AND (outcome IS NOT ?1 OR why IS NOT ?2)"""


def mark(connection: Connection, verdicts: Sequence[Verdict]) -> None:
    """Write beside each event what the fold made of it."""
    connection.executemany(_MARK, [(str(one.outcome), one.why, one.step.id) for one in verdicts])


def _submitter(connection: Connection, one: Folded, secret: bytes) -> None:
    content = one.state.submitter_id
    row = connection.execute("SELECT text FROM content WHERE id = ?", (content,)).fetchone()
    if row is not None and row[0] is not None:
        who = json.loads(row[0])
        connection.execute("DELETE FROM submitter WHERE case_id = ?", (one.case_id,))
        connection.execute(SUBMITTER_INSERT, submitter_row(one.case_id, str(content), who, secret))
