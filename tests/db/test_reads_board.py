"""The board's lists and counts: what is counted, what comes first, and along which index."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import closed, deadlines
from db.connection import Connection, open_reader
from db.reads import board
from db.reads.board import ListQuery, Scope
from db.terms import Alarm
from tests.db.small_db import DAY, NOW, add_case, add_unit, create, plans

DISTRICT = Scope(2, 2)
OPEN_ALARMS = [alarm for alarm in Alarm if alarm is not Alarm.DONE]
PAST, SOON, LATER = NOW - DAY, NOW + DAY, NOW + 9 * DAY


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Ten cases in two districts, one of each alarm and queue."""
    path = tmp_path_factory.mktemp("board") / "office.db"
    writer = create(path)
    for unit in ((1, "重庆市", None, 1), (2, "綦江区", 1, 2), (3, "南岸区", 1, 2), (4, "三江街道", 2, 3)):
        add_unit(writer, *unit)
    here = {"unit_id": 4, "l2": 2, "l3": 4, "accepted_at": PAST, "accept_by": LATER}
    add_case(writer, 1, **here, due_at=PAST, urgent_from=PAST - DAY, title="井盖破损 13800001111")
    add_case(writer, 2, **here, due_at=PAST - DAY, urgent_from=PAST - 2 * DAY)
    add_case(writer, 3, **here, due_at=SOON, urgent_from=PAST)
    add_case(writer, 4, **here | {"accepted_at": None, "accept_by": PAST}, due_at=LATER, urgent_from=SOON)
    add_case(writer, 5, **here | {"accepted_at": None}, due_at=LATER, urgent_from=SOON)
    add_case(writer, 6, **here, due_at=LATER, urgent_from=SOON, pending="extension", place="老街")
    add_case(writer, 7, **here, paused_at=PAST, running=0)
    add_case(writer, 8, **here | {"l2": 3, "l3": None}, running=0, stage="submitted", pending="review")
    add_case(writer, 9, l2=2, unclaimed="綦江区城管所", due_at=PAST, updated_at=NOW + 5)
    add_case(writer, 10, **here, open=0, running=0, stage="closed", due_at=PAST)
    add_case(writer, 11, **here, due_at=SOON, urgent_from=PAST, urgent_muted=1)
    closed.recount(writer)
    writer.close()
    reader = open_reader(path)
    yield reader
    reader.close()


def test_counts_say_how_bad_it_is(office: Connection) -> None:
    counts = board.counts(office, Scope(), NOW)
    assert counts.alarms == {
        Alarm.OVERDUE: 3, Alarm.URGENT: 1, Alarm.WARNING: 1, Alarm.DELIVERED: 1, Alarm.NORMAL: 3,
        Alarm.PAUSED: 1, Alarm.DONE: 1,
    }  # fmt: skip
    assert counts.queues == {"dispatch": 0, "return": 0, "extension": 1, "review": 1, "unclaimed": 1}
    assert (counts.open, counts.total) == (10, 11)


def test_counts_of_a_unit_hold_what_is_below_it_and_nothing_else(office: Connection) -> None:
    assert board.counts(office, DISTRICT, NOW).open == 9
    assert board.counts(office, Scope(3, 2), NOW).queues["review"] == 1
    assert board.counts(office, Scope(4, 3), NOW).alarms[Alarm.OVERDUE] == 2


def test_alarms_move_with_the_clock_alone(office: Connection) -> None:
    counts = board.counts(office, Scope(), NOW + 30 * DAY)
    assert counts.alarms[Alarm.OVERDUE] == 8
    assert counts.alarms[Alarm.URGENT] == 0


def test_worst_comes_first_and_the_oldest_of_it(office: Connection) -> None:
    listed = board.ids(office, ListQuery(), NOW).tolist()
    assert listed == [2, 1, 9, 3, 4, 5, 11, 6, 8, 7]
    assert board.ids(office, ListQuery(open_only=False), NOW).tolist() == [*listed, 10]


QUERIES = [
    ListQuery(scope, alarm, sort=sort, open_only=open_only)
    for scope, alarm, sort, open_only in itertools.product(
        (Scope(), DISTRICT), (None, *Alarm), board.SORTS, (True, False)
    )
]


