"""Attachments of 核查记录: which files the journal knows, and what goes when one is taken away.

A 撤除附件 is an event like any other. In its transaction the name and time of the file are forgotten;
after the commit the file goes, unless another case still has it. Whatever was killed in between is done
by the next opening of the office.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from db import contents, evidence
from db.actions import Action
from db.connection import Connection, transaction
from db.errors import OfficeError
from db.state import Step, Verdict
from db.terms import Outcome


class Attached(NamedTuple):
    """A file as a note has it."""

    sha256: str
    event_id: str
    """The 核查."""
    content_id: str
    size: int
    """Bytes."""
    removed: Step | None
    """The 撤除附件 that took it away."""


def attached(verdicts: Sequence[Verdict]) -> list[Attached]:
    """The attachments of a case, in the order of the fold.

    A note that was undone still has its files: they are evidence of what was once said.
    """
    files: list[Attached] = []
    for step, outcome, _ in verdicts:
        if step.action == Action.VERIFY and outcome is not Outcome.VOID:
            files += [
                Attached(one["file"], step.id, one["content"], one["size"], None)
                for one in step.data.get("evidence", [])
            ]
        elif step.action == Action.DETACH and outcome is Outcome.APPLIED:
            files = [
                one._replace(removed=step) if one.sha256 == step.data["file"] and not one.removed else one
                for one in files
            ]
    return files


def check(home: Path, files: Iterable[dict[str, Any]]) -> None:
    """See that what a note refers to is in the store.

    Raises:
        ValueError: a file is not; names it.
    """
    for one in files:
        if not evidence.has(home, one["file"]):
            raise ValueError(f"附件“{one['name']}”没有存在办公库里，请重新添加（evidence）")


_KNOWN = """SELECT a.size, c.text FROM attachment a JOIN content c ON c.id = a.content_id
WHERE a.sha256 = ? AND c.text IS NOT NULL LIMIT 1"""


def described(connection: Connection, sha256: str) -> dict[str, Any]:
    """What a tombstone says of its file: its size and media type, neither of which tells on anybody."""
    row = connection.execute(_KNOWN, (sha256,)).fetchone()
    return {} if row is None else {"size": row[0], "type": json.loads(row[1])["type"]}


def any_removed(verdicts: Iterable[Verdict]) -> bool:
    """Whether a file was ever taken away from a case."""
    return any(one.step.action == Action.DETACH for one in verdicts)


def erase(connection: Connection, cases: Iterable[Sequence[Verdict]]) -> None:
    """Forget what was said of the files that these cases no longer have; inside the caller's transaction."""
    for verdicts in cases:
        if any_removed(verdicts):
            for file in attached(verdicts):
                if file.removed is not None:
                    _forget(connection, file.content_id, file.removed)


_UNERASED = "SELECT 1 FROM content WHERE id = ? AND erased_at IS NULL"


def _forget(connection: Connection, content_id: str, step: Step) -> None:
    if connection.execute(_UNERASED, (content_id,)).fetchone():
        contents.erase(connection, content_id, now=step.recorded_at, why=step.data["reason"])


_TOMBSTONES = "SELECT DISTINCT sha256 FROM attachment WHERE removed_by IS NOT NULL"


def finish(connection: Connection, home: Path) -> None:
    """Remove the files that were taken away and that no case has any more; a writer, see `release`."""
    lying = [row[0] for row in connection.execute(_TOMBSTONES) if evidence.has(home, row[0])]
    release(connection, home, lying)


_USED = """SELECT 1 FROM attachment WHERE sha256 = ?1 AND removed_by IS NULL
UNION ALL SELECT 1 FROM draft WHERE instr(data, ?1) LIMIT 1"""


def release(connection: Connection, home: Path, files: Iterable[str]) -> None:
    """Remove files from the store that neither a note nor a draft has; a writer, outside a transaction.

    Within one transaction, so that nobody attaches what is just being removed. It follows upon something
    that is done and written: what cannot be removed now stays, and the check-up tells of it.
    """
    lying = list(files)
    if not lying:
        return
    with suppress(OfficeError), transaction(connection):
        for sha256 in lying:
            if connection.execute(_USED, (sha256,)).fetchone() is None:
                evidence.remove(home, sha256)
