"""Values as ledgers write them: blanks, texts, numbers, times, deadlines, yes and no. Pure."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import NamedTuple

from db import instants

_BLANK = re.compile(r"[*＊\-—－_/\\·.…\s]*|无|暂无|空|null|none|nan|n/a|#n/a|\(null\)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_X_ESCAPE = re.compile(r"_x000[dD]_")
_BLANK_LINES = re.compile(r"[^\S\n]*\n\s*")
_FORMULA = frozenset("=+-@")
"""A text that began so was escaped when it was written (see `spreadsheet`)."""

_SPACES = re.compile(r"\s+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2,}")
_YES = frozenset((
    "是", "有", "对", "√", "✓", "y", "yes", "true", "1", "保密", "需保密", "要求保密", "重办", "重办单",
    "已延期", "延期", "退单", "已退单", "督办", "已督办",
))  # fmt: skip


class Unreadable(ValueError):
    """A value that cannot be taken; the message is the reason, for the rejects file."""


class Moment(NamedTuple):
    """A time as written: a second, or a whole day or month."""

    start: int
    """Instant."""
    end: int
    """Instant, excluded; equal to `start` where a clock time was written."""


def text(raw: str) -> str:
    """A text of several lines: controls and outer blanks gone, masks such as ``******`` empty."""
    if raw.isprintable():
        bare = raw.strip()
    else:
        bare = _CONTROL.sub("", _X_ESCAPE.sub("", raw).replace("\r\n", "\n").replace("\r", "\n"))
        bare = _BLANK_LINES.sub("\n", bare.replace("\u00a0", " ")).strip()
    if bare.startswith("'") and bare[1:2] in _FORMULA:
        bare = bare[1:]
    return "" if _BLANK.fullmatch(bare) else bare


def line(raw: str) -> str:
    """A text of one line."""
    return _SPACES.sub(" ", text(raw))


def number(raw: str) -> str:
    """A number of a case: text, every digit kept.

    Raises:
        Unreadable: Excel has turned it into ``2.01127E+17`` and the digits are lost.
    """
    bare = _SPACES.sub("", unicodedata.normalize("NFKC", text(raw))).lstrip("'`")
    if _SCIENTIFIC.fullmatch(bare):
        raise Unreadable("编号已被表格软件改成科学记数（如 2.01E+17），末几位已丢失，请把该列设为文本后重导")
    return bare.removesuffix(".0")


def phone(raw: str) -> str:
    """A telephone number; one with its digits struck out (``133********``) stays as written."""
    bare = _SPACES.sub("", unicodedata.normalize("NFKC", text(raw))).lstrip("'`")
    return bare.removesuffix(".0")


def yes(raw: str) -> bool:
    """是, 保密, 重办单 …; anything else is no."""
    return line(raw).lower() in _YES


_YMD = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
_CLOCK = (
    r"(?:[T\s]*(上午|下午|晚上|中午)?\s*(\d{1,2})\s*[:：时点]\s*(\d{1,2})\s*(?:[:：分]\s*(\d{1,2})(?:\.\d+)?)?\s*[秒分]?"
    r"\s*([AaPp][Mm])?)?\s*(?:\+08:?00)?"
)
_FULL = re.compile(_YMD + _CLOCK)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})" + _CLOCK)
_DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_MONTH = re.compile(r"((?:19|20)\d{2})\s*[-/.年]?\s*(0?[1-9]|1[0-2])\s*月?")
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.(\d+))?")
_SERIAL_DAY_0 = dt.date(1899, 12, 30)
_AFTERNOON = ("下午", "晚上")


def moment(raw: str) -> Moment | None:
    """A time in any shape met in ledgers; None where it is blank or not understood.

    ``2020/12/4 0:00:00``, ``2026.3.5``, ``2026年3月5日 9时30分``, ``201712``, ``20171203``, ``44170.5``
    (days of Excel), ``01/24/2015 02:36:52 PM``, ``2022-01-03 00:03:27``. Always +08:00. 0:00 sharp is what
    ledgers write for a day without a clock, so it is the whole day.
    """
    bare = unicodedata.normalize("NFKC", raw).strip().lstrip("'")
    if not bare or not ("0" <= bare[0] <= "9"):
        return None
    try:
        return _written(bare)
    except (ValueError, OverflowError):
        return None


def _written(bare: str) -> Moment | None:
    if match := _FULL.fullmatch(bare):
        return _at(dt.date(int(match[1]), int(match[2]), int(match[3])), match.groups()[3:])
    if match := _AMERICAN.fullmatch(bare):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        month, day = (second, first) if first > 12 else (first, second)
        return _at(dt.date(year, month, day), match.groups()[3:])
    if match := _DIGITS.fullmatch(bare):
        written_day = dt.date(int(match[1]), int(match[2]), int(match[3]))
        return _at(written_day, (None, match[4], match[5], match[6], None))
    if match := _MONTH.fullmatch(bare):
        return _whole_month(int(match[1]), int(match[2]))
    if match := _SERIAL.fullmatch(bare):
        return _serial(int(match[1]), float(f"0.{match[2] or 0}"))
    return None


def _at(day: dt.date, clock: tuple[str | None, ...]) -> Moment:
    part, hour, minute, second, half = clock
    hours = int(hour or 0)
    if half is not None:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    elif part in _AFTERNOON and hours < 12:
        hours += 12
    seconds = hours * 3600 + int(minute or 0) * 60 + int(second or 0)
    if hours > 24 or int(minute or 0) > 59 or int(second or 0) > 59 or seconds > instants.DAY_SECONDS:
        raise ValueError("no such clock time")
    return _moment(instants.start_of(day), seconds)


def _moment(midnight: int, seconds: int) -> Moment:
    if seconds == 0:
        return Moment(midnight, midnight + instants.DAY_SECONDS)
    return Moment(midnight + seconds, midnight + seconds)


def _whole_month(year: int, month: int) -> Moment:
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return Moment(instants.start_of(dt.date(year, month, 1)), instants.start_of(following))


def _serial(days: int, part: float) -> Moment:
    midnight = instants.start_of(_SERIAL_DAY_0 + dt.timedelta(days=days))
    return _moment(midnight, round(part * instants.DAY_SECONDS))
