"""Whether an act is for whoever hands it in: the posts' table, applied to what the act says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from db.actions import Action
from db.errors import NotAllowed
from db.posts import Power, Seat
from db.state import Step, Verdict


def check(seat: Seat, action: Action, data: Mapping[str, Any], before: Iterable[Verdict]) -> None:
    """Refuse an act that the officer's post does not allow.

    Args:
        seat: who hands it in.
        action: what is done.
        data: with what, validated.
        before: the steps of the case so far; undoing and detaching may be for one's own only.

    Raises:
        NotAllowed: one Chinese line that names the post, and who may.
    """
    own = action not in _TAKING_BACK or _is_own(seat.name, action, data, before)
    why = seat.why_not(action, own=own)
    if why is None and data.get("field") == "supervised" and action is Action.CORRECT:
        why = seat.why_not(Power.SUPERVISE)
    if why is not None:
        raise NotAllowed(why)


_TAKING_BACK = frozenset((Action.UNDO, Action.DETACH))


def _is_own(name: str, action: Action, data: Mapping[str, Any], before: Iterable[Verdict]) -> bool:
    """Whether all that an act takes back was this officer's; what it means is found by the step or file."""
    if action is Action.UNDO:
        return all(one.step.by == name for one in before if one.step.id == data["event"])
    return all(one.step.by == name for one in before if _holds(one.step, str(data["file"])))


def _holds(step: Step, file: str) -> bool:
    """Whether a 核查 brought this file along."""
    return step.action == Action.VERIFY and file in str(step.data.get("evidence", ""))
