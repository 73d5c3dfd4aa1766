"""The tree that ships, and the real reorganisation of 2026-01-25."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from db import units
from db.actions import Action
from db.connection import Connection
from db.journal import Act, open_case
from db.office import Office
from db.units import Changes, UnitTableError
from tests.db.conftest import RULES
from tests.db.units.conftest import FOUNDED

Find = Callable[[str], int]
BEFORE = FOUNDED - dt.timedelta(days=1)


def _table(tmp_path: Path, *rows: str, header: str = "code,name,parent_code,level") -> units.UnitTable:
    path = tmp_path / "单位.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return units.read_table(path)


def test_the_shipped_tree_has_four_levels_and_the_departments(city: Connection) -> None:
    listed = units.listing(city)
    divisions = Counter(unit.level for unit in listed if unit.kind == "行政区划")
    assert divisions == {1: 1, 2: 38, 3: 1031, 4: 11270}
    others = [unit for unit in listed if unit.kind != "行政区划"]
    assert len(others) == 51
    assert {(unit.level, unit.path[0]) for unit in others} == {(2, "重庆市")}
    assert all(unit.valid_from is None for unit in listed)


def test_the_source_tables_change_nothing_in_the_shipped_tree(city: Connection, shared_data: Path) -> None:
    for name, rows in (("units-chongqing.csv", 12340), ("departments-chongqing.csv", 51)):
        changes = units.load(city, units.read_table(shared_data / "units" / name))
        assert changes.nothing
        assert changes.unchanged == rows


def test_two_offices_give_the_same_units_the_same_uid(city: Connection, tmp_path: Path) -> None:
    with Office.create(tmp_path / "other", RULES, "李四") as other:
        query = "SELECT group_concat(uid) FROM (SELECT uid FROM unit ORDER BY uid)"
        assert other.writer.execute(query).fetchone() == city.execute(query).fetchone()


def test_the_table_of_2026_has_the_known_counts(reorganised: Changes) -> None:
    counts = {name: len(getattr(reorganised, name)) for name in ("added", "renamed", "recoded", "moved")}
    assert counts == {"added": 3, "renamed": 15, "recoded": 466, "moved": 47}
    assert [change.path for change in reorganised.added] == [
        "重庆市/两江新区",
        "重庆市/永川区/永昌街道",
        "重庆市/垫江县/桂东街道",
    ]
    renamed = {(change.before, change.after) for change in reorganised.renamed}
    assert {("红椿乡", "红椿土家族乡"), ("大木乡", "大木镇"), ("黄石镇", "黄石街道")} <= renamed
    assert reorganised.unchanged == 1 + 36 + (964 - 466)
    assert len(reorganised.skipped) == 6
    assert "巷口镇（已撤销）" in {row.name for row in reorganised.skipped}


def test_who_ends_and_who_goes_on(reorganised: Changes) -> None:
    heirs = {change.path.split("/", 1)[1]: change.after for change in reorganised.ended}
    gone = (
        "垫江县/沙河乡",
        "垫江县/长龙镇",
        "垫江县/黄沙镇",
        "石柱土家族自治县/洗新乡",
        "石柱土家族自治县/金竹乡",
    )
    succeeded = ("江北区", "渝北区", "重庆两江新区管理委员会")
    assert heirs == dict.fromkeys(succeeded, "重庆市/两江新区") | dict.fromkeys(gone, "")


@pytest.mark.usefixtures("reorganised")
def test_loading_a_table_again_changes_nothing(city: Connection, shared_data: Path) -> None:
    before = city.execute("SELECT count(*) FROM unit_version").fetchone()
    for name, day in (("units-chongqing-2026.csv", FOUNDED), ("departments-chongqing.csv", None)):
        assert units.load(city, units.read_table(shared_data / "units" / name), effective=day).nothing
    assert city.execute("SELECT count(*) FROM unit_version").fetchone() == before


def test_a_dry_run_tells_the_same_and_writes_nothing(city: Connection, shared_data: Path) -> None:
    table = units.read_table(shared_data / "units" / "units-chongqing-2026.csv")
    before = city.total_changes
    told = units.load(city, table, effective=FOUNDED, dry_run=True)
    assert city.total_changes == before
    assert units.load(city, table, effective=FOUNDED) == told
    assert [line for line in told.lines(0) if "moved" in line or "recoded" in line] == [
        "只改代码 recoded 466",
        "改隶 moved 47",
    ]


@pytest.mark.usefixtures("reorganised")
def test_the_tree_of_a_day(city: Connection) -> None:
    before = {tuple(unit.path): unit for unit in units.listing(city, BEFORE)}
    after = {tuple(unit.path): unit for unit in units.listing(city, FOUNDED)}
    ended = before["重庆市", "江北区"]
    assert (ended.valid_from, ended.valid_to, ended.successor) == (None, "2026-01-25", ["重庆市", "两江新区"])
    assert ("重庆市", "江北区") not in after
    assert ("重庆市", "渝北区", "大湾镇") in before
    assert ("重庆市", "北碚区", "大湾镇") in after
    assert Counter(unit.level for unit in after.values() if unit.kind == "行政区划") == {
        1: 1,
        2: 37,
        3: 1028,
        4: 11270,
    }
    district = [
        unit for unit in after.values() if unit.path[:2] == ["重庆市", "两江新区"] and unit.level == 3
    ]
    assert len(district) == 42


@pytest.mark.usefixtures("reorganised")
def test_villages_stay_under_their_township(city: Connection, find: Find) -> None:
    names = {unit.name for unit in units.children(city, find("北碚区大湾镇"))}
    listed = units.listing(city, BEFORE)
    assert names == {unit.name for unit in listed if unit.path[:-1] == ["重庆市", "渝北区", "大湾镇"]}


@pytest.mark.usefixtures("reorganised")
def test_villages_of_a_township_without_heir_stay_in_sight(city: Connection, find: Find) -> None:
    gone = next(unit for unit in units.children(city, find("垫江县")) if unit.name == "沙河乡")
    villages = units.children(city, gone.id)
    assert gone.merge_pending
    assert len(villages) == 5
    assert all(village.merge_pending for village in villages)
    assert units.rollup(city, villages[0].id) == (find("垫江县"), gone.id, villages[0].id)
    units.end(city, gone.id, successor=find("垫江县桂东街道"))
    assert {unit.name for unit in villages} <= {
        unit.name for unit in units.children(city, find("垫江县桂东街道"))
    }


def test_departments_of_an_ended_district_wait_under_its_heir(
    city: Connection, find: Find, shared_data: Path
) -> None:
    bureau = units.add(city, "江北区城市管理局", under=find("江北区"))
    table = units.read_table(shared_data / "units" / "units-chongqing-2026.csv")
    units.load(city, table, effective=FOUNDED)
    now = units.row(city, bureau.id)
    assert now is not None
    assert (now.path, now.merge_pending) == ("两江新区 / 江北区城市管理局", True)
    assert units.path_of(city, bureau.id, BEFORE) == ["重庆市", "江北区", "江北区城市管理局"]


def test_old_cases_keep_their_unit_and_count_with_its_heir(tmp_path: Path, shared_data: Path) -> None:
    with Office.create(tmp_path / "home", RULES, "张三") as office:
        writer = office.writer
        old, town = (units.resolve(writer, name).unit for name in ("江北区", "渝北区大湾镇"))
        assert old is not None
        assert town is not None
        for unit in (old, town):
            open_case(
                office,
                [
                    Act(Action.REGISTER, {"kind": "诉求", "title": "路灯不亮", "body": "老街路灯不亮"}),
                    Act(Action.DISPATCH, {"lead": unit.uid, "assist": []}),
                ],
            )
        table = units.read_table(shared_data / "units" / "units-chongqing-2026.csv")
        units.load(writer, table, effective=FOUNDED)
        new, beibei = (units.resolve(writer, name).unit for name in ("两江新区", "北碚区"))
        assert new is not None
        assert beibei is not None
        rows = writer.execute('SELECT unit_id, l2, l3 FROM "case" ORDER BY id').fetchall()
        assert rows == [(old.id, new.id, None), (town.id, beibei.id, town.id)]
        assert units.path_of(writer, old.id) == ["重庆市", "江北区"]
        assert units.refresh_rollups(writer) == 0


@pytest.mark.parametrize(("day", "said"), [("2027-01-01", "之后"), ("2026-01-24", "早于已载入的 2026-01-25")])
@pytest.mark.usefixtures("reorganised")
def test_a_day_out_of_order_is_refused(city: Connection, tmp_path: Path, day: str, said: str) -> None:
    table = _table(tmp_path, "50,重庆市,,1")
    before = city.total_changes
    with pytest.raises(UnitTableError, match=said):
        units.load(city, table, effective=dt.date.fromisoformat(day), today=dt.date(2026, 11, 23))
    assert city.total_changes == before


def test_a_code_alone_proves_nothing(city: Connection, tmp_path: Path, find: Find) -> None:
    units.load(
        city,
        _table(tmp_path, "50,重庆市,,1", "500101,新设区,50,2"),
        effective=FOUNDED,
    )
    found = units.resolve(city, "新设区").unit
    assert found is not None
    old = units.row(city, found.id, BEFORE)
    assert old == found, "a new unit, not 万州区 under another name"


def test_a_table_names_a_successor(city: Connection, tmp_path: Path, find: Find) -> None:
    bureau, heir = (units.add(city, name, under=find("綦江区")).id for name in ("甲局", "乙局"))
    section = units.add(city, "一科", under=bureau).id
    table = _table(
        tmp_path,
        "乙局,綦江区,部门,",
        "甲局,綦江区,部门,重庆市/綦江区/乙局",
        header="name,parent,kind,successor",
    )
    changes = units.load(city, table)
    assert [change.after for change in changes.ended] == ["重庆市/綦江区/乙局"]
    assert units.heir(city, bureau) == heir
    moved = units.row(city, section)
    assert moved is not None
    assert (moved.parent_id, moved.merge_pending) == (heir, False)
    assert units.load(city, table).nothing


def test_other_tables_only_add_unless_they_replace(city: Connection, tmp_path: Path) -> None:
    table = _table(tmp_path, "重庆市教育委员会,工作部门", "重庆市新局,工作部门", header="name,kind")
    added = units.load(city, table)
    assert [change.path for change in added.added] == ["重庆市/重庆市新局"]
    assert not added.ended
    replaced = units.load(city, table, replace=True)
    assert "重庆市/重庆市公安局" in {change.path for change in replaced.ended}
    assert {unit.kind for unit in units.listing(city)} >= {"行政区划", "开发区", "市属国企"}
