"""What is written of one batch: rows for every table, made by `db.composer`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from db import refold, rows, search_index
from db.act import Recorded
from db.chain import Link
from db.connection import Connection
from db.contents import CONTENT_INSERT
from db.evidence import attachments
from db.rows import Row, Rows
from db.state import Verdict
from db.submitters import SUBMITTER_INSERT, submitter_row

_EVENT = """INSERT INTO event (id, case_id, case_uid, action, data, by, party, via, at, recorded_at,
hlc, device, seq, seen, prev_hash, hash, outcome, why) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"""

_SERIES = """INSERT INTO setting (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value"""


class Reporter(NamedTuple):
    """反映人 of a new case."""

    case_id: int
    content_id: str
    who: Mapping[str, str]
    """name, phone, id_number, address, as far as given."""


class Reworded(NamedTuple):
    """A known case in the index, as it comes to stand there."""

    before: int
    """Its place until now."""
    place: int
    words: list[str]
    """All that it may be found by."""


@dataclass(slots=True)
class Entries:
    """What a batch adds. They hold only where the chain still ends as it did when they were begun."""

    began: Link
    """The end of the chain that they go on from."""
    recorded: list[Recorded] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    contents: list[Row] = field(default_factory=list)
    submitters: list[Reporter] = field(default_factory=list)
    opened: Rows = rows.NOTHING
    """Of new cases."""
    changed: Rows = rows.NOTHING
    words: list[tuple[int, list[str]]] = field(default_factory=list)
    """New cases: place in the index, and all that each may be found by."""
    reworded: list[Reworded] = field(default_factory=list)
    """Known cases that are found by other words, or closed or opened."""
    remarked: list[Verdict] = field(default_factory=list)
    """Of cases folded again: what became of their older steps may have changed."""
    detached: list[Sequence[Verdict]] = field(default_factory=list)
    """Steps of cases that a file was ever taken away from."""
    removes: bool = False
    """A file is taken away from one now."""
    series: dict[str, int] = field(default_factory=dict)
    """The last number given in each."""


def write(connection: Connection, entries: Entries, secret: bytes) -> None:
    """Write them; inside the caller's transaction.

    Args:
        connection: a writer.
        entries: what was composed.
        secret: the office's own, by which a 反映人 is found again.
    """
    if entries.opened.cases:
        rows.insert(connection, entries.opened)
    if entries.changed.cases:
        rows.write(connection, entries.changed)
    connection.executemany(CONTENT_INSERT, entries.contents)
    connection.executemany(_EVENT, entries.events)
    refold.mark(connection, entries.remarked)
    connection.executemany(SUBMITTER_INSERT, [submitter_row(*one, secret) for one in entries.submitters])
    search_index.put_new(connection, entries.words)
    for before, place, words in entries.reworded:
        search_index.put(connection, place, words, before)
    attachments.erase(connection, entries.detached)
    connection.executemany(_SERIES, [(f"seq:{name}", str(last)) for name, last in entries.series.items()])
