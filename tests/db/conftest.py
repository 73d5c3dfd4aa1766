"""A small real office for the tests of the records office."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import instants
from db.actions import Action
from db.journal import Act, Recorded, open_case, record
from db.office import Office
from db.rules import Category, DeadlineRules, Kind, Limit, Rules
from db.terms import Via

MONDAY = instants.at(2026, 11, 16, 9, 0)
"""An ordinary Monday without holidays near it."""

RULES = Rules(
    kinds=(Kind("诉求", Limit.parse("5工作日")), Kind("督办事项", Limit.parse("长期"), prefix="DB")),
    channels=("12345", "来信"),
    categories=(Category("城市管理"), Category("加急类", Limit.parse("24小时"))),
    urgencies={"一般": None, "特急": Limit.parse("1工作日")},
    deadlines=DeadlineRules(),
)

UNITS = """code,name,parent_code,level
50,重庆市,,1
500110,綦江区,50,2
500110001,古南街道,500110,3
500110001001,北街社区居委会,500110001,4
500108,南岸区,50,2
500108001,南坪街道,500108,3
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty office with six units, made once."""
    folder = tmp_path_factory.mktemp("office")
    table = folder / "units.csv"
    table.write_text(UNITS, encoding="utf-8")
    Office.create(folder / "home", RULES, "张三", table).close()
    return folder / "home"


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    """A fresh copy of the office, its clock at Monday 2026-11-16 09:00."""
    home = tmp_path / "home"
    shutil.copytree(template, home)
    with Office.open(home, RULES, "张三") as opened:
        opened.clock = lambda: MONDAY
        yield opened


@pytest.fixture
def uid(office: Office) -> Callable[[str], str]:
    """The UID of a unit by its name."""

    def find(name: str) -> str:
        row = office.writer.execute(
            "SELECT u.uid FROM unit u JOIN unit_version v ON v.unit_id = u.id WHERE v.name = ?", (name,)
        ).fetchone()
        return str(row[0])

    return find


@pytest.fixture
def handled(office: Office, uid: Callable[[str], str]) -> Recorded:
    """A case that 古南街道 has accepted, due Monday 2026-11-23."""
    opened = open_case(
        office,
        [
            Act(
                Action.REGISTER,
                {"kind": "诉求", "title": "路灯不亮", "body": "老街路灯不亮，电话13812341234"},
            ),
            Act(Action.DISPATCH, {"lead": uid("古南街道"), "assist": [uid("南坪街道")]}),
        ],
    )
    record(office, opened.case_id, Act(Action.ACCEPT, party=uid("古南街道"), via=Via.PHONE))
    return opened
