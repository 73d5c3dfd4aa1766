"""How long a program takes until its first frame: in a terminal of its own, seen as a person would."""

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
from collections.abc import Mapping, Sequence

COLUMNS, LINES = 120, 36

PATIENCE = 20.0
"""Seconds until a program that has drawn nothing is given up."""

_STYLE = re.compile(rb"\x1b\[[0-9;?<>=$]*[A-Za-z]")
_WHERE = b"\x1b[6n"
"""Asks where the cursor is; a terminal answers at once."""


def seconds_until(drawn: str, command: Sequence[str], surroundings: Mapping[str, str]) -> float:
    """Start a program in a new terminal, and stop it when the text `drawn` stands on the screen.

    Raises:
        TimeoutError: it was not drawn.
    """
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    begun = time.perf_counter()
    program = subprocess.Popen(
        command, stdin=inside, stdout=inside, stderr=inside, env=surroundings, start_new_session=True
    )
    os.close(inside)
    try:
        return _watch(terminal, drawn.encode(), begun) - begun
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        os.close(terminal)


def _watch(terminal: int, drawn: bytes, begun: float) -> float:
    """The moment at which a text was drawn; asked for the cursor, answer as a narrow terminal does."""
    seen = b""
    while (left := begun + PATIENCE - time.perf_counter()) > 0 and select.select([terminal], [], [], left)[0]:
        said = os.read(terminal, 1 << 16)
        if _WHERE in said:
            os.write(terminal, b"\x1b[1;2R")
        seen += said
        if drawn in _STYLE.sub(b"", seen):
            return time.perf_counter()
    raise TimeoutError(f"not drawn within {PATIENCE:.0f} s: {drawn.decode()}; seen: {seen[-500:]!r}")
