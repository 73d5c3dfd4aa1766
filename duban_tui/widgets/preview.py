"""A case in a few lines: what it is, what its time is, what was said last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from db.instants import day_of
from db.workdays import Calendar
from duban_tui.widgets import alarm
from duban_tui.wording import due_words, said_day

if TYPE_CHECKING:
    from db.reads.case import CaseFacts
    from db.reads.flow import TimelineRow


class Preview(Vertical):
    """The case under the cursor, read when the cursor rests."""

    DEFAULT_CSS = """
    Preview { padding: 0 1; overflow: hidden; }
    Preview Static { width: 1fr; height: auto; }
    Preview #preview-head { text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def compose(self) -> ComposeResult:
        """What must be seen, one line each; then what there is room for."""
        yield Static(id="preview-head")
        yield Static(id="preview-text")

    def show(self, facts: CaseFacts | None, last: TimelineRow | None, calendar: Calendar, now: int) -> None:
        """Show a case, or nothing."""
        empty = Content("")
        self.query_one("#preview-head", Static).update(
            empty if facts is None else _head(facts, calendar, now)
        )
        self.query_one("#preview-text", Static).update(empty if facts is None else _text(facts, last, now))


def _head(facts: CaseFacts, calendar: Calendar, now: int) -> Content:
    about = " · ".join(part for part in (facts.channel, facts.kind, facts.category) if part)
    lines = [
        Content.assemble((f"{facts.number} ", "bold"), (facts.title, "bold")),
        Content("  ").join([alarm.content(facts.alarm), Content(_dates(facts, calendar, now))]),
        Content(
            "  ".join(part for part in (facts.unit and f"主办 {facts.unit}", facts.submitter, about) if part)
        ),
    ]
    return Content("\n").join(lines)


def _text(facts: CaseFacts, last: TimelineRow | None, now: int) -> Content:
    lines = []
    if facts.body:
        lines.append(Content(" ".join(facts.body.split())))
    if last is not None:
        lines.append(Content.styled(_last(last, now), "$text-muted"))
    return Content("\n").join(lines)


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
