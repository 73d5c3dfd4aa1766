"""Written names, and the type-ahead of the unit picker."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable

import pytest

from db import units
from db.connection import Connection
from db.units import UnitIndex

Find = Callable[[str], int]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("渝北区大湾镇", "渝北区 / 大湾镇"),
        ("重庆市渝北区大湾镇", "渝北区 / 大湾镇"),
        ("重庆市 / 渝北区 / 大湾镇", "渝北区 / 大湾镇"),
        ("渝北区　（大湾镇）", "渝北区 / 大湾镇"),
        ("大湾镇", "渝北区 / 大湾镇"),
        ("渝北区大湾镇人民政府", "渝北区 / 大湾镇"),
        ("綦江区人民政府", "綦江区"),
        ("双凤桥街道办事处", "渝北区 / 双凤桥街道"),
        ("石柱县", "石柱土家族自治县"),
        ("黔江", "黔江区"),
        ("５００１１０", "綦江区"),
        ("500110000000", "綦江区"),
        ("市人力社保局", "重庆市人力资源和社会保障局"),
        ("市人社局", "重庆市人力资源和社会保障局"),
        ("重庆市人社局", "重庆市人力资源和社会保障局"),
        ("市教委", "重庆市教育委员会"),
        ("市住建委", "重庆市住房和城乡建设委员会"),
        ("重庆市", "重庆市"),
    ],
)
def test_a_written_name_finds_its_unit(city: Connection, written: str, path: str) -> None:
    found = units.resolve(city, written).unit
    assert found is not None
    assert found.path == path


@pytest.mark.parametrize(
    ("written", "paths"),
    [
        ("qjq", {"綦江区", "黔江区"}),
        (
            "兴隆镇",
            {"渝北区 / 兴隆镇", "南川区 / 兴隆镇", "奉节县 / 兴隆镇", "酉阳土家族苗族自治县 / 兴隆镇"},
        ),
    ],
)
def test_where_more_fit_it_names_them_and_decides_nothing(
    city: Connection, written: str, paths: set[str]
) -> None:
    found = units.resolve(city, written)
    assert found.unit is None
    assert {unit.path for unit in found.candidates} == paths


def test_a_parent_tells_namesakes_apart(city: Connection, find: Find) -> None:
    found = units.resolve(city, "兴隆镇", under=find("南川区")).unit
    assert found is not None
    assert found.path == "南川区 / 兴隆镇"


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("黔江区城市管理局", "黔江区"),
        ("重庆市渝北区大湾镇农机站", "渝北区 / 大湾镇"),
        ("不知何处", None),
        ("", None),
    ],
)
def test_what_nothing_fits_has_a_nearest_ancestor(
    city: Connection, written: str, nearest: str | None
) -> None:
    found = units.resolve(city, written)
    assert found.unit is None
    assert found.candidates == []
    assert (found.nearest.path if found.nearest else None) == nearest


@pytest.mark.parametrize(
    "name", ["綦江区住建委", "綦江区住房城乡建设委", "綦江区住房和城乡建设委员会", "住房和城乡建设委员会"]
)
def test_a_bureau_is_found_once_it_was_added(city: Connection, find: Find, name: str) -> None:
    assert units.resolve(city, "綦江区住建委").unit is None
    added = units.add(city, name, under=find("綦江区"))
    for written in ("綦江区住建委", "重庆市綦江区住建委", name if "綦江" in name else "綦江区" + name):
        found = units.resolve(city, written).unit
        assert found is not None
        assert found.id == added.id


def test_two_that_may_be_meant_are_both_named(city: Connection, find: Find) -> None:
    for name in ("綦江区文化和旅游委员会", "綦江区文物旅游委员会"):
        units.add(city, name, under=find("綦江区"))
    found = units.resolve(city, "綦江区文旅委")
    assert found.unit is None
    assert len(found.candidates) == 2


def test_an_alias_is_known_where_it_was_given(city: Connection, find: Find) -> None:
    here = find("綦江区古南街道")
    units.alias(city, "老南街办", here, scope=find("綦江区"))
    units.alias(city, "江城一号", here)
    units.alias(city, "江城一号", here)
    for written, known in (("綦江区老南街办", True), ("江城一号", True), ("老南街办", False)):
        found = units.resolve(city, written).unit
        assert (found is not None and found.id == here) is known


@pytest.mark.usefixtures("reorganised")
def test_old_names_find_the_units_they_meant(city: Connection, find: Find) -> None:
    then = dt.date(2025, 6, 1)
    old = units.resolve(city, "江北区", at=then)
    assert old.unit is not None
    assert (old.unit.path, old.nearest and old.nearest.path) == ("江北区", "两江新区")
    now = units.resolve(city, "江北区")
    assert now.unit is None
    assert [unit.path for unit in now.candidates] == ["江北区"]
    assert now.candidates[0].successor_id == find("两江新区")
    assert now.nearest is not None
    assert now.nearest.path == "两江新区"
    moved = units.resolve(city, "渝北区大湾镇")
    assert moved.unit is not None
    assert moved.unit.path == "北碚区 / 大湾镇"
    renamed = units.resolve(city, "巫山县红椿乡")
    assert renamed.unit is not None
    assert renamed.unit.name == "红椿土家族乡"
    unknown = units.resolve(city, "江北区城市管理局")
    assert unknown.unit is None
    assert unknown.nearest is not None
    assert unknown.nearest.path == "两江新区"


@pytest.mark.usefixtures("reorganised")
def test_a_code_means_whom_it_means_now(city: Connection) -> None:
    for day, name in ((None, "李渡街道"), (dt.date(2025, 6, 1), "敦仁街道")):
        found = units.resolve(city, "500102006", at=day).unit
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("綦江", "綦江区"),
        ("qjq", "綦江区"),
        ("srlsbj", "重庆市人力资源和社会保障局"),
        ("市人社", "重庆市人力资源和社会保障局"),
        ("500110", "綦江区"),
        ("观音桥街", "江北区 / 观音桥街道"),
        ("渝北大湾镇", "渝北区 / 大湾镇"),
        ("渝北区大湾镇", "渝北区 / 大湾镇"),
    ],
)
def test_type_ahead_puts_the_likeliest_first(city: Connection, typed: str, first: str) -> None:
    assert UnitIndex(city).suggest(typed, 5)[0].path == first


def test_type_ahead_keeps_its_limit_and_knows_nothing_of_nothing(city: Connection) -> None:
    index = UnitIndex(city)
    assert len(index.suggest("村", 7)) == 7
    assert index.suggest("  ") == []


@pytest.mark.usefixtures("reorganised")
def test_type_ahead_offers_living_units_only(city: Connection) -> None:
    assert "江北区" not in {unit.name for unit in UnitIndex(city).suggest("江北区", 50)}


def test_many_names_have_the_same_answers_as_few(city: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan or map, kept or forgotten: what a name means does not depend on how many were asked before."""
    versions = city.execute("SELECT name, short_name FROM unit_version WHERE id % 300 = 0").fetchall()
    written = [name for pair in versions for name in pair] + ["没有的局", "渝北区没有的局"]
    day = dt.date(2020, 1, 1)
    alone = [(units.resolve(city, name), units.resolve(city, name, at=day)) for name in written]
    module = importlib.import_module("db.units.resolve")
    monkeypatch.setattr(module, "_FEW", 0)
    monkeypatch.setattr(module, "MOST_ANSWERS", 3)
    many = units.Resolver(city)
    assert [(many.resolve(name), many.resolve(name, at=day)) for name in written] == alone
    assert len(many._answers) <= 3
