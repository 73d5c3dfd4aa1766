"""Making a bundle: chosen cases for a laptop, or what a laptop brings home.

The journal of a case travels whole, so that it folds alike wherever it is read. Who reported it stays
behind as a place without a text: the fold is the same without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from db import evidence, field_clock, submitters
from db.bundle import book, container, manifest, records
from db.bundle.attached import File, files_of, owners
from db.bundle.book import Shared
from db.bundle.container import Envelope
from db.bundle.manifest import Manifest
from db.bundle.pairing import Paired
from db.bundle.records import Records, Terms
from db.calendars import ANNOUNCED
from db.connection import transaction
from db.errors import BundleRefused, OfficeError, OfficeLocked
from db.ids import uuid7
from db.posts import Power
from db.terms import BundleKind, CopyKind
from db.units import carry

if TYPE_CHECKING:
    from db.connection import Connection
    from db.office import Office


class Packed(NamedTuple):
    """What went into a bundle."""

    manifest: Manifest
    missing: tuple[str, ...]
    """Files of evidence that should have gone, and are not here or damaged: the rest goes all the same."""
    size: int
    """Bytes of the file."""


class Going(NamedTuple):
    """What goes along of what was chosen."""

    case_ids: list[int]
    left: tuple[str, ...] = ()
    """Numbers of the 保密 cases of a list, which stay behind."""


def going(
    connection: Connection, named: Sequence[int], listed: Sequence[int], *, confidential: bool
) -> Going:
    """The chosen cases, each once: a 保密 one stays behind where a list has it, and is refused by its name.

    Args:
        connection: of an office.
        named: cases that were chosen one by one.
        listed: cases that are on a list.
        confidential: 保密 cases may go along.

    Raises:
        BundleRefused: a 保密 case was named, without leave.
    """
    chosen = list(dict.fromkeys([*named, *listed]))
    if confidential:
        return Going(chosen)
    _refuse_confidential(connection, named)
    kept = _confidential(connection, chosen)
    return Going([one for one in chosen if one not in kept], tuple(kept.values()))


def pack_cases(
    office: Office,
    to: Paired,
    case_ids: Sequence[int],
    path: Path,
    *,
    with_identity: str | None = None,
    confidential: bool = False,
    with_evidence: bool = False,
) -> Packed:
    """Seal chosen cases for a field copy.

    Args:
        office: of an office.
        to: the field copy.
        case_ids: which.
        path: the file to write.
        with_identity: why who reported the cases must go along; None = it does not.
        confidential: 保密 cases may go along.
        with_evidence: files of evidence go along.

    Raises:
        BundleRefused: a field copy asks, nothing was chosen, or a 保密 case without leave.
        ValueError: an empty reason.
        NotAllowed: the officer's post does not see who reported a case.
        OfficeError: a file of that name is there, or it cannot be written. Nothing is in the book then.
    """
    if office.kind is not CopyKind.OFFICE or to.kind != CopyKind.FIELD:
        raise BundleRefused("下乡包由办公室做给外勤副本；外勤副本回传请用 duban bundle out --changes")
    if not case_ids:
        raise BundleRefused("没有选中任何事项，没有做包")
    if with_identity is not None and not with_identity.strip():
        raise ValueError("请写明带出反映人的理由")
    if with_identity is not None:
        office.require(Power.IDENTITY)
    connection = office.writer
    if not confidential:
        _refuse_confidential(connection, case_ids)
    connection.execute("BEGIN")
    try:
        events = records.events_of(connection, case_ids)
        announced = connection.execute("SELECT value FROM setting WHERE name = ?", (ANNOUNCED,)).fetchone()[0]
        carried = Records(
            records.devices_of(connection, events, office.kind),
            records.calendars_of(connection, events, (announced, office.calendar.revision)),
            carry.pack(connection),
            Terms(announced, office.rules.to_data()),
            events,
            records.contents_of(connection, case_ids, () if with_identity is None else None),
        )
    finally:
        connection.execute("ROLLBACK")
    files = files_of(connection, case_ids) if with_evidence else []
    return _seal(office, to, BundleKind.CASES, case_ids, carried, files, path, with_identity)


def pack_changes(office: Office, to: Paired, path: Path) -> Packed:
    """Seal what this field copy has and the office may not have yet.

    The whole journal of every case that was touched here goes along: an office that was restored from an
    old backup gets back what it lost. So does who reported a case that was registered here, whom the office
    cannot know otherwise. A case of which all is acknowledged is not sent again.

    Raises:
        BundleRefused: an office asks, or there is nothing to bring back.
        OfficeError: a file of that name is there, or it cannot be written. Nothing is in the book then.
    """
    if office.kind is not CopyKind.FIELD or to.kind != CopyKind.OFFICE:
        raise BundleRefused("回传包由外勤副本做给办公室；办公室派件请写编号或 --list")
    connection = office.writer
    shared = book.shared_with(connection, [to.id])
    connection.execute("BEGIN")
    try:
        case_ids = _touched(office, shared)
        events = records.events_of(connection, case_ids)
        spoken_of = records.units_in(events)
        carried = Records(
            records.devices_of(connection, events, office.kind),
            records.calendars_of(connection, events),
            carry.with_ancestors(carry.pack(connection), spoken_of),
            None,
            events,
            records.contents_of(connection, case_ids, records.registered_here(connection, case_ids)),
        )
    finally:
        connection.execute("ROLLBACK")
    if not case_ids:
        raise BundleRefused(f"没有新的记录要交给“{to.name}”：都已回传并有回执，或还没有记录")
    files = [file for file in files_of(connection, case_ids) if file.sha256 not in shared.evidence]
    return _seal(office, to, BundleKind.CHANGES, case_ids, carried, files, path, None)


def _touched(office: Office, shared: Shared) -> list[int]:
    """The cases that hold an event, or a file, which is not certainly at the office."""
    connection = office.writer
    events = connection.execute("SELECT id, case_id FROM event")
    touched = {case_id for event, case_id in events if event not in shared.events}
    for sha256, case_id in owners(connection):
        if sha256 not in shared.evidence and evidence.has(office.home, sha256):
            touched.add(case_id)
    return sorted(touched)


def _confidential(connection: Connection, case_ids: Sequence[int]) -> dict[int, str]:
    marks = ",".join(str(int(one)) for one in case_ids)
    return dict(
        connection.execute(
            f'SELECT id, number FROM "case" WHERE confidential AND id IN ({marks}) ORDER BY id'
        )
    )


def _refuse_confidential(connection: Connection, case_ids: Sequence[int]) -> None:
    if found := list(_confidential(connection, case_ids).values()):
        numbers = "、".join(found[:5]) + (f" 等 {len(found)} 件" if len(found) > 5 else "")
        raise BundleRefused(
            f"保密件没有带出：{numbers}。确须带出请选带保密件（--confidential），或从名单中去掉"
        )


def _seal(
    office: Office,
    to: Paired,
    kind: BundleKind,
    case_ids: Sequence[int],
    carried: Records,
    files: Sequence[File],
    path: Path,
    with_identity: str | None,
) -> Packed:
    """Write the file and enter it into the book; the file gets its name after the book is on disk."""
    if path.exists():
        raise OfficeError(f"已有同名文件：{path}。请换一个名字，包不会覆盖旧文件")
    connection, data = office.writer, records.pack(carried)
    sizes = {file.sha256: _size(office, file.sha256) for file in files}
    here = {sha256: size for sha256, size in sizes.items() if size is not None}
    identities = [one for one in carried.contents if one.kind == records.IDENTITY and one.text is not None]
    counted: dict[str, int] = {}
    for event in carried.events:
        counted[event.case_uid] = counted.get(event.case_uid, 0) + 1
    cases = [(uid, number, counted[uid]) for uid, number in _numbers(connection, case_ids)]
    listed = manifest.begun(envelope(office, to, kind))._replace(
        cases=cases,
        events=[(event.id, event.hash) for event in carried.events],
        records=manifest.digest(data),
        evidence=list(here.items()),
        identities=len(identities),
        taken=book.taken_from(connection, to.id) if kind is BundleKind.CHANGES else [],
        clock=list(field_clock.now(connection)) if kind is BundleKind.CHANGES else [],
    )
    first, signature = manifest.signed(office.home, listed)
    with container.written(path, Envelope(**listed.envelope), to.recipient) as put:
        put(first)
        put(data)
        for sha256 in here:
            put(evidence.read(office.home, sha256))
        with transaction(connection):
            book.enter(connection, listed, signature, outgoing=True, cases=case_ids)
            if with_identity is not None:
                _log(office, connection, {one.case_uid for one in identities}, with_identity, to)
    missing = tuple(sizes.keys() - here.keys())
    return Packed(listed, missing, path.stat().st_size)


def _size(office: Office, sha256: str) -> int | None:
    """How large a file is that can be read and is what it should be."""
    try:
        return len(evidence.read(office.home, sha256))
    except OfficeLocked:
        raise
    except OfficeError:
        return None


def envelope(office: Office, to: Paired, kind: BundleKind) -> Envelope:
    """What stands in clear on a bundle from here."""
    row = office.writer.execute("SELECT name FROM device WHERE id = ?", (office.device.id,)).fetchone()
    return Envelope(str(kind), uuid7(), office.device.id, row[0], to.id, to.name, office.clock())


def _numbers(connection: Connection, case_ids: Sequence[int]) -> list[tuple[str, str]]:
    marks = ",".join(str(int(one)) for one in case_ids)
    return connection.execute(f'SELECT uid, number FROM "case" WHERE id IN ({marks}) ORDER BY id').fetchall()


def _log(office: Office, connection: Connection, uids: set[str], reason: str, to: Paired) -> None:
    for uid in sorted(uids):
        (case_id,) = connection.execute('SELECT id FROM "case" WHERE uid = ?', (uid,)).fetchone()
        submitters.carried(
            connection, case_id, officer=office.officer, reason=reason, to=to.name, now=office.clock()
        )
