"""The lookup index and the log kept in order, in slices that nobody waits for.

Every saved step leaves a small piece of index behind; pieces are merged, else a lookup has to visit more
and more of them. FTS5 can do that by itself inside the saves ("automerge"), but then one save in thirty
merges hundreds of pages: a hundred milliseconds and more on a large office. So it is switched off (see
`search_index.SCHEMA`) and done here:

- the desk calls `tend` while its officer reads or thinks;
- what writes many cases in one transaction pays for its own merges at once (`settle`), and so leaves
  no debt to whoever saves next;
- a process that saved a step or two calls `settle` before it ends.

Where none of this happens, FTS5's own limit still holds: 128 pieces of a size (`search_index.NO_CRISIS`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from db.connection import Connection, OfficeError, open_writer, transaction

SLICE = 8
"""Index pages merged in one transaction of `tend`: a few milliseconds in which a save has to wait."""

REST = 0.03
"""Seconds between two slices: most of the time belongs to others."""

LOG_PAGES = 500
"""Length of the log at which merging puts it into the file, long before a save has to."""

PAGES_A_CASE = 2
"""Index pages merged for each case that is written in bulk: what it costs in the long run, and some."""


def merge(connection: Connection, pages: int) -> bool:
    """Merge up to so many pages, inside the caller's transaction; false where nothing was left to do."""
    before = connection.total_changes
    connection.execute("INSERT INTO lookup (lookup, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before > 1


def settle(connection: Connection, cases: int) -> None:
    """Pay in advance for the merges that the indexing of so many cases makes necessary.

    A case that was indexed before counts twice: what it leaves in the old pieces is merged away as well, and
    until then every lookup steps over it.
    """
    merge(connection, max(SLICE, cases * PAGES_A_CASE))


def tend(path: Path, *, wanted: Callable[[], bool]) -> bool:
    """Merge slice by slice, then put the log into the file, on a connection of its own.

    Stops between two slices once it is no longer `wanted`, or when somebody else writes.

    Returns:
        Whether all is in order; false = call again in the next idle moment.

    Raises:
        OfficeError: the office cannot be written.
    """
    with closing(open_writer(path)) as connection:
        connection.execute("PRAGMA busy_timeout=0")
        # A merge that is lost is done again; whoever saves a step puts the whole log on disk.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
        done = _merge_all(connection, wanted)
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # Neither readers nor writers wait for it.
        return done


def _merge_all(connection: Connection, wanted: Callable[[], bool]) -> bool:
    while wanted():
        try:
            with transaction(connection):
                more = merge(connection, SLICE)
        except OfficeError:
            return False  # Somebody writes.
        if not more:
            return True
        time.sleep(REST)
    return False
