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
    """`recorded_at` of the newest event of this machine."""
    office_time: int | None
    """On a field copy: it is not earlier than this, by what the office last told (`db.field_clock`)."""

    def clock_set_back(self, now: int) -> bool:
        """The machine's clock stands before what was already recorded; deadlines would be judged wrong."""
        return max(self.newest_record or 0, self.office_time or 0) > now + CLOCK_SKEW


_SAFETY = """SELECT (SELECT value FROM setting WHERE name = 'last_backup'), (SELECT count(*) FROM draft),
(SELECT max((SELECT recorded_at FROM event WHERE device = d.id ORDER BY seq DESC LIMIT 1))
  FROM device d WHERE copy_kind = ''),
EXISTS (SELECT 1 FROM setting WHERE name = 'trusted_time')"""


def safety(connection: Connection) -> Safety:
    """The state of this moment.

    What other machines recorded says nothing of this one's clock: theirs may be wrong.
    """
    made, drafts, newest, told = connection.execute(_SAFETY).fetchone()
    return Safety(
        None if made is None else int(made), drafts, newest, _office_time(connection) if told else None
    )


def _office_time(connection: Connection) -> int | None:
    from db import field_clock  # only a field copy asks

    return field_clock.now(connection).earliest
