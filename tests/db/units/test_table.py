"""Tables: what is read, and the one line that says why one is not taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import units
from db.connection import Connection
from db.units import UnitTableError

HEADER = "code,name,parent_code,level\n"
CITY = "50,重庆市,,1\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "表.csv"
    path.write_text(HEADER + CITY + "500110,大青㭎区,50,2\n", encoding=encoding)
    assert [row.name for row in units.read_table(path).rows] == ["重庆市", "大青㭎区"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "空文件"),
        (HEADER, "没有可用的行"),
        ("code,name,level\n50,重庆市,1\n", "缺少列 parent_code（上级代码）"),
        ("代码,级别\n50,1\n", "缺少列 name（名称）"),
        (
            HEADER + CITY + "500110,綦江区,50,2\n500111,綦江区,50,2\n",
            "第 4 行 name（名称）列：“綦江区”与第 3 行同名",
        ),
        (HEADER + CITY + "500110,綦江区,50,2\n500110,大足区,50,2\n", "代码 500110 与第 3 行重复"),
        (HEADER + CITY + "500110,綦江区,51,2\n", "第 3 行 parent_code（上级代码）列：上级代码 51 在表中没有"),
        (HEADER + CITY + "1,甲区,2,2\n2,乙区,1,2\n", "不是 1 级单位"),
        (HEADER + CITY + "500110,綦江区,50,二\n", "级别“二”不是 1 至 4"),
        (HEADER + CITY + "500110,,50,2\n", "单位名称是空的"),
        (HEADER + CITY + '500110,"綦江区,50,2\n', "不是完整的 CSV"),
    ],
)
def test_a_bad_table_gets_one_line_and_changes_nothing(
    city: Connection, tmp_path: Path, content: str, said: str
) -> None:
    before = city.total_changes
    path = tmp_path / "表.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnitTableError) as raised:
        units.load(city, units.read_table(path))
    message = str(raised.value)
    assert said in message
    assert "表.csv" in message
    assert "\n" not in message
    assert city.total_changes == before


@pytest.mark.parametrize("content", [b"PK\x03\x04 zip", b"\xd0\xcf\x11\xe0 ole", b"\x80\x81\xff\xff\x00"])
def test_what_is_no_csv_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "表.csv").write_bytes(content)
    with pytest.raises(UnitTableError, match="CSV"):
        units.read_table(tmp_path / "表.csv")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnitTableError, match=r"没有\.csv"):
        units.read_table(tmp_path / "没有.csv")


def test_a_table_of_another_city_is_refused(city: Connection, tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text(HEADER + "51,四川省,,1\n", encoding="utf-8")
    with pytest.raises(UnitTableError, match="本台是“重庆市”"):
        units.load(city, units.read_table(path))
