"""Lists against brute force in every order and narrowing, and the plans that keep them quick."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from db import closed
from db.connection import Connection, open_reader
from db.deadlines import alarm
from db.reads import board
from db.reads.board import FEW, ListQuery, Scope
from db.terms import Alarm
from tests.db.small_db import DAY, NOW, add_case, add_unit, create, plans

CASES = 400
SCOPES = (Scope(), Scope(2, 2), Scope(4, 3), Scope(6, 4), Scope(99, 2))

Case = dict[str, Any]


def invented(number: int, choose: random.Random) -> Case:
    """A case of any kind."""
    l2, l3, l4 = choose.choice([(None, None, None), (2, None, None), (2, 4, None), (2, 4, 6), (3, 5, None)])
    opened = choose.random() < 0.6

    def instant() -> int | None:
        return choose.choice([None, NOW + choose.randrange(-9, 9) * DAY])

    due_at = instant()
    return {
        "id": ((NOW - choose.randrange(40) * DAY) << 20) + number,
        "number": f"2026-{choose.randrange(10**9):09d}-{number}",
        "unit_id": l4 or l3 or l2, "l2": l2, "l3": l3, "l4": l4,
        "unclaimed": choose.choice(["某局", "綦江区某站"]) if l3 is None and choose.random() < 0.3 else None,
        "title": choose.choice(["路灯不亮", "井盖破损", "路灯 井盖"]),
        "place": choose.choice(["", "老街", "ABC 广场"]),
        "open": opened, "running": opened and choose.random() < 0.8,
        "stage": choose.choice(["handling", "signed"]) if opened else "closed",
        "pending": choose.choice(["review", "extension"]) if choose.random() < 0.3 else None,
        "paused_at": NOW - DAY if opened and choose.random() < 0.1 else None,
        "accepted_at": instant(), "accept_by": instant(), "due_at": due_at,
        "urgent_from": None if due_at is None else instant(),
        "urgent_muted": choose.random() < 0.2, "updated_at": NOW - choose.randrange(50) * 3600,
    }  # fmt: skip


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Of every kind, some hundred."""
    choose = random.Random(3)
    return [
        case if case["unclaimed"] is None else case | {"unit_id": None}
        for case in (invented(number, choose) for number in range(CASES))
    ]


