"""What a laptop's clocks say, and what can be known of the true time from that.

A laptop in a village may have any wall clock. What cannot be set is the time since it was switched on, and
what the office wrote into its last bundle. So every act on a field copy carries three things (hidden datum
``clock``, see `db.actions.CLOCK`): which start of the machine it was, the milliseconds since that start,
and the last office time that is trusted, with the instant since the start at which it was read.

From these follow bounds, never a guess: it was not earlier than the office's bundle was made, plus what
has gone by since it was read; and not later than the bundle came back, less what has gone by since the act.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from db.connection import Connection

TRUSTED = "trusted_time"
"""The setting that keeps the last trusted office time, with the clocks at which it was read."""

TOLERANCE = 600
"""Seconds by which a wall clock may lie outside the bounds before that is worth a word."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(NamedTuple):
    """The clocks of a field copy at one moment."""

    boot: str
    """Names this start of the machine; empty where the system does not tell, and then no two are the same."""
    elapsed: int
    """Milliseconds since that start, sleep included."""
    trusted: int | None = None
    """Office time: when the last bundle taken in was made there."""
    trusted_boot: str = ""
    trusted_elapsed: int = 0
    """When that was read."""

    @property
    def earliest(self) -> int | None:
        """It was not earlier than this; None where no office time is known."""
        if self.trusted is None:
            return None
        same = bool(self.boot) and self.boot == self.trusted_boot
        return self.trusted + (max(0, self.elapsed - self.trusted_elapsed) // 1000 if same else 0)

    def latest(self, made: Clock | None, taken_at: int) -> int:
        """It was not later than this.

        Args:
            made: the clocks when the bundle was made that brought it home.
            taken_at: when that was taken in, by the office's clock.
        """
        if made is None or not self.boot or self.boot != made.boot:
            return taken_at
        return taken_at - max(0, made.elapsed - self.elapsed) // 1000


def _boot() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip().replace("-", "")
    except (OSError, ValueError):
        return ""


def _elapsed() -> int:
    source = getattr(time, "CLOCK_BOOTTIME", None)
    seconds = time.monotonic() if source is None else time.clock_gettime(source)
    return int(seconds * 1000)


def now(connection: Connection) -> Clock:
    """The clocks of this moment."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (TRUSTED,)).fetchone()
    return Clock(_boot(), _elapsed(), *(() if row is None else json.loads(row[0])))


def read(carried: Any) -> Clock | None:
    """The clocks that an act or a bundle carries; None where there are none that can be read."""
    try:
        clock = Clock(*carried)
    except TypeError:
        return None
    sound = all(isinstance(one, str) for one in (clock.boot, clock.trusted_boot)) and all(
        type(one) is int for one in (clock.elapsed, clock.trusted_elapsed, clock.trusted or 0)
    )
    return clock if sound else None


def trust(connection: Connection, told: int) -> None:
    """Remember an office time, where it says more than what is known; in the caller's transaction."""
    clock = now(connection)
    if clock.earliest is not None and clock.earliest >= told:
        return
    connection.execute(
        """INSERT INTO setting (name, value) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
        (TRUSTED, json.dumps([told, clock.boot, clock.elapsed])),
    )
