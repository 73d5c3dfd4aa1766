"""The attachments beside the backups of an office: each once, under its hash, however many backups there are.

They are copied as they lie in the store: in an encrypted office, sealed by its vault. Offices may share a
stick, and each seals the same photo in its own way: so every vault has a folder of its own there (`beside`).
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from db import evidence, vault
from db.connection import Connection, OfficeError, Progress, need_room, open_reader
from db.durable import put_in_place
from db.errors import OfficeLocked, reason
from db.home import path_of

_SILENT: Progress = lambda done, total: None  # noqa: E731

_LIVE = "SELECT DISTINCT sha256 FROM attachment WHERE removed_by IS NULL ORDER BY sha256"


def beside(home: Path, folder: Path) -> Path:
    """Where the files of an office lie beside its backups in a folder.

    Raises:
        OfficeError: the vault of an encrypted office cannot be read.
    """
    if not vault.is_sealed(home):
        return folder / evidence.FOLDER
    mark = vault.read(vault.file_of(home)).mark
    return folder / f"{evidence.FOLDER}-{mark.hex()[:8]}"


def copy_out(home: Path, folder: Path, progress: Progress = _SILENT) -> None:
    """Copy what is not yet there beside the backups in a folder; each copy is read back and compared.

    Args:
        home: the data folder.
        folder: where the backup lies.
        progress: told (files copied, files to copy).

    Raises:
        OfficeError: no room, or files that are missing or damaged here; all others were copied.
    """
    store = beside(home, folder)
    wanting = [each for each in _live(home) if not _same_size(home, store, each)]
    if not wanting:
        return
    sizes = (evidence.path_of(home, each) for each in wanting)
    need_room(folder, sum(path.stat().st_size for path in sizes if path.exists()), "备份附件")
    failed = []
    for done, sha256 in enumerate(wanting, 1):
        try:
            evidence.read(home, sha256)
            _copy(evidence.path_of(home, sha256), evidence.within(store, sha256))
        except OfficeLocked:
            raise
        except OfficeError as error:
            failed.append(str(error))
        progress(done, len(wanting))
    if failed:
        raise OfficeError(
            f"办公库已备份，但有 {len(failed):,} 个附件没有备份：{failed[0]}（duban doctor 可查全部）"
        )


def bring_back(home: Path, folder: Path, progress: Progress = _SILENT) -> None:
    """Take what the office refers to and does not have from beside a backup; what is not there is no error.

    Args:
        home: the data folder.
        folder: where the backup lies.
        progress: told (files copied, files to copy).

    Raises:
        OfficeError: the store cannot be written.
    """
    store = beside(home, folder)
    there = [each for each in missing(home) if evidence.within(store, each).exists()]
    for done, sha256 in enumerate(there, 1):
        _copy(evidence.within(store, sha256), evidence.path_of(home, sha256))
        if not _sound(home, sha256):
            evidence.remove(home, sha256)
        progress(done, len(there))


def missing(home: Path) -> list[str]:
    """The files (SHA-256) that the office refers to and does not have."""
    return [each for each in _live(home) if not evidence.has(home, each)]


def _live(home: Path) -> list[str]:
    """The files of the office; one of an older version has none."""
    with closing(open_reader(path_of(home), outdated=True)) as connection:
        return [row[0] for row in connection.execute(_LIVE)] if _has_table(connection) else []


def _has_table(connection: Connection) -> bool:
    columns = connection.execute("SELECT 1 FROM pragma_table_info('attachment') WHERE name = 'removed_by'")
    return columns.fetchone() is not None


def _same_size(home: Path, store: Path, sha256: str) -> bool:
    """Whether the copy of the store has the file; of another size it was cut."""
    here, there = evidence.path_of(home, sha256), evidence.within(store, sha256)
    return there.exists() and here.exists() and there.stat().st_size == here.stat().st_size


def _sound(home: Path, sha256: str) -> bool:
    """Whether a file can be read here; without the passphrase that is left to the check-up."""
    try:
        evidence.read(home, sha256)
    except OfficeLocked:
        return True
    except OfficeError:
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    """A copy that is whole and on disk before its name appears."""
    fresh = target.with_name(f".{target.name}.part-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        data = source.read_bytes()
        fresh.write_bytes(data)
        if fresh.read_bytes() != data:
            raise OfficeError(f"附件没有写好：{target}。请检查磁盘，再做一次")
        put_in_place(fresh, target)
    except OSError as error:
        raise OfficeError(f"写不了附件 {target}：{reason(error)}。请检查权限和剩余空间") from error
    finally:
        fresh.unlink(missing_ok=True)
