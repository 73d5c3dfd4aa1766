"""Files that are whole or not there: written under another name, on disk before they get their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from db.durable import put_in_place
from db.errors import OfficeError, reason


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file to write into; it appears under its name when the block ends, and not at all when it fails.

    Raises:
        OfficeError: it cannot be written; nothing stays behind.
    """
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
        put_in_place(part, path)
    except OSError as error:
        raise OfficeError(f"写不了 {path}：{reason(error)}。请检查目录权限和剩余空间") from error
    finally:
        part.unlink(missing_ok=True)
