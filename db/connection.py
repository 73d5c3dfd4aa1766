"""One driver, one set of pragmas: every connection to an office is made here.

The driver is ``sqlcipher3`` (SQLite 3.53): the system library of current Debian has the WAL-reset
bug and answers ``LIKE`` on a trigram index with silently no rows. It opens plain files without a key.

The key of an encrypted file is that of the vault in its folder, unless another is given: a copy outside
the data folder, or one whose vault is not in force yet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlcipher3 import dbapi2 as driver

from db import vault
from db.errors import OfficeError, OutdatedOffice

__all__ = [
    "PLAIN",
    "Connection",
    "OfficeError",
    "OutdatedOffice",
    "Progress",
    "driver",
    "explain",
    "former_of",
    "is_keyed",
    "missing",
    "need_room",
    "open_reader",
    "open_writer",
    "size_of",
    "snapshot",
    "take_key",
    "transaction",
]

# Else the driver looks for one at every yes, no and null, in vain and for many times what an int costs.
driver.register_adapter(bool, int)
_null: Callable[[None], None] = dict[None, None]().get  # Null stays null, without a function of Python's.
driver.register_adapter(type(None), _null)

Connection = driver.Connection
"""A bare DB-API connection; rows are tuples."""

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

SAFE_SQLITE = (3, 51, 3)
"""First release without the WAL-reset bug (sqlite.org/wal.html §11)."""

BUSY_MS = 10_000
"""How long a writer waits for another before it says the office is busy."""

LOG_PAGES = 4000
"""Length of the log (32 MB) at which a save has to put it into the file itself; the desk does it before,
in idle moments, so that no save waits for it."""

SCHEMA_VERSION = 4
"""Kept in ``PRAGMA user_version``; Alembic is loaded only where it differs."""


PAGE = 8192
"""Bytes of a page."""

PLAIN = b""
"""The key of a file that is not encrypted."""


FORMER = ".before-restore-"
"""In the name of an office that made room for a backup; the moment follows."""


READER_CACHE, WRITER_CACHE = 6_144, 65_536
"""KiB of pages that a connection keeps. A desk has a reader in each of its threads, and the system keeps what
they read; a writer comes back to its pages before they are on disk."""

KEYED_READER_CACHE = 49_152
"""The same for an encrypted file: what the system keeps of it has to be decrypted at every reading."""


def take_key(connection: Connection, path: Path, key: bytes | None = None) -> bool:
    """Give a fresh connection the key of its file, before anything else is said.

    The key is raw, so SQLCipher stretches nothing. What it finds wrong it raises, and would print as well.
    Its cipher_memory_security stays off, as it is: what is guarded is the disk of a machine that is not on.

    Args:
        connection: just made.
        path: its file.
        key: of the file, or `PLAIN`; None: by the vault of its folder.

    Returns:
        Whether the file is encrypted.

    Raises:
        OfficeLocked: encrypted, and not open.
    """
    if key is None:
        key = vault.database_key(path.parent) or PLAIN
    if key:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA cipher_page_size = {PAGE}")
    return bool(key)


def is_keyed(connection: Connection) -> bool:
    """Whether what a connection reads is encrypted on disk."""
    return connection.execute("PRAGMA cipher_salt").fetchone() is not None


def _tune(connection: Connection, cache: int) -> Connection:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
        f"cache_size=-{cache}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def open_reader(
    path: Path, *, outdated: bool = False, closed_elsewhere: bool = False, key: bytes | None = None
) -> Connection:
    """A read-only connection. It may be used from the thread that asked for it only.

    An office on a read-only medium is read as it stands there, since nobody can change it.

    Args:
        path: the database.
        outdated: take also one that an older version wrote, as for a backup of it.
        closed_elsewhere: another thread may close it, once the one that reads is done with it.
        key: as `take_key` has it.

    Raises:
        OutdatedOffice: it has to be upgraded first.
        OfficeLocked: it is encrypted, and its vault is not open.
        OfficeError: the file is missing, damaged, or not an office.
    """
    if not path.exists():
        raise OfficeError(missing(path))
    try:
        try:
            connection, version = _read_only(path, closed_elsewhere, key)
        except driver.OperationalError:
            if not path.with_name(f"{path.name}-journal").exists():
                raise
            open_writer(
                path, key=key
            ).close()  # A kill left a change half done, which only a writer takes back.
            connection, version = _read_only(path, closed_elsewhere, key)
    except driver.Error as error:
        raise OfficeError(explain(error, path)) from error
    if version > SCHEMA_VERSION:
        connection.close()
        raise OfficeError(
            f"办公库 {path} 由更新的版本写成（{version}＞{SCHEMA_VERSION}），请升级 duban 后再开"
        )
    if 0 < version < SCHEMA_VERSION and not outdated:
        connection.close()
        raise OutdatedOffice(path)
    return connection


def _read_only(path: Path, closed_elsewhere: bool, key: bytes | None) -> tuple[Connection, int]:
    """A connection, and the version of the schema: the first that is read."""
    connection = driver.connect(
        f"file:{quote(str(path))}?{_reading(path)}", uri=True, timeout=BUSY_MS / 1000,
        check_same_thread=not closed_elsewhere,
    )  # fmt: skip
    keyed = take_key(connection, path, key)
    _tune(connection, KEYED_READER_CACHE if keyed else READER_CACHE)
    return connection, int(connection.execute("PRAGMA user_version").fetchone()[0])


def _reading(path: Path) -> str:
    """How to open for reading: where no ``-shm`` can be made beside the file, it must be taken as it is.

    That is safe only where nobody can write it meanwhile.
    """
    folder, log = path.parent, path.with_name(f"{path.name}-wal")
    if os.access(folder, os.W_OK) or path.with_name(f"{path.name}-shm").exists():
        return "mode=ro"
    if folder.stat().st_mode & 0o222 and not os.statvfs(folder).f_flag & os.ST_RDONLY:
        raise OfficeError(f"没有 {folder} 的写权限，读办公库也要在旁边放共享文件。请联系管理员开放这个目录")
    if log.exists() and log.stat().st_size > 0:
        raise OfficeError(
            f"办公库在只读目录中，且有未并入的改动（{log.name}），读不全：{path}。请连同它复制到可写的目录再打开"
        )
    return "mode=ro&immutable=1"


def open_writer(path: Path, *, create: bool = False, key: bytes | None = None) -> Connection:
    """A connection that may write: WAL, every commit on disk before it returns.

    Args:
        path: the database.
        create: make it where there is none.
        key: as `take_key` has it.

    Raises:
        OfficeLocked: it is encrypted, and its vault is not open.
        OfficeError: missing, read-only, locked, full or damaged.
    """
    if not create and not path.exists():
        raise OfficeError(missing(path))
    try:
        connection = driver.connect(str(path), timeout=BUSY_MS / 1000)
        take_key(connection, path, key)
        if create:
            connection.execute(f"PRAGMA page_size={PAGE}")
        _tune(connection, WRITER_CACHE)
        safe = driver.sqlite_version_info >= SAFE_SQLITE
        connection.execute(f"PRAGMA journal_mode={'WAL' if safe else 'TRUNCATE'}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
        connection.execute("PRAGMA journal_size_limit=67108864")
    except driver.Error as error:
        raise OfficeError(explain(error, path)) from error
    return connection


def former_of(path: Path) -> list[Path]:
    """Offices that made room for a backup and still lie there, the latest last."""
    return sorted(path.parent.glob(f"{path.name}{FORMER}*[0-9]"))


def missing(path: Path) -> str:
    """One line in Chinese for an office that is not there: none was made, or a restore was broken off."""
    if former := former_of(path):
        return (
            f"办公库 {path.name} 不见了，恢复备份时可能中断过：{former[-1]} 是原来的办公库。"
            f"请再恢复一次，或把它改名为 {path.name}"
        )
    return f"这里没有办公库：{path}。请先运行 duban init 或 duban demo"


def size_of(connection: Connection) -> int:
    """Bytes of the database as this connection sees it, its log included."""
    # Keyed, SQLCipher answers for the size of a page itself, and in letters.
    pages, page = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size")
    )
    return pages * page


def need_room(folder: Path, needed: int, what: str) -> None:
    """Refuse what would fill the disk, before it is begun.

    Args:
        folder: where it will be written.
        needed: bytes.
        what: how the desk calls it, as in 备份.

    Raises:
        OfficeError: there is less room.
    """
    from shutil import disk_usage  # here, because readers never ask, and it brings the compressors along

    free = disk_usage(folder).free
    if needed > free:
        raise OfficeError(
            f"{folder} 的剩余空间不够{what}：需要 {needed / 1e9:.1f} GB，还剩 {free / 1e9:.1f} GB。"
            "请先腾出空间"
        )


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """All or nothing. ``BEGIN IMMEDIATE``: two writers queue instead of failing half-way.

    Raises:
        OfficeError: the database refused; nothing was written.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
    except driver.Error as error:
        raise OfficeError(explain(error, _path_of(connection))) from error
    try:
        yield connection
        connection.execute("COMMIT")
    except driver.Error as error:
        _roll_back(connection)
        raise OfficeError(explain(error, _path_of(connection))) from error
    except BaseException:
        _roll_back(connection)
        raise


