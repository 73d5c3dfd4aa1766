"""A column of fields: Enter goes down it, and what is wrong is said where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from duban_tui.widgets.field import Field, Stepper


class Form(VerticalScroll, Stepper, can_focus=False):
    """Fields in the order in which they are filled in."""

    class Ended(Message):
        """Enter on the last field: nothing follows but submitting."""

    def fields(self) -> Iterator[Field]:
        """The fields that are shown, top to bottom."""
        return (field for field in self.query(Field) if field.display)

    def field(self, key: str) -> Field:
        """The field of that name; a `KeyError` where there is none."""
        for field in self.query(Field):
            if field.key == key:
                return field
        raise KeyError(key)

    def typed(self) -> dict[str, Any]:
        """What stands in the fields, for a draft; blank ones are left out."""
        return {field.key: field.control.typed for field in self.query(Field) if not field.blank}

    def fill(self, typed: Mapping[str, Any]) -> None:
        """Put a draft back; names that the form no longer has are passed over."""
        for field in self.query(Field):
            if field.key in typed:
                field.control.typed = typed[field.key]

    def entered(self) -> dict[str, Any] | None:
        """What the fields mean, by name. ``None`` when one is wrong: it says so and has the focus."""
        values: dict[str, Any] = {}
        wrong: list[Field] = []
        for field in self.fields():
            try:
                values[field.key] = field.entered()
                field.remark("")
            except ValueError as error:
                field.remark(str(error), wrong=True)
                wrong.append(field)
        if wrong:
            wrong[0].take_focus()
            self.call_after_refresh(wrong[0].show_remark)
            return None
        return values

    def understood(self, key: str) -> Any:
        """What one field means so far: ``None`` while blank or not understood."""
        try:
            return self.field(key).control.entered()
        except ValueError:
            return None

    def focus_first(self) -> None:
        """Give the focus to the first field that is not filled in yet; to the first one where all are."""
        fields = list(self.fields())
        next((field for field in fields if field.blank), fields[0]).take_focus()

    def step_from(self, control: Widget, delta: int) -> bool:
        """Move on; say at once when what stands in the field is not understood."""
        fields = list(self.fields())
        here = next((i for i, field in enumerate(fields) if field in control.ancestors), None)
        if here is None:
            return False
        self._check(fields[here])
        there = here + delta
        if 0 <= there < len(fields):
            fields[there].take_focus()
            return True
        if delta > 0:
            self.post_message(self.Ended())
        return False

    def _check(self, field: Field) -> None:
        try:
            field.control.entered()
            if field.wrong:
                field.remark("")
        except ValueError as error:
            field.remark(str(error), wrong=True)
