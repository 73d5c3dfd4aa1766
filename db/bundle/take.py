"""Taking a bundle in: verified whole, then merged in one transaction; killed anywhere, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from db import evidence, field_clock, instants
from db.bundle import book, marks, opening, receipt, records
from db.bundle.container import Envelope
from db.bundle.manifest import digest
from db.bundle.marks import Arrived, Mark
from db.bundle.merge import Merged, merge
from db.bundle.opening import Opened
from db.bundle.receipt import Receipt
from db.connection import Connection, transaction
from db.errors import BundleRefused
from db.evidence import attachments
from db.terms import BundleKind, CopyKind

if TYPE_CHECKING:
    from db.office import Office


AHEAD = 86_400
"""Seconds by which the office may be ahead of a laptop: a wrong time zone is less, a wrong date more."""


class AlreadyTaken(BundleRefused):
    """The very same bundle was taken in before; that it comes again changes nothing."""

    def __init__(self, bundle: str, kind: str, at: int, path: Path) -> None:
        """Say when, and how to get its receipt again."""
        again = "。要再写一份回执，请加 --receipt 文件" if kind == BundleKind.CHANGES else ""
        super().__init__(f"这个包 {instants.local(at):%Y-%m-%d %H:%M} 已收过，没有再收{again}：{path}")
        self.bundle, self.kind, self.at = bundle, kind, at


class Taken(NamedTuple):
    """What taking a bundle in came to."""

    envelope: Envelope
    sender: str
    """Name."""
    cases: list[tuple[str, str, bool]]
    """(UID, number here, was not known) of each case."""
    new: int
    """Events."""
    known: int
    conflicts: list[tuple[str, str]]
    """(event id, why)."""
    marks: list[Mark]
    evidence: int
    """Files."""
    receipt: Receipt | None
    """Where the bundle was a receipt: what it says."""


class _Rehearsed(Exception):
    """Carries what would have been taken, past the end of the transaction."""

    def __init__(self, taken: Taken) -> None:
        self.taken = taken


def take(office: Office, path: Path, *, dry_run: bool = False) -> Taken:
    """Take a bundle in, or say what that would do.

    Args:
        office: where to.
        path: the file.
        dry_run: do all of it and undo it.

    Raises:
        AlreadyTaken: it was.
        BundleRefused: not for us, changed, cut, foreign, of a newer version or of a day to come, or
            contradicting what is here.
        OfficeError: the database or the disk refused. In every case nothing was changed.
    """
    connection = office.writer
    opened = opening.opened(office.home, connection, office.device.id, office.kind, path)
    at = book.taken_at(connection, opened.envelope.id)
    if at is not None:
        raise AlreadyTaken(opened.envelope.id, opened.envelope.kind, at, path)
    _not_of_the_future(office, opened.envelope, path)
    try:
        with _evidence_kept(office, opened, path, dry_run=dry_run), transaction(connection):
            taken = _enter(office, connection, opened)
            if dry_run:
                raise _Rehearsed(taken)
    except _Rehearsed as rehearsed:
        return rehearsed.taken
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise BundleRefused(f"包里的内容与本库合不上，没有收：{error}（{path}）") from error
    attachments.finish(connection, office.home)
    if opened.records.terms is not None:
        with transaction(connection):
            office.work_by_taken(connection)
    return taken


def _not_of_the_future(office: Office, envelope: Envelope, path: Path) -> None:
    """Refuse what an office whose clock is far ahead made: its word would stand over all that it says later.

    What a laptop brings is taken in however its clock went, and marked.
    """
    now = office.clock()
    if office.kind is CopyKind.FIELD and envelope.made_at > now + AHEAD:
        made, here = (f"{instants.local(at):%Y-%m-%d %H:%M}" for at in (envelope.made_at, now))
        raise BundleRefused(
            f"这个包写明做于 {made}，本机时钟才到 {here}，没有收：请校准走错的那台机器的时钟，"
            f"办公室的错了就重做这个包：{path}"
        )


@contextmanager
def _evidence_kept(office: Office, opened: Opened, path: Path, *, dry_run: bool) -> Iterator[None]:
    """Files lie on disk before the events that name them; where these are refused, the files go again.

    One that is here but damaged is written anew: the receipt will say that we hold it. A file is named by its
    hash, so one that stays behind after a kill is harmless.
    """
    wanted = set() if dry_run else {sha256 for sha256, _ in opened.manifest.evidence}
    new = [sha256 for sha256 in wanted if not evidence.has(office.home, sha256)]
    try:
        if wanted:
            for data in opening.evidence_in(office.home, path):
                if digest(data) not in wanted:
                    raise BundleRefused(f"收的时候包被换过，没有收：{path}")
                evidence.put(office.home, data)
        yield
    except BaseException:
        attachments.release(office.writer, office.home, new)
        raise


def _enter(office: Office, connection: Connection, opened: Opened) -> Taken:
    """All that a bundle does to the office; inside one transaction."""
    if opened.envelope.kind == BundleKind.RECEIPT:
        return _receipt(office, connection, opened)
    authority = opened.envelope.kind == BundleKind.CASES and opened.envelope.made_at >= book.newest_from(
        connection, opened.sender.id
    )
    merged = merge(office, connection, opened.records, authority=authority, mine=book.made_here(connection))
    found = _marks(office, connection, opened, merged) if office.kind is CopyKind.OFFICE else []
    book.enter(
        connection, opened.manifest, opened.signature, outgoing=False, cases=merged.cases.values(),
        taken_at=office.clock(),
    )  # fmt: skip
    if office.kind is CopyKind.OFFICE:
        book.acknowledge(connection, opened.manifest.taken, opened.sender.id, office.clock())
        receipt.prepare(office, connection, opened, merged, found)
    else:
        field_clock.trust(connection, opened.envelope.made_at)
    return _told(connection, opened, merged, found)


def _marks(office: Office, connection: Connection, opened: Opened, merged: Merged) -> list[Mark]:
    arrived = [
        Arrived(
            event.id, merged.cases[event.case_uid], event.by, event.recorded_at, records.units_of(event),
            marks.clock_of(event.data),
        )
        for event in merged.new
    ]  # fmt: skip
    made = field_clock.read(opened.manifest.clock)
    found = marks.found(connection, arrived, new_units=merged.new_units, made=made, now=office.clock())
    marks.write(connection, found, opened.envelope.id)
    return found


def _receipt(office: Office, connection: Connection, opened: Opened) -> Taken:
    said = receipt.acknowledge(connection, opened, office.clock())
    book.enter(
        connection, opened.manifest, opened.signature, outgoing=False, cases=(), taken_at=office.clock()
    )
    field_clock.trust(connection, opened.envelope.made_at)
    return Taken(opened.envelope, opened.sender.name, [], 0, 0, [], [], 0, said)


def _told(connection: Connection, opened: Opened, merged: Merged, found: list[Mark]) -> Taken:
    opened_here = set(merged.opened)
    numbers = {
        uid: connection.execute('SELECT number FROM "case" WHERE id = ?', (case_id,)).fetchone()[0]
        for uid, case_id in merged.cases.items()
    }
    cases = [(uid, numbers[uid], uid in opened_here) for uid, _, _ in opened.manifest.cases]
    return Taken(
        opened.envelope, opened.sender.name, cases, len(merged.new), len(merged.known), merged.conflicts,
        found, len(opened.manifest.evidence), None,
    )  # fmt: skip
