"""The way back into an encrypted copy whose passphrase is lost: its key, sealed for the office.

While it is open, the copy seals its key to a machine it is paired with (`make`). Later that machine opens
the file and wraps the key by a new passphrase (`open_file`), and the copy takes that as its vault (`use`).
In between the key is nowhere in clear.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from db import device, vault
from db.connection import Connection, OfficeError, open_reader
from db.errors import reason
from db.home import path_of
from db.vault import conversion as encryption

FORMAT = "duban recovery 1"

_RECIPIENT = """SELECT recipient FROM device
WHERE name = ? AND recipient <> '' AND paired_at IS NOT NULL AND revoked_at IS NULL"""
_PAIRED = """SELECT name FROM device
WHERE recipient <> '' AND paired_at IS NOT NULL AND revoked_at IS NULL ORDER BY name"""


def make(home: Path, connection: Connection, name: str, target: Path) -> None:
    """Seal the key of this copy to a paired machine.

    Args:
        home: the data folder, its vault open.
        connection: a reader of it.
        name: of the machine, as it was paired.
        target: the file to write.

    Raises:
        OfficeLocked: the vault is not open.
        OfficeError: not encrypted, no such machine, or the file is there or cannot be written.
    """
    if not vault.is_sealed(home):
        raise OfficeError(f"办公库没有加密，用不着恢复文件：{home}。要加密请用 duban encrypt")
    from pyrage import encrypt, x25519

    told = {"format": FORMAT, "key": vault.master_key(home).hex()}
    recipient = x25519.Recipient.from_str(_recipient(connection, name))
    _write(target, encrypt(json.dumps(told).encode(), [recipient]))


def _recipient(connection: Connection, name: str) -> str:
    found = connection.execute(_RECIPIENT, (name,)).fetchall()
    if len(found) == 1:
        return str(found[0][0])
    if found:
        raise OfficeError(f"有 {len(found)} 台已配对的机器叫“{name}”，不知封给哪一台。请先解除多余的配对")
    paired = "、".join(row[0] for row in connection.execute(_PAIRED))
    have = f"已配对的有：{paired}" if paired else "还没有配对过机器"
    raise OfficeError(f"没有叫“{name}”的已配对机器，{have}")


def open_file(home: Path, source: Path, target: Path, passphrase: str) -> None:
    """At the office: open a recovery file and write a vault for its key under a new passphrase.

    Args:
        home: the data folder of the machine that the file was sealed to.
        source: the recovery file.
        target: the vault file to write.
        passphrase: the new one.

    Raises:
        OfficeError: not for this machine, cut or no recovery file, or the target is there or cannot be
            written.
    """
    wrapped = vault.wrap(_key_in(home, source), passphrase)
    _refuse_existing(target)
    vault.write(target, wrapped)


def _key_in(home: Path, source: Path) -> bytes:
    from pyrage import DecryptError, decrypt, x25519

    identity = x25519.Identity.from_str(device.secrets_of(home).identity)
    try:
        told = json.loads(decrypt(source.read_bytes(), [identity]))
        if told["format"] != FORMAT:
            raise ValueError
        key = bytes.fromhex(told["key"])
    except OSError as error:
        raise OfficeError(f"读不了恢复文件 {source}：{reason(error)}。请检查路径") from error
    except (DecryptError, ValueError, KeyError, TypeError):
        raise OfficeError(f"打不开恢复文件 {source}：不是封给本机的，或已损坏、不完整。请另取一份") from None
    return key


def use(home: Path, source: Path, passphrase: str) -> None:
    """On the copy: take over a vault that was made of its recovery file, once it proved to open the database.

    Args:
        home: the data folder.
        source: what `open_file` wrote.
        passphrase: the new one.

    Raises:
        WrongPassphrase: it does not open the file.
        OfficeError: no vault, one of another office, or it cannot be put in place; nothing was changed.
    """
    wrapped, path = vault.read(source), path_of(home)
    if path.exists() and vault.is_clear(path):
        raise OfficeError(f"这里的办公库没有加密，用不着恢复文件：{path}")
    key = vault.unwrap(wrapped, passphrase)
    try:
        open_reader(path, outdated=True, key=vault.derived(key, "database")).close()
    except OfficeError as error:
        if not path.exists():
            raise
        raise OfficeError(
            f"{source} 打不开这份办公库，没有换上：{path}。请核对是不是这台机器的；若是，就是办公库已损坏"
        ) from error
    vault.write(vault.file_of(home), wrapped)
    vault.hold(home, key)
    if vault.is_unsettled(home):
        encryption.finish(home)


def _write(target: Path, data: bytes) -> None:
    _refuse_existing(target)
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OfficeError(f"写不了恢复文件 {target}：{reason(error)}。请检查目录和剩余空间") from error


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise OfficeError(f"已有同名文件：{target}。请换一个名字，不会覆盖旧文件")
