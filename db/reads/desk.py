"""What the first line of the desk says about safety: the last backup, drafts, the clock."""

from __future__ import annotations

from typing import NamedTuple

from db.connection import Connection

CLOCK_SKEW = 120
"""Seconds by which a record may lie ahead of the clock before that is worth a word."""


class Safety(NamedTuple):
    """Whether what was written is safe, and whether the clock can be believed."""

    last_backup: int | None
    """Instant; null where none was ever made."""
    drafts: int
    newest_record: int | None
    """`recorded_at` of the newest event."""

    def clock_set_back(self, now: int) -> bool:
        """The machine's clock stands before what was already recorded; deadlines would be judged wrong."""
        return self.newest_record is not None and self.newest_record > now + CLOCK_SKEW


_SAFETY = """SELECT (SELECT value FROM setting WHERE name = 'last_backup'), (SELECT count(*) FROM draft),
(SELECT recorded_at FROM event ORDER BY id DESC LIMIT 1)"""


def safety(connection: Connection) -> Safety:
    """The state of this moment; ids of events rise with the logical clock, so the newest is at the end."""
    made, drafts, newest = connection.execute(_SAFETY).fetchone()
    return Safety(None if made is None else int(made), drafts, newest)
