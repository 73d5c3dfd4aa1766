"""Cases that a new one may repeat: open ones that share much of its title (国办函〔2025〕66号: 并单处理)."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from db import search_index
from db.connection import Connection
from db.reads.board import CaseRow, rows

STEP = 2
"""Titles are compared by pairs of characters."""

PER_PAIR = 60
"""Newest open cases looked at for one pair: enough to find a repeat, whatever the office's size."""

SHARE = 0.4
"""Part of the title's pairs that a similar case must have."""


def open_cases(connection: Connection, title: str, *, now: int, limit: int = 5) -> list[CaseRow]:
    """Open cases that share at least `SHARE` of a title's pairs of characters, the likest first."""
    folded = "".join(word for word in search_index.words(title))
    pairs = dict.fromkeys(folded[at : at + STEP] for at in range(len(folded) - STEP + 1))
    if not pairs:
        return []
    seen: Counter[int] = Counter()
    for pair in pairs:
        seen.update(islice(search_index.candidates(connection, [pair]), PER_PAIR))
    wanted = max(2, SHARE * len(pairs))
    likest = [case_id for case_id, shared in seen.most_common(limit * 4) if shared >= wanted]
    return [row for row in rows(connection, likest, now) if row.open][:limit]
