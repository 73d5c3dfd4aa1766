"""Public identities (UUIDv7) and the hybrid logical clock that orders events across machines."""

from __future__ import annotations

import os
import time

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
    noise = int.from_bytes(os.urandom(10), "big")
    count = noise >> 62 if clock is None else moment
    value = (moment >> CLOCK_BITS & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (count & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    return value.to_bytes(16, "big").hex()


def tick(last: int, milliseconds: int | None = None) -> int:
    """The next logical clock after `last`: now where the wall clock went on, one more where it did not."""
    wall = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    return max(last + 1, wall << CLOCK_BITS)


def witness(last: int, received: int, milliseconds: int | None = None) -> int:
    """Our clock after seeing another machine's; one that is too far ahead is ignored."""
    wall = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    return last if (received >> CLOCK_BITS) - wall > MAX_AHEAD_MS else max(last, received)
