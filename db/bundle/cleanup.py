"""Forgetting on a field copy: only what the office has said it holds, and then all of it.

Events and texts of the cleaned cases go, and the lookup index is made anew without their words; freed pages
are overwritten (`secure_delete`) and the log is emptied. What stays is the book of bundles: ids, hashes and
numbers, by which what goes on in the chain of this machine still verifies, and the log of who saw whom.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from db import chain, closed, evidence
from db.bundle import book, records
from db.bundle.attached import files_of
from db.bundle.pairing import listing
from db.connection import Connection, transaction
from db.directory import Directory
from db.errors import BundleRefused
from db.evidence import attachments
from db.keeping import reindex
from db.refold import refold
from db.terms import CopyKind

if TYPE_CHECKING:
    from db.office import Office


class Candidate(NamedTuple):
    """A case that is to be cleaned, and what stands against it."""

    case_id: int
    number: str
    events: int
    unsent: int
    """Events and files that no receipt covers."""
    drafts: tuple[str, ...]
    """Titles of what is still being written on it."""
    files: tuple[str, ...]
    """Evidence of this case that lies here."""

    @property
    def may_go(self) -> bool:
        """The office holds all of it."""
        return not self.unsent


class Cleaned(NamedTuple):
    """What became of each case."""

    gone: list[Candidate]
    kept: list[Candidate]
    log_left: bool = False
    """Somebody else has the copy open, so the log could not be emptied and still holds words."""


def candidates(office: Office, case_ids: Sequence[int] | None = None) -> list[Candidate]:
    """The cases of this field copy, or some of them, each with what stands against cleaning it.

    Raises:
        BundleRefused: this is an office, which cleans nothing.
    """
    if office.kind is not CopyKind.FIELD:
        raise BundleRefused("只有外勤副本才清理：办公室的记录永远保留")
    connection = office.writer
    shared = book.shared_with(connection, [one.id for one in listing(connection) if one.revoked_at is None])
    rows = connection.execute('SELECT id, number FROM "case" ORDER BY id').fetchall()
    wanted = None if case_ids is None else set(case_ids)
    return [
        _candidate(office, case_id, number, shared)
        for case_id, number in rows
        if wanted is None or case_id in wanted
    ]


def _candidate(office: Office, case_id: int, number: str, shared: book.Shared) -> Candidate:
    events = records.events_of(office.writer, [case_id])
    files = [
        one.sha256 for one in files_of(office.writer, [case_id]) if evidence.has(office.home, one.sha256)
    ]
    unsent = sum(event.id not in shared.events for event in events)
    unsent += sum(sha256 not in shared.evidence for sha256 in files)
    drafts = office.writer.execute("SELECT title FROM draft WHERE case_id = ? ORDER BY saved_at", (case_id,))
    return Candidate(case_id, number, len(events), unsent, tuple(row[0] for row in drafts), tuple(files))


def would(office: Office, case_ids: Sequence[int] | None = None, *, force: bool = False) -> Cleaned:
    """What `clean` would do now; nothing is changed.

    Raises:
        BundleRefused: this is an office.
    """
    looked_at = candidates(office, case_ids)
    gone = [one for one in looked_at if one.may_go and (force or not one.drafts)]
    return Cleaned(gone, [one for one in looked_at if one not in gone])


def clean(office: Office, case_ids: Sequence[int] | None = None, *, force: bool = False) -> Cleaned:
    """Forget cases that the office holds; those that it does not hold yet stay, and so do unfinished ones.

    Args:
        office: of a field copy.
        case_ids: which; None = all.
        force: also where a draft is still being written, which is then lost.

    Raises:
        BundleRefused: this is an office.
        OfficeError: the database refused; nothing was cleaned.
    """
    connection = office.writer
    candidates(office, ())  # An office is refused before anything is looked at.
    connection.execute("PRAGMA secure_delete=ON")
    with transaction(connection):
        done = would(office, case_ids, force=force)
        if done.gone:
            _forget(office, connection, done.gone)
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    attachments.release(connection, office.home, {sha256 for one in done.gone for sha256 in one.files})
    return done._replace(log_left=bool(busy))


_OF_A_CASE = (
    "case_number", "assignment", "note", "submitter", "attachment", "mark", "bundle_case", "draft", "content",
    "event",
)  # fmt: skip
"""Tables with a `case_id`; the log of who saw whom is kept."""


def _forget(office: Office, connection: Connection, gone: Sequence[Candidate]) -> None:
    chain.keep_tip(connection, office.device.id)
    listed = json.dumps([one.case_id for one in gone])
    which = "(SELECT value FROM json_each(?))"
    with closed.recounted(connection, [one.case_id for one in gone]):
        connection.execute(
            f"DELETE FROM link WHERE case_id IN {which} OR other_id IN {which}", (listed, listed)
        )
        for table in _OF_A_CASE:
            connection.execute(f"DELETE FROM {table} WHERE case_id IN {which}", (listed,))
        connection.execute(f'DELETE FROM "case" WHERE id IN {which}', (listed,))
    _call_again(office, connection, [one.number for one in gone])
    reindex.remake(connection)


def _call_again(office: Office, connection: Connection, numbers: Sequence[str]) -> None:
    """A case that gave way to one that is gone now (`db.numbers`) bears its own number again."""
    second = [
        row
        for number in numbers
        for row in connection.execute("SELECT id, uid FROM \"case\" WHERE number GLOB ? || '+*'", (number,))
    ]
    refold(connection, office.calendars, Directory(connection), office.identity_secret, second)
