"""The second line: what waits for this desk, and how many cases stand in each state."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.reactive import reactive

from db.reads.board import QUEUES, UNCLAIMED, Counts
from db.terms import UNCLAIMED_LABEL, Alarm, Pending
from duban_tui.widgets.alarm import FACES
from duban_tui.widgets.fitting import MORE, Line, Piece, width_of

ALL_QUEUES = "all"
"""The view of all queues of the desk, one after the other."""

QUEUE_LABELS = {**{str(pending): pending.label for pending in Pending}, UNCLAIMED: UNCLAIMED_LABEL}

TABS = (Alarm.OVERDUE, Alarm.URGENT, Alarm.WARNING, Alarm.DELIVERED, Alarm.NORMAL, Alarm.DONE)
"""States with a key of their own, 1 to 6; 暂停 (7) shows where there are any."""


class StateBar(Line):
    """Counts of the chosen unit and all below it; the active view stands reversed."""

    counts: reactive[Counts | None] = reactive(None)
    """`None` while they are being read: no number is better than an old one."""
    alarm: reactive[str] = reactive("")
    queue: reactive[str] = reactive("")
    scope: reactive[str] = reactive("")
    """Name of the chosen unit; empty = the whole tree."""
    found: reactive[str] = reactive("")
    """What was looked up, while the list shows that instead of a state of the unit."""

    DEFAULT_CSS = "StateBar { background: $surface; }"

    def pieces(self, width: int) -> Sequence[Piece]:
        """In words with room for them, tight without; what does not fit is behind ▸."""
        if self.found:
            return self._found_line(width)
        for tight in (False, True):
            line = self._queue_line(tight) if self.queue else self._alarm_line(tight)
            if self.scope:
                # Tight, it stands before what may be dropped: without it a part looks like the whole office.
                place, words = (0, self.scope) if tight else (len(line), f"{self.scope}及以下")
                line.insert(place, Piece("", words, "$text-muted"))
            if width_of(line, self.GAP) <= width:
                return line
        while line and width_of([*line, Piece("", MORE)], self.GAP) > width:
            line.pop()
        return [*line, Piece("palette", MORE)]

    def _found_line(self, width: int) -> list[Piece]:
        """The counts are those of the unit: they would mislead over a list of something else."""
        way = Piece("back", "Esc 回总台")
        room = width - cell_len(way.text) - self.GAP
        return [Piece("", set_cell_size(self.found, min(room, cell_len(self.found))), "reverse bold"), way]

    def _alarm_line(self, tight: bool) -> list[Piece]:
        waiting = sum(self.counts.queues.values()) if self.counts else None
        line = [Piece("queues", self._said("0", "待办", waiting, tight)), *self._conflicts(tight)]
        for alarm in (*TABS, Alarm.PAUSED):
            count = self.counts.alarms[alarm] if self.counts else None
            look = FACES[alarm]
            active = self.alarm == alarm
            if alarm is Alarm.PAUSED and not count and not active:
                continue
            style = "reverse bold" if active else f"${look.token}"
            line.append(Piece(str(alarm), self._said(look.glyph, look.word, count, tight), style))
        return line

    def _queue_line(self, tight: bool) -> list[Piece]:
        queues = self.counts.queues if self.counts else None
        waiting = sum(queues.values()) if queues else None
        whole = "reverse bold" if self.queue == ALL_QUEUES else ""
        line = [Piece("queues", self._said("0", "待办", waiting, tight), whole), *self._conflicts(tight)]
        for queue in QUEUES:
            style = "reverse bold" if self.queue == queue else ""
            count = queues[queue] if queues else None
            line.append(Piece(f"queue:{queue}", self._said("", QUEUE_LABELS[queue], count, tight), style))
        return [*line, Piece("everything", "8 全部" if not tight else "8全部")]

    def _conflicts(self, tight: bool) -> list[Piece]:
        """Only where there are any: contradictions wait for a decision as the queues do."""
        count = self.counts.conflicts if self.counts else 0
        said = self._said("⚑", "冲突", count, tight)
        return [Piece("conflicts", said, "$text-warning")] if count else []

    @staticmethod
    def _said(mark: str, word: str, count: int | None, tight: bool) -> str:
        number = "" if count is None else f"{count:,}"
        return f"{mark}{word}{number}" if tight else " ".join(part for part in (mark, word, number) if part)
