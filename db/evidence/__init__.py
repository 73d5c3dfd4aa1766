"""Evidence at rest: files named by their SHA-256, below ``evidence`` in the data folder.

A file is whole and on disk before its name appears; it is never changed. In an encrypted office its bytes
are sealed by the vault, under the same name; a file in clear that is what its name says is read all the
same, as an encryption that was stopped leaves it.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from db import vault
from db.durable import put_in_place, sync_folder
from db.errors import OfficeError, OfficeLocked, reason

FOLDER = "evidence"


def path_of(home: Path, sha256: str) -> Path:
    """Where a file lies."""
    return within(home / FOLDER, sha256)


def within(store: Path, sha256: str) -> Path:
    """Where a file lies in a store, or in the copy of one beside backups."""
    return store / sha256[:2] / sha256[2:]


def has(home: Path, sha256: str) -> bool:
    """Whether a file is there; `read` tells whether it is sound."""
    return path_of(home, sha256).exists()


def put(home: Path, data: bytes) -> str:
    """Keep a file; when this returns it is on disk and was read back. The same file again writes nothing.

    Returns:
        Its SHA-256, hex.

    Raises:
        OfficeError: it cannot be written, or the vault is locked; nothing was kept.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    path = path_of(home, sha256)
    try:
        if _holds(home, sha256):
            return sha256
        _write(home, sha256, data, put_in_place)
        read(home, sha256)
    except OSError as error:
        raise OfficeError(f"存不了附件 {path}：{reason(error)}。请检查权限和剩余空间") from error
    return sha256


def read(home: Path, sha256: str) -> bytes:
    """A file, held against its hash.

    Raises:
        OfficeError: missing, damaged, or the vault is locked.
    """
    path = path_of(home, sha256)
    try:
        data = path.read_bytes()
        if not is_named(data, sha256):
            data = vault.unseal(home, data, f"evidence {sha256}")
    except FileNotFoundError:
        raise OfficeError(f"附件不见了：{path}。请从备份的 {FOLDER} 目录取回") from None
    except OSError as error:
        raise OfficeError(f"读不了附件 {path}：{reason(error)}。请检查权限和磁盘") from error
    if not is_named(data, sha256):
        raise OfficeError(f"附件已损坏：{path}。请从备份的 {FOLDER} 目录取回")
    return data


def is_named(data: bytes, sha256: str) -> bool:
    """Whether these bytes are the file of that name."""
    return hashlib.sha256(data).hexdigest() == sha256


def seal_files(home: Path, replace: Callable[[Path, Path], None]) -> None:
    """Seal what lies here in clear, file by file; may be stopped and called again.

    Args:
        home: the data folder, its vault open.
        replace: puts a new file in the place of an old one.

    Raises:
        OfficeError: one cannot be read or written.
    """
    for path in stored(home):
        try:
            data = path.read_bytes()
            if is_named(data, hash_of(path)):
                _write(home, hash_of(path), data, replace)
        except OSError as error:
            raise OfficeError(f"附件没能加密 {path}：{reason(error)}。请检查权限和剩余空间") from error


def in_clear(folder: Path) -> Iterator[Path]:
    """The files of a store, or of the copy of one beside backups, that anybody could read."""
    for path in stored(folder):
        with suppress(OSError):
            if is_named(path.read_bytes(), hash_of(path)):
                yield path


def remove(home: Path, sha256: str) -> None:
    """Take a file away; its tombstone stays in the journal. A missing one is no error.

    Raises:
        OfficeError: it cannot be removed.
    """
    path = path_of(home, sha256)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OfficeError(f"删不了附件 {path}：{reason(error)}。请检查权限，或关掉正在看它的程序") from error


def stored(home: Path) -> Iterator[Path]:
    """Every file of the store, what a killed copy left included."""
    folder = home / FOLDER
    return (path for path in sorted(folder.glob("*/*")) if path.is_file())


def hash_of(path: Path) -> str:
    """The SHA-256 that a file of the store is named by."""
    return path.parent.name + path.name


def write_out(data: bytes, folder: Path, name: str) -> Path:
    """Write a new file into a folder, numbered where the name is taken; on disk when this returns."""
    wanted, number = Path(name), 1
    while True:
        path = folder / (name if number == 1 else f"{wanted.stem} ({number}){wanted.suffix}")
        try:
            with path.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            return path
        except FileExistsError:
            if path.is_file() and path.read_bytes() == data:
                return path
            number += 1


def _holds(home: Path, sha256: str) -> bool:
    """Whether the file is there and sound; a damaged one is written anew."""
    try:
        return has(home, sha256) and bool(read(home, sha256))
    except OfficeLocked:
        raise
    except OfficeError:
        return False


def _write(home: Path, sha256: str, data: bytes, replace: Callable[[Path, Path], None]) -> None:
    path = path_of(home, sha256)
    fresh = path.with_name(f".{path.name}.part-{os.getpid()}-{threading.get_ident()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(vault.seal(home, data, f"evidence {sha256}"))
        replace(fresh, path)
        for folder in (path.parent.parent, home):
            sync_folder(folder)
    finally:
        fresh.unlink(missing_ok=True)
