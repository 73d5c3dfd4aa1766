"""Copies of an office: made while it is used, proved before they replace anything.

The copy of an encrypted office is encrypted under the same key, and its vault lies beside it (`vault_of`):
whoever has both and the passphrase of that day can restore it.
"""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from db import chain, instants, vault
from db.connection import (
    FORMER,
    PLAIN,
    Connection,
    OfficeError,
    OutdatedOffice,
    Progress,
    explain,
    need_room,
    open_reader,
    open_writer,
    size_of,
    take_key,
    transaction,
)
from db.connection import driver as sqlite
from db.device import KEY_FILE
from db.durable import put_in_place
from db.errors import OfficeLocked, WrongPassphrase, reason
from db.evidence import FOLDER as EVIDENCE
from db.evidence import backup as evidence_backup
from db.home import files_of, path_of, remove
from db.keeping import strays
from db.office import Calendars, upgrade

PAGES = 2000
"""Pages copied at a time: between two of these it can be told how far it is, and be stopped."""

_SILENT: Progress = lambda done, total: None  # noqa: E731


def target_of(destination: Path, now: int) -> Path:
    """The file a backup is written to: as named, or dated inside a folder."""
    if destination.is_dir() or str(destination).endswith(os.sep):
        return destination / f"duban-{instants.local(now):%Y%m%d-%H%M%S}.db"
    return destination


def vault_of(copy: Path) -> Path:
    """Where the vault of an encrypted copy lies."""
    return copy.with_name(f"{copy.name}.{vault.VAULT_FILE}")


def back_up(
    home: Path,
    destination: Path,
    *,
    now: int,
    progress: Progress = _SILENT,
    page_by_page: bool = False,
    leave: int = 0,
) -> Path:
    """Copy the office while it is in use; the copy appears whole or not at all.

    What is copied is the office of one moment: one read transaction is held over the whole of it, since
    SQLite's online backup starts anew whenever somebody else has written between two of its steps, and
    would never end beside a busy desk. Meanwhile the log cannot be put into the file and grows by what
    is written. The copy is proved by its size and the ends of its chains; page by page takes as long again,
    and `restore` does it before anything is replaced. The device key is no part of it. The
    attachments lie beside it, once for all copies in that folder: see `db.evidence.backup`.

    Args:
        home: the data folder.
        destination: a file, or a folder in which the copy is named by the moment.
        now: the present instant.
        progress: told how far it is; what it raises ends the copy, and nothing is left.
        page_by_page: prove also every page, for whoever removes older copies because of this one.
        leave: bytes that must stay free beside the copy.

    Returns:
        The file that was written.

    Raises:
        OfficeLocked: the office is encrypted, and its vault is not open.
        OfficeError: no office, no room, an existing file of that name, or a copy that is not whole; or the
            copy was made, and attachments are missing from it.
    """
    target = target_of(destination, now)
    key = vault.database_key(home) or PLAIN
    if target.exists():
        raise OfficeError(f"已有同名文件：{target}。请换一个名字，备份不会覆盖旧文件")
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        strays.clean(strays.half_made(target.parent))
        remove(part)
        with closing(open_reader(path_of(home), outdated=True)) as source:
            _hold(source)
            need_room(target.parent, size_of(source) + leave, "备份")
            _copy(source, part, key, progress)
            _prove_whole(source, part, key)
            if page_by_page:
                _prove_pages(part, key, progress)
        if key:
            vault.write(vault_of(target), vault.read(vault.file_of(home)))
        put_in_place(part, target)
    except OSError as error:
        raise OfficeError(f"写不了备份 {target}：{reason(error)}。请检查目录和剩余空间") from error
    except sqlite.Error as error:
        raise OfficeError(explain(error, part)) from error
    finally:
        remove(part)
    with suppress(OfficeError):  # The copy is made: a read-only office cannot remember it.
        _note_backup(home, now)
    evidence_backup.copy_out(home, target.parent, progress)
    return target


def _hold(source: Connection) -> None:
    """Begin the read transaction in which the office stands still for us."""
    source.execute("BEGIN")
    source.execute("SELECT 1 FROM sqlite_schema").fetchone()


