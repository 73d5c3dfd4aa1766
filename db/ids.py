"""Public identities (UUIDv7) and the hybrid logical clock that orders events across machines."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator

CLOCK_BITS = 16
"""The low bits of a logical clock count events within one millisecond."""

MAX_AHEAD_MS = 10 * 60 * 1000
"""A received clock further ahead than this never advances ours."""


def uuid7(clock: int | None = None) -> str:
    """A time-ordered UUID (RFC 9562 §5.7) as 32 hex digits.

    Args:
        clock: a logical clock (`tick`); identities made from rising clocks rise too.
    """
    moment = (time.time_ns() // 1_000_000) << CLOCK_BITS if clock is None else clock
    noise = int.from_bytes(_noise(), "big")
    count = noise >> 62 if clock is None else moment
    value = (moment >> CLOCK_BITS & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (count & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    return value.to_bytes(16, "big").hex()


_NOISE, _DRAWN = 10, 512
"""Bytes of chance in one identity, and identities for which the system is asked at once."""

_drawn: Iterator[tuple[bytes]] = iter(())


def _noise() -> bytes:
    """Random bytes of the system, each given out once; to ask it every time is slow."""
    global _drawn
    for (noise,) in _drawn:  # No two threads are given the same: this is one step of the interpreter.
        return noise
    _draw()
    return os.urandom(_NOISE)


def _draw() -> None:
    global _drawn
    _drawn = struct.iter_unpack(f"{_NOISE}s", os.urandom(_NOISE * _DRAWN))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_draw)  # Else parent and child would give out the same.


def tick(last: int, milliseconds: int | None = None) -> int:
    """The next logical clock after `last`: now where the wall clock went on, one more where it did not."""
    wall = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    return max(last + 1, wall << CLOCK_BITS)


def witness(last: int, received: int, milliseconds: int | None = None) -> int:
    """Our clock after seeing another machine's; one that is too far ahead is ignored."""
    wall = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    return last if (received >> CLOCK_BITS) - wall > MAX_AHEAD_MS else max(last, received)
