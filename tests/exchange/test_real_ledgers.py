"""The five real sources, as they are: read without hand editing, twice, nothing doubled, nothing lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from db import instants
from db.exchange.columns import parse_map
from db.exchange.errors import LedgerError
from db.exchange.ledger import import_ledger, preview
from db.exchange.lines import Line
from db.exchange.table import open_ledger
from db.exchange.tally import Counts
from db.office import Office
from tests.exchange.conftest import RULES, cases, steps

GOVERNMENT, DEPARTMENT = "jinan12345/12345工单_样例.xls", "jinan12345/部门台账_样例.xlsx"
BOSTON = (
    "CASE_ENQUIRY_ID=编号",
    "OPEN_DT=登记时间",
    "TARGET_DT=办结时限",
    "CLOSED_DT=结案时间",
    "CASE_STATUS=状态",
    "CASE_TITLE=标题",
    "CLOSURE_REASON=答复内容",
    "Department=承办单位",
    "Location=地点",
)

SOURCES = [
    (GOVERNMENT, (), (41, 41, 0, 0, 0)),
    (DEPARTMENT, (), (200, 199, 1, 0, 0)),
    ("taidi2020c/附件2_示例_带一级分类.xlsx", (), (495, 494, 0, 1, 0)),
    ("taidi2020c/附件3_留言_点赞反对.xlsx", (), (4326, 4326, 0, 0, 0)),
    ("taidi2020c/附件4_样例300.xlsx", (), (300, 300, 0, 0, 0)),
    ("liuyan_hangzhou/liuyan-hangzhou-2024-2026.csv", (), (1234, 1234, 0, 0, 0)),
    ("dongguan_sunwz/dongguan-sunwz-2018.csv", (), (1061, 1061, 0, 0, 0)),
    ("boston311/boston311-2015-9types.csv", BOSTON, (8270, 8270, 0, 0, 0)),
    ("boston311/qsv-boston311-100-20dupes-random.csv", BOSTON, (100, 80, 0, 20, 0)),
    ("boston311/qsv-boston311-100-bad.tsv", BOSTON, (100, 99, 0, 0, 1)),
]


def sums(counts: Counts) -> tuple[int, int, int, int, int]:
    return counts.rows, counts.added, counts.updated, counts.unchanged, counts.rejected


@pytest.fixture
def real(shared_data: Path, tmp_path: Path) -> Path:
    """A writable copy of the real files."""
    folder = tmp_path / "real"
    for name in ("jinan12345", "taidi2020c", "liuyan_hangzhou", "dongguan_sunwz", "boston311"):
        shutil.copytree(shared_data / name, folder / name)
    for path in folder.rglob("*"):
        path.chmod(0o755)
    return folder


@pytest.mark.parametrize(("name", "mapped", "expected"), SOURCES, ids=[name for name, _, _ in SOURCES])
def test_a_source_goes_in_once(
    office: Office, real: Path, name: str, mapped: tuple[str, ...], expected: tuple[int, ...]
) -> None:
    mapping = parse_map(mapped)
    foreseen = preview(office.writer, RULES, real / name, mapping=mapping)
    first = import_ledger(office, real / name, mapping=mapping)
    assert sums(first) == sums(foreseen.counts) == expected
    assert first.unclaimed == len(cases(office)), "no place of these is in this office's tree"
    rows, added, updated, unchanged, rejected = expected
    again = import_ledger(office, real / name, mapping=mapping)
    assert sums(again) == (rows, 0, 0, added + updated + unchanged, rejected)


def test_the_two_ledgers_of_jinan_tell_of_the_same_orders(office: Office, real: Path) -> None:
    import_ledger(office, real / GOVERNMENT)
    counts = import_ledger(office, real / DEPARTMENT)
    assert sums(counts) == (200, 196, 4, 0, 0)
    found = cases(office)
    assert len(found) == 41 + 196
    for case in found:
        orders = [number for scheme, number in case["numbers"] if scheme == "12345工单号"]
        assert all(len(number) == 18 and number.isdigit() for number in orders)
    assert sum(case["confidential"] for case in found) == 2


def test_the_other_way_round_gives_the_same_cases(office: Office, real: Path) -> None:
    import_ledger(office, real / DEPARTMENT)
    counts = import_ledger(office, real / GOVERNMENT)
    assert sums(counts) == (41, 38, 3, 0, 0)
    assert len(cases(office)) == 237


def test_due_dates_of_jinan_follow_from_the_rules(office: Office, real: Path) -> None:
    import_ledger(office, real / GOVERNMENT)
    for case in cases(office):
        assert case["due_source"] == "ledger"
        assert case["due_at"] == case["due_rule"], case["number"]


def test_an_order_that_came_back_is_one_case_with_a_redo(office: Office, real: Path) -> None:
    import_ledger(office, real / DEPARTMENT)
    twice = [case for case in cases(office) if len(case["numbers"]) == 3]
    assert [(case["redone"], case["stage"]) for case in twice] == [(1, "closed")]
    number = next(number for scheme, number in twice[0]["numbers"] if scheme == "12345工单号")
    flow = [action for action, _ in steps(office, number)]
    assert flow.index("submit") < flow.index("redo") < len(flow) - 1 - flow[::-1].index("submit")


def test_replies_of_taidi_have_their_times(office: Office, real: Path) -> None:
    import_ledger(office, real / "taidi2020c/附件4_样例300.xlsx")
    found = cases(office)
    assert {case["stage"] for case in found} == {"submitted"}
    assert all(case["stopped_at"] is not None and case["stopped_at"] > case["received_at"] for case in found)
    assert {case["title"] for case in found if case["title"] != case["title"].strip()} == set()


def test_on_time_agrees_with_bostons_own_judgement(office: Office, real: Path) -> None:
    import_ledger(office, real / "boston311/boston311-2015-9types.csv", mapping=parse_map(BOSTON))
    judged = [case["on_time"] for case in cases(office) if case["on_time"] is not None]
    assert (judged.count(0), judged.count(1)) == (864, 4221)


def test_a_month_alone_is_when_it_came_in(office: Office, real: Path) -> None:
    import_ledger(office, real / "dongguan_sunwz/dongguan-sunwz-2018.csv")
    months = {instants.local(case["received_at"]).strftime("%Y%m%d") for case in cases(office)}
    assert months == {"20171201", "20180101", "20180201", "20180501", "20180601", "20180801"}


def test_no_row_is_taken_for_classified(real: Path) -> None:
    for name, mapped, _ in SOURCES[:-1]:
        ledger = open_ledger(real / name, mapping=parse_map(mapped))
        assert all(isinstance(line, Line) for line in ledger.lines())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("taidi2020c/附件1_分类体系.xlsx", "缺少编号、标题、内容"),
        ("jinan12345/sangao_template_空白导入模板.xlsx", "只有表头，没有数据行"),
        ("boston311/boston311-2015-9types.csv", "没有找到表头，首行是：CASE_ENQUIRY_ID、OPEN_DT"),
    ],
)
def test_real_files_that_are_no_ledger(real: Path, name: str, said: str) -> None:
    with pytest.raises(LedgerError, match=said):
        open_ledger(real / name)
