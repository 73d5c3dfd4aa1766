"""``duban board``."""

from __future__ import annotations

import json
from pathlib import Path

from db import instants
from db.connection import open_reader
from db.home import path_of
from db.reads.board import Scope, counts
from tests.cli.conftest import CASES, Run


def test_board_counts_by_alarm_and_queue_in_the_words_of_the_screen(run: Run, demo_office: Path) -> None:
    board = json.loads(run("board", "--json", home=demo_office).out)
    assert list(board["alarms"]) == ["警报", "紧急", "预警", "报到", "在办", "暂停", "办结"]
    assert list(board["queues"]) == ["待交办", "退回待定", "延期待批", "办结待审核", "待认领"]
    assert board["unit"] == "重庆市"
    assert sum(board["alarms"].values()) == board["total"] == CASES
    assert board["open"] == CASES - board["alarms"]["办结"]


def test_board_of_a_unit_counts_it_and_all_below_it(run: Run, demo_office: Path) -> None:
    reader = open_reader(path_of(demo_office))
    district, name = reader.execute(
        """SELECT l2, v.name FROM "case" JOIN unit_version v ON v.unit_id = l2
           WHERE v.kind = '行政区划' GROUP BY l2 ORDER BY count(*) DESC LIMIT 1"""
    ).fetchone()
    board = json.loads(run("board", "--unit", name, "--json", home=demo_office).out)
    assert board["path"] == ["重庆市", name]
    assert board["total"] == counts(reader, Scope(district, 2), instants.now()).total


def test_board_at_a_later_time_finds_everything_late(run: Run, demo_office: Path) -> None:
    now = json.loads(run("board", "--json", home=demo_office).out)
    later = json.loads(run("board", "--at", "2099-01-01 08:30", "--json", home=demo_office).out)
    assert later["at"] == "2099-01-01T08:30:00+08:00"
    assert later["alarms"]["警报"] > now["alarms"]["警报"]
    assert later["alarms"]["紧急"] == 0


def test_a_unit_that_is_not_clear_is_asked_back(run: Run, demo_office: Path) -> None:
    unknown = run("board", "--unit", "没有这个局", home=demo_office)
    assert unknown.status == 1
    assert "没有“没有这个局”这个单位" in unknown.err
    many = run("board", "--unit", "大湾镇", home=demo_office)
    assert many.status in (0, 1)
    several = run("board", "--unit", "城关镇", home=demo_office)
    assert several.err.count("\n") <= 1


def test_a_time_that_is_none_is_refused(run: Run, demo_office: Path) -> None:
    ended = run("board", "--at", "下周二", home=demo_office)
    assert ended.status == 1
    assert "看不懂时间“下周二”" in ended.err
