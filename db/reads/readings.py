"""What the words of a lookup may mean besides themselves: a unit, an alarm or stage, a day or month.

A reading is an offer, shown above the hits; it never narrows what the words find as text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from db import instants
from db.connection import Connection
from db.reads.board import UNCLAIMED, ListQuery, Scope
from db.search_index import words
from db.terms import DIVISION_KIND, UNCLAIMED_LABEL, Alarm, Pending, Stage

MOST = 5
"""Units that one word may mean; where more fit it, it means none."""

LONGEST_NAME = 15
"""Characters of a name that others may follow in one word; the longest in Chongqing has 13."""

LOOKED_AT = 500
"""Names looked at for one word: more than those of the commonest village."""


class Reading(NamedTuple):
    """An understanding of a query: a list of cases, with the words left over."""

    label: str
    """綦江区（含下级） · 警报 · 2026年11月"""
    query: ListQuery
    """`words` are those that were not understood; hand it to `lookup.search` as `within` to narrow."""

    @property
    def said(self) -> str:
        """The label with the words left over: 綦江区（含下级） · “路灯”."""
        return f"{self.label} · “{self.query.words}”" if self.query.words else self.label


class _Unit(NamedTuple):
    """A living unit that a word may mean."""

    id: int
    level: int
    name: str
    """With its parents' short names from the district down."""
    line: tuple[int, ...]
    """Its ancestors and itself."""


def readings(connection: Connection, text: str, now: int) -> tuple[Reading, ...]:
    """The readings of a text, one for each unit that fits it best; none where nothing is understood."""
    query, labels, left = ListQuery(sort="newest", open_only=False), [], []
    units: list[_Unit] = []
    today = instants.day_of(now)
    for word in words(text):
        said = _SAID_FOR.get(word, word)
        if (term := _TERMS.get(said)) and query.alarm is query.queue is query.stage is None:
            query, label = query._replace(alarm=term.alarm, queue=term.queue, stage=term.stage), said
        elif query.since is None and (span := _span(word, today)):
            first, after, label = span
            query = query._replace(since=instants.start_of(first), until=instants.start_of(after))
        elif found := _units(connection, word, units):
            units, label = found, ""
        else:
            left.append(word)
            continue
        labels.append(label)
    query = query._replace(words=" ".join(left))
    rest = [label for label in labels if label]
    if not units:
        return (Reading(" · ".join(rest), query),) if rest else ()
    return tuple(
        Reading(
            " · ".join([f"{unit.name}（含下级）", *rest]), query._replace(scope=Scope(unit.id, unit.level))
        )
        for unit in units
    )


def crowded(connection: Connection, text: str) -> str:
    """The first word of a text that names more units than are offered; empty where none does."""
    for word in words(text):
        named = connection.execute(f"{_NAMED} UNION {_CALLED} LIMIT {LOOKED_AT}", {"word": word})
        if len({_heir(connection, unit_id) for unit_id, _ in named}) > MOST:
            return word
    return ""


_TERMS: dict[str, ListQuery] = {
    **{stage.label: ListQuery(stage=str(stage)) for stage in Stage},
    UNCLAIMED_LABEL: ListQuery(queue=UNCLAIMED),
    **{pending.label: ListQuery(queue=str(pending)) for pending in Pending},
    **{alarm.label: ListQuery(alarm=alarm) for alarm in Alarm},
}
"""Words of the screen; where one names two things, the later stands: 办结 is the alarm, 待交办 the queue."""

_SAID_FOR = {"超期": Alarm.OVERDUE.label, "逾期": Alarm.OVERDUE.label}
"""What people say for a word of the screen."""

_DAY = r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?|(\d\d)(\d\d))"
_MONTH = r"(\d{4})(?:[-/.]|年)(\d{1,2})月?份?"
_DAY_OF_YEAR = r"(\d{1,2})月(\d{1,2})[日号]"
_MONTH_OF_YEAR = r"(\d{1,2})月份?"
_MONTHS = {"元月": 1} | {
    f"{said}月": number for number, said in enumerate((*"一二三四五六七八九十", "十一", "十二"), 1)
}
_DAYS_AGO = {"今天": 0, "昨天": 1, "前天": 2}
_MONTHS_AGO = {"本月": 0, "这个月": 0, "上月": 1, "上个月": 1}

_Span = tuple[dt.date, dt.date, str]
"""First day, the day after the last, label."""


def _span(word: str, today: dt.date) -> _Span | None:
    """The days that a word names; a month or day without a year is the latest that has come."""
    try:
        return next(_spans(word, today), None)
    except (ValueError, OverflowError):  # No such day.
        return None


