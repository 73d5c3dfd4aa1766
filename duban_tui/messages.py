"""What screens tell each other: past tense, named for what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from db.actions import Action


class CaseChanged(Message, bubble=False):
    """A step on a case was written here. The app hands it to every screen; each reads again.

    It does not bubble, or it would come back to the app from each of them.
    """

    def __init__(self, case_id: int) -> None:
        """Name the case."""
        self.case_id = case_id
        super().__init__()


class OfficeChanged(Message):
    """Somebody wrote to the office (this process or another), so what is shown may be old."""

    def can_replace(self, message: Message) -> bool:
        """Many changes in a row are one."""
        return isinstance(message, OfficeChanged)


class TimePassed(Message):
    """A minute went by: an alarm may have changed without anybody writing."""

    def can_replace(self, message: Message) -> bool:
        """A laptop that slept wakes up to one of them."""
        return isinstance(message, TimePassed)


class ActionAsked(Message):
    """The officer wants to take an action on a case; the app opens its form."""

    def __init__(self, case_id: int, action: Action | None = None) -> None:
        """Name the case, and the action where it is decided (None = let the officer choose)."""
        self.case_id = case_id
        self.action = action
        super().__init__()
