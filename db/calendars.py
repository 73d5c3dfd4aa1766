"""Working-day calendars at rest: the packaged table, holiday-cn files, the office's revisions.

`calendar_day` is the only authority at run time; the packaged table is what an office starts with.
Revisions are named by their content and never changed: loading a year makes a new one.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from db.errors import reason
from db.workdays import Calendar

if TYPE_CHECKING:
    from db.connection import Connection

PACKAGED = Path(__file__).parent / "data" / "holidays.csv"

ANNOUNCED = "announced_calendar"
"""The setting that names the revision an office works by, without the overrides of the config."""

NOTICE_STARTS = (12, 21)
"""The notice of a year speaks from here in the year before (2018-12-29 班 stands in that of 2019)."""


class CalendarError(ValueError):
    """A holiday table that cannot be used; the message is one line, fit to be shown."""


class HolidayYear(NamedTuple):
    """What one yearly notice of the State Council says."""

    year: int
    days: dict[dt.date, tuple[bool, str]]
    source: str

    def speaks_for(self, day: dt.date) -> bool:
        """Whether a day is this notice's to decide: late December before, to late December."""
        return (self.year - 1, *NOTICE_STARTS) <= (day.year, day.month, day.day) < (self.year, *NOTICE_STARTS)


@cache
def packaged() -> Calendar:
    """The calendar that ships with Duban, 2004 to the last announced year (see data/SOURCES.md)."""
    days: dict[dt.date, tuple[bool, str]] = {}
    for line in PACKAGED.read_text(encoding="utf-8").splitlines()[1:]:
        day, is_workday, name = line.split(",")
        days[dt.date.fromisoformat(day)] = (is_workday == "1", name)
    return Calendar(days, {day.year for day in days}, source="随程序提供")


def read_holiday_cn(path: Path) -> HolidayYear:
    """Read a year's file in the format of NateScarlet/holiday-cn (JSON).

    Raises:
        CalendarError: unreadable, not such a file, a wrong entry, or a year without any day.
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CalendarError(f"读不了节假日文件 {path}：{reason(error)}。请检查路径和权限") from None
    except UnicodeDecodeError:
        raise CalendarError(f"节假日文件 {path.name} 不是 UTF-8 文本，请用 holiday-cn 的 JSON 文件") from None
    except (json.JSONDecodeError, RecursionError) as error:
        where = (
            f"第 {error.lineno} 行第 {error.colno} 列" if isinstance(error, json.JSONDecodeError) else "嵌套"
        )
        raise CalendarError(f"节假日文件 {path.name} 不是完整的 JSON（{where}出错），请重新下载") from None
    if (
        not isinstance(table, dict)
        or not _is_year(table.get("year"))
        or not isinstance(table.get("days"), list)
    ):
        raise CalendarError(f"节假日文件 {path.name} 缺少 year 或 days，请用 holiday-cn 的 JSON 文件")
    year = int(table["year"])
    if not table["days"]:
        raise CalendarError(f"{year} 年的放假安排尚未发布：{path.name} 里一天也没有，未载入")
    found = HolidayYear(year, {}, f"holiday-cn {path.name}")
    for number, entry in enumerate(table["days"], start=1):
        try:
            day, is_workday, name = _entry(entry)
        except ValueError as error:
            raise CalendarError(f"节假日文件 {path.name} 第 {number} 条{error}，请更正或重新下载") from None
        if day in found.days:
            raise CalendarError(f"节假日文件 {path.name} 第 {number} 条重复了 {day}，请更正或重新下载")
        if not found.speaks_for(day) and day.year != year:
            raise CalendarError(
                f"节假日文件 {path.name} 第 {number} 条的 {day} 不在 {year} 年，请更正或重新下载"
            )
        found.days[day] = (is_workday, name)
    return found


def merge(calendar: Calendar, loaded: HolidayYear) -> Calendar:
    """The calendar in which a year's notice has replaced what was known of that year.

    Days of late December that the notice of the year after has already decided are kept.
    """
    kept = {day: entry for day, entry in calendar.days.items() if not loaded.speaks_for(day)}
    sources = dict.fromkeys([*filter(None, calendar.source.split("；")), loaded.source])
    return Calendar(kept | loaded.days, {*calendar.published_years, loaded.year}, source="；".join(sources))


def store(connection: Connection, calendar: Calendar, *, source: str, now: int) -> str:
    """Keep a calendar as a revision of the office, make it the current one, return its name.

    Belongs inside `connection.transaction`. A revision that is already there is not written again.
    """
    keep(connection, calendar, source=source, now=now)
    connection.execute('UPDATE calendar_revision SET "current" = (id = ?)', (calendar.revision,))
    return calendar.revision


def keep(connection: Connection, calendar: Calendar, *, source: str, now: int) -> None:
    """Keep a calendar as a revision without working by it; one that is already there is not written again.

    Belongs inside `connection.transaction`.
    """
    known = connection.execute(
        "SELECT 1 FROM calendar_revision WHERE id = ?", (calendar.revision,)
    ).fetchone()
    if known:
        return
    years = ",".join(map(str, calendar.published_years))
    connection.execute(
        'INSERT INTO calendar_revision (id, source, published_years, loaded_at, "current") '
        "VALUES (?, ?, ?, ?, 0)",
        (calendar.revision, source, years, now),
    )
    connection.executemany(
        "INSERT INTO calendar_day (revision, day, is_workday, name) VALUES (?, ?, ?, ?)",
        [(calendar.revision, str(day), int(work), name) for day, (work, name) in calendar.days.items()],
    )


def load(connection: Connection, revision: str) -> Calendar:
    """A revision of the office.

    Raises:
        CalendarError: the office has no such revision.
    """
    row = connection.execute(
        "SELECT source, published_years FROM calendar_revision WHERE id = ?", (revision,)
    ).fetchone()
    if row is None:
        raise CalendarError(f"办公库里没有日历版本 {revision[:12]}，请运行 duban doctor 检查")
    source, years = row
    rows = connection.execute(
        "SELECT day, is_workday, name FROM calendar_day WHERE revision = ?", (revision,)
    )
    days = {dt.date.fromisoformat(day): (bool(work), name) for day, work, name in rows}
    return Calendar(days, {int(year) for year in years.split(",") if year}, source=source)


def current(connection: Connection) -> Calendar:
    """The calendar the office works by; the packaged one where none was stored yet."""
    revision = current_revision(connection)
    return packaged() if revision is None else load(connection, revision)


def current_revision(connection: Connection) -> str | None:
    """The name of the calendar the office works by; None where none was stored yet."""
    row = connection.execute('SELECT id FROM calendar_revision WHERE "current" = 1').fetchone()
    return None if row is None else str(row[0])


def _is_year(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1949 <= value <= 2200


def _entry(entry: Any) -> tuple[dt.date, bool, str]:
    """One entry of a holiday-cn file.

    Raises:
        ValueError: what is wrong with it, in Chinese, without its place.
    """
    if not isinstance(entry, dict):
        raise ValueError("不是一个对象")
    for key, kind in (("name", str), ("date", str), ("isOffDay", bool)):
        if not isinstance(entry.get(key), kind):
            raise ValueError(f"缺少 {key} 或写法不对")
    try:
        day = dt.date.fromisoformat(entry["date"])
    except ValueError:
        raise ValueError(f"没有这一天：“{entry['date']}”") from None
    return day, not entry["isOffDay"], entry["name"]