def _copy(source: Connection, target: Path, key: bytes, progress: Progress = _SILENT) -> None:
    """Copy all pages into a new file; SQLCipher wants one key for both.

    `put_in_place` sees to it that it is on disk.
    """
    with closing(sqlite.connect(str(target))) as copy:
        take_key(copy, target, key)
        copy.execute("PRAGMA synchronous=OFF")  # Nobody has this file before `put_in_place`.
        source.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
        copy.execute("PRAGMA journal_mode=DELETE")


def _prove_whole(source: Connection, part: Path, key: bytes) -> None:
    with closing(open_reader(part, outdated=True, key=key)) as copy:
        whole = part.stat().st_size == size_of(source)
        if not whole or chain.tips(copy) != chain.tips(source):
            raise OfficeError(f"备份不完整，未保留：{part}。请检查目标磁盘，再备份一次")


def _prove_pages(part: Path, key: bytes, progress: Progress) -> None:
    """A damaged page is copied like any other: what was damaged is the office."""
    with closing(open_reader(part, outdated=True, key=key)) as copy:
        copy.set_progress_handler(lambda: progress(1, 1), 20_000)
        said = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
    if said != "ok":
        raise OfficeError("办公库里有坏页，这份备份没有保留，以前的还在。请运行 duban doctor 查清")


