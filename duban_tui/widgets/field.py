"""One line of a form: a label, a control, and a line below it for what is wrong or understood.

A *control* is any focusable widget with `typed` (what stands in it, JSON-able, kept in drafts) and
`entered()` (what it means, JSON-able, as an act carries it; ``None`` when blank).
"""

from __future__ import annotations

from typing import Any, Protocol

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static


class Typed(Message):
    """Something was typed, picked or cleared in a control."""


class Stepper:
    """What leads from one field to the next: a form, or a dialog with a single field."""

    def step_from(self, control: Widget, delta: int) -> bool:
        """Move the focus `delta` fields on from `control`; false where there is none to go to."""
        raise NotImplementedError


STEPS = {"enter": 1, "down": 1, "tab": 1, "up": -1, "shift+tab": -1}
"""Keys that lead to the next field, or back."""


def step(control: Widget, delta: int) -> bool:
    """Go on from a control, before any further key is looked at; false where it stands in no form."""
    for node in control.ancestors:
        if isinstance(node, Stepper):
            return node.step_from(control, delta)
    return False


def step_by_key(control: Widget, event: events.Key) -> bool:
    """Go on where the key says so."""
    delta = STEPS.get(event.key)
    if delta is None or not step(control, delta):
        return False
    event.stop()
    event.prevent_default()
    return True


async def edit_at_once(control: Widget, event: events.Key) -> None:
    """Carry out a key of the control's own, as Backspace, here and now.

    Left alone it comes by all parents first, and what was typed behind it in the same burst overtakes it.
    """
    if event._no_default_action:
        return  # It led on.
    for binding in control._bindings.key_to_bindings.get(event.key, ()):
        if await control.app.run_action(binding.action, control):
            event.stop()
            event.prevent_default()
            return


def passed_on(control: Widget, event: events.Key | events.Paste) -> bool:
    """Whether the event was for another control.

    Keys that come in one burst (a slow line, an input method, a paste) all reach the control that had
    the focus when they arrived. Those behind an Enter belong to where it led.
    """
    focused = control.screen.focused
    if focused is None or focused is control:
        return False
    event.stop()
    event.prevent_default()
    again = (
        events.Key(event.key, event.character) if isinstance(event, events.Key) else events.Paste(event.text)
    )
    focused._forward_event(again)
    return True


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
    Field:focus-within { text-style: none; }
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

    @property
    def blank(self) -> bool:
        """Whether nothing stands in the control."""
        return self.control.typed in (None, "", [])

    def take_focus(self) -> None:
        """Give the focus to the control, before any further key is looked at."""
        parts = [self.control, *self.control.query("*")]
        self.screen.set_focus(next(part for part in parts if part.can_focus))

    def remark(self, text: str, *, wrong: bool = False) -> None:
        """Say something below the control; the empty text takes it away. Wrong lines carry a glyph."""
        self.set_class(wrong, "-wrong")
        self._remark.update(f"! {text}" if wrong else text)
        self._remark.set_class(bool(text), "-shown")

    def show_remark(self) -> None:
        """Bring what was said into view: it stands below the control, and may be below the window."""
        self._remark.scroll_visible(animate=False)

    @property
    def wrong(self) -> bool:
        """Whether an error stands below the control."""
        return self.has_class("-wrong")