@pytest.fixture(scope="module")
def office(cases: list[Case], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """They in an office."""
    path = tmp_path_factory.mktemp("lists") / "office.db"
    writer = create(path)
    for unit in (
        (1, "重庆市", None, 1), (2, "綦江区", 1, 2), (3, "南岸区", 1, 2), (4, "三江街道", 2, 3),
        (5, "南坪街道", 3, 3), (6, "双石村", 4, 4),
    ):  # fmt: skip
        add_unit(writer, *unit)
    writer.execute("BEGIN")
    for case in cases:
        add_case(writer, case["id"], **{name: value for name, value in case.items() if name != "id"})
    closed.recount(writer)
    writer.execute("COMMIT")
    writer.close()
    reader = open_reader(path)
    yield reader
    reader.close()


UNITS = {2: "綦江区", 3: "南岸区", 4: "三江街道", 5: "南坪街道", 6: "双石村", None: ""}


def alarm_of(case: Case) -> Alarm:
    names = ("open", "running", "accepted_at", "accept_by", "urgent_from", "due_at", "urgent_muted")
    return alarm(**{name: case[name] for name in names}, paused=case["paused_at"] is not None, now=NOW)


def belongs(case: Case, query: ListQuery) -> bool:
    scope = query.scope
    unit = UNITS[case["unit_id"]] or case["unclaimed"] or ""
    text = " ".join((case["number"], case["title"], case["place"], unit))
    queue = case["unclaimed"] is not None if query.queue == "unclaimed" else case["pending"] == query.queue
    return all((
        scope.level == 1 or case[f"l{scope.level}"] == scope.unit_id,
        query.alarm is None or alarm_of(case) is query.alarm,
        query.queue is None or queue,
        query.alarm is not None or query.queue is not None or not query.open_only or case["open"],
        query.stage is None or case["stage"] == query.stage,
        query.since is None or case["id"] >> 20 >= query.since,
        query.until is None or case["id"] >> 20 < query.until,
        all(word.lower() in text.lower() for word in query.words.split()),
    ))  # fmt: skip


def due_key(case: Case) -> tuple[object, ...]:
    return (case["due_at"] is None, case["due_at"] or 0, case["id"])


KEYS: dict[str, Callable[[Case], tuple[object, ...]]] = {
    "urgency": lambda case: (list(Alarm).index(alarm_of(case)), *due_key(case)),
    "due": due_key,
    "newest": lambda case: (-case["id"],),
    "updated": lambda case: (-case["updated_at"], -case["id"]),
    "number": lambda case: (case["number"],),
    "unit": lambda case: (
        case["unit_id"] is None, case["unit_id"] or 0, case["unclaimed"] is None, case["unclaimed"] or "",
        case["id"],
    ),
}  # fmt: skip


def expected(cases: list[Case], query: ListQuery) -> list[int]:
    """Open cases in their order, then the closed ones newest first."""
    found = [case for case in cases if belongs(case, query)]
    opened = sorted((case for case in found if case["open"]), key=KEYS[query.sort])
    rest = sorted((case for case in found if not case["open"]), key=lambda case: -case["id"])
    if query.queue == "unclaimed":
        rest.sort(key=lambda case: (case["unclaimed"], case["id"]))
    return [case["id"] for case in opened + rest]


NARROWED: tuple[dict[str, Any], ...] = (
    {}, {"open_only": False},
    *({"alarm": each} for each in Alarm), *({"queue": each} for each in board.QUEUES),
    {"stage": "signed"}, {"stage": "closed", "open_only": False}, {"words": "路灯"},
    {"words": "abc 三江", "open_only": False}, {"words": "没有"},
    {"since": NOW - 20 * DAY, "until": NOW - 5 * DAY, "open_only": False},
    {"alarm": Alarm.DONE, "since": NOW - 20 * DAY}, {"alarm": Alarm.URGENT, "stage": "signed"},
    {"queue": "unclaimed", "words": "某站"},
)  # fmt: skip

QUERIES = [
    ListQuery(scope, sort=sort, **narrowed)
    for scope, sort, narrowed in itertools.product(SCOPES, board.SORTS, NARROWED)
]


@pytest.mark.parametrize("few", [FEW, 10, 0])
def test_lists_are_what_brute_force_says(
    office: Connection, cases: list[Case], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "FEW", few)
    monkeypatch.setattr(board, "PIECE", 7)
    for query in QUERIES:
        whole = expected(cases, query)
        assert board.ids(office, query, NOW).tolist() == whole, query
        assert [row.id for row in board.page(office, query, NOW, 20)] == whole[:20], query
        for place in {0, len(whole) // 2, len(whole) - 1} & set(range(len(whole))):
            following = board.page(office, query, NOW, 9, whole[place])
            assert [row.id for row in following] == whole[place + 1 : place + 10], (query, place)


def test_the_nth_case_is_the_nth_of_the_list(office: Connection, cases: list[Case]) -> None:
    query = ListQuery(open_only=False)
    listed, whole = board.ids(office, query, NOW), expected(cases, query)
    for place in (0, 1, 63, 64, len(whole) // 2, -1):
        assert board.rows(office, listed[place:][:1], NOW)[0].id == whole[place]


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_counts_are_the_lengths_of_the_lists(office: Connection, scope: Scope) -> None:
    counts = board.counts(office, scope, NOW)
    for each in Alarm:
        assert counts.alarms[each] == len(board.ids(office, ListQuery(scope, each), NOW))
    for queue in board.QUEUES:
        assert counts.queues[queue] == len(board.ids(office, ListQuery(scope, queue=queue), NOW))
    assert counts.total == len(board.ids(office, ListQuery(scope, open_only=False), NOW))


def reads_of(office: Connection, query: ListQuery) -> list[tuple[str, str]]:
    """What is read for the first page, the next one and the whole list."""
    first = board.page(office, query, NOW, 20)
    seen = plans(office, lambda: board.page(office, query, NOW, 20))
    if first:
        seen += plans(office, lambda: board.page(office, query, NOW, 20, first[-1].id))
    return seen + plans(office, lambda: board.ids(office, query, NOW))


@pytest.mark.parametrize("few", [FEW, 0])
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_no_list_scans_the_table_or_skips_through(
    office: Connection, query: ListQuery, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "FEW", few)
    for sql, plan in reads_of(office, query):
        assert "OFFSET" not in sql
        for step in plan.split("\n"):
            if step.startswith(("SCAN case", "SEARCH case")):
                quick = "INDEX case_open_" if "open = 1" in sql else "SEARCH case USING"
                assert quick in step or step.startswith("SEARCH case USING INTEGER PRIMARY KEY"), (
                    f"{sql}\n{plan}"
                )


@pytest.mark.parametrize("sort", board.SORTS)
@pytest.mark.parametrize("scope", SCOPES[:4], ids=str)
def test_a_page_is_walked_along_an_index_that_holds_all_it_asks(
    office: Connection, scope: Scope, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "FEW", 0)
    for narrowed in ({}, {"alarm": Alarm.URGENT}, {"alarm": Alarm.DONE}, {"stage": "signed"}):
        query = ListQuery(scope, sort=sort, **narrowed)
        for sql, plan in reads_of(office, query):
            if not sql.startswith("SELECT id FROM") or "NOT INDEXED" in sql:
                continue
            assert "COVERING INDEX" in plan or plan.startswith("SEARCH case USING INTEGER PRIMARY KEY"), plan
            if sort != "unit" and not ("stage" in narrowed and sort == "urgency"):
                assert "TEMP B-TREE" not in plan, f"{sql}\n{plan}"


def test_closed_cases_are_walked_by_time_in_their_scope(office: Connection) -> None:
    for scope in SCOPES[:4]:
        query = ListQuery(scope, Alarm.DONE)
        index = "case_all (open=?" if scope.is_whole else f"case_l{scope.level} (l{scope.level}=? AND open=?"
        listed = [
            plan
            for sql, plan in reads_of(office, query)
            if sql.startswith("SELECT id FROM") and "LIMIT" in sql
        ]
        assert listed
        assert all(f"COVERING INDEX {index}" in plan and "TEMP" not in plan for plan in listed), listed
