"""From the data an action carries (`db.actions.FIELDS`) to the fields of its form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from db import instants, units
from db.actions import CHOICES, CORRECTABLE, FieldSpec
from db.connection import Connection
from db.rules import Rules
from db.units import UnitIndex, UnitRow
from duban_tui.widgets.choice import Choice, Option, YesNo
from duban_tui.widgets.field import Field
from duban_tui.widgets.line_input import LineInput
from duban_tui.widgets.long_text import LongText
from duban_tui.widgets.time_input import DayInput, LimitInput, TimeInput
from duban_tui.widgets.unit_picker import UnitPicker, UnitsPicker

if TYPE_CHECKING:
    from duban_tui.app import DubanApp

URGE_WAYS = ("电话", "消息", "催办单", "当面")
"""How a unit is urged."""


class EndOfDay(DayInput):
    """A day that an act means to its end: it is entered as the instant at which the day is over."""

    def __init__(self, rules: Rules, clock: Callable[[], int]) -> None:
        """End days as `rules` say (24:00 or the closing time)."""
        super().__init__(clock=clock)
        self._ends_at = rules.deadlines.closing

    def entered(self) -> Any:
        """The exclusive end of the day, ``None`` when blank. Raises ValueError when not understood."""
        day = super().entered()
        return None if day is None else instants.end_of(dt.date.fromisoformat(day), self._ends_at)


class People(LineInput):
    """Names separated by 、 or a comma; somebody without a name (某店主) is one like any other."""

    def entered(self) -> list[str] | None:
        """The names, ``None`` when there are none."""
        return [name for name in re.split(r"[、，,；;\s]+", self.value) if name] or None


class Units:
    """Type-ahead over the units of an office, read when the first letter is typed."""

    def __init__(self, reader: Callable[[], Connection]) -> None:
        """Ask the connection that `reader` gives."""
        self._reader = reader
        self._index: UnitIndex | None = None

    def suggest(self, text: str) -> list[UnitRow]:
        """Units that fit, best first."""
        if self._index is None:
            self._index = UnitIndex(self._reader())
        return self._index.suggest(text)

    def known(self, uid: str) -> UnitRow | None:
        """The unit of a uid, as it is now."""
        found = units.id_of(self._reader(), uid)
        return None if found is None else units.row(self._reader(), found)


def options(rules: Rules, choices: str) -> list[Option]:
    """The options of a choice, from a term of the field or a list of the office's rules."""
    if choices in CHOICES:
        return [(str(term.value), term.label) for term in CHOICES[choices]]
    if choices == "correctable":
        return list(CORRECTABLE.items())
    names: dict[str, Any] = {
        "kinds": [kind.name for kind in rules.kinds],
        "channels": rules.channels,
        "categories": [category.name for category in rules.categories],
        "urgencies": list(rules.urgencies),
        "refuse_reasons": rules.refuse_reasons,
        "return_reasons": rules.return_reasons,
        "pause_reasons": rules.pause_reasons,
        "urge_ways": URGE_WAYS,
    }
    return [(name, name) for name in names[choices]]


def field_for(spec: FieldSpec, app: DubanApp, unit_source: Units) -> Field:
    """The field of a form that takes a datum of an action."""
    return Field(spec.name, spec.label, _control(spec, app, unit_source), required=spec.required)


def _control(spec: FieldSpec, app: DubanApp, unit_source: Units) -> Widget:
    rules = app.config.rules
    makers: dict[str, Callable[[], Widget]] = {
        "text": LineInput,
        "long": LongText,
        "unit": lambda: UnitPicker(unit_source.suggest, unit_source.known),
        "units": lambda: UnitsPicker(unit_source.suggest, unit_source.known),
        "time": lambda: TimeInput(clock=app.now),
        "day": lambda: EndOfDay(rules, app.now),
        "limit": LimitInput,
        "choice": lambda: Choice(options(rules, spec.choices)),
        "bool": YesNo,
        "list": People,
    }
    return makers[spec.kind]()
