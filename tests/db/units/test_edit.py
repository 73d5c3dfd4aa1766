"""Units one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from db import units
from db.connection import Connection
from db.units import UnitEditError

Find = Callable[[str], int]
DAY = dt.date(2026, 6, 1)


def test_an_added_unit_stands_below_its_parent(city: Connection, find: Find) -> None:
    added = units.add(city, "綦江区住房城乡建设委", under=find("綦江区"), short_name="区住建委")
    assert (added.path, added.level, added.kind) == ("綦江区 / 綦江区住房城乡建设委", 3, "部门")
    assert added.id in {unit.id for unit in units.children(city, find("綦江区"))}
    assert units.rollup(city, added.id) == (find("綦江区"), added.id, None)


def test_the_kind_of_an_added_unit_follows_its_name(city: Connection, find: Find) -> None:
    assert units.add(city, "新桥镇", under=find("綦江区")).kind == "行政区划"
    assert units.add(city, "新桥公司", under=find("綦江区"), kind="企业").kind == "企业"


@pytest.mark.parametrize("name", ["", "  ", "古南街道"])
def test_a_name_that_is_empty_or_taken_is_refused(city: Connection, find: Find, name: str) -> None:
    with pytest.raises(UnitEditError):
        units.add(city, name, under=find("綦江区"))


def test_below_a_village_there_is_nothing(city: Connection, find: Find) -> None:
    village = units.children(city, find("綦江区古南街道"))[0]
    with pytest.raises(UnitEditError, match="第四级"):
        units.add(city, "一组", under=village.id)


def test_a_renamed_unit_keeps_its_old_name_in_history(city: Connection, find: Find) -> None:
    unit = find("綦江区古南街道")
    renamed = units.rename(city, unit, "古剑街道", day=DAY)
    assert (renamed.id, renamed.path) == (unit, "綦江区 / 古剑街道")
    assert units.path_of(city, unit, DAY - dt.timedelta(days=1)) == ["重庆市", "綦江区", "古南街道"]
    assert find("綦江区古南街道") == unit


def test_children_of_an_ended_unit_go_to_its_successor(city: Connection, find: Find) -> None:
    old, new = find("綦江区古南街道"), find("綦江区三江街道")
    villages = {unit.id for unit in units.children(city, old)}
    ended = units.end(city, old, successor=new, day=DAY)
    assert (ended.valid_to, ended.successor_id) == ("2026-06-01", new)
    assert villages <= {unit.id for unit in units.children(city, new)}
    assert units.heir(city, old) == new
    assert units.rollup(city, old) == (find("綦江区"), new, None)


def test_what_cannot_be_ended(city: Connection, find: Find) -> None:
    street = find("綦江区古南街道")
    village = units.children(city, street)[0].id
    for unit, successor, said in (
        (find("重庆市"), None, "最上级"),
        (street, street, "另选"),
        (street, village, "另选"),
    ):
        with pytest.raises(UnitEditError, match=said):
            units.end(city, unit, successor=successor)
    units.end(city, street, day=DAY)
    with pytest.raises(UnitEditError, match="撤销"):
        units.end(city, street)
    with pytest.raises(UnitEditError, match="撤销"):
        units.rename(city, street, "某街道")


def test_a_name_used_again_is_another_unit(city: Connection, find: Find) -> None:
    first = units.add(city, "綦江区某办", under=find("綦江区"))
    units.end(city, first.id, day=DAY)
    second = units.add(city, "綦江区某办", under=find("綦江区"), since=DAY)
    assert first.id != second.id
    assert first.uid != second.uid
