"""``duban deadline``: the dates, the trace, without an office and with its calendar."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("start", "limit", "due", "accept_by", "urgent_from"),
    [
        ("2026-02-13", "5工作日", "2026-02-27", "2026-02-24", "2026-02-25"),
        ("2026-11-16 09:32", "5工作日", "2026-11-23", "2026-11-18", "2026-11-19"),
        ("2026-11-16", "长期", None, "2026-11-18", None),
    ],
)
def test_dates(
    run: Run, start: str, limit: str, due: str | None, accept_by: str, urgent_from: str | None
) -> None:
    ended = run("deadline", start, limit, "--json")
    found = json.loads(ended.out)
    assert ended.status == 0
    assert (found["due"], found["accept_by"], found["urgent_from"]) == (due, accept_by, urgent_from)
    assert found["provisional"] is False


def test_the_trace_goes_day_by_day(run: Run) -> None:
    trace = json.loads(run("deadline", "2026-02-13", "5工作日", "--json").out)["trace"]
    by_day = {line["date"]: line for line in trace}
    assert list(by_day) == sorted(by_day)
    assert by_day["2026-02-14"]["kind"] == "班"
    assert by_day["2026-02-17"]["kind"] == "休"
    assert by_day["2026-02-27"]["counted"] == 5
    assert "应办结" in by_day["2026-02-27"]["mark"]


def test_as_text_it_can_be_read_out(run: Run, empty_home: Path) -> None:
    ended = run("deadline", "2026-02-13", "5工作日")
    assert ended.status == 0
    assert "应于 2026-02-27（周五）24:00 前办结" in ended.out
    assert not empty_home.exists()


def test_a_year_that_nobody_has_published_is_provisional(run: Run) -> None:
    assert json.loads(run("deadline", "2031-09-29", "5工作日", "--json").out)["provisional"] is True


def test_the_calendar_of_the_office_decides(run: Run, office: Path, tmp_path: Path) -> None:
    table = tmp_path / "2031.json"
    days = [{"name": "试验日", "date": "2031-03-05", "isOffDay": True}]
    table.write_text(json.dumps({"year": 2031, "papers": [], "days": days}), encoding="utf-8")
    assert (
        json.loads(run("deadline", "2031-03-04", "1工作日", "--json", home=office).out)["due"] == "2031-03-05"
    )
    assert run("calendar", "load", table, home=office).status == 0
    found = json.loads(run("deadline", "2031-03-04", "1工作日", "--json", home=office).out)
    assert (found["due"], found["provisional"]) == ("2031-03-06", False)


@pytest.mark.parametrize(
    ("start", "limit", "said"),
    [
        ("昨天", "5工作日", "看不懂时间“昨天”"),
        ("2026-02-30", "5工作日", "没有这个时间"),
        ("2026-02-13", "五天", "看不懂时限“五天”"),
        ("2026-02-13", "0日", "时限不能是 0"),
    ],
)
def test_what_is_not_understood_is_named(run: Run, start: str, limit: str, said: str) -> None:
    ended = run("deadline", start, limit)
    assert (ended.status, ended.out) == (1, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1
