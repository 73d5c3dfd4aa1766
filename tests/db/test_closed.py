"""The counts of closed cases say what the cases say, whoever writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import closed, units
from db.actions import Action
from db.connection import open_reader
from db.journal import Act, Recorded, open_case, record
from db.keeping import rebuild
from db.office import Office
from db.reads import board
from db.reads.board import Scope
from db.terms import Alarm
from tests.db.small_db import NOW, create, plans

WITHDRAWN = Act(Action.WITHDRAW, {"reason": "来电撤回"})


def unit_id(office: Office, name: str) -> int:
    found = units.resolve(office.writer, name).unit
    assert found is not None
    return found.id


def counted(office: Office, *names: str) -> list[int]:
    """Closed cases of the office, then of these units."""
    return [closed.count(office.writer, unit) for unit in (None, *(unit_id(office, name) for name in names))]


def test_a_case_counts_where_it_closed_and_above(office: Office, handled: Recorded) -> None:
    assert counted(office, "綦江区", "古南街道", "南岸区") == [0, 0, 0, 0]
    record(office, handled.case_id, WITHDRAWN)
    assert counted(office, "綦江区", "古南街道", "南岸区") == [1, 1, 1, 0]
    scope = Scope(unit_id(office, "綦江区"), 2)
    assert board.counts(office.writer, scope, NOW).alarms[Alarm.DONE] == 1
    assert closed.wrong(office.writer) == []


def test_a_case_written_closed_counts_without_a_unit_too(office: Office) -> None:
    open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "井盖", "body": ""}), WITHDRAWN])
    assert counted(office, "綦江区") == [1, 0]
    assert closed.wrong(office.writer) == []


def test_a_refused_step_leaves_the_counts(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, WITHDRAWN)
    with pytest.raises(ValueError, match="撤回"):
        record(office, handled.case_id, WITHDRAWN)
    assert counted(office, "綦江区") == [1, 1]


def test_the_counts_go_to_the_successor_with_the_cases(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, WITHDRAWN)
    old, heir = unit_id(office, "古南街道"), unit_id(office, "南坪街道")
    units.end(office.writer, old, successor=heir)
    assert counted(office, "綦江区", "南岸区", "南坪街道") == [1, 0, 1, 1]
    assert closed.wrong(office.writer) == []


def test_a_rebuild_counts_the_same(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, WITHDRAWN)
    office.writer.execute("UPDATE closed_count SET closed = 7 WHERE unit_id = 0")
    assert closed.wrong(office.writer) == [(closed.ALL, 7, 1)]
    rebuild.rebuild(office.writer, office.calendars, office.identity_secret)
    assert counted(office, "綦江区", "古南街道") == [1, 1, 1]
    assert closed.wrong(office.writer) == []


def test_counting_anew_walks_along_small_indexes(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    create(path).close()
    reader = open_reader(path)
    ((_, plan),) = plans(reader, lambda: closed.wrong(reader))[1:]
    assert plan.count("COVERING INDEX case_") == 4
    assert "TEMP B-TREE" not in plan
