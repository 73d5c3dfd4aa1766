"""Kill a process in the middle of its work, over and over, and look whether anything was lost.

A child is forked from this process, where everything is loaded already, and does one kind of work in a
terminal of its own. What the user would take for done it tells on a pipe; everything that went into the pipe
before it died counts as acknowledged. The moment of the kill comes from a seeded generator.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

Say = Callable[[str], None]
"""Called in the child with what is now acknowledged, one line."""

PATIENCE = 60.0
"""Seconds until a child that tells nothing is a failure of its own."""


class Ended(NamedTuple):
    """What is known of a child that was killed."""

    acked: list[str]
    at: float
    """`time.monotonic` of the kill."""


class Outcome(NamedTuple):
    """What was found after one kill."""

    acked: int
    lost: int
    """Of those."""
    left: bool
    """The kill left something behind that is worth a word: a half-made file, a desk without an end."""
    said: bool
    """The next start said so."""
    typing_lost: float | None = None
    """Milliseconds of typing that are gone; None where nothing is typed."""


class Kind(NamedTuple):
    """One kind of work."""

    name: str
    label: str
    prepare: Callable[[Path], None]
    """Lay everything out in an empty folder."""
    work: Callable[[Path, Say], None]
    """Work on, in the child, until killed."""
    check: Callable[[Path, Ended], Outcome]
    """Open it as the next start would, and compare; raises AssertionError where something is unsound."""
    acks: int = 10
    """The kill comes after up to so many acknowledged things …"""
    span: float = 0.02
    """… and up to so many seconds."""
    keys: Callable[[random.Random], Iterator[tuple[float, bytes]]] | None = None
    """Keys that are pressed in the terminal: seconds to wait before each, and its bytes; from the child's
    first line on."""
    begin: tuple[bytes, bytes] | None = None
    """What must stand on the terminal first, and the key that is pressed then."""


def kill_once(kind: Kind, folder: Path, seed: str) -> Outcome:
    """Lay out, start, kill, look; in a folder that is not there yet, and is gone afterwards.

    Raises:
        AssertionError: something is unsound, or the child failed by itself; it names the seed.
    """
    try:
        return _kill_once(kind, folder, random.Random(seed))
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise


def _kill_once(kind: Kind, folder: Path, rng: random.Random) -> Outcome:
    folder.mkdir()
    kind.prepare(folder)
    child = _Child(kind, folder)
    try:
        child.run(rng.randint(0, kind.acks), rng.random() * kind.span, rng)
    finally:
        ended = child.kill()
    failed = [line for line in ended.acked if line.startswith("! ")]
    assert not failed, failed
    outcome = kind.check(folder, ended)
    shutil.rmtree(folder)
    return outcome


class _Child:
    """One process at work."""

    def __init__(self, kind: Kind, folder: Path) -> None:
        self.kind = kind
        self._reading, writing = os.pipe()
        import pty  # Here, because Windows has none.

        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            _work(kind, folder, writing)
        os.close(writing)
        self._told = b""
        self._shown = b""

    def run(self, acks: int, seconds: float, rng: random.Random) -> None:
        """Let it work until it has told so many things, and then so many seconds more."""
        keys = self.kind.keys(rng) if self.kind.keys else iter(())
        end, pause, key = time.monotonic() + PATIENCE, 0.0, b""
        pressed = time.monotonic()
        due: float | None = None
        begun = self.kind.begin is None
        while due is None or time.monotonic() < due:
            self._listen()
            assert time.monotonic() < end, f"{self.kind.name}: {self._told!r} {self._shown[-500:]!r}"
            if not begun and self.kind.begin is not None and self.kind.begin[0] in self._shown:
                begun = True
                os.write(self._terminal, self.kind.begin[1])
            if begun and self._told and time.monotonic() - pressed >= pause:
                os.write(self._terminal, key)
                pressed = time.monotonic()
                pause, key = next(keys, (PATIENCE, b""))
            if due is None and self._told.count(b"\n") >= acks + (self.kind.keys is not None):
                due = time.monotonic() + seconds

    def kill(self) -> Ended:
        """Kill it; what it told until then."""
        os.kill(self._pid, signal.SIGKILL)
        at = time.monotonic()
        os.waitpid(self._pid, 0)
        while block := os.read(self._reading, 65_536):
            self._told += block
        os.close(self._reading)
        os.close(self._terminal)
        return Ended(self._told.decode().splitlines(), at)

    def _listen(self) -> None:
        ready, _, _ = select.select([self._reading, self._terminal], [], [], 0.002)
        if self._reading in ready:
            self._told += os.read(self._reading, 65_536)
        if self._terminal in ready:
            try:
                self._shown += os.read(self._terminal, 65_536)
            except OSError:  # It ended by itself; `PATIENCE` tells.
                time.sleep(0.05)


def _work(kind: Kind, folder: Path, writing: int) -> None:
    """The child's whole life."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def say(line: str) -> None:
        os.write(writing, f"{line}\n".encode())

    try:
        kind.work(folder, say)
        say("! ended by itself")
    except BaseException:
        say("! " + " | ".join(traceback.format_exc().splitlines()[-6:]))
    finally:
        os._exit(1)