@pytest.fixture(params=[board.FEW, 0], ids=["few are sorted", "all are walked"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once as a small office is read, once as a large one."""
    monkeypatch.setattr(board, "FEW", request.param)


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_pages_joined_are_the_whole_list(office: Connection, query: ListQuery) -> None:
    whole = board.ids(office, query, NOW).tolist()
    found: list[int] = []
    while part := board.page(office, query, NOW, 2, found[-1] if found else None):
        found += [row.id for row in part]
    assert found == whole


@pytest.mark.parametrize("alarm", Alarm)
def test_a_list_by_alarm_holds_what_its_count_says(office: Connection, alarm: Alarm) -> None:
    listed = board.ids(office, ListQuery(alarm=alarm), NOW)
    assert len(listed) == board.counts(office, Scope(), NOW).alarms[alarm]
    assert {row.alarm for row in board.rows(office, listed, NOW)} <= {alarm}


def test_rows_say_the_alarm_that_the_rules_say(office: Connection) -> None:
    listed = board.ids(office, ListQuery(open_only=False), NOW)
    stored = {
        row[0]: row[1:]
        for row in office.execute(
            "SELECT id, open, running, paused_at, accepted_at, accept_by, urgent_from, due_at, urgent_muted"
            ' FROM "case"'
        )
    }
    for row in board.rows(office, listed, NOW):
        opened, running, paused_at, accepted_at, accept_by, urgent_from, due_at, muted = stored[row.id]
        said = deadlines.alarm(
            open=bool(opened), running=bool(running), paused=paused_at is not None, accepted_at=accepted_at,
            accept_by=accept_by, urgent_from=urgent_from, due_at=due_at, urgent_muted=bool(muted), now=NOW,
        )  # fmt: skip
        assert row.alarm == said


@pytest.mark.parametrize(
    ("queue", "expected"), [("extension", [6]), ("review", [8]), ("unclaimed", [9]), ("return", [])]
)
def test_queues(office: Connection, queue: str, expected: list[int]) -> None:
    assert board.ids(office, ListQuery(queue=queue), NOW).tolist() == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("老街", [6]), ("000007", [7]), ("城管所", [9]), ("井盖 三江", [1]), ("井盖 老街", []), ("%", [])],
)
def test_words_filter_by_number_title_place_and_unit(
    office: Connection, words: str, expected: list[int]
) -> None:
    assert board.ids(office, ListQuery(words=words), NOW).tolist() == expected


def test_other_orders(office: Connection) -> None:
    def order(sort: str) -> list[int]:
        return board.ids(office, ListQuery(sort=sort), NOW).tolist()

    assert order("newest") == [11, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert order("due")[:3] == [2, 1, 9]
    assert order("due")[-2:] == [7, 8]
    assert order("updated")[0] == 9
    assert order("number") == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]


def test_rows_are_masked_and_keep_the_order_asked_for(office: Connection) -> None:
    nine, one = board.rows(office, [9, 404, 1], NOW)
    assert (nine.id, nine.unit) == (9, "綦江区城管所")
    assert one.unit == "三江街道"
    assert "13800001111" not in one.title
    assert one.open is True


def test_a_renamed_unit_shows_its_name_of_today_and_an_ended_one_its_last(tmp_path: Path) -> None:
    writer = create(tmp_path / "office.db")
    add_unit(writer, 1, "红椿土家族乡", None, 3, valid_from="2026-01-25")
    add_unit(writer, 2, "江北区", None, 2, valid_to="2026-01-25")
    writer.execute(
        "INSERT INTO unit_version (unit_id, name, short_name, initials, level, kind, valid_to, merge_pending)"
        " VALUES (1, '红椿乡', '红椿乡', 'hcx', 3, '行政区划', '2026-01-25', 0)"
    )
    add_case(writer, 1, unit_id=1)
    add_case(writer, 2, unit_id=2)
    assert [row.unit for row in board.rows(writer, [1, 2], NOW)] == ["红椿土家族乡", "江北区"]


@pytest.mark.parametrize("scope", [Scope(), DISTRICT, Scope(4, 3), Scope(5, 4)], ids=str)
def test_counts_read_small_indexes_only(office: Connection, scope: Scope) -> None:
    for sql, plan in plans(office, lambda: board.counts(office, scope, NOW)):
        assert "COVERING INDEX" in plan or plan == ONE_COUNT, f"{sql}\n{plan}"
        if scope.unit_id is not None:
            assert "SCAN" not in plan.replace("SCAN (subquery-1)", ""), f"{sql}\n{plan}"
        assert "TEMP B-TREE" not in plan, f"{sql}\n{plan}"
        if "pending" in sql or "unclaimed" in sql:
            assert "case_pending" in plan or "case_unclaimed" in plan


@pytest.mark.parametrize("alarm", [None, *OPEN_ALARMS], ids=str)
@pytest.mark.parametrize("scope", [Scope(), DISTRICT, Scope(4, 3), Scope(5, 4)], ids=str)
def test_pages_by_urgency_walk_along_the_open_cases(
    office: Connection, scope: Scope, alarm: Alarm | None
) -> None:
    query = ListQuery(scope, alarm)
    index = "case_open_due" if scope.unit_id is None else f"case_open_l{scope.level}"
    after = board.page(office, query, NOW, 1)
    seen = plans(office, lambda: board.page(office, query, NOW, 50))
    seen += plans(office, lambda: board.page(office, query, NOW, 50, after[0].id) if after else None)
    for sql, plan in seen:
        assert f"SEARCH case USING COVERING INDEX {index}" in plan or by_key(plan), f"{sql}\n{plan}"
        assert "TEMP B-TREE FOR ORDER BY" not in plan or "short_name" in sql, f"{sql}\n{plan}"
        assert "OFFSET" not in sql


ONE_COUNT = "SEARCH closed_count USING INTEGER PRIMARY KEY (rowid=?)"


def by_key(plan: str) -> bool:
    """Rows fetched by their id."""
    return plan.startswith("SEARCH case USING INTEGER PRIMARY KEY")
