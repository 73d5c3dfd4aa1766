"""Which processes are at work in an office: a file for each, locked for as long as the process lives.

The system drops a lock with the process that holds it, however that ends; so a file that nobody holds was
left by a process that was killed, or whose machine lost its power. That is told without trusting process
ids, which are used again.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PATTERN = ".desk-*.open"
"""Names of the files in the data folder."""


class Hold:
    """A file that this process holds. `release` it, or use it as a context manager."""

    def __init__(self, path: Path, handle: int) -> None:
        """Take a locked handle; use `take`."""
        self.path, self._handle = path, handle

    def release(self) -> None:
        """Take the file away. May be called twice."""
        if self._handle < 0:
            return
        handle, self._handle = self._handle, -1
        if os.name != "posix":
            os.close(handle)  # An open file cannot be taken away there.
        with suppress(OSError):
            self.path.unlink()
        if os.name == "posix":
            os.close(handle)  # Locked until here: nobody could take it for a dead one.

    def forget(self) -> None:
        """Let go of it and leave it there, for somebody else to find."""
        os.close(self._handle)
        self._handle = -1

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release."""
        self.release()


def take(path: Path) -> Hold | None:
    """Hold a file, made where it is missing; None where another process holds it.

    Raises:
        OSError: the folder cannot be written.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if _lock(handle):
        return Hold(path, handle)
    os.close(handle)
    return None


def enter(home: Path) -> Hold | None:
    """Say that this process is at work here; None where the folder cannot be written."""
    with suppress(OSError):
        return take(home / PATTERN.replace("*", str(os.getpid())))
    return None


def dead(home: Path) -> list[Hold]:
    """What processes left that ended without a word; held now, so that one desk alone tells of each.

    Called before `enter`, lest an own file of a process id used again be taken for a living one.
    """
    found = []
    for path in sorted(home.glob(PATTERN)):
        with suppress(OSError):
            hold = take(path)
            if hold is not None:
                found.append(hold)
    return found


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
