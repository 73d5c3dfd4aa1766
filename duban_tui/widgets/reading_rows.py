"""What a lookup may mean, as rows above its hits: the cursor walks on from the hits into them."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from db.reads.readings import Reading
from duban_tui.widgets.case_list import CURSOR_MARK

WAYS = "Enter 列出全部，Tab 只看它"


class ReadingRows(Static):
    """A line for each reading; without one a single line with a remark, or empty."""

    DEFAULT_CSS = "ReadingRows { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }"
    COMPONENT_CLASSES = {"reading-rows--cursor"}

    class Chosen(Message):
        """A reading was clicked."""

        def __init__(self, place: int) -> None:
            """Say which, counted from 0."""
            self.place = place
            super().__init__()

    def __init__(self) -> None:
        """Start with an empty line."""
        super().__init__("", markup=False)
        self._count = 0

    def say(self, remark: str) -> None:
        """One line that is no reading."""
        self._count = 0
        self.update(remark)

    def offer(self, readings: Sequence[Reading], at: int | None) -> None:
        """The readings, with the cursor on one of them or on none."""
        self._count = len(readings)
        self.update(Content("\n").join(self._line(each, n == at) for n, each in enumerate(readings)))

    def _line(self, reading: Reading, here: bool) -> Content:
        text = f"{CURSOR_MARK if here else ' '}{reading.said}：{WAYS}"
        if not here:
            return Content(text)
        width = max(0, self.size.width - Content(text).cell_length)
        return Content.styled(text + " " * width, ".reading-rows--cursor")

    def on_click(self, event: events.Click) -> None:
        """A click lists what the reading means."""
        if event.y < self._count:
            self.post_message(self.Chosen(event.y))
