"""Holiday tables: read, refused, merged, and kept as revisions of an office."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable
from sqlmodel import SQLModel

from db import calendars
from db.calendars import CalendarError, HolidayYear, merge, packaged, read_holiday_cn
from db.connection import Connection, open_writer, transaction
from db.models import CalendarDay, CalendarRevision
from db.workdays import ONE_DAY

D = dt.date
SPRING_2027 = HolidayYear(2027, {D(2027, 2, 8): (False, "春节"), D(2027, 2, 20): (True, "春节")}, "通知")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Connection]:
    connection = open_writer(tmp_path / "office.db", create=True)
    for model in (CalendarRevision, CalendarDay):
        table = SQLModel.metadata.tables[str(model.__tablename__)]
        connection.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
    yield connection
    connection.close()


def holiday_file(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "2027.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_real_files_merged_over_the_packaged_table_change_no_working_day(shared_data: Path) -> None:
    calendar = packaged()
    for year in range(2018, 2027):
        calendar = merge(
            calendar, read_holiday_cn(shared_data / "holidays" / "NateScarlet-holiday-cn" / f"{year}.json")
        )
    days = [D(2004, 1, 1) + ONE_DAY * n for n in range((D(2027, 1, 1) - D(2004, 1, 1)).days)]
    assert [d for d in days if calendar.is_workday(d) != packaged().is_workday(d)] == []


def test_the_empty_real_table_of_2027_is_refused_as_not_announced(shared_data: Path) -> None:
    with pytest.raises(CalendarError, match="2027 年的放假安排尚未发布"):
        read_holiday_cn(shared_data / "holidays" / "NateScarlet-holiday-cn" / "2027.json")


GOOD = {"name": "春节", "date": "2027-02-08", "isOffDay": True}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"year": 2027,', "不是完整的 JSON（第 1 行"),
        ("", "不是完整的 JSON"),
        ("[]", "缺少 year 或 days"),
        ({"year": "2027", "days": [GOOD]}, "缺少 year 或 days"),
        ({"year": 2027}, "缺少 year 或 days"),
        ({"year": 2027, "days": []}, "尚未发布"),
        ({"year": 2027, "days": [GOOD, 3]}, "第 2 条不是一个对象"),
        ({"year": 2027, "days": [{"name": "春节", "date": "2027-02-08"}]}, "第 1 条缺少 isOffDay"),
        ({"year": 2027, "days": [GOOD | {"isOffDay": "false"}]}, "第 1 条缺少 isOffDay 或写法不对"),
        ({"year": 2027, "days": [GOOD | {"date": "2027-02-30"}]}, "没有这一天：“2027-02-30”"),
        ({"year": 2027, "days": [GOOD, GOOD]}, "第 2 条重复了 2027-02-08"),
        ({"year": 2027, "days": [GOOD | {"date": "2026-02-08"}]}, "2026-02-08 不在 2027 年"),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, content: Any, said: str) -> None:
    with pytest.raises(CalendarError) as error:
        read_holiday_cn(holiday_file(tmp_path, content))
    assert said in str(error.value)
    assert "2027.json" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_and_a_binary_file_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(CalendarError, match="读不了节假日文件"):
        read_holiday_cn(tmp_path / "2027.json")
    (tmp_path / "2027.json").write_bytes("放假".encode("gb18030"))
    with pytest.raises(CalendarError, match="不是 UTF-8"):
        read_holiday_cn(tmp_path / "2027.json")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = holiday_file(tmp_path, "\ufeff" + json.dumps({"year": 2027, "days": [GOOD]}))
    assert read_holiday_cn(path).days == {D(2027, 2, 8): (False, "春节")}


def test_a_loaded_year_is_announced_and_has_its_own_revision() -> None:
    calendar = merge(packaged(), SPRING_2027)
    assert not calendar.is_workday(D(2027, 2, 8))
    assert calendar.is_workday(D(2027, 2, 20))
    assert not calendar.provisional(D(2026, 12, 1), D(2027, 12, 31))
    assert calendar.revision not in ("", packaged().revision)
    assert merge(calendar, SPRING_2027).revision == calendar.revision


def test_a_later_notice_replaces_the_year_but_not_the_next_years_december_days() -> None:
    new_year = HolidayYear(2028, {D(2027, 12, 31): (False, "元旦")}, "通知")
    changed = HolidayYear(2027, {D(2027, 2, 9): (False, "春节")}, "新通知")
    calendar = merge(merge(merge(packaged(), SPRING_2027), new_year), changed)
    assert calendar.is_workday(D(2027, 2, 8))
    assert not calendar.is_workday(D(2027, 2, 9))
    assert not calendar.is_workday(D(2027, 12, 31))


def test_an_office_without_a_stored_calendar_works_by_the_packaged_one(office: Connection) -> None:
    assert calendars.current(office).revision == packaged().revision


def test_stored_revisions_come_back_whole_and_the_last_one_is_current(office: Connection) -> None:
    later = merge(packaged(), SPRING_2027)
    for moment, calendar in enumerate((packaged(), later)):
        with transaction(office):
            calendars.store(office, calendar, source="测试", now=moment)
    assert calendars.current(office).revision == later.revision
    old = calendars.load(office, packaged().revision)
    assert (old.revision, dict(old.days)) == (packaged().revision, dict(packaged().days))
    with transaction(office):
        calendars.store(office, packaged(), source="测试", now=9)
    assert calendars.current(office).revision == packaged().revision
    assert office.execute("SELECT count(*) FROM calendar_revision").fetchone() == (2,)


def test_an_unknown_revision_is_one_clear_line(office: Connection) -> None:
    with pytest.raises(CalendarError, match="没有日历版本 abc"):
        calendars.load(office, "abc")


def test_deadlines_and_calendar_load_nothing_heavy() -> None:
    heavy = {"sqlmodel", "sqlalchemy", "pydantic", "chinese_calendar", "sqlcipher3", "textual"}
    script = f"import sys, db.deadlines, db.calendars as c; c.packaged(); print({heavy} & set(sys.modules))"
    root = Path(calendars.__file__).parents[1]
    run = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
