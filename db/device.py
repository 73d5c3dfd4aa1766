"""This machine's identity: an id that is never used again, and an Ed25519 key outside the database.

The key file is 0600 and no part of a backup. It also names the folder and machine it was made on: a
restored, cloned or moved office finds that they differ and takes a new identity, so that no two
machines ever write the same (device, sequence).
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from db.connection import Connection, OfficeError
from db.ids import uuid7

KEY_FILE = "device.key"


@dataclass(frozen=True, slots=True)
class Device:
    """The writer of events on this machine."""

    id: str
    prefix: str
    public_key: str


def _whereabouts(home: Path) -> str:
    stat = home.resolve().stat()
    return f"{platform.node()}:{home.resolve()}:{stat.st_ino}"


def _generate() -> tuple[str, str]:
    """A new Ed25519 pair: private and public, hex."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw().hex(), private.public_key().public_bytes_raw().hex()


def this_device(home: Path, connection: Connection, now: int, prefix: str = "") -> Device:
    """The identity of this machine in this office; made on first use or after a move.

    Runs inside the caller's transaction.

    Raises:
        OfficeError: the key file cannot be read or written.
    """
    known = _read(home / KEY_FILE)
    if known is not None and known["where"] == _whereabouts(home):
        row = connection.execute(
            "SELECT id, prefix, public_key FROM device WHERE id = ?", (known["id"],)
        ).fetchone()
        if row is not None:
            return Device(*row)
    return _new_device(home, connection, now, prefix)


def _read(path: Path) -> dict[str, str] | None:
    try:
        known = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) and {"id", "where"} <= known.keys() else None


def _new_device(home: Path, connection: Connection, now: int, prefix: str) -> Device:
    private, public = _generate()
    device = Device(uuid7(), prefix, public)
    text = json.dumps({"id": device.id, "private_key": private, "where": _whereabouts(home)})
    path = home / KEY_FILE
    fresh = path.with_suffix(".new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except OSError as error:
        raise OfficeError(f"写不了本机密钥 {path}：{error.strerror}。请检查数据目录的权限") from error
    connection.execute(
        "INSERT INTO device (id, prefix, public_key, first_seen) VALUES (?, ?, ?, ?)",
        (device.id, prefix, public, now),
    )
    return device
