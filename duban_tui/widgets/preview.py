"""A case in a few lines: what it is, what its time is, what was said last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from db.instants import day_of
from db.workdays import Calendar
from duban_tui.widgets import alarm
from duban_tui.wording import due_words, said_day

if TYPE_CHECKING:
    from db.reads.case import CaseFacts
    from db.reads.flow import TimelineRow


FEW = 7
"""Lines of a preview below the list: there what must be seen has one line each."""


class Preview(Widget):
    """The case under the cursor, read when the cursor rests. Its size is given: nothing is laid out anew."""

    DEFAULT_CSS = "Preview { padding: 0 1; }"

    def __init__(self, id: str | None = None) -> None:
        """Show nothing yet."""
        super().__init__(id=id)
        self._head: list[Content] = []
        self._text: list[Content] = []

    def show(self, facts: CaseFacts | None, last: TimelineRow | None, calendar: Calendar, now: int) -> None:
        """Show a case, or nothing."""
        self._head = [] if facts is None else _head(facts, calendar, now)
        self._text = [] if facts is None else _text(facts, last, now)
        self.refresh()

    def render(self) -> Content:
        """What must be seen, then what there is room for."""
        width, height = self.content_size
        head = [line.truncate(width, ellipsis=True) for line in self._head] if height <= FEW else self._head
        return Content("\n").join([*head, *self._text])


def _head(facts: CaseFacts, calendar: Calendar, now: int) -> list[Content]:
    about = " · ".join(part for part in (facts.channel, facts.kind, facts.category) if part)
    return [
        Content.assemble((f"{facts.number} ", "bold"), (facts.title, "bold")),
        Content("  ").join([alarm.content(facts.alarm), Content(_dates(facts, calendar, now))]),
        Content(
            "  ".join(part for part in (facts.unit and f"主办 {facts.unit}", facts.submitter, about) if part)
        ),
    ]


def _text(facts: CaseFacts, last: TimelineRow | None, now: int) -> list[Content]:
    lines = []
    if facts.body:
        lines.append(Content(" ".join(facts.body.split())))
    if last is not None:
        lines.append(Content.styled(_last(last, now), "$text-muted"))
    return lines


def _dates(facts: CaseFacts, calendar: Calendar, now: int) -> str:
    """The end first: what follows may find no room."""
    said = [
        f"{said_day(day_of(instant), now)} {word}"
        for instant, word in ((facts.delivered_at, "送达"), (facts.accepted_at, "受理"))
        if instant is not None
    ]
    return " · ".join([due_words(facts, calendar, now), *said])


def _last(step: TimelineRow, now: int) -> str:
    from db.actions import Action

    when = "" if step.at is None else f"{said_day(day_of(step.at), now)} "
    return f"最近：{when}{Action(step.action).label} {step.party or step.by} {step.summary}".rstrip()
