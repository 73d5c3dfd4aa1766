"""The second line: what waits for this desk, and how many cases stand in each state."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.reactive import reactive

from db.reads.board import QUEUES, SORTS, UNCLAIMED, Counts
from db.terms import UNCLAIMED_LABEL, Alarm, Pending
from duban_tui.widgets.alarm import FACES
from duban_tui.widgets.case_columns import cut
from duban_tui.widgets.fitting import MORE, Line, Piece, fitted, width_of

ALL_QUEUES = "all"
"""The view of all queues of the desk, one after the other."""

QUEUE_LABELS = {**{str(pending): pending.label for pending in Pending}, UNCLAIMED: UNCLAIMED_LABEL}

TABS = (Alarm.OVERDUE, Alarm.URGENT, Alarm.WARNING, Alarm.DELIVERED, Alarm.NORMAL, Alarm.DONE)
"""States with a key of their own, 1 to 6; 暂停 (7) shows where there are any."""


SORT_WORDS = {
    "urgency": "最急在前", "due": "按期限", "newest": "最新在前",
    "updated": "按更新", "number": "按编号", "unit": "按单位",
}  # fmt: skip
"""The orders of the list, in words."""

ACTIVE = "reverse bold"
WORDS_CELLS = 12
"""Cells that the words of the filter may take."""

UNIT_CELLS = 14
"""Cells that the name of the unit may take where there is little room."""


class StateBar(Line):
    """Counts of the chosen unit and all below it; the open view stands reversed, and at every width."""

    counts: reactive[Counts | None] = reactive(None)
    """`None` while they are being read: no number is better than an old one."""
    alarm: reactive[str] = reactive("")
    queue: reactive[str] = reactive("")
    sort: reactive[str] = reactive(SORTS[0])
    words: reactive[str] = reactive("")
    """What the list is filtered by."""
    scope: reactive[str] = reactive("")
    """Name of the chosen unit; empty = the whole tree."""
    found: reactive[tuple[str, int] | None] = reactive(None)
    """What was looked up and how many it found, while the list shows that instead of a state of the unit."""

    DEFAULT_CSS = "StateBar { background: $surface; }"

    def pieces(self, width: int) -> Sequence[Piece]:
        """In words with room for them, tight without; what does not fit is behind ▸."""
        if self.found is not None:
            return self._found_line(*self.found, width)
        line = self._line(tight=False)
        if width_of(line) <= width:
            return line
        tight = [piece._replace(gap=1) for piece in self._line(tight=True)]
        return fitted(tight, width, Piece("palette", MORE, gap=1))

    def _found_line(self, label: str, count: int, width: int) -> list[Piece]:
        """The counts are those of the unit: they would mislead over a list of something else."""
        number, way = f" {count:,} 件", Piece("back", "Esc 回总台")
        room = width - cell_len(f"快查 {number}") - width_of([way]) - way.gap
        return [Piece("", f"快查 {cut(label, room)}{number}", ACTIVE), way]

    def _line(self, *, tight: bool) -> list[Piece]:
        """The views, then how the open one is ordered and what narrows it.

        Tight, the unit stands before all: without it a part looks like the whole office.
        """
        line = self._queue_line(tight) if self.queue else self._alarm_line(tight)
        changed = self.sort != SORTS[0] and self.alarm != Alarm.DONE
        if changed or not tight:
            line.append(Piece("sort", SORT_WORDS[self.sort], "" if changed else "$text-muted", stays=changed))
        if self.words:
            line.append(Piece("filter", f"筛“{cut(self.words, WORDS_CELLS)}”", stays=True))
        if self.scope:
            name = cut(self.scope, UNIT_CELLS) if tight else f"{self.scope}及以下"
            unit = Piece("", name, "$text-muted", stays=True)
            line.insert(0 if tight else len(line), unit)
        return line

    @property
    def _waiting(self) -> int | None:
        return sum(self.counts.queues.values()) if self.counts else None

    def _alarm_line(self, tight: bool) -> list[Piece]:
        counts = self.counts
        line = [self._view("queues", "0", "待办", self._waiting, tight), *self._conflicts(tight)]
        for alarm in (*TABS, Alarm.PAUSED):
            count = counts.alarms[alarm] if counts else None
            look, active = FACES[alarm], self.alarm == alarm
            if alarm is Alarm.PAUSED and not count and not active:
                continue
            line.append(self._view(str(alarm), look.glyph, look.word, count, tight, active, f"${look.token}"))
        opened = counts.open if counts else None
        return [*line, self._view("everything", "8", "全部", opened, tight, not self.alarm)]

    def _queue_line(self, tight: bool) -> list[Piece]:
        queues = self.counts.queues if self.counts else None
        whole = self.queue == ALL_QUEUES
        line = [self._view("queues", "0", "待办", self._waiting, tight, whole), *self._conflicts(tight)]
        for queue in QUEUES:
            count, active = queues[queue] if queues else None, self.queue == queue
            line.append(self._view(f"queue:{queue}", "", QUEUE_LABELS[queue], count, tight, active))
        return [*line, self._view("everything", "8", "全部", None, tight)]

    def _conflicts(self, tight: bool) -> list[Piece]:
        """Only where there are any: contradictions wait for a decision as the queues do."""
        count = self.counts.conflicts if self.counts else 0
        if not count:
            return []
        return [self._view("conflicts", "⚑", "冲突", count, tight, style="$text-warning")]

    @staticmethod
    def _view(
        name: str,
        mark: str,
        word: str,
        count: int | None,
        tight: bool,
        active: bool = False,
        style: str = "",
    ) -> Piece:
        number = "" if count is None else f"{count:,}"
        text = f"{mark}{word}{number}" if tight else " ".join(part for part in (mark, word, number) if part)
        return Piece(name, text, ACTIVE if active else style, stays=active)
