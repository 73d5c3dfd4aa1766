"""A step as it is handed in, and what was made of it. Light: who plans acts need not load the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from db.actions import Action
from db.terms import Via


class Act(NamedTuple):
    """One step as the desk hands it in."""

    action: Action
    data: Mapping[str, Any] = {}
    """See `db.actions.FIELDS`; units by UID, days and times as instants."""
    party: str | None = None
    """UID of the unit whose act it is; None = this office."""
    via: Via = Via.DESK
    at: int | None = None
    """When it happened; None = now, or unknown for imported history."""
    recorded_at: int | None = None
    """Only for made-up histories (the demo office); None = now."""


Work = tuple[int | None, Sequence[Act]]
"""The local id of a case, and what is done on it; ``None`` opens a new one."""


class Recorded(NamedTuple):
    """What was written of a case."""

    case_id: int
    number: str
    event_ids: tuple[str, ...]
