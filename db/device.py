"""This machine's identity: an id that is never used again, and two keys outside the database.

Two keys: Ed25519, by which others know what is from us, and X25519 (age), by which they seal what only
we can open. The key file is 0600 and no part of a backup; in an encrypted office the vault seals the
private keys in it. It also names the folder and machine it was
made on: a restored, cloned or moved office finds that they differ and takes a new identity, so that no
two machines ever write the same (device, sequence).
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from db import vault
from db.connection import Connection, OfficeError
from db.durable import put_in_place
from db.errors import reason
from db.ids import uuid7

KEY_FILE = "device.key"

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which look like digits."""

PREFIX_LETTERS = 4
"""Of a field copy's numbers: 331,776 prefixes; an office refuses to pair with one that it knows already."""


@dataclass(frozen=True, slots=True)
class Device:
    """The writer of events on this machine."""

    id: str
    prefix: str
    public_key: str
    """Ed25519, hex."""
    recipient: str
    """age recipient (X25519): what is sealed to it, only this machine can open."""


class Secrets(NamedTuple):
    """The private halves; never in the database, a backup or a bundle."""

    sign: str
    """Ed25519, hex."""
    identity: str
    """age identity (X25519)."""


def _whereabouts(home: Path) -> str:
    stat = home.resolve().stat()
    return f"{platform.node()}:{home.resolve()}:{stat.st_ino}"


def _generate() -> tuple[Secrets, str, str]:
    """New keys: the private halves, the public Ed25519 key (hex) and the age recipient."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from pyrage import x25519

    private, identity = Ed25519PrivateKey.generate(), x25519.Identity.generate()
    made = Secrets(private.private_bytes_raw().hex(), str(identity))
    return made, private.public_key().public_bytes_raw().hex(), str(identity.to_public())


def secrets_of(home: Path) -> Secrets:
    """The private keys of this machine.

    Raises:
        OfficeLocked: the office is encrypted, and its vault is not open.
        OfficeError: there is no key file, or it cannot be read.
    """
    known = _read(home / KEY_FILE)
    if known is not None and {"private_key", "identity"} <= known.keys():
        return Secrets(known["private_key"], known["identity"])
    if known is None or "sealed" not in known:
        raise OfficeError(f"读不了本机密钥 {home / KEY_FILE}。请检查文件和权限，再打开一次办公库")
    plain = vault.unseal(home, bytes.fromhex(known["sealed"]), f"device {known['id']}")
    return Secrets(*json.loads(plain))


def seal_keys(home: Path, replace: Callable[[Path, Path], None] = put_in_place) -> None:
    """Write the key file anew as an encrypted office has it; nothing where there is none.

    Args:
        home: the data folder, its vault open.
        replace: puts the new file in the place of the old one.

    Raises:
        OfficeError: it cannot be written.
    """
    known = _read(home / KEY_FILE)
    if known is not None and "sealed" not in known:
        _write(home, known["id"], secrets_of(home), known["where"], replace)


def prefix_of(device: str) -> str:
    """What a field copy puts before its numbers, made from its id, so that no two copies number alike."""
    left, letters = int(device[-12:], 16), ""
    for _ in range(PREFIX_LETTERS):
        left, letter = divmod(left, len(_LETTERS))
        letters += _LETTERS[letter]
    return f"{letters}-"


def known_id(home: Path) -> str | None:
    """The id of this machine by its key file alone; None where the folder was moved, or never opened."""
    known = _read(home / KEY_FILE)
    return known["id"] if known is not None and known["where"] == _whereabouts(home) else None


def this_device(home: Path, connection: Connection, now: int, *, field: bool = False) -> Device:
    """The identity of this machine in this office; made on first use or after a move.

    Runs inside the caller's transaction.

    Args:
        home: the data folder.
        connection: a writer.
        now: the present instant.
        field: this is a field copy, which numbers its cases under a prefix of its own.

    Raises:
        OfficeError: the key file cannot be read or written.
    """
    known = _read(home / KEY_FILE)
    if known is not None and known["where"] == _whereabouts(home):
        row = connection.execute(
            "SELECT id, prefix, public_key, recipient FROM device WHERE id = ?", (known["id"],)
        ).fetchone()
        if row is not None and row[3]:
            return Device(*row)
    return _new_device(home, connection, now, field=field)


def _read(path: Path) -> dict[str, str] | None:
    try:
        known = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) and {"id", "where"} <= known.keys() else None


def _new_device(home: Path, connection: Connection, now: int, *, field: bool) -> Device:
    (made, public, recipient), new = _generate(), uuid7()
    device = Device(new, prefix_of(new) if field else "", public, recipient)
    _write(home, device.id, made, _whereabouts(home))
    connection.execute(
        "INSERT INTO device (id, prefix, public_key, recipient, first_seen, name, copy_kind) "
        "VALUES (?, ?, ?, ?, ?, ?, '')",
        (device.id, device.prefix, public, recipient, now, platform.node()),
    )
    return device


def _write(
    home: Path,
    device: str,
    private: Secrets,
    where: str,
    replace: Callable[[Path, Path], None] = put_in_place,
) -> None:
    kept = {"private_key": private.sign, "identity": private.identity}
    if vault.is_sealed(home):
        kept = {"sealed": vault.seal(home, json.dumps(private).encode(), f"device {device}").hex()}
    path = home / KEY_FILE
    fresh = path.with_suffix(".new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps({"id": device, **kept, "where": where}))
        replace(fresh, path)
    except OSError as error:
        raise OfficeError(f"写不了本机密钥 {path}：{reason(error)}。请检查数据目录的权限") from error
