"""The working-day calendar against counting by hand, and against two other tables."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.calendars import packaged
from db.workdays import ONE_DAY, Calendar, DayKind

D = dt.date
ANNOUNCED = st.dates(D(2004, 1, 1), D(2026, 12, 31))


def test_every_day_is_what_holiday_cn_says(shared_data: Path) -> None:
    with (shared_data / "holidays" / "workdays-2018-2026.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    calendar = packaged()
    wrong = [
        r["date"] for r in rows if calendar.is_workday(D.fromisoformat(r["date"])) != (r["is_workday"] == "1")
    ]
    assert len(rows) == 3287
    assert wrong == []


def test_every_day_is_what_chinesecalendar_says() -> None:
    calendar, day, wrong = packaged(), D(2004, 1, 1), []
    while day.year <= 2026:
        if calendar.is_workday(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += ONE_DAY
    assert wrong == []


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (D(2026, 2, 13), DayKind.WORK, ""),
        (D(2026, 2, 14), DayKind.MAKEUP, "春节"),
        (D(2026, 2, 18), DayKind.HOLIDAY, "春节"),
        (D(2026, 2, 7), DayKind.WEEKEND, ""),
        (D(2027, 10, 1), DayKind.HOLIDAY, "国庆节"),
        (D(2027, 10, 4), DayKind.WORK, ""),
    ],
)
def test_kind_and_name_of_a_day(day: dt.date, kind: DayKind, name: str) -> None:
    assert (packaged().kind(day), packaged().name(day)) == (kind, name)


@given(day=ANNOUNCED, n=st.integers(-80, 80).filter(bool))
def test_the_nth_working_day_is_found_by_walking(day: dt.date, n: int) -> None:
    calendar, step, left, walked = packaged(), ONE_DAY if n > 0 else -ONE_DAY, abs(n), day
    while left:
        walked += step
        left -= calendar.is_workday(walked)
    assert calendar.add_workdays(day, n) == walked


@given(a=ANNOUNCED, span=st.integers(0, 900))
def test_working_days_between_are_found_by_walking(a: dt.date, span: int) -> None:
    calendar, b = packaged(), a + ONE_DAY * span
    walked = sum(calendar.is_workday(a + ONE_DAY * k) for k in range(1, span + 1))
    assert calendar.workdays_after(a, b) == walked
    assert calendar.workdays_after(b, a) == -walked


@given(day=ANNOUNCED)
def test_next_workday_is_the_day_itself_or_the_first_after(day: dt.date) -> None:
    calendar = packaged()
    found = calendar.next_workday(day)
    assert calendar.is_workday(found)
    assert found == day if calendar.is_workday(day) else calendar.workdays_after(day, found) == 1


def test_a_year_nobody_announced_has_weekends_and_fixed_days_and_is_provisional() -> None:
    calendar = packaged()
    off = {D(2027, m, d) for m, d in [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]}
    year = [D(2027, 1, 1) + ONE_DAY * n for n in range(365)]
    assert [d for d in year if not calendar.is_workday(d)] == [d for d in year if d in off or d.weekday() > 4]
    assert not calendar.published(2027)
    assert calendar.provisional(D(2026, 12, 25), D(2027, 1, 4))
    assert not calendar.provisional(D(2026, 12, 25), D(2026, 12, 31))


def test_overrides_are_the_offices_own_days() -> None:
    calendar = packaged().with_overrides({D(2026, 11, 23): False, D(2026, 11, 21): True})
    assert not calendar.is_workday(D(2026, 11, 23))
    assert calendar.kind(D(2026, 11, 21)) is DayKind.MAKEUP
    assert calendar.name(D(2026, 11, 23)) == "本地安排"
    assert packaged().is_workday(D(2026, 11, 23))
    assert packaged().with_overrides({}).revision == packaged().revision


def test_the_revision_is_the_content() -> None:
    days = {D(2026, 1, 1): (False, "元旦"), D(2026, 1, 4): (True, "元旦")}
    one = Calendar(days, [2026], source="甲")
    assert one.revision == Calendar(dict(reversed(days.items())), {2026}, source="乙").revision
    assert one.revision != Calendar(days, [2026, 2027]).revision
    assert one.revision != one.with_overrides({D(2026, 1, 4): False}).revision
    assert len(one.revision) == 64


def test_a_date_beyond_all_years_is_refused() -> None:
    with pytest.raises(ValueError, match="超出"):
        packaged().add_workdays(D(9999, 12, 1), 100)
