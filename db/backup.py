"""Copies of an office: made while it is used, proved before they replace anything."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path

from db import chain, doctor, evidence_backup, instants, strays
from db.connection import (
    FORMER,
    Connection,
    OfficeError,
    OutdatedOffice,
    Progress,
    explain,
    files_of,
    need_room,
    open_reader,
    open_writer,
    remove,
    size_of,
    transaction,
)
from db.connection import driver as sqlite
from db.device import KEY_FILE
from db.durable import put_in_place
from db.office import Calendars, path_of, upgrade

PAGES = 2000
"""Pages copied at a time: between two of these it can be told how far it is, and be stopped."""

_SILENT: Progress = lambda done, total: None  # noqa: E731


def target_of(destination: Path, now: int) -> Path:
    """The file a backup is written to: as named, or dated inside a folder."""
    if destination.is_dir() or str(destination).endswith(os.sep):
        return destination / f"duban-{instants.local(now):%Y%m%d-%H%M%S}.db"
    return destination


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
    attachments lie beside it, once for all copies in that folder: see `db.evidence_backup`.

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
        OfficeError: no office, no room, an existing file of that name, or a copy that is not whole; or the
            copy was made, and attachments are missing from it.
    """
    target = target_of(destination, now)
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
            _copy(source, part, progress)
            _prove_whole(source, part)
            if page_by_page:
                _prove_pages(part, progress)
        put_in_place(part, target)
    except OSError as error:
        raise OfficeError(f"写不了备份 {target}：{error.strerror}。请检查目录和剩余空间") from error
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


def _copy(source: Connection, target: Path, progress: Progress = _SILENT) -> None:
    """Copy all pages into a new file; `put_in_place` sees to it that it is on disk."""
    with closing(sqlite.connect(str(target))) as copy:
        copy.execute("PRAGMA synchronous=OFF")  # Nobody has this file before `put_in_place`.
        source.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
        copy.execute("PRAGMA journal_mode=DELETE")


def _prove_whole(source: Connection, part: Path) -> None:
    with closing(open_reader(part, outdated=True)) as copy:
        whole = part.stat().st_size == size_of(source)
        if not whole or chain.tips(copy) != chain.tips(source):
            raise OfficeError(f"备份不完整，未保留：{part}。请检查目标磁盘，再备份一次")


def _prove_pages(part: Path, progress: Progress) -> None:
    """A damaged page is copied like any other: what was damaged is the office."""
    with closing(open_reader(part, outdated=True)) as copy:
        copy.set_progress_handler(lambda: progress(1, 1), 20_000)
        said = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
    if said != "ok":
        raise OfficeError("办公库里有坏页，这份备份没有保留，以前的都还在。请运行 duban doctor 查清")


def _note_backup(home: Path, now: int) -> None:
    with closing(open_writer(path_of(home))) as connection, transaction(connection):
        connection.execute(
            """INSERT INTO setting (name, value) VALUES ('last_backup', ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
            (str(now),),
        )


def restore(home: Path, source: Path, *, now: int, progress: Progress = _SILENT) -> Path | None:
    """Put a backup in the place of the office, after its pages, chain and fold were proved.

    The office that stood there is kept beside it, and this machine takes a new identity. Attachments that
    are not here come from beside the backup; `evidence_backup.missing` tells which could not.

    Returns:
        Where the former office was put, or None where there was none.

    Raises:
        OfficeError: not a sound backup, or the office is in use; nothing was changed.
    """
    path = path_of(home)
    fresh = path.with_name(f".{path.name}.restore-{os.getpid()}")
    try:
        home.mkdir(parents=True, exist_ok=True)
        _copy_backup(source, fresh, progress)
        _prove(fresh, source, progress)
        former = _put_aside(path, now) if any(map(Path.exists, files_of(path))) else None
        (home / KEY_FILE).unlink(missing_ok=True)
        put_in_place(fresh, path)
    except OSError as error:
        raise OfficeError(f"恢复没有完成，原办公库未动：{error.strerror}（{error.filename}）") from error
    finally:
        remove(fresh)
    evidence_backup.bring_back(home, source.parent, progress)
    return former


def _bring_up(copy: Path, progress: Progress) -> None:
    try:
        open_reader(copy).close()
    except OutdatedOffice:
        upgrade(copy, progress)


def _copy_backup(source: Path, target: Path, progress: Progress) -> None:
    """The backup as this version has it: one of an older version is upgraded, the backup itself stays."""
    remove(target)
    try:
        with closing(open_reader(source, outdated=True)) as opened:
            need_room(target.parent, size_of(opened), "恢复")
            _copy(opened, target)
        _bring_up(target, progress)
    except sqlite.Error as error:
        raise OfficeError(explain(error, source)) from error


def _prove(path: Path, source: Path, progress: Progress) -> None:
    with closing(open_reader(path)) as connection:
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


def _put_aside(path: Path, now: int) -> Path:
    """Keep the present office under another name, sound or not; refused while anybody uses it.

    Its file has both names until the new one takes the first: killed here, there still is an office.
    """
    try:
        with closing(open_writer(path)) as connection:
            connection.execute("PRAGMA busy_timeout=500")
            connection.execute("PRAGMA journal_mode=DELETE")
    except (OfficeError, sqlite.Error) as error:
        if "locked" in str(error) or "占用" in str(error):
            raise OfficeError(f"办公库正在使用，没有恢复：{path}。请先退出其他窗口") from error
    former = path.with_name(f"{path.name}{FORMER}{instants.local(now):%Y%m%d-%H%M%S}")
    for old, kept in zip(files_of(path)[1:], files_of(former)[1:], strict=True):
        if old.exists():
            os.replace(old, kept)
    if path.exists():
        _name_twice(path, former)
    return former


def _name_twice(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except OSError:  # A file system without links.
        os.replace(path, other)
