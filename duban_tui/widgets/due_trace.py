"""The deadline, drawn: a line of days for the case screen, and the day-by-day table behind F7."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from db import instants
from db.deadlines import Trace, TraceDay
from db.workdays import DayKind
from duban_tui.wording import WEEKDAYS

JOINT = " - "
"""Between two days. Not a box line: those take two cells in some Chinese terminals."""

FREE_DAYS = {DayKind.WEEKEND: "", DayKind.HOLIDAY: "休", DayKind.MAKEUP: "班", DayKind.WORK: ""}
"""What a day's kind adds to its name in the line; weekends say 休 by themselves."""


class DayLine(Widget):
    """期限: what is past, today, days off and 调休, the urgent part, the end; in at most `max_lines`."""

    DEFAULT_CSS = """
    DayLine { height: auto; width: 1fr; }
    """

    max_lines = 2
    """Lines it may take; days in between are folded into a count until it fits."""

    def __init__(self) -> None:
        """Start empty; `show` draws."""
        super().__init__()
        self._trace: Trace | None = None
        self._now = 0

    def show(self, trace: Trace | None, now: int) -> None:
        """Draw a trace as of now; ``None``: there is no clock yet."""
        self._trace, self._now = trace, now
        self.refresh(layout=True)

    def render(self) -> Content:
        """The line, folded to the width there is."""
        return Content("\n").join(self._lines(self.size.width or 80))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the days take, folded."""
        return len(self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        if self._trace is None:
            return [Content("期限  未交办，还没有期限")]
        if self._trace.due_at is None and not self._trace.days:
            return [Content("期限  长期，没有应办结日")]
        today = instants.day_of(self._now)
        kept = list(self._trace.days)
        pieces = day_pieces(kept, self._trace, today)
        while True:
            lines = _wrap([_heading(self._trace, today), *pieces], width)
            if len(lines) <= self.max_lines:
                return lines
            folded = fold(kept, today, len(pieces) - 2)
            if len(folded) >= len(pieces):
                return lines[: self.max_lines]
            pieces = day_pieces(folded, self._trace, today)


def _heading(trace: Trace, today: dt.date) -> Content:
    """``期限``; of another year with the day on which the line begins; 暂定 where it is."""
    first = trace.days[0].day if trace.days else today
    since = "" if first.year == today.year else f"{first} 起 "
    return Content.assemble(
        (f"期限 {since}", "$text-muted"), ("暂定 " if trace.provisional else "", "$text-warning")
    )


def fold(days: Sequence[TraceDay], today: dt.date, most: int) -> list[TraceDay | list[TraceDay]]:
    """Leave out plain days, longest runs first, until at most `most` pieces are left where that goes.

    The first and last day, today, and days that carry a mark stay.
    """
    pieces: list[TraceDay | list[TraceDay]] = list(days)
    while len(pieces) > most:
        runs = _plain_runs(pieces, today)
        if not runs:
            break
        start, end = max(runs, key=lambda run: run[1] - run[0])
        folded: list[TraceDay] = []
        for piece in pieces[start:end]:
            folded += piece if isinstance(piece, list) else [piece]
        pieces[start:end] = [folded]
    return pieces


def _plain_runs(pieces: Sequence[TraceDay | list[TraceDay]], today: dt.date) -> list[tuple[int, int]]:
    """Spans of two or more neighbours that may be folded into one."""
    runs, start = [], None
    for i, piece in enumerate([*pieces, None]):
        plain = isinstance(piece, list) or (piece is not None and not piece.mark and piece.day != today)
        if plain and start is None:
            start = i
        elif not plain and start is not None:
            if i - start > 1:
                runs.append((start, i))
            start = None
    return runs


def day_pieces(days: Sequence[TraceDay | list[TraceDay]], trace: Trace, today: dt.date) -> list[Content]:
    """The pieces of the line; the first day that is seen of a month carries the month."""
    pieces, month = [], 0
    for piece in days:
        if isinstance(piece, list):
            pieces.append(Content.styled(f"({len(piece)} 日)", "$text-muted"))
        else:
            pieces.append(day_piece(piece, trace, today, named=piece.day.month != month))
            month = piece.day.month
    return pieces


def day_piece(day: TraceDay, trace: Trace, today: dt.date, *, named: bool = False) -> Content:
    """One day of the line: ``23一 应办结``, ``11-23一`` with its month; today stands in brackets."""
    number = f"{day.day:%m-%d}" if named else str(day.day.day)
    words = [f"{number}{WEEKDAYS[day.day.weekday()]}"]
    if day.kind is DayKind.WEEKEND:
        words[0] += "休"
    else:
        words[0] += FREE_DAYS[day.kind]
    if day.mark:
        words.append(day.mark.replace("、", " "))
    text = " ".join(words)
    if day.day == today:
        text = f"[{text}]" if "今天" in text else f"[{text} 今天]"
    return Content.styled(text, _style(day, trace, today))


def _style(day: TraceDay, trace: Trace, today: dt.date) -> str:
    due = None if trace.due_at is None else instants.last_day_of(trace.due_at)
    if due is not None and day.day >= due:
        return "bold $text-error" if today > due or day.day == due else "$text-error"
    if day.day < today:
        return "$text-muted"
    urgent = None if trace.urgent_from is None else instants.day_of(trace.urgent_from)
    weight = "bold " if day.day == today else ""
    if urgent is not None and day.day >= urgent:
        return weight + "$text-warning"
    return weight.strip()


def _wrap(pieces: Sequence[Content], width: int) -> list[Content]:
    """Join the pieces into lines of at most `width` cells; the first piece is the heading."""
    heading, *days = pieces
    lines, line, empty = [], heading, True
    for piece in days:
        joined = piece if empty else Content(JOINT) + piece
        if line.cell_length + joined.cell_length > width and not empty:
            lines.append(line)
            line, joined = Content(" " * heading.cell_length), piece
        line, empty = line + joined, False
    return [*lines, line]


class DueTable(Static):
    """逐日说明: every day from 送达 to the end, why it counts or not, and the rule in words."""

    DEFAULT_CSS = """
    DueTable { height: auto; }
    """

    def __init__(self, trace: Trace, now: int) -> None:
        """Show a trace as of now."""
        super().__init__(due_table(trace, instants.day_of(now)), markup=False)


def due_table(trace: Trace, today: dt.date) -> Content:
    """The sentences, then one line for each day."""
    lines = [Content(sentence) for sentence in trace.sentences]
    lines.append(Content(""))
    for day in trace.days:
        counted = f"第 {day.counted} 日" if day.counted is not None else ""
        name = f"{day.kind.label} {day.name}".strip()
        row = f"{day.day} 周{WEEKDAYS[day.day.weekday()]}  {_pad(name, 14)}{_pad(counted, 10)}{day.mark}"
        pointer = "> " if day.day == today else "  "
        lines.append(Content.styled(pointer + row, _style(day, trace, today)))
    return Content("\n").join(lines)


def _pad(text: str, width: int) -> str:
    return text + " " * max(0, width - cell_len(text))
