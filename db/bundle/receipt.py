"""The receipt: what the office took of a bundle, event by event, signed. Before it is read, nothing is gone.

It is made in the transaction that takes the bundle in, and kept in the book, so that a lost one can be
written again, the very same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from db.bundle import book, container, manifest
from db.bundle.container import Envelope
from db.bundle.marks import Mark
from db.bundle.merge import Merged
from db.bundle.opening import Opened
from db.bundle.pack import envelope
from db.bundle.pairing import Paired, listing
from db.connection import Connection
from db.errors import BundleRefused
from db.terms import BundleKind

if TYPE_CHECKING:
    from db.office import Office


class Receipt(NamedTuple):
    """What the office says about one bundle."""

    bundle: str
    new: list[str]
    """Ids of events that it did not have."""
    known: list[str]
    marked: list[list[str]]
    """(event id, `terms.MarkKind`, detail): taken in, and somebody should look."""
    conflicts: list[list[str]]
    """(event id, why): taken in, and not applicable where it stands."""


def prepare(
    office: Office, connection: Connection, taken: Opened, merged: Merged, marks: Sequence[Mark]
) -> None:
    """Make the receipt of a bundle that is being taken in; in the same transaction."""
    told = Receipt(
        taken.envelope.id,
        [event.id for event in merged.new],
        merged.known,
        [[one.event_id, str(one.kind), one.detail] for one in marks],
        [list(one) for one in merged.conflicts],
    )
    listed = manifest.begun(envelope(office, taken.sender, BundleKind.RECEIPT))
    listed = listed._replace(receipt=told._asdict())
    _, signature = manifest.signed(office.home, listed)
    book.enter(connection, listed, signature, outgoing=True, cases=())


_MADE = """SELECT manifest, signature, device FROM bundle
WHERE outgoing AND kind = ? AND manifest -> '$.receipt.bundle' = json_quote(?)"""


def write(connection: Connection, bundle: str, path: Path) -> None:
    """Write the receipt of a bundle that was taken in, as often as it is wanted.

    Raises:
        BundleRefused: there is none, or the laptop is paired no longer.
        OfficeError: the file cannot be written.
    """
    row = connection.execute(_MADE, (str(BundleKind.RECEIPT), bundle)).fetchone()
    if row is None:
        raise BundleRefused("这个包没有回执：回执只对外勤副本的回传包")
    said, signature, device = row
    to = _still_paired(connection, device)
    with container.written(path, Envelope(**manifest.read(said).envelope), to.recipient) as put:
        put(bytes.fromhex(signature) + said.encode())


def _still_paired(connection: Connection, device: str) -> Paired:
    for one in listing(connection):
        if one.id == device and one.revoked_at is None:
            return one
    raise BundleRefused("与那台电脑的配对已经终止，不再给它写回执")


def acknowledge(connection: Connection, taken: Opened, now: int) -> Receipt:
    """Read a receipt on the laptop: from now on what it covers may be cleaned. In a transaction.

    Raises:
        BundleRefused: it speaks of a bundle that was not made here, or not of all that was in it.
    """
    try:
        told = Receipt(**taken.manifest.receipt)
        covered = sorted([*told.new, *told.known])
    except TypeError:
        raise BundleRefused("回执的内容看不懂，没有收。请办公室升级 duban 后重写回执") from None
    sent = book.manifest_of(connection, told.bundle, outgoing=True)
    if sent is None or sent.envelope["receiver"] != taken.sender.id:
        raise BundleRefused("这份回执说的包不是本机做给它的，没有收")
    if covered != sorted(event for event, _ in sent.events):
        raise BundleRefused("这份回执没有列全包里的记录，没有收。请在办公室重写回执")
    book.acknowledge(connection, [told.bundle], taken.sender.id, now)
    return told
