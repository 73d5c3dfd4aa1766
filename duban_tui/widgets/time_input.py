"""Inputs for a time, a day and a time limit, each in the words an officer uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events

from db import instants
from db.rules import Limit
from duban_tui import written
from duban_tui.widgets.line_input import LineInput


class TimeInput(LineInput):
    """A moment. What was understood replaces what was typed on leaving: a draft of yesterday stays true."""

    def __init__(
        self,
        instant: int | None = None,
        *,
        clock: Callable[[], int] = instants.now,
        enter_is_now: bool = False,
    ) -> None:
        """Start with an instant, or blank.

        Args:
            instant: what stands there first.
            clock: the present instant; relative words are read against it.
            enter_is_now: Enter in the blank field writes the present time (an arrow passes it by).
        """
        shown = "" if instant is None else written.show_time(instant)
        hint = f"回车填现在，或 {written.TIME_HINT}" if enter_is_now else written.TIME_HINT
        super().__init__(shown, placeholder=hint)
        self._clock, self._enter_is_now = clock, enter_is_now
        self._given = (shown, instant)

    def lead_on(self, event: events.Key) -> None:
        """Enter in the blank field writes the present time, where that is offered."""
        if self._enter_is_now and event.key == "enter" and not self.value.strip():
            self.value = written.show_time(self._clock())
        super().lead_on(event)

    def entered(self) -> int | None:
        """The instant, ``None`` when blank. What was given and not changed keeps its seconds.

        Raises:
            ValueError: not understood.
        """
        shown, instant = self._given
        if self.value == shown:
            return instant
        return written.read_time(self.value, self._clock()) if self.value.strip() else None

    def on_blur(self, _event: events.Blur) -> None:
        """Write out what was understood."""
        _write_out(self, lambda: written.show_time(self.entered() or 0))


class DayInput(LineInput):
    """A day, kept as its ISO text."""

    def __init__(self, *, clock: Callable[[], int] = instants.now) -> None:
        """Start blank; relative words are read against `clock`."""
        super().__init__(placeholder=written.DAY_HINT)
        self._clock = clock

    def entered(self) -> str | None:
        """The day as ``2026-11-30``, ``None`` when blank.

        Raises:
            ValueError: not understood.
        """
        if not self.value.strip():
            return None
        return written.read_day(self.value, instants.day_of(self._clock())).isoformat()

    def on_blur(self, _event: events.Blur) -> None:
        """Write out what was understood."""
        _write_out(self, lambda: str(self.entered()))


class LimitInput(LineInput):
    """A time limit such as ``5工作日``."""

    def __init__(self, value: str = "") -> None:
        """Start with a limit as text, or blank for the one the rules give."""
        super().__init__(value, placeholder="5工作日、15日、24小时、长期")

    def entered(self) -> str | None:
        """The limit as stored, ``None`` when blank.

        Raises:
            ValueError: not understood.
        """
        return str(Limit.parse(self.value)) if self.value.strip() else None


def _write_out(control: LineInput, shown: Callable[[], Any]) -> None:
    """Put the understood form in the place of the typed one; leave alone what is not understood."""
    if not control.value.strip():
        return
    try:
        control.value = shown()
    except ValueError:
        return
