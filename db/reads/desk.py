"""What the first line of the desk says: who sits at it; the last backup, drafts, the clock."""

from __future__ import annotations

from typing import NamedTuple

from db import instants
from db.connection import Connection
from db.posts import Seat
from db.terms import CopyKind, Post

CLOCK_SKEW = 120
"""Seconds by which a record may lie ahead of the clock before that is worth a word."""


COPY_KIND = "copy_kind"
"""The setting that says what this copy is; one that an older version made has none and is an office."""


def kind_of(connection: Connection) -> CopyKind:
    """What this copy of the records is."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (COPY_KIND,)).fetchone()
    return CopyKind.OFFICE if row is None else CopyKind(row[0])


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


WHOSE = """(:officer IS NULL OR officer IN ('', :officer)
OR officer NOT IN (SELECT name FROM officer WHERE left_on IS NULL))"""
"""A draft is its writer's; one whose writer has left is anybody's, or it would be lost."""

_SAFETY = f"""SELECT (SELECT value FROM setting WHERE name = 'last_backup'),
(SELECT count(*) FROM draft WHERE {WHOSE}),
(SELECT max((SELECT recorded_at FROM event WHERE device = d.id ORDER BY seq DESC LIMIT 1))
  FROM device d WHERE copy_kind = ''),
EXISTS (SELECT 1 FROM setting WHERE name = 'trusted_time')"""


def safety(connection: Connection, officer: str | None = None) -> Safety:
    """The state of this moment, with the drafts of one officer where he is named.

    What other machines recorded says nothing of this one's clock: theirs may be wrong.
    """
    made, drafts, newest, told = connection.execute(_SAFETY, {"officer": officer}).fetchone()
    return Safety(
        None if made is None else int(made), drafts, newest, _office_time(connection) if told else None
    )


def _office_time(connection: Connection) -> int | None:
    from db import field_clock  # only a field copy asks

    return field_clock.now(connection).earliest


_PINS = """SELECT DISTINCT post FROM officer WHERE pin IS NOT NULL AND (left_on IS NULL OR left_on > ?)"""


def held(connection: Connection, now: int) -> frozenset[Post]:
    """The posts of those who work here and have a PIN; where there are any, the desk asks who one is."""
    today = instants.day_of(now).isoformat()
    return frozenset(Post(row[0]) for row in connection.execute(_PINS, (today,)))


def seat(connection: Connection, name: str, now: int, otherwise: Post = Post.DUTY) -> Seat:
    """The seat of an officer; one who never sat here yet will have the post `otherwise`."""
    row = connection.execute("SELECT post, left_on FROM officer WHERE name = ?", (name,)).fetchone()
    post, left_on = (otherwise, None) if row is None else (Post(row[0]), row[1])
    if left_on is not None and left_on > instants.day_of(now).isoformat():
        left_on = None
    return Seat(name, post, held(connection, now), left_on)
