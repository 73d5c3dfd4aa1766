"""Cases that a new one may repeat: open ones that share much of its title (国办函〔2025〕66号: 并单处理)."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from db import search, search_index
from db.connection import Connection, snapshot
from db.index import waiting
from db.index.pieces import Band
from db.reads.board import CaseRow, rows
from db.search_index import OPEN

PER_PAIR = 60
"""Newest open cases looked at for one pair of characters: enough to find a repeat in any office."""

SHARE = 0.4
"""Part of the title's pairs that a similar case must have."""

STILL_OPEN = Band(OPEN, OPEN << 1)
"""Where open cases stand in the index."""


def open_cases(connection: Connection, title: str, *, now: int, limit: int = 5) -> list[CaseRow]:
    """Open cases that share at least `SHARE` of a title's pairs of characters, the likest first."""
    folded = "".join(search_index.words(title))
    pairs = dict.fromkeys(folded[at : at + 2] for at in range(len(folded) - 1))
    shared: Counter[int] = Counter()
    with snapshot(connection):
        waits = waiting.read(connection)
        for pair in pairs:
            places = islice(search.candidates(connection, [pair], [STILL_OPEN], waits), PER_PAIR)
            shared.update(place & ~OPEN for place in places)
        wanted = max(2, SHARE * len(pairs))
        likest = [case_id for case_id, count in shared.most_common(limit) if count >= wanted]
        return rows(connection, likest, now)
