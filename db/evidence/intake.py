"""A file taken in as evidence: read, measured, told apart, dated, copied. Afterwards the original may go."""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from db import evidence, instants
from db.actions import is_countable
from db.connection import Progress
from db.errors import reason
from db.evidence.file_name import clean_name
from db.evidence.media_type import media_type, said_size

Entry = dict[str, Any]
"""An attachment as `Action.VERIFY` carries it and a draft keeps it: file (SHA-256), size (bytes), name, type
(media type), taken_at (instant or None), taken_from."""

FROM_EXIF, FROM_FILE, UNKNOWN = "EXIF", "文件时间", "不详"
"""How it is known when a picture was taken: the camera wrote it, the file says when it was last written."""

CHUNK = 1 << 20
"""Bytes read between two words of progress."""

_SILENT: Progress = lambda done, total: None  # noqa: E731


class NotTaken(ValueError):
    """A file cannot be attached; one Chinese line: which, why, how to mend."""


class Limits(NamedTuple):
    """How much may be attached, in bytes."""

    file: int
    note: int

    @classmethod
    def of_mb(cls, file: int, note: int) -> Limits:
        """As the config has them: MB of 1,000,000 bytes."""
        return cls(file * 1_000_000, note * 1_000_000)


def take_in(
    home: Path,
    path: Path,
    limits: Limits,
    held: Sequence[Mapping[str, Any]] = (),
    progress: Progress = _SILENT,
) -> Entry:
    """Copy a file into the store; when this returns it is on disk.

    Args:
        home: the data folder.
        path: the file.
        limits: of one file, and of all files of a note.
        held: what the note has already.
        progress: told (bytes read, all bytes); what it raises stops the copying.

    Raises:
        NotTaken: no plain file, unreadable, empty, too large, or held already.
        OfficeError: the store cannot be written.
    """
    data, modified = _read(path, limits, sum(one["size"] for one in held), progress)
    sha256 = evidence.put(home, data)
    for one in held:
        if one["file"] == sha256:
            raise NotTaken(f"{path.name} 已经添加过了（{one['name']}）")
    kind = media_type(data, path.name)
    taken_at, taken_from = _taken(data, kind, modified)
    return {
        "file": sha256,
        "size": len(data),
        "name": clean_name(path.name),
        "type": kind,
        "taken_at": taken_at,
        "taken_from": taken_from,
    }


def _read(path: Path, limits: Limits, held: int, progress: Progress) -> tuple[bytes, int]:
    """The bytes of a file, and when it was last written."""
    try:
        about = path.stat()
        _check(path, about.st_mode, about.st_size, limits, held)
        data = bytearray()
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                data += chunk
                progress(len(data), max(about.st_size, len(data)))
        _check(path, about.st_mode, len(data), limits, held)
    except FileNotFoundError:
        raise NotTaken(f"没有这个文件：{path}。请检查路径") from None
    except OSError as error:
        raise NotTaken(f"读不了 {path}：{reason(error)}。请检查权限，或换一份") from None
    return bytes(data), int(about.st_mtime)


def _check(path: Path, mode: int, size: int, limits: Limits, held: int) -> None:
    if stat.S_ISDIR(mode):
        raise NotTaken(f"{path} 是文件夹，请选里面的文件")
    if not stat.S_ISREG(mode):
        raise NotTaken(f"{path} 不是普通文件（设备或管道），不能作附件")
    if size == 0:
        raise NotTaken(f"{path} 是空的，请检查是否存好了")
    if size > limits.file:
        raise NotTaken(
            f"{path.name} 有 {said_size(size)}，一个附件最大 {said_size(limits.file)}。"
            "请压缩或剪短，或改设置 [evidence] max_file_mb"
        )
    if held + size > limits.note:
        raise NotTaken(
            f"加上 {path.name}（{said_size(size)}）共 {said_size(held + size)}，"
            f"一条记录最多 {said_size(limits.note)}。请另写一条，或改设置 [evidence] max_note_mb"
        )


_WITH_EXIF = ("image/jpeg", "image/png", "image/webp", "image/tiff")


def _taken(data: bytes, kind: str, modified: int) -> tuple[int | None, str]:
    """When it was taken, and how that is known."""
    at = _exif_time(data) if kind in _WITH_EXIF else None
    if at is not None and is_countable(at):
        return at, FROM_EXIF
    return (modified, FROM_FILE) if is_countable(modified) else (None, UNKNOWN)


_DETAILS, _TAKEN, _OFFSET = 0x8769, 0x9003, 0x9011
"""Exif 2.32: the Exif IFD, DateTimeOriginal, OffsetTimeOriginal."""


def _exif_time(data: bytes) -> int | None:
    """DateTimeOriginal of a picture; +08:00 where it does not say its offset."""
    import io
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # What is odd about a picture is no news for a terminal.
            with Image.open(io.BytesIO(data)) as picture:
                details = picture.getexif().get_ifd(_DETAILS)
    except Exception:  # Pillow raises whatever a broken file makes it stumble over.
        return None
    return _instant(str(details.get(_TAKEN, "")), str(details.get(_OFFSET, "")))


def _instant(written: str, offset: str) -> int | None:
    """``2026:11:23 09:30:15`` and ``+08:00`` as an instant."""
    try:
        local = dt.datetime.strptime(written.strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    try:
        zone = dt.datetime.strptime(offset.strip("\0 "), "%z").tzinfo
    except ValueError:
        zone = instants.CST
    return int(local.replace(tzinfo=zone).timestamp())
