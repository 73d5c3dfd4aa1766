"""One line of a form: a label, a control, and a line below it for what is wrong or understood.

A *control* is any focusable widget with `typed` (what stands in it, JSON-able, kept in drafts) and
`entered()` (what it means, JSON-able, as an act carries it; ``None`` when blank).
"""

from __future__ import annotations

from typing import Any, Protocol

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static


class Typed(Message):
    """Something was typed, picked or cleared in a control."""


class Step(Message):
    """The officer goes on to the next field (or back to the one before)."""

    def __init__(self, delta: int = 1) -> None:
        """Say how many fields to go: 1 or -1."""
        self.delta = delta
        super().__init__()


class Control(Protocol):
    """What a field needs of the widget in it."""

    typed: Any

    def entered(self) -> Any:
        """What was entered; ``None`` when blank. Raises ValueError in Chinese when not understood."""


class Field(Horizontal):
    """A label, its control, and one line for what is wrong with it."""

    DEFAULT_CSS = """
    Field { height: auto; }
    Field > .label { width: 13; padding: 0 1 0 0; text-align: right; color: $text-muted; }
    Field > .label.-required { color: $foreground; }
    Field:focus-within > .label { color: $foreground; text-style: bold reverse; }
    Field > Vertical { height: auto; width: 1fr; }
    Field .remark { height: auto; color: $text-muted; display: none; }
    Field .remark.-shown { display: block; }
    Field.-wrong .remark { color: $text-error; }
    Field.-wrong > .label { color: $text-error; }
    """

    def __init__(self, key: str, label: str, control: Widget, *, required: bool = False) -> None:
        """Put a control under a label.

        Args:
            key: name of the value in the form's data.
            label: Chinese, at most six characters.
            control: a widget that is a `Control`.
            required: a form with this blank is not submitted.
        """
        super().__init__(id=f"field-{key}")
        self.key = key
        self.label = label
        self.control: Any = control
        self.required = required
        self._remark = Static("", classes="remark", markup=False)

    def compose(self) -> ComposeResult:
        """The label at the left, the control and its remark at the right."""
        classes = "label -required" if self.required else "label"
        yield Static(self.label, classes=classes, markup=False)
        with Vertical():
            yield self.control
            yield self._remark

    def entered(self) -> Any:
        """What was entered, ``None`` when blank.

        Raises:
            ValueError: not understood, or required and blank; in Chinese.
        """
        value = self.control.entered()
        if self.required and value in (None, "", [], {}):
            raise ValueError(f"请填写“{self.label}”")
        return value

    def remark(self, text: str, *, wrong: bool = False) -> None:
        """Say something below the control; the empty text takes it away. Wrong lines carry a glyph."""
        self.set_class(wrong, "-wrong")
        self._remark.update(f"! {text}" if wrong else text)
        self._remark.set_class(bool(text), "-shown")

    @property
    def wrong(self) -> bool:
        """Whether an error stands below the control."""
        return self.has_class("-wrong")
