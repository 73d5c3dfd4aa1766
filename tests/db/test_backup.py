"""Backup, restore and the calendar's recalculation: nothing is replaced unproved or in silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from db import backup, calendars, doctor, instants, recalculation
from db.actions import Action
from db.connection import OfficeError
from db.journal import Act, Recorded, open_case, record
from db.office import Calendars, Office, path_of
from db.reads import case as reads
from tests.db.conftest import MONDAY, RULES


def test_a_backup_is_made_in_use_and_restored_with_proof(
    office: Office, handled: Recorded, tmp_path: Path
) -> None:
    (tmp_path / "copies").mkdir()
    copy = backup.back_up(office.home, tmp_path / "copies", now=MONDAY)
    assert copy.name == "duban-20261116-090000.db"
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "备份之后写的"}))
    office.close()
    former = backup.restore(office.home, copy, now=MONDAY)
    assert former is not None
    assert former.exists()
    with Office.open(office.home, RULES, "张三") as restored:
        found = reads.facts(restored.writer, handled.case_id, MONDAY)
        assert found is not None
        assert found.stage == "handling"
        assert restored.device.id != office.device.id


def test_a_backup_never_overwrites(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "b.db"
    backup.back_up(office.home, target, now=MONDAY)
    with pytest.raises(OfficeError, match="不会覆盖"):
        backup.back_up(office.home, target, now=MONDAY)


def test_an_office_in_use_is_not_replaced(office: Office, handled: Recorded, tmp_path: Path) -> None:
    copy = backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    with pytest.raises(OfficeError, match="正在使用"):
        backup.restore(office.home, copy, now=MONDAY)
    assert reads.facts(office.writer, handled.case_id, MONDAY) is not None


@pytest.mark.parametrize("keep", [0, 3_000, 60_000])
def test_a_torn_backup_is_refused(office: Office, handled: Recorded, tmp_path: Path, keep: int) -> None:
    copy = backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    copy.write_bytes(copy.read_bytes()[:keep])
    office.close()
    before = path_of(office.home).read_bytes()
    with pytest.raises(OfficeError) as caught:
        backup.restore(office.home, copy, now=MONDAY)
    assert "\n" not in str(caught.value)
    assert path_of(office.home).read_bytes() == before


def test_a_backup_with_a_changed_event_is_refused(office: Office, handled: Recorded, tmp_path: Path) -> None:
    office.writer.execute("UPDATE event SET by = '别人'")
    copy = backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    office.close()
    with pytest.raises(OfficeError, match="不完好"):
        backup.restore(office.home, copy, now=MONDAY)


def test_a_damaged_office_can_be_replaced(office: Office, handled: Recorded, tmp_path: Path) -> None:
    copy = backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    office.close()
    path_of(office.home).write_bytes(b"broken" * 4000)
    former = backup.restore(office.home, copy, now=MONDAY)
    assert former is not None
    assert former.read_bytes().startswith(b"broken")
    with Office.open(office.home, RULES, "张三") as restored:
        assert reads.facts(restored.writer, handled.case_id, MONDAY) is not None


def holiday_file(folder: Path) -> Path:
    """An invented notice for 2027 in the format of holiday-cn."""
    days = [
        {"name": "元旦", "date": f"2027-01-0{day}", "isOffDay": off}
        for day, off in ((1, True), (2, True), (3, True), (4, True), (9, False))
    ]
    path = folder / "2027.json"
    path.write_text(json.dumps({"year": 2027, "papers": ["x"], "days": days}), encoding="utf-8")
    return path


def test_a_loaded_holiday_table_shows_first_and_moves_by_an_event(
    office: Office, uid: Callable[[str], str], tmp_path: Path
) -> None:
    office.clock = lambda: instants.at(2026, 12, 30, 9)
    acts = [
        Act(Action.REGISTER, {"kind": "诉求", "title": "跨年件"}),
        Act(Action.DISPATCH, {"lead": uid("綦江区")}),
    ]
    case = open_case(office, acts)
    before = reads.facts(office.writer, case.case_id, office.clock())
    assert before is not None
    assert before.provisional
    path = holiday_file(tmp_path)

    shown = recalculation.load_year(office, path, dry_run=True)
    assert [(one.number, one.old_due, one.new_due) for one in shown.moved] == [
        (case.number, instants.at(2027, 1, 8), instants.at(2027, 1, 9)),
    ]
    assert reads.facts(office.writer, case.case_id, office.clock()) == before

    recalculation.load_year(office, path, dry_run=False)
    after = reads.facts(office.writer, case.case_id, office.clock())
    assert after is not None
    assert (after.due_at, after.provisional) == (instants.at(2027, 1, 9), False)
    assert recalculation.load_year(office, path, dry_run=False).moved == []
    assert calendars.current(office.writer).published(2027)


def test_an_override_in_the_config_counts_for_new_cases_only(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    import dataclasses

    before = reads.facts(office.writer, handled.case_id, MONDAY)
    home = office.home
    office.close()
    rules = dataclasses.replace(RULES, calendar_days={instants.day_of(MONDAY + 86_400): False})
    with Office.open(home, rules, "张三") as again:
        again.clock = lambda: MONDAY
        assert reads.facts(again.writer, handled.case_id, MONDAY) == before
        acts = [
            Act(Action.REGISTER, {"kind": "诉求", "title": "新件"}),
            Act(Action.DISPATCH, {"lead": uid_in(again, "綦江区")}),
        ]
        new = reads.facts(again.writer, open_case(again, acts).case_id, MONDAY)
        assert new is not None
        assert new.due_at == instants.at(2026, 11, 25)
    with Office.open(home, RULES, "张三") as without:
        assert without.calendar.revision == calendars.packaged().revision, "taken back, it is gone"


def uid_in(office: Office, name: str) -> str:
    """The UID of a unit."""
    row = office.writer.execute(
        "SELECT u.uid FROM unit u JOIN unit_version v ON v.unit_id = u.id WHERE v.name = ?", (name,)
    ).fetchone()
    return str(row[0])


def test_a_table_loaded_by_another_window_counts_here_at_once(
    office: Office, uid: Callable[[str], str], tmp_path: Path
) -> None:
    with Office.open(office.home, RULES, "李四") as other:
        recalculation.load_year(other, holiday_file(tmp_path), dry_run=False)
    office.clock = lambda: instants.at(2026, 12, 30, 9)
    register = Act(Action.REGISTER, {"kind": "诉求", "title": "跨年件"})
    case = open_case(office, [register, Act(Action.DISPATCH, {"lead": uid("綦江区")})])
    new = reads.facts(office.writer, case.case_id, office.clock())
    assert new is not None
    assert (new.due_at, new.provisional) == (instants.at(2027, 1, 9), False)


def test_a_table_that_could_not_be_kept_dates_no_case(
    office: Office, uid: Callable[[str], str], tmp_path: Path
) -> None:
    merged = calendars.merge(office.announced, calendars.read_holiday_cn(holiday_file(tmp_path)))
    office.writer.execute(
        "CREATE TEMP TRIGGER full BEFORE UPDATE ON setting BEGIN SELECT raise(ABORT, 'disk is full'); END"
    )
    with pytest.raises(OfficeError, match="磁盘已满"):
        office.adopt(merged, "通知")
    office.writer.execute("DROP TRIGGER full")
    register = Act(Action.REGISTER, {"kind": "诉求", "title": "新件"})
    open_case(office, [register, Act(Action.DISPATCH, {"lead": uid("綦江区")})])
    assert doctor.check(office.writer, Calendars(office.writer)).sound
