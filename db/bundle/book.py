"""The book of bundles: what went out and came in, with the signed list of each, kept for good."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from db.bundle import signing
from db.bundle.manifest import Manifest
from db.bundle.manifest import read as read_manifest
from db.connection import Connection
from db.terms import BundleKind


class Entry(NamedTuple):
    """A bundle as it stands in the book."""

    id: str
    kind: str
    outgoing: bool
    device: str
    name: str
    """Of the machine it was made for, or that made it."""
    made_at: int
    taken_at: int | None
    acknowledged_at: int | None
    cases: tuple[str, ...]
    """Numbers as they were called when it was made."""
    events: int
    returned_at: int | None
    """For cases that went out: when something about one of them came back from there last."""

    @property
    def is_open(self) -> bool:
        """It went out and its answer is awaited: records for cases, a receipt for records."""
        if not self.outgoing or self.kind == BundleKind.RECEIPT:
            return False
        return (self.returned_at if self.kind == BundleKind.CASES else self.acknowledged_at) is None


def enter(
    connection: Connection,
    manifest: Manifest,
    signature: str,
    *,
    outgoing: bool,
    cases: Iterable[int],
    taken_at: int | None = None,
) -> None:
    """Write a bundle into the book; in the caller's transaction.

    Args:
        connection: a writer.
        manifest: its signed list.
        signature: hex.
        outgoing: made here.
        cases: local ids of the cases it carries.
        taken_at: when it was taken in here.
    """
    envelope = manifest.envelope
    connection.execute(
        """INSERT INTO bundle (id, kind, outgoing, device, made_at, taken_at, manifest, signature)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            envelope["id"],
            envelope["kind"],
            outgoing,
            envelope["receiver" if outgoing else "sender"],
            envelope["made_at"],
            taken_at,
            manifest.said(),
            signature,
        ),
    )
    connection.executemany(
        "INSERT INTO bundle_case (bundle_id, case_id) VALUES (?, ?)",
        [(envelope["id"], case_id) for case_id in cases],
    )


def acknowledge(connection: Connection, ids: Iterable[str], device: str, now: int) -> None:
    """Bundles that went out to a machine have arrived there; in the caller's transaction."""
    connection.executemany(
        """UPDATE bundle SET acknowledged_at = ?
        WHERE id = ? AND device = ? AND outgoing AND acknowledged_at IS NULL""",
        [(now, one, device) for one in ids],
    )


def taken_at(connection: Connection, bundle: str) -> int | None:
    """When a bundle was taken in; None where it was not."""
    row = connection.execute(
        "SELECT taken_at FROM bundle WHERE id = ? AND NOT outgoing", (bundle,)
    ).fetchone()
    return None if row is None else int(row[0])


def manifest_of(connection: Connection, bundle: str, *, outgoing: bool) -> Manifest | None:
    """The signed list of a bundle."""
    row = connection.execute(
        "SELECT manifest FROM bundle WHERE id = ? AND outgoing = ?", (bundle, outgoing)
    ).fetchone()
    return None if row is None else read_manifest(row[0])


def _manifests(connection: Connection, where: str, *values: object) -> Iterator[Manifest]:
    for (said,) in connection.execute(f"SELECT manifest FROM bundle WHERE {where}", values):
        yield read_manifest(said)


class Shared(NamedTuple):
    """What another machine certainly holds: it sent it, or it said in a receipt that it has it."""

    events: set[str]
    evidence: set[str]


def shared_with(connection: Connection, devices: Iterable[str]) -> Shared:
    """What these machines hold between them."""
    shared = Shared(set(), set())
    for device in devices:
        for manifest in _manifests(
            connection, "device = ? AND (NOT outgoing OR acknowledged_at IS NOT NULL)", device
        ):
            shared.events.update(event for event, _ in manifest.events)
            shared.evidence.update(sha256 for sha256, _ in manifest.evidence)
    return shared


def taken_from(connection: Connection, device: str) -> list[str]:
    """Ids of the bundles of cases that were taken in from a machine."""
    rows = connection.execute(
        "SELECT id FROM bundle WHERE device = ? AND NOT outgoing AND kind = ? ORDER BY made_at",
        (device, str(BundleKind.CASES)),
    )
    return [row[0] for row in rows]


def made_here(connection: Connection) -> dict[str, str]:
    """Event id → hash, of all that this machine ever signed and sent."""
    return dict(event for manifest in _manifests(connection, "outgoing") for event in manifest.events)


def newest_from(connection: Connection, device: str) -> int:
    """When the newest bundle of cases that was taken in from a machine was made there; 0 = never."""
    row = connection.execute(
        "SELECT max(made_at) FROM bundle WHERE device = ? AND NOT outgoing AND kind = ?",
        (device, str(BundleKind.CASES)),
    ).fetchone()
    return int(row[0] or 0)


class Vouched(NamedTuple):
    """What the signed lists in the book vouch for."""

    events: dict[str, str]
    """Event id → hash."""
    broken: list[str]
    """Ids of bundles whose signature does not fit."""


def vouched(connection: Connection) -> Vouched:
    """Read every list in the book against the key of whoever signed it."""
    keys = dict(connection.execute("SELECT id, public_key FROM device"))
    found = Vouched({}, [])
    for bundle, said, signature in connection.execute("SELECT id, manifest, signature FROM bundle"):
        try:
            manifest = read_manifest(said)
            if not signing.is_from(keys[manifest.envelope["sender"]], signature, said.encode()):
                raise ValueError
        except (ValueError, KeyError):
            found.broken.append(bundle)
            continue
        found.events.update(manifest.events)
    return found


_ENTRIES = """SELECT b.id, b.kind, b.outgoing, b.device, d.name, b.made_at, b.taken_at, b.acknowledged_at,
b.manifest, (SELECT max(r.taken_at) FROM bundle r JOIN bundle_case rc ON rc.bundle_id = r.id
  WHERE b.outgoing AND r.device = b.device AND NOT r.outgoing AND r.made_at >= b.made_at
  AND rc.case_id IN (SELECT case_id FROM bundle_case WHERE bundle_id = b.id))
FROM bundle b JOIN device d ON d.id = b.device
ORDER BY coalesce(b.taken_at, b.made_at) DESC, b.id DESC"""


def entries(connection: Connection) -> list[Entry]:
    """The whole book, newest first."""
    found = []
    for row in connection.execute(_ENTRIES):
        manifest = json.loads(row[8])
        numbers = tuple(number for _, number, _ in manifest["cases"])
        found.append(
            Entry._make((*row[:2], bool(row[2]), *row[3:8], numbers, len(manifest["events"]), row[9]))
        )
    return found
