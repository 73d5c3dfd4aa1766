"""A plain office made an encrypted one: killed at any moment, it is the one or the other, and whole."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from db import chain, device, evidence, vault
from db.connection import (
    PAGE,
    Connection,
    OfficeError,
    Progress,
    explain,
    need_room,
    open_reader,
    open_writer,
    size_of,
    transaction,
)
from db.connection import driver as sqlite
from db.errors import reason
from db.home import BACKUPS, COPIED, DESK, LOG, REJECTS, files_of, path_of
from db.vault import wiping

STEPS = 100_000
"""Instructions of the database between two looks at how far the copy is."""

_COPIES = ("office.db.*", ".office.db.*", f"{BACKUPS}/*.db")
_LISTS = (
    COPIED, DESK, LOG, "device.new", ".*.clear", f"{REJECTS}/*", f"{BACKUPS}/.*.part-*",
    f"{evidence.FOLDER}/??/.*.clear", f"{evidence.FOLDER}/??/.*.part-*",
    f"{BACKUPS}/{evidence.FOLDER}/??/.*.part-*",
)  # fmt: skip
"""What the program itself may have left in a data folder while it was plain, half-made files among it."""

_SILENT: Progress = lambda done, total: None  # noqa: E731


class Cleared(NamedTuple):
    """What became of the files in clear in the data folder."""

    wiped: tuple[Path, ...]
    """Overwritten and removed: former offices, backups, lists."""
    left: tuple[Path, ...]
    """Those that could not be."""


def encrypt(home: Path, passphrase: str, progress: Progress = _SILENT) -> Cleared:
    """Encrypt an office: a copy under a new key, proved, takes its place; then what was in clear is wiped.

    Args:
        home: the data folder.
        passphrase: not kept; lost, the office is lost.
        progress: told (bytes written, bytes in all).

    Raises:
        OutdatedOffice: it has to be upgraded first.
        OfficeError: encrypted already, in use, no room, or a copy that is not whole; it is as it was.
    """
    path = path_of(home)
    if vault.is_sealed(home):
        raise OfficeError(f"办公库已经加密：{home}。换办公库口令请用 duban passphrase")
    open_reader(path).close()
    key, wrapped = vault.new(passphrase)
    vault.withdraw(home)
    try:
        with closing(_held(path)) as plain:
            need_room(home, size_of(plain) + size_of(plain) // 20, "加密")
            _copy(plain, vault.fresh_of(home), vault.derived(key, "database"), progress)
            _prove(plain, vault.fresh_of(home), vault.derived(key, "database"))
            if os.name == "nt":  # There no open file can be replaced.
                plain.close()
            wiping.keep_aside(path)
            vault.put_in_force(home, key, wrapped)
    except sqlite.Error as error:
        raise OfficeError(explain(error, path)) from error
    except OSError as error:
        raise OfficeError(f"加密没有完成，原办公库未动：{reason(error)}（{error.filename}）") from error
    finally:
        vault.withdraw(home)
    return finish(home)


def finish(home: Path) -> Cleared:
    """Seal keys and evidence, wipe what was in clear, settle the vault; may be stopped and called again.

    Raises:
        OfficeError: something cannot be written; the office can be used, and the next unlocking goes on.
    """
    device.seal_keys(home, wiping.replace_wiping)
    evidence.seal_files(home, wiping.replace_wiping)
    in_clear = _in_clear(home)
    done = {path: wiping.wipe(path) for path in in_clear}
    vault.settle(home)
    return Cleared(
        tuple(path for path in in_clear if done[path]), tuple(path for path in in_clear if not done[path])
    )


def _held(path: Path) -> Connection:
    """The office to ourselves until it is closed; its log, kept for wiping, is put into it."""
    log = files_of(path)[1]
    wiping.keep_aside(log)
    plain = open_writer(path)
    try:
        plain.execute("PRAGMA busy_timeout=500")
        plain.execute("PRAGMA journal_mode=DELETE")
        plain.execute("PRAGMA locking_mode=EXCLUSIVE")
        with transaction(plain):
            plain.execute("UPDATE setting SET value = value WHERE name = 'office_name'")
    except (OfficeError, sqlite.Error) as error:
        plain.close()
        if "locked" in str(error) or "占用" in str(error):
            raise OfficeError(f"办公库正在使用，没有加密：{path}。请先退出其他窗口") from error
        raise
    return plain


def _copy(plain: Connection, target: Path, key: bytes, progress: Progress) -> None:
    """Everything under the key into a new file that is on disk when this returns."""
    total = size_of(plain)
    plain.execute("PRAGMA cipher_log_level = NONE")
    plain.execute(f"ATTACH DATABASE ? AS sealed KEY \"x'{key.hex()}'\"", (str(target),))
    for pragma in (f"cipher_page_size = {PAGE}", "journal_mode = OFF", "synchronous = OFF"):
        plain.execute(f"PRAGMA sealed.{pragma}")

    def tell() -> int:
        progress(min(target.stat().st_size, total), total)
        return 0

    plain.set_progress_handler(tell, STEPS)
    try:
        plain.execute("SELECT sqlcipher_export('sealed')").fetchall()
        (version,) = plain.execute("PRAGMA main.user_version").fetchone()
        plain.execute(f"PRAGMA sealed.user_version = {version}")
    finally:
        plain.set_progress_handler(None, 0)
    plain.execute("DETACH DATABASE sealed")
    with target.open("r+b") as file:
        os.fsync(file.fileno())


def _prove(plain: Connection, copy: Path, key: bytes) -> None:
    """Pages sound, and schema, number of rows and ends of all chains those of the office."""
    with closing(open_reader(copy, key=key)) as sealed:
        checked = sealed.execute("PRAGMA quick_check(1)").fetchall()
        if checked != [("ok",)] or _outline(sealed) != _outline(plain):
            raise OfficeError(f"加密后的副本不完整，没有采用，原办公库未动：{copy}。请检查磁盘，再试一次")


def _outline(connection: Connection) -> object:
    schema = connection.execute("SELECT type, name, sql FROM main.sqlite_schema ORDER BY name").fetchall()
    counts = [
        connection.execute(f'SELECT count(*) FROM main."{name}"').fetchone()
        for kind, name, sql in schema
        if kind == "table" and not sql.startswith("CREATE VIRTUAL")
    ]
    return schema, counts, chain.tips(connection)


def _in_clear(home: Path) -> list[Path]:
    """Files of ours in the data folder that anybody could read, the present office not among them."""
    found = {path for pattern in _LISTS for path in home.glob(pattern) if path.is_file()}
    for copy in (path for pattern in _COPIES for path in home.glob(pattern)):
        if copy.is_file() and vault.is_clear(copy):
            found.update(file for file in files_of(copy) if file.exists())
    found.update(evidence.in_clear(home / BACKUPS))
    return sorted(found)
