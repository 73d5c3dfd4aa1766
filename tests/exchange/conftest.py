"""An office that takes ledgers, and a way to write small ones."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from db import instants
from db.office import Office
from db.rules import Category, Kind, Limit, Rules

NOW = instants.at(2026, 11, 16, 9, 0)

RULES = Rules(
    kinds=(Kind("诉求", Limit.parse("5工作日")), Kind("督办事项", Limit.parse("长期"), prefix="DB")),
    channels=("12345", "来信"),
    categories=(Category("城市管理"),),
    urgencies={"一般": None, "紧急": Limit.parse("3工作日")},
)

UNITS = """code,name,parent_code,level
50,重庆市,,1
500112,渝北区,50,2
500112107,大湾镇,500112,3
500114,黔江区,50,2
"""

Write = Callable[..., Path]
"""``write(rows, name=…, encoding=…)`` → a CSV file in a folder of its own."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    table = folder / "units.csv"
    table.write_text(UNITS, encoding="utf-8")
    Office.create(folder / "home", RULES, "张三", table).close()
    return folder / "home"


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    home = tmp_path / "home"
    shutil.copytree(template, home)
    with Office.open(home, RULES, "张三") as opened:
        opened.clock = lambda: NOW
        yield opened


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def save(rows: Sequence[Sequence[str]], *, name: str = "台账.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / "ledgers" / name
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return save


def cases(office: Office) -> list[dict[str, Any]]:
    """Every case, oldest first, with its numbers."""
    cursor = office.writer.execute('SELECT * FROM "case" ORDER BY id')
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor]
    for case in found:
        case["numbers"] = set(
            office.writer.execute(
                "SELECT scheme, number FROM case_number WHERE case_id = ? AND scheme <> '本台'", (case["id"],)
            )
        )
    return found


def steps(office: Office, number: str) -> list[tuple[str, int | None]]:
    """The actions of the case known by a number, with their times, in their order."""
    return office.writer.execute(
        "SELECT action, at FROM event JOIN case_number USING (case_id) WHERE number = ? ORDER BY seq",
        (number,),
    ).fetchall()