def _note_backup(home: Path, now: int) -> None:
    with closing(open_writer(path_of(home))) as connection, transaction(connection):
        connection.execute(
            """INSERT INTO setting (name, value) VALUES ('last_backup', ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
            (str(now),),
        )


class _Opened(NamedTuple):
    """What opens a backup."""

    key: bytes
    """Of the database, or `PLAIN`."""
    master: bytes = b""
    wrapped: vault.Wrapped | None = None
    """The vault that the office has to take over with it; None: it has none, or the right one."""


def restore(
    home: Path, source: Path, *, now: int, progress: Progress = _SILENT, passphrase: str | None = None
) -> Path | None:
    """Put a backup in the place of the office, after its pages, chain and fold were proved.

    The office that stood there is kept beside it, and this machine takes a new identity. Attachments that
    are not here come from beside the backup; `evidence_backup.missing` tells which could not. An encrypted
    backup brings its own vault, except where the vault that is here has the same key: that one stays, and
    with it the passphrase of today.

    Args:
        home: the data folder.
        source: the backup.
        now: the present instant.
        progress: told (cases checked, all cases).
        passphrase: of an encrypted backup; not needed where the office here has its key and is open.

    Returns:
        Where the former office was put, or None where there was none.

    Raises:
        WrongPassphrase: it does not open the backup.
        OfficeLocked: the backup is encrypted, and no passphrase was given.
        OfficeError: not a sound backup, one in clear for an encrypted office, or the office is in use;
            nothing was changed.
    """
    path, opened = path_of(home), _opened(home, source, passphrase)
    own = path.with_name(f".{path.name}.restore-{os.getpid()}")
    fresh = vault.fresh_of(home) if opened.wrapped else own
    try:
        home.mkdir(parents=True, exist_ok=True)
        vault.withdraw(home)
        _copy_backup(source, fresh, opened.key, progress)
        _prove(fresh, source, opened.key, progress)
        former = _put_aside(path, now, opened)
        (home / KEY_FILE).unlink(missing_ok=True)
        if opened.wrapped is None:
            put_in_place(fresh, path)
        else:
            vault.put_in_force(home, opened.master, opened.wrapped)
            vault.settle(home)
    except OSError as error:
        raise OfficeError(f"恢复没有完成，原办公库未动：{reason(error)}（{error.filename}）") from error
    finally:
        vault.withdraw(home)
        remove(own)
    evidence_backup.bring_back(home, source.parent, progress)
    return former


def _opened(home: Path, source: Path, passphrase: str | None) -> _Opened:
    """The key of a backup: that of the office here, else the one in the vault beside the backup."""
    here, beside = vault.is_sealed(home), vault_of(source)
    clear = source.exists() and vault.is_clear(source)
    if clear and here:
        raise OfficeError(
            f"这份备份没有加密，而这里的办公库已加密，没有恢复：{source}。"
            "请用另一个 --home 恢复，再用 duban encrypt 加密"
        )
    if clear or not source.exists() or not (here or beside.exists()):
        return _Opened(PLAIN)  # Or no office at all, which is told when it is opened.
    brought = vault.read(beside if beside.exists() else vault.file_of(home))
    same = here and vault.read(vault.file_of(home)).mark == brought.mark
    if same and vault.is_open(home):
        return _Opened(vault.derive(home, "database"))
    if passphrase is None:
        raise OfficeLocked(source)
    if same:
        with suppress(WrongPassphrase):  # It may be the one of the day of the backup.
            vault.unlock(home, passphrase)
            return _Opened(vault.derive(home, "database"))
    master = vault.unwrap(brought, passphrase)
    if same:
        vault.hold(home, master)
    return _Opened(vault.derived(master, "database"), master, None if same else brought)


def _bring_up(copy: Path, key: bytes, progress: Progress) -> None:
    try:
        open_reader(copy, key=key).close()
    except OutdatedOffice:
        upgrade(copy, progress, key=key)


def _copy_backup(source: Path, target: Path, key: bytes, progress: Progress) -> None:
    """The backup as this version has it: one of an older version is upgraded, the backup itself stays."""
    remove(target)
    try:
        with closing(open_reader(source, outdated=True, key=key)) as opened:
            need_room(target.parent, size_of(opened), "恢复")
            _copy(opened, target, key)
        _bring_up(target, key, progress)
    except sqlite.Error as error:
        raise OfficeError(explain(error, source)) from error


def _prove(path: Path, source: Path, key: bytes, progress: Progress) -> None:
    from db.keeping import doctor  # Only here, 30 MB: the desk makes a copy every day, and proves none.

    with closing(open_reader(path, key=key)) as connection:
        try:
            report = doctor.check(connection, Calendars(connection), progress)
        except sqlite.Error as error:
            raise OfficeError(explain(error, source)) from error
    if not report.sound:
        first = report.findings[0]
        raise OfficeError(
            f"这份备份不完好，没有恢复：{source}（{first.where}{first.what}，"
            f"共 {len(report.findings)} 处）。请换一份"
        )


def _put_aside(path: Path, now: int, opened: _Opened) -> Path | None:
    """Keep the present office under another name, sound or not; refused while anybody uses it.

    Its file has both names until the new one takes the first: killed here, there still is an office. A vault
    that will not be that of the new office is copied to it first, and the evidence it sealed follows.
    """
    former = path.with_name(f"{path.name}{FORMER}{instants.local(now):%Y%m%d-%H%M%S}")
    stood = any(map(Path.exists, files_of(path)))
    if stood:
        _refuse_if_used(path, None if opened.wrapped else opened.key)
        if opened.wrapped and vault.is_sealed(path.parent):
            vault.write(vault_of(former), vault.read(vault.file_of(path.parent)))
        for old, kept in zip(files_of(path)[1:], files_of(former)[1:], strict=True):
            if old.exists():
                os.replace(old, kept)
        if path.exists():
            _name_twice(path, former)
    if opened.wrapped and (path.parent / EVIDENCE).exists():
        os.replace(path.parent / EVIDENCE, former.with_name(f"{former.name}.{EVIDENCE}"))
    return former if stood else None


def _refuse_if_used(path: Path, key: bytes | None) -> None:
    try:
        with closing(open_writer(path, key=key)) as connection:
            connection.execute("PRAGMA busy_timeout=500")
            connection.execute("PRAGMA journal_mode=DELETE")
    except OfficeLocked:
        raise OfficeError(
            f"这里的办公库锁着，另有口令，不知是否有人在用，没有恢复：{path}。请用另一个 --home，或先移走它"
        ) from None
    except (OfficeError, sqlite.Error) as error:
        if "locked" in str(error) or "占用" in str(error):
            raise OfficeError(f"办公库正在使用，没有恢复：{path}。请先退出其他窗口") from error


def _name_twice(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except OSError:  # A file system without links.
        os.replace(path, other)
