"""Public identities: never the same twice, in order of their clocks, and what the standard says."""

from __future__ import annotations

import os
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from db.ids import CLOCK_BITS, uuid7

CLOCK = 1_790_000_000_000 << CLOCK_BITS


def test_it_is_a_uuid_of_version_seven_and_tells_its_millisecond() -> None:
    made = uuid.UUID(uuid7(CLOCK))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == CLOCK >> CLOCK_BITS


def test_rising_clocks_give_rising_identities() -> None:
    made = [uuid7(CLOCK + turn) for turn in range(2_000)]
    assert made == sorted(set(made))


def test_threads_are_never_given_the_same() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: uuid7(CLOCK), range(20_000)))
    assert len(set(made)) == len(made)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_forked_process_is_not_given_what_its_parent_is() -> None:
    uuid7()
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, uuid7(CLOCK).encode())
        os._exit(0)
    os.close(write)
    assert os.read(read, 32).decode() != uuid7(CLOCK)
    os.waitpid(child, 0)
    os.close(read)
