"""Files taken away so that their bytes go too, as far as a program can."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from db.durable import put_in_place

_BLOCK = 2**20


def aside_of(path: Path) -> Path:
    """The second name of a file in clear until it is wiped."""
    return path.with_name(f".{path.name}.clear")


def shown(path: Path) -> Path:
    """A file by the name that it had before it was put aside."""
    original = path.with_name(path.name.removeprefix(".").removesuffix(".clear"))
    return original if aside_of(original) == path else path


def keep_aside(path: Path) -> None:
    """Give a file a second name, by which it can be wiped once its own is gone.

    Nothing where there is no such file, or where the disk knows no second names (FAT).
    """
    aside = aside_of(path)
    if aside.exists() and not (path.exists() and aside.samefile(path)):
        wipe(aside)
    with suppress(OSError):
        os.link(path, aside)


def replace_wiping(fresh: Path, path: Path) -> None:
    """Put a file in the place of another, whose bytes are overwritten; stopped, `aside_of` it remains.

    Raises:
        OSError: it cannot be put there; the other stands as it was.
    """
    keep_aside(path)
    put_in_place(fresh, path)
    wipe(aside_of(path))


def wipe(path: Path) -> bool:
    """Overwrite a file and take it away; false where it could not be done. A missing one is no error.

    A flash disk writes elsewhere than it is told, and a file system may have kept copies: what was
    overwritten is out of reach of programs, not of a laboratory.
    """
    try:
        if path.exists():
            _overwrite(path)
            path.unlink()
    except OSError:
        return False
    return True


def _overwrite(path: Path) -> None:
    noise = os.urandom(_BLOCK)
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(noise[:left])
        file.flush()
        os.fsync(file.fileno())
