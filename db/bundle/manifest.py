"""The signed list of what a bundle holds: every event with its hash, every part with its own.

The signature covers sender and receiver too, so a bundle cannot be handed on to somebody else under the
sender's name. The list is kept in the office for as long as the events are: a chosen part of a device's
journal has gaps, and this list is what its events verify by.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from db.actions import is_clean
from db.bundle import signing
from db.bundle.container import Envelope
from db.chain import canonical
from db.connection import SCHEMA_VERSION
from db.errors import BundleRefused

_SIGNATURE = 64
"""Bytes of an Ed25519 signature, before the list."""


class Manifest(NamedTuple):
    """What is in a bundle. JSON throughout; digests are SHA-256, hex."""

    envelope: dict[str, Any]
    schema: int
    """`SCHEMA_VERSION` of the sender."""
    cases: list[tuple[str, str, int]]
    """(UID, number, events) of each case."""
    events: list[tuple[str, str]]
    """(id, hash) of each event."""
    records: str
    """Digest of the records as they lie in their part; empty where there are none."""
    evidence: list[tuple[str, int]]
    """(digest, bytes) of each file, in the order of the parts."""
    identities: int
    """反映人 that it carries."""
    taken: list[str]
    """Ids of the bundles of the receiver that the sender had taken in."""
    clock: list[Any]
    """What the sender's clocks said when it was made (`db.field_clock`); empty from an office."""
    receipt: dict[str, Any]
    """For a receipt: see `db.bundle.receipt`."""

    def said(self) -> str:
        """As it is signed and kept."""
        return canonical(self._asdict())


def digest(data: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(data).hexdigest()


def begun(envelope: Envelope) -> Manifest:
    """A list that says nothing yet but who sends it to whom."""
    return Manifest(envelope._asdict(), SCHEMA_VERSION, [], [], "", [], 0, [], [], {})


def signed(home: Path, manifest: Manifest) -> tuple[bytes, str]:
    """The part that opens a bundle, and the signature in it (hex).

    Raises:
        OfficeError: this machine's key cannot be read.
    """
    said = manifest.said()
    signature = signing.sign(home, said.encode())
    return bytes.fromhex(signature) + said.encode(), signature


def unsigned(part: bytes, public_key: str) -> tuple[Manifest, str]:
    """What `signed` was given, and the signature.

    Raises:
        ValueError: the holder of the key did not sign it; nothing in it was believed.
        BundleRefused: it speaks of tables that this version does not know.
    """
    signature, said = part[:_SIGNATURE].hex(), part[_SIGNATURE:]
    if not signing.is_from(public_key, signature, said):
        raise ValueError("not signed by the sender")
    manifest = read(said.decode())
    if not is_clean([[list(one) for one in manifest.cases], manifest.receipt]):
        raise ValueError("a text that no door lets in")
    if manifest.schema > SCHEMA_VERSION:
        raise BundleRefused(
            f"这个包由更新的版本写成（库版本 {manifest.schema}＞{SCHEMA_VERSION}），请升级 duban 后再收"
        )
    return manifest, signature


def read(said: str) -> Manifest:
    """A list again from its text.

    Raises:
        ValueError: it does not have the shape of one.
    """
    try:
        told = Manifest(**json.loads(said))
        cases = [(str(uid), str(number), int(events)) for uid, number, events in told.cases]
        events = [(str(event), str(hashed)) for event, hashed in told.events]
        evidence = [(str(sha256), int(size)) for sha256, size in told.evidence]
    except TypeError:
        raise ValueError("not a manifest") from None
    return told._replace(cases=cases, events=events, evidence=evidence)
