"""A file that appears whole or not at all, and is still there after the power was cut.

A name given to bytes that are not on disk yet may survive a power cut while the bytes do not, and a name
that is not on disk yet may be gone: so the file first, then its name, then the folder that holds the name.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path


def put_in_place(fresh: Path, path: Path) -> None:
    """Give a finished file its name, over what has it now; on disk when this returns.

    Raises:
        OSError: it could not be done. Where only the last sync failed, `path` is the new file.
    """
    _sync(fresh, os.O_RDWR)
    os.replace(fresh, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk. Windows does that by itself and cannot open folders."""
    if os.name != "posix":
        return
    try:
        _sync(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno != errno.EINVAL:  # A stick whose file system knows no sync of folders.
            raise


def _sync(path: Path, how: int) -> None:
    handle = os.open(path, how)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
