"""The tree: who stands where, in which order, and how much is open below it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.connection import Connection, open_reader
from db.reads import tree
from tests.db.small_db import DAY, NOW, add_case, add_unit, create, plans


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Connection]:
    """Two districts, a department, a township with a village, a unit that ended."""
    path = tmp_path / "office.db"
    writer = create(path)
    add_unit(writer, 1, "重庆市", None, 1, code="500000")
    add_unit(writer, 2, "綦江区", 1, 2, code="500110")
    add_unit(writer, 3, "万州区", 1, 2, code="500101")
    add_unit(writer, 4, "市教委", 1, 2, kind="部门")
    add_unit(writer, 5, "江北区", 1, 2, code="500105", valid_to="2026-01-25")
    add_unit(writer, 6, "三江街道", 2, 3, code="500110002", merge_pending=1)
    add_unit(writer, 7, "双石村", 6, 4, code="500110002201")
    late, soon = {"due_at": NOW - DAY}, {"due_at": NOW + DAY, "urgent_from": NOW - DAY}
    add_case(writer, 1, unit_id=7, l2=2, l3=6, l4=7, **late)
    add_case(writer, 2, unit_id=6, l2=2, l3=6, **soon)
    add_case(writer, 3, unit_id=2, l2=2, accepted_at=NOW, due_at=NOW + 9 * DAY)
    add_case(writer, 4, unit_id=4, l2=4, **late)
    add_case(writer, 5, unit_id=2, l2=2, open=0, running=0, stage="closed", **late)
    add_case(writer, 6, unit_id=1, **late)
    writer.close()
    reader = open_reader(path)
    yield reader
    reader.close()


def test_the_root_holds_everything_open(office: Connection) -> None:
    node = tree.root(office, NOW)
    assert node is not None
    assert (node.name, node.level, node.has_children) == ("重庆市", 1, True)
    assert (node.overdue, node.urgent, node.open) == (3, 1, 5)


def test_an_office_without_units_has_no_root(tmp_path: Path) -> None:
    assert tree.root(create(tmp_path / "office.db"), NOW) is None


def test_children_stand_by_code_then_name_with_what_is_below_them(office: Connection) -> None:
    wanzhou, qijiang, education = tree.children(office, 1, NOW)
    assert [wanzhou.name, qijiang.name, education.name] == ["万州区", "綦江区", "市教委"]
    assert (wanzhou.overdue, wanzhou.urgent, wanzhou.open, wanzhou.has_children) == (0, 0, 0, False)
    assert (qijiang.overdue, qijiang.urgent, qijiang.open, qijiang.has_children) == (1, 1, 3, True)
    assert (education.kind, education.overdue, education.open) == ("部门", 1, 1)


def test_the_tree_goes_down_to_the_village(office: Connection) -> None:
    (township,) = tree.children(office, 2, NOW)
    (village,) = tree.children(office, township.unit_id, NOW)
    assert (township.open, township.merge_pending) == (2, True)
    assert (village.name, village.open, village.has_children) == ("双石村", 1, False)
    assert tree.children(office, village.unit_id, NOW) == []


def test_ancestors_run_from_the_top_to_the_parent(office: Connection) -> None:
    assert tree.ancestors(office, 7) == [1, 2, 6]
    assert tree.ancestors(office, 5) == [1]
    assert tree.ancestors(office, 1) == []


def test_counts_move_with_the_clock_alone(office: Connection) -> None:
    node = tree.root(office, NOW + 30 * DAY)
    assert node is not None
    assert (node.overdue, node.urgent) == (5, 0)


def test_expanding_a_node_reads_the_index_of_open_cases_and_no_table(office: Connection) -> None:
    for unit, index in ((1, "case_open_l2"), (2, "case_open_l2"), (6, "case_open_l3")):
        seen = plans(office, functools.partial(tree.children, office, unit, NOW))
        counted = [plan for sql, plan in seen if '"case"' in sql]
        assert len(counted) == 1
        assert f"COVERING INDEX {index}" in counted[0]
    units = [plan for sql, plan in plans(office, lambda: tree.children(office, 2, NOW)) if "AS v" in sql]
    assert units
    assert all("SCAN v" not in plan and "SCAN c" not in plan for plan in units)


def test_an_ended_unit_stays_in_sight_while_its_children_wait(tmp_path: Path) -> None:
    connection = create(tmp_path / "office.db")
    add_unit(connection, 1, "重庆市", None, 1)
    add_unit(connection, 2, "垫江县", 1, 2)
    add_unit(connection, 3, "沙河乡", 2, 3, valid_to="2026-01-25")
    add_unit(connection, 4, "五龙村村民委员会", 3, 4, merge_pending=1)
    add_unit(connection, 5, "长龙镇", 2, 3, valid_to="2026-01-25")
    connection.execute("UPDATE unit SET ended_on = '2026-01-25' WHERE id IN (3, 5)")
    found = tree.children(connection, 2, NOW)
    assert [(node.name, node.merge_pending) for node in found] == [("沙河乡", True)]
    assert [node.name for node in tree.children(connection, 3, NOW)] == ["五龙村村民委员会"]
