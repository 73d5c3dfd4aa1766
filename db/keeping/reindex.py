"""The lookup index made anew: the repair, and what an upgrade does when texts are cut otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from db import search_index
from db.bulk import bulk_for
from db.connection import Connection, OfficeError, Progress
from db.index import waiting
from db.keeping import upkeep

KILLED = "做索引的进程被系统终止，可能是内存不足，什么都没有改动。请关闭其他程序再试"

AT_ONCE = 1_000
"""Cases whose texts are held in memory."""


def remake(connection: Connection, progress: Progress = lambda done, total: None) -> None:
    """Index every case anew, inside the caller's transaction: after the way of cutting texts has changed.

    In the order of their places, with the memory of some thousand cases.

    Raises:
        OfficeError: a helper did not start; the transaction has to be undone.
    """
    waiting.create(connection)
    try:
        _index_all(connection, progress)
    except ConnectionError as error:
        raise OfficeError(KILLED) from error
    upkeep.settle(connection)


def _index_all(connection: Connection, progress: Progress) -> None:
    done, total = 0, connection.execute('SELECT count(*) FROM "case"').fetchone()[0]
    with bulk_for(total) as bulk:
        for part, is_open in _in_order(connection):
            texts = search_index.all_texts_of_many(connection, part)
            places = [search_index.rank(one, is_open=is_open) for one in texts]
            search_index.put_new(connection, list(zip(places, texts.values(), strict=True)))
            if bulk is not None:
                bulk.settle(connection)
            done += len(part)
            progress(done, total)


_NEXT = 'SELECT id FROM "case" WHERE open = ? AND id > ? ORDER BY id LIMIT ?'


def _in_order(connection: Connection) -> Iterator[tuple[list[int], bool]]:
    """The ids of all cases, some together, and whether these are open; by their places."""
    for is_open in (False, True):
        last = -1
        while part := [row[0] for row in connection.execute(_NEXT, (is_open, last, AT_ONCE))]:
            yield part, is_open
            last = part[-1]
