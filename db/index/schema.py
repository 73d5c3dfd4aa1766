"""The tables of the index. Plain ones: any database has them."""

from __future__ import annotations

from db.index.keys import NUMBER_BITS

SCHEMA: tuple[str, ...] = (
    """CREATE TABLE IF NOT EXISTS lookup_waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT, place INTEGER NOT NULL UNIQUE, text TEXT,
    stood INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS lookup_piece (
    id INTEGER PRIMARY KEY AUTOINCREMENT, cases INTEGER NOT NULL, newest INTEGER NOT NULL,
    oldest INTEGER NOT NULL, gone BLOB, making INTEGER, erased INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TABLE IF NOT EXISTS lookup_places (
    id INTEGER PRIMARY KEY, piece INTEGER NOT NULL, first INTEGER NOT NULL, places BLOB NOT NULL)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS lookup_places_first ON lookup_places (piece, first)",
    """CREATE TABLE IF NOT EXISTS lookup_block (
    id INTEGER PRIMARY KEY, piece INTEGER NOT NULL, first INTEGER NOT NULL, lists BLOB NOT NULL)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS lookup_block_first ON lookup_block (piece, first)",
)
"""
`lookup_waiting`: cases that are not pressed yet. `text` is all by which one may be found, folded and masked,
or NULL for one that was taken out; `stood`: it may stand in a piece, where it no longer counts. An id is
never given twice: what was read as waiting is known to be the same by it.

`lookup_piece`: its `cases` are numbered from 0 in the order of their places, the `newest` first; those that
are `gone` (a Roaring bitmap of numbers) stand elsewhere now. One that somebody is `making` does not count
yet: that is the second (UTC) at which he last worked on it. What belongs to a piece without a row is waste.
`erased`: words of a case that is gone were to be forgotten, so the piece is made anew before others.

`lookup_places`: the places of a piece, `A_ROW` in a row, 8 bytes each, from the number `first` on.

`lookup_block`: its lists, see `lists`, from the key `first` on.
"""

TABLES = ("lookup_waiting", "lookup_piece", "lookup_places", "lookup_block")

MOST = 1 << NUMBER_BITS
"""Cases of a piece at most."""

A_ROW = 1_000
"""Places in a row: a page of the file."""
