"""Paths as they are pasted or dragged into a terminal: quoted, escaped, as addresses, several at once.

Pure but for asking whether a file of that name is there.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

_DRIVE = re.compile(r"([A-Za-z]):[\\/]")

_WINDOWS_WORDS = re.compile(r'"([^"]+)"|(\S+)')


def paths(text: str) -> list[Path]:
    """The paths in a pasted or typed text, one or several to a line; they need not exist."""
    return [path for line in text.splitlines() if line.strip() for path in _of_line(line.strip())]


def _of_line(line: str) -> list[Path]:
    if line.startswith("file://"):
        return [_path(unquote(urlsplit(word).path)) for word in line.split()]
    whole = _path(line.strip("'\""))
    if whole.exists():
        return [whole]
    return [_path(word) for word in _words(line)] or [whole]


def _words(line: str) -> list[str]:
    """The line as a shell reads it; on Windows a backslash is no escape."""
    if _DRIVE.match(line.lstrip("'\"")):
        return [quoted or bare for quoted, bare in _WINDOWS_WORDS.findall(line)]
    try:
        return shlex.split(line)
    except ValueError:  # A quotation mark without its twin: part of the name.
        return [line]


def _path(written: str) -> Path:
    """A path here; a drive of Windows under WSL is where that has it."""
    drive = _DRIVE.match(written.removeprefix("/"))
    if drive and (mounted := Path("/mnt", drive[1].lower())).is_dir():
        return mounted / written.removeprefix("/")[drive.end() :].replace("\\", "/")
    if drive and written.startswith("/"):  # As in file:///C:/…
        return Path(written[1:])
    return Path(written).expanduser()


def completed(written: str) -> tuple[str, list[str]]:
    """What a path that is typed can only go on with, and the names that fit, those of folders with ``/``."""
    folder, slash, begun = written.rpartition("/")
    where = Path(folder + slash).expanduser() if slash else Path()
    try:
        fitting = sorted(
            each.name + ("/" if each.is_dir() else "")
            for each in where.iterdir()
            if each.name.startswith(begun) and (begun or not each.name.startswith("."))
        )
    except OSError:
        return written, []
    shared = _shared(fitting)
    return (folder + slash + shared if len(shared) > len(begun) else written), fitting


def _shared(names: list[str]) -> str:
    """The beginning that all names share."""
    if not names:
        return ""
    first, last = min(names), max(names)
    same = (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(same, min(len(first), len(last)))]
