"""The office's own rules as data: kinds of case with their limits, channels, categories, reasons.

They come from ``config.toml`` and are handed to `db` as one frozen value; what a case was judged by
is copied into its events, so changing the config never moves a date that was given.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple


class LimitUnit(StrEnum):
    """How a limit is counted."""

    WORKDAYS = "工作日"
    DAYS = "日"
    HOURS = "小时"
    NONE = "长期"


_LIMIT = re.compile(r"(\d{1,4})\s*个?\s*(工作日|自然日|日|天|小时)")
_OPEN_ENDED = ("长期", "无明确时限", "持续推进", "常态化")


class Limit(NamedTuple):
    """A time limit: so many working days, days or hours, and how it is counted."""

    value: int
    unit: LimitUnit
    same_day: bool = False
    """当日起算 instead of 次日起算."""
    roll: bool = True
    """A limit in 日 that ends on a day off ends on the next working day (民法典 art. 203)."""
    basis: str = ""
    """The legal basis, shown to whoever asks why."""

    @classmethod
    def parse(cls, text: str, *, same_day: bool = False, roll: bool = True, basis: str = "") -> Limit:
        """Read ``5工作日``, ``15日``, ``24小时`` or ``长期``.

        Raises:
            ValueError: not a limit; the message is fit to be shown.
        """
        written = text.strip()
        if written in _OPEN_ENDED:
            return cls(0, LimitUnit.NONE, same_day, roll, basis)
        match = _LIMIT.fullmatch(written)
        if match is None:
            raise ValueError(f"看不懂时限“{text}”，请写成 5工作日、15日、24小时 或 长期")
        value, unit = int(match[1]), match[2]
        if value == 0:
            raise ValueError(f"时限不能是 0：“{text}”")
        names = {"工作日": LimitUnit.WORKDAYS, "小时": LimitUnit.HOURS}
        return cls(value, names.get(unit, LimitUnit.DAYS), same_day, roll, basis)

    def __str__(self) -> str:
        """As shown and stored: ``5工作日``."""
        return LimitUnit.NONE.value if self.unit is LimitUnit.NONE else f"{self.value}{self.unit.value}"

    def to_data(self) -> list[Any]:
        """As an event carries it."""
        return [self.value, self.unit.value, self.same_day, self.roll, self.basis]

    @classmethod
    def from_data(cls, data: list[Any]) -> Limit:
        """Read what `to_data` wrote."""
        return _limit_of(tuple(data))


@lru_cache(maxsize=256)
def _limit_of(data: tuple[Any, ...]) -> Limit:
    """Kept, because an office has a handful and every case is read with one or two of them."""
    value, unit, same_day, roll, basis = data
    return Limit(value, LimitUnit(unit), same_day, roll, basis)


class DeadlineRules(NamedTuple):
    """The thresholds of supervision (docs/ARCHITECTURE.md, "Deadlines")."""

    accept_days: int = 2
    """Working days within which a unit must accept; past them 预警."""
    urgent_days: int = 2
    """紧急 while at most so many working days remain after today."""
    urgent_min_limit: int = 3
    """Limits shorter than this many working days never show 紧急: they would from birth."""
    stop_at: str = "submit"
    """``submit``: the clock stops at 办结申请; ``close``: at 办结."""
    closing: dt.time | None = None
    """Closing time of the office; a due day ends then. ``None`` = 24:00."""

    def to_data(self) -> list[Any]:
        """As an event carries it."""
        closing = None if self.closing is None else self.closing.isoformat()
        return [self.accept_days, self.urgent_days, self.urgent_min_limit, self.stop_at, closing]

    @classmethod
    def from_data(cls, data: list[Any]) -> DeadlineRules:
        """Read what `to_data` wrote."""
        return _rules_of(tuple(data))


@lru_cache(maxsize=64)
def _rules_of(data: tuple[Any, ...]) -> DeadlineRules:
    accept_days, urgent_days, urgent_min_limit, stop_at, closing = data
    at = None if closing is None else dt.time.fromisoformat(closing)
    return DeadlineRules(accept_days, urgent_days, urgent_min_limit, stop_at, at)


class Kind(NamedTuple):
    """A kind of case: 诉求, 线索, 督办事项."""

    name: str
    limit: Limit
    prefix: str = ""
    """Put before the number."""
    report: bool = False
    """Cases of this kind are 举报 from the start."""


class Category(NamedTuple):
    """What a case is about; may carry a limit of its own, by law."""

    name: str
    limit: Limit | None = None


def _told(limit: Limit | None) -> list[Any] | None:
    return None if limit is None else limit.to_data()


def _understood(told: list[Any] | None) -> Limit | None:
    return None if told is None else Limit.from_data(told)


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the office decides for itself."""

    kinds: tuple[Kind, ...]
    channels: tuple[str, ...]
    categories: tuple[Category, ...]
    urgencies: dict[str, Limit | None] = field(default_factory=dict)
    """紧急程度 → its own limit, or None for the kind's."""
    refuse_reasons: tuple[str, ...] = ()
    return_reasons: tuple[str, ...] = ()
    pause_reasons: tuple[str, ...] = ()
    number_pattern: str = "{year}-{seq:06d}"
    deadlines: DeadlineRules = field(default_factory=DeadlineRules)
    redo_limit: Limit = field(default_factory=lambda: Limit(5, LimitUnit.WORKDAYS))
    """The limit of a 退回重办."""
    calendar_days: dict[dt.date, bool] = field(default_factory=dict)
    """Local overrides: day → is a working day (e.g. 民族节日 of an autonomous county)."""

    def to_data(self) -> dict[str, Any]:
        """As JSON: what a field copy takes along."""
        return {
            "kinds": [[*one._replace(limit=one.limit.to_data())] for one in self.kinds],  # type: ignore[arg-type]
            "channels": list(self.channels),
            "categories": [[one.name, _told(one.limit)] for one in self.categories],
            "urgencies": {name: _told(limit) for name, limit in self.urgencies.items()},
            "refuse_reasons": list(self.refuse_reasons),
            "return_reasons": list(self.return_reasons),
            "pause_reasons": list(self.pause_reasons),
            "number_pattern": self.number_pattern,
            "deadlines": self.deadlines.to_data(),
            "redo_limit": self.redo_limit.to_data(),
            "calendar_days": {day.isoformat(): work for day, work in self.calendar_days.items()},
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Rules:
        """Read what `to_data` wrote.

        Raises:
            KeyError, TypeError, ValueError: something else did.
        """
        days = data["calendar_days"].items()
        return cls(
            kinds=tuple(Kind(name, Limit.from_data(limit), *rest) for name, limit, *rest in data["kinds"]),
            channels=tuple(data["channels"]),
            categories=tuple(Category(name, _understood(limit)) for name, limit in data["categories"]),
            urgencies={name: _understood(limit) for name, limit in data["urgencies"].items()},
            refuse_reasons=tuple(data["refuse_reasons"]),
            return_reasons=tuple(data["return_reasons"]),
            pause_reasons=tuple(data["pause_reasons"]),
            number_pattern=str(data["number_pattern"]),
            deadlines=DeadlineRules.from_data(data["deadlines"]),
            redo_limit=Limit.from_data(data["redo_limit"]),
            calendar_days={dt.date.fromisoformat(day): bool(work) for day, work in days},
        )

    def kind(self, name: str) -> Kind:
        """The kind of that name.

        Raises:
            ValueError: no such kind in the config.
        """
        for kind in self.kinds:
            if kind.name == name:
                return kind
        raise ValueError(f"没有“{name}”这类事项，配置里有：{'、'.join(k.name for k in self.kinds)}")

    def limit_for(self, kind: str, category: str = "", urgency: str = "") -> Limit:
        """The limit of a case: the urgency's own, else the category's, else the kind's."""
        own = self.urgencies.get(urgency)
        if own is not None:
            return own
        for entry in self.categories:
            if entry.name == category and entry.limit is not None:
                return entry.limit
        return self.kind(kind).limit
