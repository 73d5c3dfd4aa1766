"""What a case in one of the desk's own queues waits for. Apart from the board, whose start must be light."""

from __future__ import annotations

from db.actions import Action
from db.terms import Pending

_WAITS_FOR = {
    Pending.DISPATCH: Action.DISPATCH,
    Pending.RETURN: Action.RETURN_GRANT,
    Pending.EXTENSION: Action.EXTEND_GRANT,
    Pending.REVIEW: Action.APPROVE,
}


def action_for(pending: str | None) -> Action:
    """The action to offer first for a queued case; one without a pending decision is 待认领."""
    return Action.CLAIM if pending is None else _WAITS_FOR[Pending(pending)]
