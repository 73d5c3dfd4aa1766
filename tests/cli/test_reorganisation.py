"""The city reorganised under an office that has cases: 江北区 and 渝北区 become 两江新区."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db import units
from db.actions import Action
from db.journal import Act, open_case
from db.office import Office
from duban_tui import config
from tests.cli.conftest import Run

DAY = "2026-01-25"


@pytest.fixture
def table(shared_data: Path) -> Path:
    """The real table of 2026."""
    return shared_data / "units" / "units-chongqing-2026.csv"


def total(run: Run, home: Path, unit: str) -> int:
    """How many cases a unit and all below it have."""
    return int(json.loads(run("board", "--unit", unit, "--json", home=home).out)["total"])


def test_a_preview_counts_and_changes_nothing(run: Run, office: Path, table: Path) -> None:
    before = run("units", "list", "--json", home=office).out
    shown = run("units", "load", table, "--effective", DAY, "--dry-run", home=office)
    assert "更名或改级 renamed 15" in shown.out
    assert "只改代码 recoded 466" in shown.out
    assert "moved 47" in shown.out
    assert run("units", "list", "--json", home=office).out == before


@pytest.fixture
def four_cases(run: Run, empty_home: Path) -> Path:
    """An office with a case each in 江北区, 渝北区, 渝北区大湾镇 and 南岸区."""
    run("init")
    settings = config.load()
    with Office.open(empty_home, settings.rules, "张三") as office:
        for name in ("江北区", "渝北区", "渝北区大湾镇", "南岸区"):
            unit = units.resolve(office.writer, name).unit
            assert unit is not None
            register = Act(Action.REGISTER, {"kind": "诉求", "title": f"{name}路灯不亮"})
            open_case(office, [register, Act(Action.DISPATCH, {"lead": unit.uid})])
    return empty_home


def test_cases_keep_their_unit_and_roll_up_to_its_heir(run: Run, four_cases: Path, table: Path) -> None:
    assert run("units", "load", table, "--effective", DAY).status == 0
    districts = ("两江新区", "北碚区", "南岸区", "重庆市")
    assert [total(run, four_cases, name) for name in districts] == [2, 1, 1, 4]
    found = json.loads(run("find", "路灯不亮", "--json").out)
    assert [case["unit"] for case in found] == ["南岸区", "大湾镇", "渝北区", "江北区"]
    ended = run("board", "--unit", "江北区")
    assert (ended.status, ended.err.strip()) == (
        1,
        "duban: “江北区”已撤销，由 两江新区 承继，请改用它",
    )
    assert run("doctor").status == 0


def test_history_keeps_the_old_name(run: Run, office: Path, table: Path) -> None:
    run("units", "load", table, "--effective", DAY, home=office)
    then = json.loads(
        run("units", "list", "--at", "2025-12-31", "--under", "渝北区", "--json", home=office).out
    )
    assert then[0]["path"] == ["重庆市", "渝北区"]
    assert (then[0]["valid_to"], then[0]["successor"]) == (DAY, ["重庆市", "两江新区"])
    now = json.loads(run("units", "list", "--under", "两江新区", "--json", home=office).out)
    assert sum(unit["level"] == 3 for unit in now) == 42, "31 街道 and 11 镇"


def test_the_same_table_again_changes_nothing(run: Run, office: Path, table: Path) -> None:
    run("units", "load", table, "--effective", DAY, home=office)
    before = run("units", "list", "--json", home=office).out
    again = run("units", "load", table, "--effective", DAY, home=office)
    assert "未变 unchanged 1066" in again.out
    assert [line for line in again.out.splitlines() if line.endswith(" 0")] == [
        "新增 added 0",
        "撤销 ended 0",
        "更名或改级 renamed 0",
        "只改代码 recoded 0",
        "改隶 moved 0",
        "随撤销单位待定 pending 0",
    ]
    assert run("units", "list", "--json", home=office).out == before
