"""The vault of an encrypted office: one random key, wrapped by a passphrase; open in memory or not at all.

``vault.json`` beside the database holds the key wrapped by AES-256-GCM under Argon2id of the passphrase
(RFC 9106; parameters in the file). All else is encrypted under keys derived from it: the database
(SQLCipher, raw key), evidence files and the device's private keys. So a new passphrase rewrites one small
file, and whoever lacks it reads nothing.

An office without ``vault.json`` is a plain one: `seal` and `unseal` hand its bytes through.

Database and vault cannot appear in one step. So the encrypted database is made whole as `fresh_of` the
folder, then its vault is written as `WAITING`, then the database takes its place: a waiting vault counts
from the moment that nothing fresh stands beside it any more. `settle` gives it its name when all else is
done. Killed anywhere between, the office is the plain one it was, or the encrypted one whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from db.durable import put_in_place, sync_folder
from db.errors import OfficeError, OfficeLocked, WrongPassphrase, reason
from db.home import DATABASE, remove

VAULT_FILE = "vault.json"

WAITING = "vault.waiting.json"
"""A vault whose office is just being encrypted, or made."""

FRESH = f".{DATABASE}.sealed"
"""The encrypted database before it takes its place."""

CLEAR = b"SQLite format 3\0"
"""How a database in clear begins; an encrypted one begins with its salt."""

SHORTEST = 8
"""Characters of a passphrase."""

ITERATIONS, LANES, MEMORY_KIB = 3, 4, 131_072
"""Argon2id, above the second recommendation of RFC 9106 §4: about half a second on a laptop, each try."""

MOST_MEMORY_KIB = 2**21
"""What a vault file may ask for."""

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
    mark: bytes
    """Derived from the key: two vaults with one mark open the same office, whatever their passphrases."""


def is_sealed(home: Path) -> bool:
    """Whether the office in `home` is encrypted. Loads nothing."""
    return is_unsettled(home) or (home / VAULT_FILE).exists()  # In this order: `settle` may be at it.


def is_unsettled(home: Path) -> bool:
    """Whether the database is encrypted already, and what remained to be done then may still be open."""
    # Told by names alone: whoever opens and closes a database beside SQLite drops SQLite's locks.
    return (home / WAITING).exists() and not fresh_of(home).exists() and (home / DATABASE).exists()


def fresh_of(home: Path) -> Path:
    """Where an encrypted database is made before it takes its place."""
    return home / FRESH


def is_clear(path: Path) -> bool:
    """Whether a file is a database that anybody can read.

    Raises:
        OfficeError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(CLEAR)) == CLEAR
    except OSError as error:
        raise OfficeError(f"读不了 {path}：{reason(error)}。请检查路径和权限") from error


def file_of(home: Path) -> Path:
    """The vault that is in force."""
    return home / (WAITING if is_unsettled(home) else VAULT_FILE)


def is_open(home: Path) -> bool:
    """Whether what is in `home` can be read now: it is plain, or its passphrase was given."""
    return home.resolve() in _open or not is_sealed(home)


def make(home: Path, passphrase: str) -> None:
    """Give a folder without a database a vault with a new key, and leave it open.

    Raises:
        OfficeError: there is one already, the passphrase is too short, or the folder cannot be written.
    """
    if is_sealed(home):
        raise OfficeError(f"{home} 已有加密的办公库")
    key, wrapped = new(passphrase)
    write(home / VAULT_FILE, wrapped)
    hold(home, key)


def new(passphrase: str) -> tuple[bytes, Wrapped]:
    """A key, and the vault for it; neither is anywhere yet.

    Raises:
        OfficeError: the passphrase is too short.
    """
    key = os.urandom(32)
    return key, wrap(key, passphrase)


def put_in_force(
    home: Path, key: bytes, wrapped: Wrapped, replace: Callable[[Path, Path], None] = put_in_place
) -> None:
    """Put the fresh database in its place under its vault, and open that; `settle` comes last.

    Raises:
        OfficeError: the vault cannot be written.
        OSError: the database cannot be put there; `withdraw` takes the vault back.
    """
    write(home / WAITING, wrapped)
    sync_folder(home)
    replace(fresh_of(home), home / DATABASE)
    sync_folder(home)
    hold(home, key)


def settle(home: Path) -> None:
    """Give the waiting vault its name; nothing where none waits.

    Raises:
        OfficeError: the folder cannot be written.
    """
    if (home / WAITING).exists():
        with _writing(home / VAULT_FILE):
            os.replace(home / WAITING, home / VAULT_FILE)
            sync_folder(home)


def withdraw(home: Path) -> None:
    """Take away what was begun and did not take its place: the vault first, then the database."""
    if not is_unsettled(home):
        (home / WAITING).unlink(missing_ok=True)
        remove(fresh_of(home))


