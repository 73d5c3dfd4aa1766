"""What the check-up finds, and that it may be stopped: nothing derived differs from the journal unseen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from db.actions import Action
from db.connection import driver
from db.index import pressing
from db.journal import Act, Recorded, open_case, record
from db.keeping import case_check, doctor, rebuild
from db.office import Office

WHO = {"name": "赵钱孙", "phone": "13812345678"}


@pytest.fixture
def full(office: Office, handled: Recorded) -> Office:
    """An office in which every derived table has a row."""
    register = {"kind": "诉求", "title": "路灯不亮", "submitter": WHO, "numbers": [["12345", "A-1"]]}
    case = open_case(office, [Act(Action.REGISTER, register)])
    record(office, case.case_id, Act(Action.VERIFY, {"method": "暗访", "findings": "属实"}))
    return office


DAMAGES = {
    "UPDATE assignment SET accepted_at = accepted_at + 60": "承办单位与流水不一致",
    "UPDATE note SET method = '座谈'": "核查记录与流水不一致",
    "DELETE FROM note": "核查记录与流水不一致",
    "DELETE FROM case_number WHERE number = 'A-1'": "编号与流水不一致",
    "UPDATE case_number SET number = 'A-2' WHERE number = 'A-1'": "编号与流水不一致",
    "UPDATE submitter SET phone_key = 'x'": "反映人与流水不一致",
    "DELETE FROM submitter": "反映人与流水不一致",
    "UPDATE event SET outcome = 'void', why = 'x' WHERE action = 'verify'": "流水的标记与重算不一致",
    "DELETE FROM lookup_waiting": "在快查索引中没有或位置不对",
    "INSERT INTO lookup_waiting (place, text, stood) VALUES (7, '路灯', 0)": "多出 1 件",
    "UPDATE closed_count SET closed = closed + 1": "记的是",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_differs_from_the_journal_is_found_and_mended(full: Office, damage: str) -> None:
    if "closed_count" in damage:
        full.writer.execute("INSERT OR REPLACE INTO closed_count (unit_id, closed) VALUES (0, 0)")
    assert doctor.check(full.writer, full.calendars).sound
    full.writer.execute(damage)
    found = doctor.check(full.writer, full.calendars).findings
    assert any(DAMAGES[damage] in one.what for one in found)
    rebuild.rebuild(full.writer, full.calendars, full.identity_secret)
    assert doctor.check(full.writer, full.calendars).sound


@pytest.mark.parametrize("pressed", [False, True])
def test_words_that_the_index_lost_are_found(full: Office, pressed: bool) -> None:
    full.writer.execute("UPDATE lookup_waiting SET text = '别的' WHERE text IS NOT NULL")
    if pressed:
        pressing.press(full.writer)
    monitored = case_check.CaseCheck(full.writer, full.calendars).after(0, 1)
    assert monitored is not None
    found = doctor.check(full.writer, full.calendars).findings + monitored.findings
    assert [one.what for one in found] == ["在快查索引中的文字不对"] * len(found)
    assert found


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM lookup_block",
        "DELETE FROM lookup_piece",
        "DELETE FROM lookup_places",
        "UPDATE lookup_block SET lists = substr(lists, 1, 40)",
        "UPDATE lookup_piece SET gone = x'0102'",
    ],
)
def test_an_index_that_lost_a_piece_is_found_and_mended(full: Office, damage: str) -> None:
    pressing.press(full.writer)
    assert doctor.check(full.writer, full.calendars).sound
    full.writer.execute(damage)
    found = doctor.check(full.writer, full.calendars).findings
    assert any("快查索引" in one.where + one.what for one in found)
    rebuild.rebuild(full.writer, full.calendars, full.identity_secret)
    assert doctor.check(full.writer, full.calendars).sound


def test_a_case_of_very_many_words_is_looked_at(full: Office) -> None:
    body = " ".join(f"词{number}" for number in range(3_000))
    open_case(full, [Act(Action.REGISTER, {"kind": "诉求", "title": "粘贴的表格", "body": body})])
    assert doctor.check(full.writer, full.calendars).sound
    pressing.press(full.writer)
    assert doctor.check(full.writer, full.calendars).sound


def test_a_desk_may_write_while_the_doctor_looks(full: Office, handled: Recorded) -> None:
    with Office.open(full.home, full.rules, "李四") as desk:
        desk.clock = full.clock
        checkup = doctor.Checkup(full.writer, full.calendars)
        checkup.estimate()

        def write_on(done: int, total: int) -> None:
            record(desk, handled.case_id, Act(Action.URGE, {"text": "请抓紧"}))

        assert checkup.run(write_on).sound


def test_a_doctor_that_is_stopped_says_how_far_it_came(full: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_check.CaseCheck.after, "__defaults__", (1,))
    checkup = doctor.Checkup(full.writer, full.calendars)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checkup.run(stop)
    assert checkup.report.cases == 1
    assert checkup.run().sound


def test_ctrl_c_ends_a_long_statement(full: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(connection: object) -> None:
        raise driver.OperationalError("interrupted")

    monkeypatch.setattr(doctor, "_pages", interrupted)
    with pytest.raises(KeyboardInterrupt):
        doctor.Checkup(full.writer, full.calendars).run()


def test_a_rebuild_that_is_stopped_changes_nothing(full: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    dump: Callable[[], list[object]] = lambda: list(full.writer.execute('SELECT * FROM "case"'))  # noqa: E731
    before = dump()

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild.rebuild(full.writer, full.calendars, full.identity_secret, stop)
    assert dump() == before
    assert doctor.check(full.writer, full.calendars).sound
