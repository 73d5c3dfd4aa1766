"""Values as ledgers write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import instants
from db.exchange import values
from db.exchange.plan import title_of
from db.exchange.sheets import written
from db.exchange.values import Unreadable

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))


@pytest.mark.parametrize(
    ("raw", "start"),
    [
        ("2019/4/25 9:32:09", instants.at(2019, 4, 25, 9, 32, 9)),
        ("2022-01-03 00:03:27", instants.at(2022, 1, 3, 0, 3, 27)),
        ("01/24/2015 02:36:52 PM", instants.at(2015, 1, 24, 14, 36, 52)),
        ("03/07/2015 12:05:00 AM", instants.at(2015, 3, 7, 0, 5)),
        ("2026年3月5日 9时30分", instants.at(2026, 3, 5, 9, 30)),
        ("2020/11/27 下午 3:05:00", instants.at(2020, 11, 27, 15, 5)),
        ("20201127 ", None),
        ("20201127133000", instants.at(2020, 11, 27, 13, 30)),
        ("44162.5", instants.at(2020, 11, 27, 12, 0)),
        ("２０２６－３－５　９：３０", instants.at(2026, 3, 5, 9, 30)),
        ("2026-11-23T09:40:00+08:00", instants.at(2026, 11, 23, 9, 40)),
    ],
)
def test_a_clock_time_is_an_instant(raw: str, start: int | None) -> None:
    found = values.moment(raw)
    assert found is not None
    if start is None:
        assert found == values.Moment(instants.at(2020, 11, 27), instants.at(2020, 11, 28))
    else:
        assert found == values.Moment(start, start)


@pytest.mark.parametrize(
    "raw", ["2026.3.5", "2026年3月5日", "2026/3/5", "2026/03/05 0:00:00", "03/05/2026", "46086", "20260305"]
)
def test_without_a_clock_or_at_0_00_it_is_the_whole_day(raw: str) -> None:
    assert values.moment(raw) == (instants.at(2026, 3, 5), instants.at(2026, 3, 6))


@pytest.mark.parametrize("raw", ["201712", "2017年12月", "2017-12"])
def test_a_month_is_the_whole_month(raw: str) -> None:
    assert values.moment(raw) == (instants.at(2017, 12, 1), instants.at(2018, 1, 1))


@pytest.mark.parametrize(
    "raw", ["", "长期", "3月底前", "2026-13-40", "2026-3-5 25:61", "123", "12", "下午3点"]
)
def test_what_is_no_time_is_none(raw: str) -> None:
    assert values.moment(raw) is None


@given(
    DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d 0:00:00", "%Y年%m月%d日", "%m/%d/%Y", "%Y.%m.%d", "%Y%m%d"])
)
def test_every_way_to_write_a_day_says_the_same_day(day: dt.date, shape: str) -> None:
    start = instants.start_of(day)
    assert values.moment(day.strftime(shape)) == (start, start + instants.DAY_SECONDS)


@given(DAYS)
def test_a_serial_of_excel_is_its_day(day: dt.date) -> None:
    found = values.moment(str((day - dt.date(1899, 12, 30)).days))
    assert found is not None
    assert instants.day_of(found.start) == day


@given(st.text())
def test_no_text_breaks_a_reader(raw: str) -> None:
    values.moment(raw)
    assert "\x1b" not in values.text(raw)
    assert "\n" not in values.line(raw)


@pytest.mark.parametrize(
    "raw", ["******", " ＊＊ ", "-", "——", "无", "NULL", "nan", "\t\n", "\u3000", "(null)"]
)
def test_masks_and_dashes_are_blank(raw: str) -> None:
    assert values.text(raw) == ""


def test_a_text_keeps_its_lines_and_loses_what_a_terminal_would_obey() -> None:
    assert values.text("\n\t\t\r\n\t 一行\u00a0\r\n\n  二行_x000D_\x1b[31m") == "一行\n二行[31m"


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("201127145829183624", "201127145829183624"),
        (" \t201127145829183624", "201127145829183624"),
        ("'201127145829183624", "201127145829183624"),
        ("24.0", "24"),
        ("ＲＣ２０１１", "RC2011"),
        ("X3CQ202405200027", "X3CQ202405200027"),
    ],
)
def test_a_number_keeps_every_digit(raw: str, number: str) -> None:
    assert values.number(raw) == number


@pytest.mark.parametrize("raw", ["2.01127E+17", written(201127145829183624.0)])
def test_a_number_that_excel_has_rounded_is_not_taken_for_one(raw: str) -> None:
    with pytest.raises(Unreadable, match="科学记数"):
        values.number(raw)


@pytest.mark.parametrize(
    ("raw", "is_yes"), [("是", True), ("保密", True), ("重办单", True), ("1", True), ("否", False)]
)
def test_yes_and_no(raw: str, is_yes: bool) -> None:
    assert values.yes(raw) is is_yes
    assert values.yes("不保密") is values.yes("办理单") is values.yes("") is False


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("【转办】【来电】王先生来电反映：某小区路灯不亮，已有三天。请处理。", "某小区路灯不亮，已有三天"),
        ("路灯不亮", "路灯不亮"),
        ("长" * 90, "长" * 39 + "…"),
        ("。", "。"),
    ],
)
def test_a_case_without_a_title_gets_its_first_clause(body: str, title: str) -> None:
    assert title_of(body) == title