def unlock(home: Path, passphrase: str) -> None:
    """Open the vault for this process, and finish an encryption that was stopped on its last steps.

    Every try costs the same, right or wrong: the key is derived first, then tried.

    Raises:
        WrongPassphrase: it does not open it.
        OfficeError: there is no vault, or its file cannot be read.
    """
    hold(home, unwrap(read(file_of(home)), passphrase))
    if is_unsettled(home):
        from db.vault import conversion as encryption

        with suppress(OfficeError):  # Without room for it the office can be used all the same.
            encryption.finish(home)


def hold(home: Path, key: bytes) -> None:
    """Open the vault for this process by a key that is at hand."""
    _open[home.resolve()] = key


def lock(home: Path) -> None:
    """Forget the key; whoever holds open connections closes them first."""
    _open.pop(home.resolve(), None)


def change_passphrase(home: Path, old: str, new: str) -> None:
    """Wrap the same key by another passphrase; the old one opens nothing from then on.

    Raises:
        WrongPassphrase: `old` does not open it.
        OfficeError: `new` is too short, or the file cannot be written; the old one still holds.
    """
    file = file_of(home)
    write(file, wrap(unwrap(read(file), old), new))


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
    return derived(master_key(home), purpose)


def master_key(home: Path) -> bytes:
    """The key that all others are derived from; for a recovery file, and never for anything else.

    Raises:
        OfficeLocked: not open.
    """
    key = _open.get(home.resolve())
    if key is None:
        raise OfficeLocked(home)
    return key


def derived(key: bytes, purpose: str) -> bytes:
    """As `derive`, of a key that is at hand."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=b"duban " + purpose.encode()).derive(key)


def wrap(key: bytes, passphrase: str) -> Wrapped:
    """A key under a passphrase.

    Raises:
        OfficeError: the passphrase is too short.
    """
    if len(passphrase) < SHORTEST:
        raise OfficeError(f"办公库口令至少 {SHORTEST} 个字，现有 {len(passphrase)} 个")
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    mark = derived(key, "mark")[:16]
    empty = Wrapped(os.urandom(16), ITERATIONS, LANES, MEMORY_KIB, b"", mark)
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
        raise WrongPassphrase("办公库口令不对，请再试；大小写和空格都算") from None


def _stretched(wrapped: Wrapped, passphrase: str) -> bytes:
    from unicodedata import normalize

    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    # Two input methods may compose one character in two ways.
    text = normalize("NFC", passphrase).encode()
    return Argon2id(
        salt=wrapped.salt, length=32, iterations=wrapped.iterations, lanes=wrapped.lanes,
        memory_cost=wrapped.memory_kib,
    ).derive(text)  # fmt: skip


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OfficeError(f"写不了密钥匣 {path}：{reason(error)}。请检查目录权限和剩余空间") from error


def write(path: Path, wrapped: Wrapped) -> None:
    """Write a vault file, whole or not at all; on disk when this returns.

    Raises:
        OfficeError: it cannot be written; what stood there stays.
    """
    fresh = path.with_name(f".{path.name}.new-{os.getpid()}")
    import json  # Plain offices have none to read.

    text = json.dumps({
        name: value.hex() if isinstance(value, bytes) else value for name, value in wrapped._asdict().items()
    })  # fmt: skip
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
            put_in_place(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)


def read(path: Path) -> Wrapped:
    """A vault file.

    Raises:
        OfficeError: it cannot be read, or is none.
    """
    import json

    try:
        written: dict[str, Any] = json.loads(path.read_text("ascii"))
        wrapped = Wrapped(
            bytes.fromhex(written["salt"]),
            int(written["iterations"]),
            int(written["lanes"]),
            int(written["memory_kib"]),
            bytes.fromhex(written["key"]),
            bytes.fromhex(written["mark"]),
        )
        if not _is_sane(wrapped):
            raise ValueError
        return wrapped
    except OSError as error:
        raise OfficeError(f"读不了密钥匣 {path}：{reason(error)}。没有它，加密的办公库打不开") from error
    except (ValueError, KeyError, TypeError):
        raise OfficeError(f"密钥匣 {path} 已损坏，请从备份取回同名文件，或用恢复文件") from None


def _is_sane(wrapped: Wrapped) -> bool:
    """Whether the figures are such as we write: a damaged file must not ask for all memory."""
    return (
        (len(wrapped.salt), len(wrapped.key), len(wrapped.mark)) == (16, 12 + 32 + 16, 16)
        and 1 <= wrapped.iterations <= 64
        and 1 <= wrapped.lanes <= 64
        and 8 * wrapped.lanes <= wrapped.memory_kib <= MOST_MEMORY_KIB
    )
