"""The lookup index and the log kept in order, in slices that nobody waits for.

A saved step leaves its words to wait as they are, and a lookup reads all that wait: a millisecond for a
thousand. They are pressed into pieces, and pieces merged (`db.index`), where nobody waits for it:

- the desk calls `tend` while its officer reads or thinks; the work is done in a process of its own, since it
  loads numpy and would hold up the keys;
- what writes many cases calls `settle` between two transactions, and so leaves no debt to whoever saves next;
- a process that saved a step or two calls `settle` before it ends, which finds something to do once in a
  thousand steps.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from typing import TYPE_CHECKING

from db import vault
from db.connection import Connection, OfficeError, driver, explain, open_writer
from db.index import choosing, waiting

if TYPE_CHECKING:
    from threading import Event

PRESSED = 1_000
"""Cases that wait before they are pressed."""

REST = 0.03
"""Seconds between two slices of `tend`: most of the time belongs to others."""

LOG_PAGES = 500
"""Length of the log at which it is put into the file, long before a save has to."""

ASKED = 0.05
"""Seconds after which `tend` asks again whether it is wanted."""

PATIENCE_MS = 1_000
"""How long the process waits for somebody who writes, before it leaves the work for later."""

LATER = 3
"""What the process returns then."""

GRACE = 1.0
"""Seconds in which the process ends by itself once it is not wanted any more: a slice, or a pressing."""


def settle(connection: Connection, at_least: int | None = None) -> None:
    """Press what waits, if it is so much, and merge what is due; in the caller's transaction, if it has one.

    Args:
        connection: a writer.
        at_least: rows that have to wait; `PRESSED`.

    Raises:
        OfficeError: the database refused; the index says what it said.
    """
    rows = PRESSED if at_least is None else at_least
    if waiting.count(connection) < rows and not choosing.is_urgent(connection):
        return
    from db.index import pressing

    while waiting.count(connection) >= rows and pressing.press(connection):
        pass
    merge_all(connection)


def merge_all(connection: Connection) -> None:
    """Merge what is due, and take away what it leaves; see `settle`."""
    from db.index import merging

    merging.sweep(connection)
    while merging.merge(connection):
        merging.sweep(connection)


def is_due(connection: Connection) -> bool:
    """Whether there is something to press or to merge."""
    return waiting.count(connection) >= PRESSED or bool(choosing.due(connection))


def tend(path: Path, *, wanted: Callable[[], bool]) -> bool:
    """Press and merge what is due, and put the log into the file.

    Stops once it is no longer `wanted`, at any place: what is not finished is begun anew.

    Returns:
        Whether all is in order; false = call again in the next idle moment.

    Raises:
        OfficeError: the office cannot be written, or the index cannot be put in order.
    """
    try:
        with closing(open_writer(path)) as connection:
            connection.execute("PRAGMA busy_timeout=0")
            # Whoever saves a step puts the whole log on disk.
            connection.execute("PRAGMA synchronous=NORMAL")
            done = wanted() and (not is_due(connection) or _beside(path, wanted))
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # Neither readers nor writers wait for it.
            return done
    except (driver.Error, OSError) as error:
        raise OfficeError(explain(error, path)) from error


def _beside(path: Path, wanted: Callable[[], bool]) -> bool:
    """Have a process do what is due, as long as it is wanted; whether it did all."""
    key = vault.database_key(path.parent) or b""
    command = [sys.executable, "-P", "-m", "db.keeping.upkeep"]
    worker = Popen(
        command, stdin=PIPE, stdout=DEVNULL, stderr=PIPE, env={**os.environ, "PYTHONPATH": _ours()}
    )
    try:
        _tell(worker, f"{path}\n{key.hex()}\n{PRESSED}\n".encode())
        while worker.poll() is None and wanted():
            time.sleep(ASKED)
    finally:
        _, said = _end(worker)
    if said and worker.returncode > 0 and worker.returncode != LATER:
        raise OfficeError(f"快查索引没有整理好：{said.decode(errors='replace').strip().splitlines()[-1]}")
    return worker.returncode == 0


def _ours() -> str:
    """Where this very program lies: the process runs the same one, from whatever folder it is started."""
    return os.pathsep.join(filter(None, sys.path))


def _tell(worker: Popen[bytes], told: bytes) -> None:
    with suppress(BrokenPipeError):  # It ended at once: what it said tells why.
        assert worker.stdin is not None
        worker.stdin.write(told)
        worker.stdin.flush()


def _end(worker: Popen[bytes]) -> tuple[bytes, bytes]:
    """The end of its questions makes the process stop after its slice; if it does not, it is killed."""
    try:
        return worker.communicate(timeout=GRACE)
    except TimeoutExpired:
        worker.kill()  # At any moment, as the power may go.
        return worker.communicate()


def main() -> int:
    """Do what is due for whoever started this process and tells it what, and under which key."""
    import signal
    from threading import Event, Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the desk.
    path, key, rows = (sys.stdin.buffer.readline().decode().rstrip("\n") for _ in range(3))
    unwanted = Event()
    Thread(target=_listen, args=(unwanted,), daemon=True).start()
    try:
        with closing(open_writer(Path(path), key=bytes.fromhex(key))) as connection:
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
            connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
            return _work(connection, int(rows), lambda: not unwanted.wait(REST))
    except (OfficeError, driver.Error) as error:
        sys.stderr.write(str(error))
        return LATER if "占用" in str(error) or "locked" in str(error) else 1


def _listen(unwanted: Event) -> None:
    """Until whoever started this process closes its end, or is gone.

    By the file itself: a thread that waits in `sys.stdin` makes the end of the process a crash.
    """
    while os.read(sys.stdin.fileno(), 1):
        pass
    unwanted.set()


def _work(connection: Connection, rows: int, go_on: Callable[[], bool]) -> int:
    """Sweep, press and merge in slices; what to return to the desk."""
    from db.index import merging, pressing

    while merging.sweep(connection, go_on) and go_on():
        pressed = waiting.count(connection) >= rows and pressing.press(connection)
        if not pressed and not merging.merge(connection, go_on):
            return LATER if choosing.due(connection) else 0  # Another process is at it.
    return LATER


if __name__ == "__main__":
    sys.exit(main())
