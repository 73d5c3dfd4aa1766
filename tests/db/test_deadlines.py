"""Deadlines against the worked examples, an oracle that walks day by day, and real orders."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlcipher3 import dbapi2

from db.calendars import packaged
from db.deadlines import ALARM_SQL, alarm, clock, explain, postponed, remaining, urgent_muted
from db.instants import at, day_of, end_of, last_day_of, parse_written, start_of
from db.rules import DeadlineRules, Limit, LimitUnit
from db.terms import Alarm
from db.workdays import ONE_DAY, Calendar

D = dt.date
RULES = DeadlineRules()
DAY = 86_400


def due_day(start: str, limit: Limit, calendar: Calendar | None = None, rules: DeadlineRules = RULES) -> str:
    due_at = clock(parse_written(start), limit, calendar or packaged(), rules).due_at
    assert due_at is not None
    return str(last_day_of(due_at))


# --- worked examples ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-02-13", "2工作日", "2026-02-24"),
        ("2026-02-14", "2工作日", "2026-02-25"),
        ("2026-02-18", "2工作日", "2026-02-25"),
        ("2026-02-13", "5工作日", "2026-02-27"),
        ("2026-04-30", "5工作日", "2026-05-11"),
        ("2026-06-18", "1工作日", "2026-06-22"),
        ("2026-09-18", "5工作日", "2026-09-24"),
        ("2026-09-20", "5工作日", "2026-09-28"),
        ("2026-09-30", "5工作日", "2026-10-13"),
        ("2026-10-01", "5工作日", "2026-10-13"),
        ("2026-10-10", "2工作日", "2026-10-13"),
        ("2026-01-01", "2工作日", "2026-01-05"),
        ("2026-02-05", "15日", "2026-02-24"),
        ("2026-08-03", "60日", "2026-10-08"),
        ("2026-04-01", "30日", "2026-05-06"),
        ("2026-07-05", "90日", "2026-10-08"),
        ("2026-09-05", "15日", "2026-09-20"),
        ("2020-01-20", "10工作日", "2020-02-11"),
    ],
)
@pytest.mark.parametrize("time", ["", " 02:00", " 20:00"])
def test_worked_examples_at_any_time_of_day(start: str, limit: str, due: str, time: str) -> None:
    assert due_day(start + time, Limit.parse(limit)) == due


def test_the_notice_of_2020_01_27_moved_a_date() -> None:
    before = packaged().with_overrides({D(2020, 1, 31): True, D(2020, 2, 1): True})
    assert due_day("2020-01-20", Limit.parse("10工作日"), before) == "2020-02-07"


def test_urgent_never_flips_inside_a_holiday_run() -> None:
    calendar = packaged()
    dates = clock(at(2026, 9, 30, 9), Limit.parse("5工作日"), calendar, RULES)
    assert dates.due_at == at(2026, 10, 14)
    assert dates.urgent_from == at(2026, 10, 10)
    left = {day: remaining(calendar, at(2026, 10, day, 12), dates.due_at) for day in (1, 7, 8, 9, 10, 12, 13)}
    assert left == {1: 5, 7: 5, 8: 4, 9: 3, 10: 2, 12: 1, 13: 0}
    assert remaining(calendar, at(2026, 10, 16), dates.due_at) == -3


def test_an_unannounced_year_is_provisional_and_new_years_day_is_still_off() -> None:
    limit = Limit.parse("5工作日")
    dates = clock(at(2026, 12, 25, 9), limit, packaged(), RULES)
    assert (dates.due_at, dates.provisional) == (at(2027, 1, 5), True)
    assert not clock(at(2026, 12, 1), limit, packaged(), RULES).provisional


def test_same_day_counting_starts_with_the_day_itself_if_people_work_and_the_office_is_open() -> None:
    limit = Limit.parse("5工作日", same_day=True)
    closing = DeadlineRules(closing=dt.time(17, 30))
    assert due_day("2026-11-02 09:00", limit) == "2026-11-06"
    assert due_day("2026-11-01 09:00", limit) == "2026-11-06"
    assert due_day("2026-11-02 20:00", limit, rules=closing) == "2026-11-09"
    dates = clock(at(2026, 11, 2, 9), limit, packaged(), RULES)
    assert dates.accept_by == at(2026, 11, 5), "受理期限总是次日起算"


def test_closing_time_ends_the_day() -> None:
    dates = clock(at(2026, 11, 2), Limit.parse("5工作日"), packaged(), DeadlineRules(closing=dt.time(17, 30)))
    assert dates.due_at == at(2026, 11, 9, 17, 30)
    assert dates.urgent_from == at(2026, 11, 5)


def test_days_that_must_not_roll_stay_on_the_day_off() -> None:
    assert due_day("2026-02-05", Limit.parse("15日", roll=False)) == "2026-02-20"


def test_hours_run_through_nights_and_holidays_to_an_instant() -> None:
    dates = clock(at(2026, 9, 30, 16, 20), Limit.parse("24小时"), packaged(), RULES)
    assert dates.due_at == at(2026, 10, 1, 16, 20)
    assert dates.accept_by == at(2026, 10, 10), "第2个工作日是 10 月 9 日"


def test_open_ended_has_an_acceptance_but_no_due_date() -> None:
    dates = clock(at(2026, 9, 30), Limit.parse("长期"), packaged(), RULES)
    assert dates == (at(2026, 10, 10), None, None, False)


def test_thresholds_are_calendar_facts_and_never_clamped() -> None:
    dates = clock(at(2026, 11, 23, 9), Limit.parse("1工作日"), packaged(), RULES)
    assert (dates.due_at, dates.accept_by) == (at(2026, 11, 25), at(2026, 11, 26))
    assert dates.urgent_from == at(2026, 11, 20), "早于送达也不移动"


def test_a_date_set_from_outside_decides_and_gives_its_own_urgent_day() -> None:
    set_to = end_of(D(2026, 11, 29))
    dates = clock(at(2026, 11, 2), Limit.parse("5工作日"), packaged(), RULES, due_at=set_to)
    assert dates.due_at == set_to
    assert dates.urgent_from == start_of(D(2026, 11, 25)), "29 日是周日，之前的工作日是 27 日"


@pytest.mark.parametrize(
    ("limit", "muted"),
    [
        ("2工作日", True),
        ("3工作日", False),
        ("2日", True),
        ("15日", False),
        ("24小时", True),
        ("长期", False),
    ],
)
def test_short_limits_mute_urgent(limit: str, muted: bool) -> None:
    assert urgent_muted(Limit.parse(limit), RULES) is muted


# --- pauses ------------------------------------------------------------------------------------


def paused(limit: str, *pauses: tuple[int, int | None], start: int = at(2026, 11, 2, 9)) -> int | None:
    return clock(start, Limit.parse(limit), packaged(), RULES, pauses).due_at


def test_paused_working_days_are_given_back() -> None:
    assert paused("5工作日", (at(2026, 11, 4, 10), at(2026, 11, 6, 10))) == end_of(D(2026, 11, 11))


def test_paused_days_are_given_back_and_then_rolled() -> None:
    assert paused("10日", (at(2026, 11, 4, 10), at(2026, 11, 6, 10))) == end_of(D(2026, 11, 16))


def test_overlapping_pauses_count_once() -> None:
    one = (at(2026, 11, 4, 10), at(2026, 11, 6, 10))
    other = (at(2026, 11, 5, 10), at(2026, 11, 6, 9))
    assert paused("5工作日", other, one) == paused("5工作日", one)


def test_a_pause_that_began_after_time_was_up_saves_nothing() -> None:
    assert paused("5工作日", (at(2026, 11, 10, 9), at(2026, 11, 20, 9))) == paused("5工作日")


def test_a_pause_on_the_last_day_leaves_until_the_end_of_the_day_it_resumes() -> None:
    assert paused("5工作日", (at(2026, 11, 9, 9), at(2026, 11, 20, 9))) == end_of(D(2026, 11, 20))


def test_hours_get_the_very_time_back() -> None:
    pause = (at(2026, 11, 2, 12), at(2026, 11, 2, 14, 30))
    assert paused("24小时", pause) == at(2026, 11, 3, 11, 30)


def test_while_paused_there_are_no_dates() -> None:
    dates = clock(at(2026, 11, 2), Limit.parse("5工作日"), packaged(), RULES, [(at(2026, 11, 4), None)])
    assert dates == (None, None, None, False)


def test_a_date_set_from_outside_can_be_moved_by_the_pauses_since() -> None:
    due_at, pause = at(2026, 11, 13, 15), (at(2026, 11, 11, 9), at(2026, 11, 16, 9))
    moved = {
        unit: postponed(due_at, Limit.parse(unit), packaged(), RULES, [pause])
        for unit in ("5工作日", "10日", "24小时", "长期")
    }
    assert moved["5工作日"] == at(2026, 11, 18, 15)
    assert moved["10日"] == at(2026, 11, 18, 15)
    assert moved["24小时"] == at(2026, 11, 18, 15)
    assert moved["长期"] == at(2026, 11, 18, 15)
    assert postponed(due_at, Limit.parse("10日"), packaged(), RULES, []) == due_at


# --- an independent oracle that walks day by day -------------------------------------------------

HOLIDAYS = Path(__file__).resolve().parents[3] / "shared/data/holidays/workdays-2018-2026.csv"
oracle = pytest.mark.skipif(not HOLIDAYS.exists(), reason="the shared data folder is not here")

Runs = list[tuple[dt.date, dt.date]]
"""Maximal runs of paused days, as (the day before the first, the last)."""


@cache
def works() -> dict[dt.date, bool]:
    with HOLIDAYS.open(encoding="utf-8-sig") as file:
        return {D.fromisoformat(row["date"]): row["is_workday"] == "1" for row in csv.DictReader(file)}


def walk_due(start: dt.date, limit: Limit, runs: Runs) -> dt.date:
    """The due day, found as an officer would with a wall calendar and a pencil."""
    workdays_only = limit.unit is LimitUnit.WORKDAYS
    day, left = (start - ONE_DAY if limit.same_day else start), limit.value
    while left:
        day += ONE_DAY
        if not any(a < day <= b for a, b in runs) and (works()[day] or not workdays_only):
            left -= 1
    for a, b in runs:
        if day <= a <= walk_roll(day, limit):
            paused_days = [a + ONE_DAY * n for n in range(1, (b - a).days + 1)]
            owed = [d for d in paused_days if works()[d] or not workdays_only]
            for _ in owed:
                day += ONE_DAY
                while workdays_only and not works()[day]:
                    day += ONE_DAY
    return walk_roll(day, limit)


def walk_roll(day: dt.date, limit: Limit) -> dt.date:
    while limit.unit is LimitUnit.DAYS and limit.roll and not works()[day]:
        day += ONE_DAY
    return day


def walk_urgent(due: dt.date) -> dt.date:
    """The first working day after which at most two working days are left, up to the due day."""
    day, found, left = due, due, 0
    while left <= 2:
        if works()[day]:
            found = day
            left += 1
        day -= ONE_DAY
    return found


def runs_of(pauses: list[tuple[int, int]]) -> Runs:
    days = sorted(
        {day_of(p) + ONE_DAY * n for p, r in pauses for n in range(1, (day_of(r) - day_of(p)).days + 1)}
    )
    runs: Runs = []
    for day in days:
        if runs and runs[-1][1] == day - ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day - ONE_DAY, day))
    return runs


STARTS = st.datetimes(dt.datetime(2018, 1, 8), dt.datetime(2026, 4, 1)).map(
    lambda t: at(t.year, t.month, t.day, t.hour, t.minute)
)
LIMITS = st.builds(
    Limit,
    st.integers(1, 90),
    st.sampled_from([LimitUnit.WORKDAYS, LimitUnit.DAYS]),
    same_day=st.booleans(),
    roll=st.booleans(),
)
NOON = 43_200
PAUSES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=3)
"""Begin, in days after the start, and length in days; from noon to noon."""


@oracle
@given(start=STARTS, limit=LIMITS, offsets=PAUSES)
def test_dates_are_those_found_by_walking(start: int, limit: Limit, offsets: list[tuple[int, int]]) -> None:
    noon = start_of(day_of(start)) + NOON
    pauses = [(noon + a * DAY, noon + (a + n) * DAY) for a, n in offsets]
    dates = clock(start, limit, packaged(), RULES, pauses)
    due = walk_due(day_of(start), limit, runs_of(pauses))
    assert dates.due_at == end_of(due)
    assert dates.urgent_from == start_of(walk_urgent(due))
    assert dates.accept_by == end_of(walk_due(day_of(start), Limit(2, LimitUnit.WORKDAYS), []))
    assert not dates.provisional


@oracle
@given(start=STARTS, limit=LIMITS, offsets=PAUSES)
def test_the_trace_says_what_the_clock_says(start: int, limit: Limit, offsets: list[tuple[int, int]]) -> None:
    noon = start_of(day_of(start)) + NOON
    pauses = [(noon + a * DAY, noon + (a + n) * DAY) for a, n in offsets]
    dates = clock(start, limit, packaged(), RULES, pauses)
    trace = explain(start, limit, packaged(), RULES, pauses=pauses)
    assert (trace.accept_by, trace.urgent_from, trace.due_at, trace.provisional) == dates
    assert dates.due_at is not None
    days = [line.day for line in trace.days]
    assert days == [days[0] + ONE_DAY * n for n in range(len(days))], "一天不缺"
    assert [line.counted for line in trace.days if line.counted] == list(range(1, limit.value + 1))
    assert [line.day for line in trace.days if "应办结" in line.mark] == [last_day_of(dates.due_at)]
    assert all(works()[line.day] for line in trace.days if line.counted and limit.unit is LimitUnit.WORKDAYS)


@oracle
@given(start=STARTS, due=st.integers(0, 200))
def test_days_remaining_are_found_by_walking(start: int, due: int) -> None:
    today = day_of(start)
    left = sum(works()[today + ONE_DAY * n] for n in range(1, due + 1))
    assert remaining(packaged(), start, end_of(today + ONE_DAY * due)) == left


# --- real orders -------------------------------------------------------------------------------


def test_orders_of_jinan_are_due_when_their_city_said(shared_data: Path) -> None:
    sheet = CalamineWorkbook.from_path(shared_data / "jinan12345" / "12345工单_样例.xls").get_sheet_by_index(
        0
    )
    _, header, *rows = sheet.to_python()
    orders = [dict(zip(header, map(str, row), strict=True)) for row in rows]
    limits = {"一般": Limit.parse("5工作日"), "紧急": Limit.parse("3工作日")}
    found = {
        order["工单号"]: (
            due_day(order["接收时间"], limits[order["紧急程度"]]),
            str(day_of(parse_written(order["办结时限"]))),
        )
        for order in orders
    }
    assert len(found) >= 40
    assert {number: pair for number, pair in found.items() if pair[0] != pair[1]} == {}


# --- alarms ------------------------------------------------------------------------------------


def state(**changes: int | bool | None) -> Alarm:
    """The alarm at noon of 2026-11-24 of a running case, delivered on the 23rd, due on the 30th."""
    facts: dict[str, int | bool | None] = {
        "open": True,
        "running": True,
        "paused": False,
        "accepted_at": None,
        "accept_by": at(2026, 11, 26),
        "urgent_from": at(2026, 11, 26),
        "due_at": at(2026, 12, 1),
        "urgent_muted": False,
        "now": at(2026, 11, 24, 12),
    }
    return alarm(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Alarm.DELIVERED),
        ({"accepted_at": 1}, Alarm.NORMAL),
        ({"now": at(2026, 11, 26) - 1}, Alarm.DELIVERED),
        ({"now": at(2026, 11, 26)}, Alarm.URGENT),
        ({"now": at(2026, 11, 26), "urgent_muted": True}, Alarm.WARNING),
        ({"now": at(2026, 12, 1) - 1}, Alarm.URGENT),
        ({"now": at(2026, 12, 1)}, Alarm.OVERDUE),
        ({"now": at(2026, 12, 1), "running": False}, Alarm.NORMAL),
        ({"now": at(2026, 12, 1), "paused": True, "running": False}, Alarm.PAUSED),
        ({"now": at(2026, 12, 1), "open": False, "paused": True}, Alarm.DONE),
    ],
)
def test_a_case_is_in_the_worst_state_that_holds(
    changes: dict[str, int | bool | None], expected: Alarm
) -> None:
    assert state(**changes) is expected


def test_the_sql_says_the_same_as_the_function_for_every_kind_of_row() -> None:
    columns = (
        "open",
        "running",
        "paused_at",
        "accepted_at",
        "accept_by",
        "urgent_from",
        "due_at",
        "urgent_muted",
    )
    times, flags = (None, 9, 10, 11), (0, 1)
    rows = list(itertools.product(flags, flags, (None, 5), (None, 5), times, times, times, flags))
    connection = dbapi2.connect(":memory:")
    connection.execute(f'CREATE TABLE "case" ({", ".join(f"{column} INTEGER" for column in columns)})')
    connection.executemany(f'INSERT INTO "case" VALUES ({", ".join("?" * len(columns))})', rows)
    answers = connection.execute(f'SELECT {ALARM_SQL} FROM "case" ORDER BY rowid', {"now": 10}).fetchall()
    for row, (answer,) in zip(rows, answers, strict=True):
        facts = dict(zip(columns, row, strict=True))
        facts["paused"] = facts.pop("paused_at") is not None
        assert alarm(**facts, now=10).value == answer, row  # type: ignore[arg-type]
    assert {answer for (answer,) in answers} == {member.value for member in Alarm}