def _path_of(connection: Connection) -> Path:
    return Path(connection.execute("PRAGMA database_list").fetchone()[2] or ":memory:")


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Statements that read the office of one moment, also where somebody writes between two of them."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()  # It ends open statements first: with one, a ROLLBACK would be interrupted too.


def _roll_back(connection: Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def explain(error: Exception, path: Path) -> str:
    """One line in Chinese for what the database said: what, where, how to mend."""
    said = str(error)
    if "not a database" in said:
        return _no_database(path)
    for sign, line in (
        ("locked", "办公库正被另一个程序占用，请稍候再试：{path}"),
        ("readonly", "办公库是只读的，未写入：{path}。请检查文件权限"),
        ("disk is full", "磁盘已满，未写入：{path}。请腾出空间后重试"),
        ("disk I/O", "磁盘读写出错，未写入：{path}。请检查磁盘和剩余空间"),
        ("malformed", "办公库已损坏：{path}。请运行 duban doctor，并用 duban restore 恢复备份"),
        ("unable to open", "打不开办公库：{path}。请检查路径和权限"),
        ("no such table", "这不是 Duban 的办公库：{path}"),
    ):
        if sign in said:
            return line.format(path=path)
    return f"数据库出错：{said}（{path}）"


def _no_database(path: Path) -> str:
    """Whether a key is missing or wrong, as far as it can be told from what is there."""
    with suppress(OSError, OfficeError):
        if vault.is_sealed(path.parent):
            file = vault.file_of(path.parent)
            if vault.is_clear(path):
                return f"办公库 {path} 没有加密，旁边却有密钥匣 {file.name}。若不要加密，请先移走密钥匣"
            return (
                f"密钥匣 {file} 打不开这份办公库 {path}：不是同一套，或办公库已损坏。"
                "请放回原来的密钥匣，或用 duban restore 恢复备份"
            )
        if path.stat().st_size and path.stat().st_size % PAGE == 0 and not vault.is_clear(path):
            return (
                f"打不开 {path}：若是加密的办公库，旁边缺了密钥匣 {vault.VAULT_FILE}，请放回原处，"
                "或用恢复文件（duban recovery use）；若不是，就是已损坏，请用 duban restore 恢复备份"
            )
    return f"这不是办公库文件，或已损坏：{path}。请用 duban restore 恢复备份"
