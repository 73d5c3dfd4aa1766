"""Machines that this one exchanges bundles with: an office with its field copies, and the other way round."""

from __future__ import annotations

from typing import NamedTuple

from db.bundle.card import Card
from db.connection import Connection
from db.device import Device
from db.errors import BundleRefused
from db.terms import CopyKind


class Paired(NamedTuple):
    """A machine that was paired with this one, perhaps no longer."""

    id: str
    name: str
    kind: str
    public_key: str
    recipient: str
    prefix: str
    paired_at: int
    revoked_at: int | None

    @property
    def card(self) -> Card:
        """What it handed over."""
        return Card(*self[:6])


_COLUMNS = "id, name, copy_kind, public_key, recipient, prefix, paired_at, revoked_at"

OWN_DEVICES = "SELECT id FROM device WHERE copy_kind = ''"
"""This machine, and what it was before it was moved or restored."""


def own_card(connection: Connection, device: Device, kind: CopyKind, name: str | None = None) -> Card:
    """This machine's card; a name given here is kept. Inside the caller's transaction.

    Raises:
        BundleRefused: the name is empty or too long.
    """
    if name is not None:
        if not name.strip() or len(name.strip()) > 60 or not name.isprintable():
            raise BundleRefused("本机名称要写 1—60 个字，如 --name 王五的笔记本")
        connection.execute("UPDATE device SET name = ? WHERE id = ?", (name.strip(), device.id))
    row = connection.execute("SELECT name FROM device WHERE id = ?", (device.id,)).fetchone()
    called = row[0] or f"电脑 {device.id[-6:]}"
    return Card(device.id, called, str(kind), device.public_key, device.recipient, device.prefix)


def add(connection: Connection, device: Device, kind: CopyKind, card: Card, now: int) -> None:
    """Pair with the machine of a card; the same card again changes nothing. In the caller's transaction.

    Raises:
        BundleRefused: it is this machine, another of the same kind, or its name or prefix is taken.
    """
    if card.id == device.id:
        raise BundleRefused("这是本机自己的名片，请用对方的名片配对")
    if card.kind == kind:
        raise BundleRefused(f"两边都是{kind.label}，不用配对：下乡包只在办公室和外勤副本之间来往")
    _refuse_taken(connection, card)
    known_key = connection.execute("SELECT public_key FROM device WHERE id = ?", (card.id,)).fetchone()
    if known_key is not None and known_key[0] != card.public_key:
        raise BundleRefused(f"“{card.name}”的密钥与以前的不同，没有配对。请当面核对它的名片")
    connection.execute(
        """INSERT INTO device (id, name, copy_kind, public_key, recipient, prefix, first_seen, paired_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT (id) DO UPDATE SET name = ?2, copy_kind = ?3,
        recipient = ?5, prefix = ?6, paired_at = coalesce(paired_at, ?7), revoked_at = NULL""",
        (*card, now),
    )


def _refuse_taken(connection: Connection, card: Card) -> None:
    """No two machines may number alike, also where only events of one are known, nor be called alike."""
    row = connection.execute(
        "SELECT name FROM device WHERE prefix = ? AND prefix <> '' AND id <> ?", (card.prefix, card.id)
    ).fetchone()
    if row is not None:
        raise BundleRefused(
            f"“{card.name}”的编号前缀 {card.prefix} 与“{row[0]}”相同，两台会给出同样的编号。"
            "请在那台电脑上另用一个空目录 duban init --field"
        )
    others = [one for one in listing(connection) if one.id != card.id and one.revoked_at is None]
    if any(one.name == card.name for one in others):
        raise BundleRefused(
            f"已有一台“{card.name}”。若就是它（恢复过、换了目录或电脑），请先 duban pair end {card.name}；"
            "若是另一台，请在那台电脑上用 duban pair card --name 另起名称，再写名片"
        )


def listing(connection: Connection) -> list[Paired]:
    """All machines that were ever paired, those of now first."""
    rows = connection.execute(
        f"""SELECT {_COLUMNS} FROM device WHERE paired_at IS NOT NULL
        ORDER BY revoked_at IS NOT NULL, paired_at, id"""
    )
    return [Paired._make(row) for row in rows]


def named(connection: Connection, written: str) -> Paired:
    """The machine of a name, or of the beginning of its id.

    Raises:
        BundleRefused: none is paired under it, several are, or its pairing has ended.
    """
    known = listing(connection)
    found = [one for one in known if one.name == written and one.revoked_at is None]
    found = found or [one for one in known if one.name == written or one.id.startswith(written.lower())]
    if not found:
        raise BundleRefused(f"没有与“{written}”配对，可用 duban pair list 查看，用 duban pair add 配对")
    if len(found) > 1:
        ids = "、".join(f"{one.name}（{one.id}）" for one in found)
        raise BundleRefused(f"“{written}”有 {len(found)} 台：{ids}，请写设备号")
    return _of_now(found[0])


def only(connection: Connection) -> Paired:
    """The one machine that this one is paired with.

    Raises:
        BundleRefused: there is none, or there are several.
    """
    found = [one for one in listing(connection) if one.revoked_at is None]
    if not found:
        raise BundleRefused("还没有配对：请先与办公室交换名片（duban pair card、duban pair add）")
    if len(found) > 1:
        raise BundleRefused(
            f"与 {len(found)} 台配对，请用 --for 写明给谁：{'、'.join(one.name for one in found)}"
        )
    return found[0]


def _of_now(one: Paired) -> Paired:
    if one.revoked_at is not None:
        raise BundleRefused(f"与“{one.name}”的配对已经终止。若又要用它，请用它的名片重新 duban pair add")
    return one


def end(connection: Connection, written: str, now: int) -> Paired:
    """End a pairing: nothing is taken from that machine or sealed to it from now on. In a transaction.

    Raises:
        BundleRefused: as `named`.
    """
    one = named(connection, written)
    connection.execute("UPDATE device SET revoked_at = ? WHERE id = ?", (now, one.id))
    return one._replace(revoked_at=now)
