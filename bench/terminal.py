"""A program in a terminal of its own, keys typed into it, and how long each frame takes to arrive."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

COLUMNS, LINES = 160, 48
AT_START = (120, 36)
"""Columns and lines in which a program is started that has to show its first frame."""

_WHERE = b"\x1b[6n"
"""Asks where the cursor is; a terminal answers at once."""

_ABLE = b"\x1b[c"
"""Asks what the terminal can do (DA1); every terminal says something."""

QUIET = 0.012
"""Seconds without a byte after which a frame has arrived: longer than any pause inside one."""

MOVES = 1.0
"""Seconds until a key that moved nothing is given up; that is then its time."""

_STYLE = re.compile(rb"\x1b\[[0-9;?<>=$]*[A-Za-z]")

PATIENCE = 60.0
"""Seconds until a program that answers nothing is given up."""


class Terminal:
    """What stands between a program and whoever types."""

    def __init__(self, master: int, program: subprocess.Popen[bytes]) -> None:
        """Wrap both ends; use `running`."""
        self._master, self._program = master, program

    def type(self, keys: bytes, *, quiet: float = QUIET) -> float:
        """Type keys; seconds until the last byte of what they cause, `MOVES` where nothing moved.

        What is still on its way from before is read first, so that it does not pass for the answer.
        """
        while self._some(0):
            pass
        begun = time.perf_counter()
        self.send(keys)
        last = self._read(begun + MOVES, quiet)
        return MOVES if last is None else last - begun

    def send(self, keys: bytes) -> None:
        """Type keys and read nothing."""
        os.write(self._master, keys)

    def hold(self, key: bytes, *, seconds: float, a_second: int = 30) -> list[float]:
        """Hold a key as a keyboard repeats it; seconds to each frame."""
        times, begun = list[float](), time.perf_counter()
        for turn in range(int(seconds * a_second)):
            due = begun + turn / a_second
            if (early := due - time.perf_counter()) > 0:
                time.sleep(early)
            times.append(self.type(key))
        return times

    def wait_for(self, text: str, patience: float = PATIENCE) -> float:
        """Seconds until a text was drawn.

        Raises:
            TimeoutError: it was not.
        """
        begun, seen = time.perf_counter(), b""
        while time.perf_counter() - begun < patience:
            seen += self._some(0.1)
            if text.encode() in _STYLE.sub(b"", seen):
                return time.perf_counter() - begun
        raise TimeoutError(f"not drawn within {patience:.0f} s: {text}; seen: {seen[-500:]!r}")

    def settle(self, seconds: float) -> None:
        """Let the program draw for so long."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self._some(left)

    def memory(self) -> int:
        """Bytes of memory of the program now; 0 where the system does not tell."""
        status = Path(f"/proc/{self._program.pid}/status")
        if not status.exists():
            return 0
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))

    def _read(self, until: float, quiet: float) -> float | None:
        """The moment of the last byte before a silence; waits until `until` for the first."""
        last: float | None = None
        while True:
            now = time.perf_counter()
            left = until - now if last is None else quiet
            if left <= 0 or not self._some(left):
                return last
            last = time.perf_counter()

    def _some(self, seconds: float) -> bytes:
        if not select.select([self._master], [], [], seconds)[0]:
            return b""
        said = os.read(self._master, 1 << 16)
        if _WHERE in said:
            os.write(self._master, b"\x1b[1;2R")
        if _ABLE in said:
            os.write(self._master, b"\x1b[?62c")
        return said


@contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str], *, columns: int = COLUMNS, lines: int = LINES
) -> Iterator[Terminal]:
    """Run a program in a new terminal; it is killed at the end."""
    master, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    program = subprocess.Popen(
        command, stdin=inside, stdout=inside, stderr=inside, env=env, start_new_session=True
    )
    os.close(inside)
    try:
        yield Terminal(master, program)
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        os.close(master)


def until_row(drawn: str, command: Sequence[str], env: Mapping[str, str]) -> Callable[[], float]:
    """Seconds from the start of a program to the frame that shows a row."""

    def timed() -> float:
        begun = time.perf_counter()
        columns, lines = AT_START
        with running(command, env, columns=columns, lines=lines) as terminal:
            terminal.wait_for(drawn)
            return time.perf_counter() - begun

    return timed
