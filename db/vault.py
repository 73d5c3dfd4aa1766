"""The vault of an encrypted office: one random key, wrapped by a passphrase; open in memory or not at all.

``vault.json`` beside the database holds the key wrapped by AES-256-GCM under Argon2id of the passphrase
(RFC 9106; parameters in the file). All else is encrypted under keys derived from it: the database
(SQLCipher, raw key), evidence files and the device's private keys. So a new passphrase rewrites one small
file, and whoever lacks it reads nothing.

An office without ``vault.json`` is a plain one: `seal` and `unseal` hand its bytes through.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from db.durable import put_in_place
from db.errors import OfficeError, OfficeLocked, WrongPassphrase

VAULT_FILE = "vault.json"

SHORTEST = 8
"""Characters of a passphrase."""

ITERATIONS, LANES, MEMORY_KIB = 3, 4, 131_072
"""Argon2id, above the second recommendation of RFC 9106 §4: about half a second on a laptop, each try."""

_ABOUT = b"duban vault 1"

_open: dict[Path, bytes] = {}
"""Keys of the offices that are open in this process."""


class Wrapped(NamedTuple):
    """What ``vault.json`` holds; bytes are written as hex."""

    salt: bytes
    iterations: int
    lanes: int
    memory_kib: int
    key: bytes
    """Nonce and ciphertext."""


def is_sealed(home: Path) -> bool:
    """Whether the office in `home` is encrypted. Loads nothing."""
    return (home / VAULT_FILE).exists()


def is_open(home: Path) -> bool:
    """Whether what is in `home` can be read now: it is plain, or its passphrase was given."""
    return home.resolve() in _open or not is_sealed(home)


def make(home: Path, passphrase: str) -> None:
    """Give a folder a vault with a new key, and leave it open.

    Raises:
        OfficeError: there is one already, the passphrase is too short, or the folder cannot be written.
    """
    if is_sealed(home):
        raise OfficeError(f"{home} 已有加密的办公库")
    key = os.urandom(32)
    _write(home, wrap(key, passphrase))
    _open[home.resolve()] = key


def unlock(home: Path, passphrase: str) -> None:
    """Open the vault for this process.

    Every try costs the same, right or wrong: the key is derived first, then tried.

    Raises:
        WrongPassphrase: it does not open it.
        OfficeError: there is no vault, or its file cannot be read.
    """
    _open[home.resolve()] = unwrap(_read(home), passphrase)


def lock(home: Path) -> None:
    """Forget the key; whoever holds open connections closes them first."""
    _open.pop(home.resolve(), None)


def change_passphrase(home: Path, old: str, new: str) -> None:
    """Wrap the same key by another passphrase; the old one opens nothing from then on.

    Raises:
        WrongPassphrase: `old` does not open it.
        OfficeError: `new` is too short, or the file cannot be written; the old one still holds.
    """
    _write(home, wrap(unwrap(_read(home), old), new))


def database_key(home: Path) -> bytes | None:
    """The raw key of the database (32 bytes); None for a plain office.

    Raises:
        OfficeLocked: encrypted, and not open.
    """
    return derive(home, "database") if is_sealed(home) else None


def seal(home: Path, data: bytes, about: str) -> bytes:
    """Bytes as they may lie on disk: encrypted in an encrypted office, else as they are.

    Args:
        home: the data folder.
        data: any bytes.
        about: what they are, as in ``evidence <hash>``; sealed bytes open as nothing else.

    Raises:
        OfficeLocked: encrypted, and not open.
    """
    if not is_sealed(home):
        return data
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    return nonce + AESGCM(derive(home, "files")).encrypt(nonce, data, about.encode())


def unseal(home: Path, data: bytes, about: str) -> bytes:
    """What `seal` was given.

    Raises:
        OfficeLocked: encrypted, and not open.
        OfficeError: changed, cut, or sealed about something else.
    """
    if not is_sealed(home):
        return data
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(derive(home, "files")).decrypt(data[:12], data[12:], about.encode())
    except (InvalidTag, ValueError):
        raise OfficeError(f"加密文件被改动过或不完整（{about}），请从备份恢复") from None


def derive(home: Path, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose.

    Raises:
        OfficeLocked: not open.
    """
    key = _open.get(home.resolve())
    if key is None:
        raise OfficeLocked(home)
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=b"duban " + purpose.encode()).derive(key)


def wrap(key: bytes, passphrase: str) -> Wrapped:
    """A key under a passphrase.

    Raises:
        OfficeError: the passphrase is too short.
    """
    if len(passphrase) < SHORTEST:
        raise OfficeError(f"口令至少 {SHORTEST} 个字，现有 {len(passphrase)} 个")
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    empty = Wrapped(os.urandom(16), ITERATIONS, LANES, MEMORY_KIB, b"")
    nonce = os.urandom(12)
    return empty._replace(key=nonce + AESGCM(_stretched(empty, passphrase)).encrypt(nonce, key, _ABOUT))


def unwrap(wrapped: Wrapped, passphrase: str) -> bytes:
    """The key again.

    Raises:
        WrongPassphrase: it is another one.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    stretched = _stretched(wrapped, passphrase)
    try:
        return AESGCM(stretched).decrypt(wrapped.key[:12], wrapped.key[12:], _ABOUT)
    except InvalidTag:
        raise WrongPassphrase("口令不对，请再试；大小写和空格都算") from None


def _stretched(wrapped: Wrapped, passphrase: str) -> bytes:
    from unicodedata import normalize

    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    # Two input methods may compose one character in two ways.
    text = normalize("NFC", passphrase).encode()
    return Argon2id(
        salt=wrapped.salt, length=32, iterations=wrapped.iterations, lanes=wrapped.lanes,
        memory_cost=wrapped.memory_kib,
    ).derive(text)  # fmt: skip


def _write(home: Path, wrapped: Wrapped) -> None:
    path = home / VAULT_FILE
    fresh = path.with_suffix(".new")
    text = json.dumps({
        name: value.hex() if isinstance(value, bytes) else value for name, value in wrapped._asdict().items()
    })  # fmt: skip
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        put_in_place(fresh, path)
    except OSError as error:
        raise OfficeError(f"写不了密钥匣 {path}：{error.strerror}。请检查目录权限和剩余空间") from error


def _read(home: Path) -> Wrapped:
    path = home / VAULT_FILE
    try:
        written: dict[str, Any] = json.loads(path.read_text("ascii"))
        return Wrapped(
            bytes.fromhex(written["salt"]),
            int(written["iterations"]),
            int(written["lanes"]),
            int(written["memory_kib"]),
            bytes.fromhex(written["key"]),
        )
    except OSError as error:
        raise OfficeError(f"读不了密钥匣 {path}：{error.strerror}。没有它，加密的办公库打不开") from error
    except (ValueError, KeyError, TypeError):
        raise OfficeError(f"密钥匣 {path} 已损坏，请从备份取回同名文件，或用恢复文件") from None
