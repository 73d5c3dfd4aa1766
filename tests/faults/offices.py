"""Offices that are worked in until something breaks, and what must hold in them afterwards."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from db import closed
from db.actions import Action
from db.connection import OfficeError, former_of, open_reader
from db.home import path_of
from db.journal import Act, Recorded, open_case
from db.keeping import doctor
from db.office import Calendars, Office
from tests.db.conftest import MONDAY, RULES, UNITS

OFFICER = "张三"


def build(folder: Path) -> Path:
    """An office with six units and one case, made once; copy it with `fresh`."""
    table = folder / "units.csv"
    table.write_text(UNITS, encoding="utf-8")
    with Office.create(folder / "template", RULES, OFFICER, table) as office:
        register(office, "路灯不亮")
    return folder / "template"


def fresh(template: Path, home: Path) -> Path:
    """A copy to work in."""
    return Path(shutil.copytree(template, home))


def opened(home: Path) -> Office:
    """An office at work, its clock at `MONDAY`."""
    office = Office.open(home, RULES, OFFICER)
    office.clock = lambda: MONDAY
    return office


def register(office: Office, title: str) -> Recorded:
    """A new case that 古南街道 is to handle: two steps in one transaction."""
    (lead,) = office.writer.execute(
        "SELECT uid FROM unit JOIN unit_version ON unit_id = unit.id WHERE name = '古南街道'"
    ).fetchone()
    facts = {"kind": "诉求", "title": title, "body": f"{title}，电话13812341234"}
    return open_case(office, [Act(Action.REGISTER, facts), Act(Action.DISPATCH, {"lead": lead})])


def steps(path: Path) -> set[str]:
    """Ids of all events in a database."""
    with closing(open_reader(path)) as connection:
        return {event for (event,) in connection.execute("SELECT id FROM event")}


def steps_with_former(home: Path) -> set[str]:
    """Ids of the events of the office and of those that made room for a backup."""
    return set().union(*map(steps, [path_of(home), *former_of(path_of(home))]))


def assert_sound(path: Path) -> None:
    """Pages, chain, texts, fold and counts add up: no half step.

    Raises:
        AssertionError: they do not.
    """
    with closing(open_reader(path)) as connection:
        findings = doctor.check(connection, Calendars(connection)).findings
        assert findings == [], f"{path}: {findings[:3]}"
        assert closed.wrong(connection) == []


def is_sound(path: Path) -> bool:
    """The same, asked."""
    try:
        assert_sound(path)
    except (AssertionError, OfficeError):
        return False
    return True


def hidden_files(*folders: Path) -> list[str]:
    """Names of half-made files and of signs of presence."""
    return sorted(
        path.name
        for folder in folders
        if folder.exists()
        for path in folder.iterdir()
        if path.name.startswith(".") and not path.name.endswith(".lock")
    )
