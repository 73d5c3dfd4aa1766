"""How a deadline state looks: always glyph + word + colour token, never colour alone.

The glyphs are one cell wide in every font; `tokens` are theme variables (``$text-error`` …), so that
16 colours, NO_COLOR and light themes need nothing of their own.
"""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from db.terms import Alarm


class Face(NamedTuple):
    """Glyph, word and colour of an alarm."""

    glyph: str
    word: str
    token: str
    """Theme variable without the dollar sign, e.g. ``text-error``."""

    @property
    def text(self) -> str:
        """``! 警报``."""
        return f"{self.glyph} {self.word}"

    @property
    def css_class(self) -> str:
        """Component class of the alarm in a widget that paints lists: ``alarm--text-error``."""
        return f"alarm--{self.token}"


_LOOKS = {
    Alarm.OVERDUE: ("!", "text-error"),
    Alarm.URGENT: ("+", "text-warning"),
    Alarm.WARNING: ("?", "text-accent"),
    Alarm.DELIVERED: (">", "text-primary"),
    Alarm.NORMAL: ("-", "foreground"),
    Alarm.PAUSED: ("*", "text-muted"),
    Alarm.DONE: ("✓", "text-success"),
}

FACES: dict[Alarm, Face] = {
    alarm: Face(glyph, alarm.label, token) for alarm, (glyph, token) in _LOOKS.items()
}
"""The face of every alarm, worst first."""


def face(alarm: str) -> Face:
    """The face of an alarm given by its code."""
    return FACES[Alarm(alarm)]


def content(alarm: str, *, count: int | None = None) -> Content:
    """An alarm as content for a label: ``! 警报`` or ``! 警报 3``, coloured by the theme."""
    look = face(alarm)
    text = look.text if count is None else f"{look.text} {count:,}"
    return Content.styled(text, f"${look.token}")
