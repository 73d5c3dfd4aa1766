"""Opening a bundle and holding every byte of it against its signed list, before anything is believed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from db import contents
from db.bundle import container, manifest, records
from db.bundle.container import Envelope, broken
from db.bundle.manifest import Manifest
from db.bundle.pairing import Paired, listing
from db.bundle.records import EventRecord, Records
from db.connection import Connection
from db.device import secrets_of
from db.errors import BundleRefused
from db.terms import BundleKind, CopyKind

_NOTHING = Records([], [], [], None, [], [])


class Opened(NamedTuple):
    """A bundle that is what its sender signed."""

    envelope: Envelope
    manifest: Manifest
    signature: str
    sender: Paired
    records: Records


def envelope_of(path: Path) -> Envelope:
    """What stands in clear, not yet vouched for by anybody.

    Raises:
        BundleRefused: unreadable, not a bundle, or of a newer version.
    """
    with container.opened(path) as (envelope, _):
        return envelope


def opened(home: Path, connection: Connection, own: str, kind: CopyKind, path: Path) -> Opened:
    """Open and verify a bundle; changes nothing anywhere.

    Args:
        home: the data folder, for this machine's key.
        connection: to know the sender by; may be a reader.
        own: id of this machine.
        kind: what this copy is.
        path: the file.

    Raises:
        BundleRefused: not for us, not from a machine we are paired with, changed, cut, or of a newer version.
        OfficeError: this machine's key cannot be read.
    """
    with container.opened(path) as (envelope, file):
        if envelope.receiver != own:
            raise BundleRefused(f"这个包是给“{envelope.receiver_name}”的，不是给本机的，没有收：{path}")
        sender = _sender(connection, envelope)
        _hold_direction(envelope, kind)
        parts = container.parts(file, path, secrets_of(home).identity)
        try:
            listed, signature = manifest.unsigned(next(parts), sender.public_key)
        except (ValueError, StopIteration):
            raise broken(path) from None
        if listed.envelope != envelope._asdict():
            raise broken(path)
        carried = _records(listed, parts, path)
        _hold_evidence(listed, parts, path)
    return Opened(envelope, listed, signature, sender, carried)


def _sender(connection: Connection, envelope: Envelope) -> Paired:
    for one in listing(connection):
        if one.id == envelope.sender:
            if one.revoked_at is not None:
                raise BundleRefused(f"与“{one.name}”的配对已经终止，它的包不收。确须收时请重新配对")
            return one
    raise BundleRefused(
        f"发包的“{envelope.sender_name}”没有与本机配对，没有收。"
        "请先交换名片（duban pair card、duban pair add）"
    )


_RECEIVERS = {
    BundleKind.CASES: CopyKind.FIELD,
    BundleKind.CHANGES: CopyKind.OFFICE,
    BundleKind.RECEIPT: CopyKind.FIELD,
}


def _hold_direction(envelope: Envelope, kind: CopyKind) -> None:
    carried = BundleKind(envelope.kind)
    if _RECEIVERS[carried] is not kind:
        raise BundleRefused(f"{carried.label}由{_RECEIVERS[carried].label}来收，本机是{kind.label}，没有收")


def _records(listed: Manifest, parts: Iterator[bytes], path: Path) -> Records:
    """The records, each event and text against its hash, and all events against the list."""
    if not listed.records:
        if listed.events or listed.cases or listed.evidence:
            raise broken(path)
        return _NOTHING
    data = next(parts, b"")
    if manifest.digest(data) != listed.records:
        raise broken(path)
    try:
        carried = records.unpack(data)
        sound = _sound(carried, listed)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error):
        raise broken(path) from None
    if not sound:
        raise broken(path)
    return carried


def _sound(carried: Records, listed: Manifest) -> bool:
    counted: dict[str, int] = {}
    for event in carried.events:
        counted[event.case_uid] = counted.get(event.case_uid, 0) + 1
    texts = {text.id: text for text in carried.contents}
    return (
        len(set(listed.events)) == len(carried.events)
        and {(event.id, event.hash) for event in carried.events} == set(listed.events)
        and counted == {uid: events for uid, _, events in listed.cases}
        and all(event.sound and _has_texts(event, texts) for event in carried.events)
        and all(text.sound and text.case_uid in counted for text in carried.contents)
        and {event.device for event in carried.events} <= {device.id for device in carried.devices}
        and records.hold_together(carried.events)
    )


def _has_texts(event: EventRecord, texts: dict[str, records.ContentRecord]) -> bool:
    """Whether each text that an event seals came along with it, or the place of it."""
    return all(
        one["content"] in texts and texts[one["content"]].sha256 == one.get("sha256")
        for one in contents.references(json.loads(event.data))
    )


def _hold_evidence(listed: Manifest, parts: Iterator[bytes], path: Path) -> None:
    """Open every file of evidence once and let it go again: memory holds one at a time."""
    found = [(manifest.digest(part), len(part)) for part in parts]
    if found != listed.evidence:
        raise broken(path)


def evidence_in(home: Path, path: Path) -> Iterator[bytes]:
    """The files of evidence of a bundle that was verified, in the order of its list."""
    with container.opened(path) as (_, file):
        yield from _after_two(file, path, secrets_of(home).identity)


def _after_two(file: BinaryIO, path: Path, identity: str) -> Iterator[bytes]:
    for at, part in enumerate(container.parts(file, path, identity)):
        if at > 1:
            yield part
