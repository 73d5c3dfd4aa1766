"""The first rows of a ledger as they would be taken, for the preview: identities masked."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

from db import instants
from db.exchange.columns import BY_NAME
from db.exchange.lines import Line
from db.exchange.table import Ledger
from db.masking import mask_id, mask_name, mask_phone, mask_text

SHOWN = 3
_LONGEST = 60
_DAYS = ("due", "extend_until")
_TIMES = (
    "received", "dispatched", "signed", "accepted", "replied", "closed", "urge_time", "redo_time"
)  # fmt: skip
_PERSONAL: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "phone": mask_phone,
    "id_number": mask_id,
    "address": lambda text: text[:3] + "***",
}


class Sample(NamedTuple):
    """A row as it would be taken."""

    row: int
    facts: tuple[tuple[str, str], ...]
    """Label and value of every field that is not empty."""


def first(ledger: Ledger) -> tuple[Sample, ...]:
    """The first rows that would be taken."""
    taken = (line for line in ledger.lines() if isinstance(line, Line))
    return tuple(_sample(line) for line in islice(taken, SHOWN))


def _sample(line: Line) -> Sample:
    said = {name: value for name, value in line._asdict().items() if value and name in BY_NAME}
    return Sample(line.row, tuple((BY_NAME[name].label, _shown(name, value)) for name, value in said.items()))


def _shown(name: str, value: Any) -> str:
    if name in _DAYS:
        return _due(value)
    if name in _TIMES:
        return instants.local(value).strftime("%Y-%m-%d %H:%M")
    if value is True:
        return "是"
    text = " ".join(str(value).split())
    text = _PERSONAL[name](text) if name in _PERSONAL else mask_text(text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _due(end: int) -> str:
    """A deadline: its day, and its clock time unless that is the end of the day."""
    if end == instants.start_of(instants.day_of(end)):
        return instants.last_day_of(end).isoformat()
    return instants.local(end).strftime("%Y-%m-%d %H:%M")
