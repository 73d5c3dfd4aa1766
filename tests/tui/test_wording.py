"""What is left of a case's time, in a few words that say of what."""

from __future__ import annotations

from datetime import date

import pytest

from db import calendars, instants
from db.reads.board import CaseRow
from duban_tui.wording import changed, said_day, time_left

CALENDAR = calendars.packaged()
NOW = instants.at(2026, 11, 16, 9)
"""A Monday."""


def end(day: int) -> int:
    return instants.at(2026, 11, day + 1)


PLAIN = CaseRow(
    1, "2026-000001", "路灯", "三江街道", "handling", "normal", end(20), end(17),
    NOW, True, True, None, NOW, False, False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "long", "short"),
    [
        ({}, "剩 4 日", "剩4日"),
        ({"due_at": end(23)}, "剩 5 日", "剩5日"),
        ({"due_at": end(16), "alarm": "urgent"}, "限今天", "限今天"),
        ({"due_at": end(13), "alarm": "overdue"}, "超 1 日", "超1日"),
        ({"due_at": None}, "长期", "长期"),
        ({"provisional": True}, "剩 4 日 暂定", "剩4日~"),
        ({"accepted_at": None, "alarm": "delivered"}, "受理剩 1 日", "受剩1日"),
        ({"accepted_at": None, "alarm": "delivered", "accept_by": end(16)}, "受理限今天", "受限今天"),
        ({"accepted_at": None, "alarm": "delivered", "due_at": end(16)}, "限今天", "限今天"),
        ({"accepted_at": None, "alarm": "warning", "accept_by": end(12)}, "受理超 2 日", "受超2日"),
        ({"alarm": "paused", "running": False}, "暂停", "暂停"),
        ({"running": False, "stage": "registered"}, "待交办", "待交办"),
        ({"running": False, "open": False, "stage": "closed", "alarm": "done"}, "办结", "办结"),
        ({"running": False, "open": False, "stage": "refused", "alarm": "done"}, "不受理", "不受理"),
    ],
)
def test_what_is_left(values: dict[str, object], long: str, short: str) -> None:
    row = PLAIN._replace(**values)  # type: ignore[arg-type]
    assert time_left(row, CALENDAR, NOW) == long
    assert time_left(row, CALENDAR, NOW, short=True) == short


def test_a_weekend_over_is_not_yet_a_day_over() -> None:
    row = PLAIN._replace(due_at=end(13), alarm="overdue")
    assert time_left(row, CALENDAR, instants.at(2026, 11, 14, 9)) == "已超期"


def test_a_day_of_another_year_carries_its_year() -> None:
    assert said_day(date(2026, 3, 1), NOW) == "03-01"
    assert said_day(date(2020, 11, 20), NOW) == "2020-11-20"


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        (instants.at(2026, 11, 16, 8, 12), "08:12"),
        (instants.at(2026, 11, 15, 23), "昨天"),
        (instants.at(2026, 10, 20), "10-20"),
        (instants.at(2025, 3, 1), "2025-03"),
    ],
)
def test_when_it_changed(instant: int, said: str) -> None:
    assert changed(instant, NOW) == said
