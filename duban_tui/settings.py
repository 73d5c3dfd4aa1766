"""Reading one settings file strictly: an unknown key or a wrong value is named, with the nearest right one.

A *reader* turns a TOML value into ours or raises `ValueError` with the rest of the sentence in Chinese.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from db.rules import Limit

Reader = Callable[[Any], Any]


class ConfigError(Exception):
    """A settings file cannot be taken; the message is one line for the officer."""


def read_table(file: Path, section: str, table: Any, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Read the keys of a table.

    Raises:
        ConfigError: not a table, an unknown key, or a value its reader refuses.
    """
    where = f"[{section}] " if section else ""
    if not isinstance(table, dict):
        raise ConfigError(f"{file}：{where.strip()} 应是一段设置，不是单个值")
    read: dict[str, Any] = {}
    for key, value in table.items():
        if key not in readers:
            raise ConfigError(f"{file}：{where}没有“{key}”这一项{nearest(key, readers)}")
        try:
            read[key] = readers[key](value)
        except ValueError as error:
            raise ConfigError(f"{file}：{where}{key} {error}") from None
    return read


def nearest(written: str, known: Iterable[str]) -> str:
    """What was probably meant: ``，是不是“urgent_days”？``; else what there is."""
    known = list(known)
    close = difflib.get_close_matches(written, known, n=1, cutoff=0.5)
    return f"，是不是“{close[0]}”？" if close else f"，可用的有：{'、'.join(known)}"


def text(value: Any) -> str:
    """A string, without blanks at its ends."""
    if not isinstance(value, str):
        raise ValueError(f"应是文字（加引号），现在是 {value!r}")
    return value.strip()


def flag(value: Any) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise ValueError(f"应是 true 或 false，现在是 {value!r}")
    return value


def count(value: Any) -> int:
    """A whole number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"应是不小于 0 的整数，现在是 {value!r}")
    return value


def positive(value: Any) -> int:
    """A whole number from 1 on."""
    if count(value) == 0:
        raise ValueError("应是不小于 1 的整数，现在是 0")
    return int(value)


def choice(*words: str) -> Reader:
    """One of a few words."""

    def read(value: Any) -> str:
        if text(value) not in words:
            raise ValueError(f"不能是“{value}”{nearest(str(value), words)}")
        return text(value)

    return read


def names(value: Any) -> tuple[str, ...]:
    """A list of different, non-empty strings."""
    if not isinstance(value, list) or not value:
        raise ValueError('应是一份名单，如 ["甲", "乙"]')
    read = tuple(text(entry) for entry in value)
    if "" in read or len(set(read)) < len(read):
        raise ValueError("名单里有空的或重复的")
    return read


def limit(value: Any) -> Limit:
    """A time limit such as ``5工作日``."""
    return Limit.parse(text(value))


def limit_or_none(value: Any) -> Limit | None:
    """A time limit; the empty string is none of its own."""
    return limit(value) if text(value) else None


def clock(value: Any) -> dt.time | None:
    """A time of day such as ``17:30``; the empty string is none."""
    if isinstance(value, dt.time):
        return value
    written = text(value)
    try:
        return dt.time.fromisoformat(written.zfill(5)) if written else None
    except ValueError:
        raise ValueError(f'看不懂时刻“{value}”，请写成 "17:30"') from None


def number_pattern(value: Any) -> str:
    """A pattern for case numbers that gives another number for each year and sequence."""
    pattern = text(value)
    try:
        shown = {pattern.format(year=year, seq=seq) for year in (2025, 2026) for seq in (1, 2)}
    except (KeyError, IndexError, ValueError):
        raise ValueError(f"看不懂“{pattern}”，只能用 {{year}} 和 {{seq}}，如 {{year}}-{{seq:06d}}") from None
    if len(shown) < 4:
        raise ValueError("里必须有 {year} 和 {seq}，否则编号会重复")
    return pattern