def _spans(word: str, today: dt.date) -> Iterator[_Span]:
    if word in _DAYS_AGO:
        yield _one_day(today - dt.timedelta(_DAYS_AGO[word]))
    if word in _MONTHS_AGO:
        months = today.year * 12 + today.month - 1 - _MONTHS_AGO[word]
        yield _one_month(dt.date(months // 12, months % 12 + 1, 1))
    if month := _MONTHS.get(word.removesuffix("份")):
        yield _one_month(_latest(today, month, 1))
    if not word[0].isdigit():
        return
    if match := re.fullmatch(_DAY, word):
        year, month, day = (int(part) for part in match.groups() if part and part.isdigit())
        yield _one_day(dt.date(year, month, day))
    if match := re.fullmatch(_MONTH, word):
        yield _one_month(dt.date(int(match[1]), int(match[2]), 1))
    if match := re.fullmatch(_DAY_OF_YEAR, word):
        yield _one_day(_latest(today, int(match[1]), int(match[2])))
    if match := re.fullmatch(_MONTH_OF_YEAR, word):
        yield _one_month(_latest(today, int(match[1]), 1))


def _latest(today: dt.date, month: int, day: int) -> dt.date:
    this_year = dt.date(today.year, month, day)
    return this_year if this_year <= today else dt.date(today.year - 1, month, day)


def _one_day(day: dt.date) -> _Span:
    return day, day + dt.timedelta(1), day.isoformat()


def _one_month(first: dt.date) -> _Span:
    return first, (first + dt.timedelta(31)).replace(day=1), f"{first.year}年{first.month}月"


_NAMED = """SELECT unit_id, level FROM unit_version WHERE name = :word
UNION SELECT unit_id, level FROM unit_version WHERE initials = :word
UNION SELECT v.unit_id, v.level FROM unit_alias a JOIN unit_version v ON v.unit_id = a.unit_id
WHERE a.name = :word"""
_CALLED = """SELECT unit_id, level FROM unit_version WHERE short_name = :word
UNION SELECT unit_id, level FROM unit_version WHERE code = :word"""
_DIVISION = f"""SELECT unit_id FROM unit_version WHERE name = :word AND kind = '{DIVISION_KIND}'
UNION SELECT unit_id FROM unit_version WHERE short_name = :word AND kind = '{DIVISION_KIND}'"""
_ABBREVIATED = """SELECT unit_id, level FROM unit_version
WHERE level = 2 AND initials >= :word AND initials < :word || char(1114111)"""
"""The first letters of a district are enough: ``qj`` for 綦江区."""
_BEGINNING = """SELECT unit_id, level FROM unit_version WHERE name >= :word AND name < :word || char(1114111)
UNION SELECT unit_id, level FROM unit_version
WHERE short_name >= :word AND short_name < :word || char(1114111)"""


def _units(connection: Connection, word: str, within: list[_Unit]) -> list[_Unit]:
    """The living units that a word names, the highest level only; below those named before, if any."""
    if len(word) < 2 or (word.isdigit() and len(word) < 6):
        return []
    if word.endswith(("政府", "办事处")):
        from db.units.names import without_government  # Seldom needed, and all about units comes with it.

        if (bare := without_government(word)) != word and (found := _units(connection, bare, within)):
            return found
    for sql in (_NAMED, _CALLED, _ABBREVIATED if word.isascii() else _BEGINNING):
        named = connection.execute(f"{sql} ORDER BY 2 LIMIT {LOOKED_AT}", {"word": word}).fetchall()
        for _, level in groupby(named, key=itemgetter(1)):
            ids = {_heir(connection, unit_id) for unit_id, _ in level}
            if len(ids) > MOST and not within:
                return []
            if found := _below(within, [_unit(connection, each) for each in sorted(ids)]):
                return found if len(found) <= MOST else []
    return _by_line(connection, word, within)


def _by_line(connection: Connection, word: str, within: list[_Unit]) -> list[_Unit]:
    """Units written with those above them in one word: 綦江区古南街道, as letters and tables have them."""
    if word.isascii():
        return []
    for end in range(min(len(word) - 2, LONGEST_NAME), 1, -1):
        named = connection.execute(_DIVISION, {"word": word[:end]}).fetchall()
        above = _below(within, [_unit(connection, _heir(connection, unit_id)) for (unit_id,) in named])
        if above and (found := _units(connection, word[end:], above)):
            return found
    return []


def _below(within: list[_Unit], units: list[_Unit]) -> list[_Unit]:
    above = {unit.id for unit in within}
    return [unit for unit in units if not above or above & set(unit.line[:-1])]


_STANDING = """SELECT short_name, level, parent_id FROM unit_version WHERE unit_id = ?
ORDER BY valid_to IS NULL DESC, valid_to DESC LIMIT 1"""


def _unit(connection: Connection, unit_id: int) -> _Unit:
    line: list[tuple[int, str, int]] = []
    above: int | None = unit_id
    while above is not None and (row := connection.execute(_STANDING, (above,)).fetchone()):
        line.append((above, row[0], row[1]))
        above = None if row[2] is None else _heir(connection, row[2])
    named = ""
    for _, name, level in reversed(line):
        if level > 1:  # A department of a district has the district in its own name already.
            named = name if name.startswith(named) else named + name
    return _Unit(unit_id, line[0][2], named or line[0][1], tuple(each for each, _, _ in reversed(line)))


def _heir(connection: Connection, unit_id: int) -> int:
    """Who has a unit's cases now: itself, or the last of its successors."""
    while (
        row := connection.execute("SELECT successor_id FROM unit WHERE id = ?", (unit_id,)).fetchone()
    ) and row[0]:
        unit_id = row[0]
    return unit_id
