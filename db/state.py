"""A case as the fold sees it: the steps that made it, and what they add up to.

Units are public UIDs here, never local ids, so that every machine that holds the same events
folds them to the same state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from db.rules import DeadlineRules, Limit
from db.terms import FINAL_STAGES, DueSource, Outcome, Pending, Role, Stage


class Step(NamedTuple):
    """One event, as far as folding needs it."""

    id: str
    action: str
    data: dict[str, Any]
    by: str
    party: str | None
    via: str
    at: int | None
    recorded_at: int
    hlc: int
    device: str
    seq: int
    seen: tuple[str, ...]


class Verdict(NamedTuple):
    """What the fold made of a step."""

    step: Step
    outcome: Outcome
    why: str | None


_LEAD = Role.LEAD
"""Asked at every step; to name a member of an enumeration is slow in Python 3.11."""


@dataclass(slots=True)
class Part:
    """A unit's part in a case, with its own clock."""

    role: Role
    unit: str | None
    unit_text: str | None = None
    limit: Limit | None = None
    delivered_at: int | None = None
    signed_at: int | None = None
    accepted_at: int | None = None
    accept_by: int | None = None
    urgent_from: int | None = None
    due_at: int | None = None
    due_fixed: int | None = None
    """A due date that the rule did not give."""
    replied_at: int | None = None
    ended_at: int | None = None

    @property
    def active(self) -> bool:
        """Still this unit's."""
        return self.ended_at is None


@dataclass(slots=True)
class CaseState:
    """What a case's events add up to so far."""

    number: str = ""
    numbers: list[tuple[str, str]] = field(default_factory=list)
    kind: str = ""
    channel: str = ""
    category: str = ""
    urgency: str = ""
    title: str = ""
    place: str = ""
    body_id: str | None = None
    reply_id: str | None = None
    submitter_id: str | None = None
    received_at: int = 0
    registered_at: int = 0
    stage: Stage = Stage.REGISTERED
    pending: Pending | None = Pending.DISPATCH
    subject: str | None = None
    parts: list[Part] = field(default_factory=list)
    unclaimed: str | None = None
    """Written name of a 主办 that fits no known unit."""

    start: int | None = None
    """The instant from which the limit counts."""
    limit: Limit | None = None
    rules: DeadlineRules = field(default_factory=DeadlineRules)
    """As written into the event that set the clock."""
    calendar: str | None = None
    pauses: list[tuple[int, int]] = field(default_factory=list)
    due_fixed: int | None = None
    """A due date that the rule did not give: ledger, correction or extension."""
    running: bool = False
    delivered_at: int | None = None
    signed_at: int | None = None
    accepted_at: int | None = None
    accept_by: int | None = None
    urgent_from: int | None = None
    due_at: int | None = None
    due_first: int | None = None
    due_rule: int | None = None
    due_source: DueSource | None = None
    urgent_muted: bool = False
    provisional: bool = False
    paused_at: int | None = None
    stopped_at: int | None = None
    closed_at: int | None = None
    on_time: bool | None = None

    confidential: bool = False
    report: bool = False
    supervised: bool = False
    odd_dates: bool = False
    urged: int = 0
    extended: int = 0
    returned: int = 0
    redone: int = 0
    notes: int = 0
    files: set[str] = field(default_factory=set)
    """SHA-256 of the attachments that were not taken away."""
    conflicts: int = 0
    updated_at: int = 0

    @property
    def open(self) -> bool:
        """Something is still awaited."""
        return self.stage not in FINAL_STAGES

    @property
    def lead(self) -> Part | None:
        """The 主办 of now."""
        for part in reversed(self.parts):
            if part.role is _LEAD and part.ended_at is None:
                return part
        return None

    @property
    def shown_lead(self) -> Part | None:
        """The 主办 to show: of now, or the last one once the case is over."""
        for part in reversed(self.parts):
            if part.role is _LEAD and (part.ended_at is None or not self.open):
                return part
        return None

    @property
    def awaiting_accept(self) -> int:
        """How many units have the case and have not accepted it."""
        return sum(part.active and part.accepted_at is None for part in self.parts)

    @property
    def awaiting_sign(self) -> int:
        """How many units have the case and have neither signed nor accepted it."""
        return sum(part.active and part.accepted_at is None and part.signed_at is None for part in self.parts)

    def part_of(self, unit: str | None) -> Part | None:
        """The running part of a unit, as 主办 before any other; of the 主办 where no unit is named."""
        lead = self.lead
        if unit is None or (lead is not None and lead.unit == unit):
            return lead
        for part in reversed(self.parts):
            if part.active and part.unit == unit:
                return part
        return None
