"""Times and days as officers write them."""

from __future__ import annotations

import datetime as dt

import pytest

from db import instants
from duban_tui.written import read_day, read_time, show_time

NOW = instants.at(2026, 11, 23, 9, 30)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("14:03", instants.at(2026, 11, 23, 14, 3)),
        ("１４：０３", instants.at(2026, 11, 23, 14, 3)),
        ("昨天 9:00", instants.at(2026, 11, 22, 9)),
        ("昨天下午3点半", instants.at(2026, 11, 22, 15, 30)),
        ("11-22 14:30", instants.at(2026, 11, 22, 14, 30)),
        ("11月22日14:30", instants.at(2026, 11, 22, 14, 30)),
        ("2025-12-31 23:59", instants.at(2025, 12, 31, 23, 59)),
        ("2026年11月20日", instants.at(2026, 11, 20)),
        ("上午9点", instants.at(2026, 11, 23, 9)),
        ("现在", NOW),
    ],
)
def test_times(text: str, means: int) -> None:
    assert read_time(text, NOW) == means


@pytest.mark.parametrize("text", ["25:00", "晚饭后", "2-30 9:00", "9:75", "14:03:99"])
def test_what_is_no_time_is_refused_in_chinese(text: str) -> None:
    with pytest.raises(ValueError, match=r"看不懂|没有"):
        read_time(text, NOW)


def test_what_is_shown_is_read_again() -> None:
    assert read_time(show_time(NOW), NOW + 10 * 86_400) == NOW


@pytest.mark.parametrize(
    ("text", "today", "means"),
    [
        ("明天", dt.date(2026, 12, 31), dt.date(2027, 1, 1)),
        ("1-5", dt.date(2026, 12, 31), dt.date(2027, 1, 5)),
        ("12-31", dt.date(2027, 1, 2), dt.date(2026, 12, 31)),
        ("11.30", dt.date(2026, 11, 23), dt.date(2026, 11, 30)),
    ],
)
def test_a_day_without_a_year_is_the_nearest(text: str, today: dt.date, means: dt.date) -> None:
    assert read_day(text, today) == means
