"""撤销 at the write door: what an officer may take back, and that every row follows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from db import closed, evidence
from db.actions import Action
from db.evidence import attachments
from db.journal import Act, NotAllowed, Recorded, open_case, record
from db.keeping import doctor
from db.office import Office
from db.reads import flow
from db.reads.undoing import last_step, stage_without
from db.search import find
from db.terms import Outcome, Via
from tests.db.conftest import RULES
from tests.db.test_journal import dump
from tests.db.two_offices import rebuilt, taken_along


def take_back(office: Office, case_id: int) -> Recorded:
    last = last_step(office.writer, case_id, office.officer, office.device.id)
    assert last.step is not None
    return record(office, case_id, Act(Action.UNDO, {"event": last.step.event_id}))


def without_time(rows: dict[str, list[tuple[object, ...]]], office: Office) -> object:
    """The rows of the fold, but for when the case last changed."""
    names = [row[1] for row in office.writer.execute('PRAGMA table_info("case")')]
    at = names.index("updated_at")
    return {**rows, "case": [row[:at] + row[at + 1 :] for row in rows["case"]]}


STEPS = [
    Act(Action.URGE, {"text": "请抓紧"}),
    Act(Action.CORRECT, {"field": "title", "value": "下水道堵了", "reason": "听错"}),
    Act(Action.CORRECT, {"field": "due", "value": "2026-12-30", "reason": "写错"}),
    Act(Action.VERIFY, {"method": "暗访", "findings": "已修好", "finding": "属实"}),
    Act(Action.WITHDRAW, {"reason": "重复"}),
    Act(Action.SUBMIT, {"reply": "已修好"}),
    Act(Action.PAUSE, {"reason": "听证", "informed_on": 1_794_000_000}),
]


@pytest.mark.parametrize("act", STEPS, ids=lambda act: str(act.action))
def test_what_is_taken_back_was_never_done(office: Office, handled: Recorded, act: Act) -> None:
    before = without_time(dump(office), office)
    counted = closed.count(office.writer, None)
    record(office, handled.case_id, act)
    take_back(office, handled.case_id)
    assert without_time(dump(office), office) == before
    assert closed.count(office.writer, None) == counted
    assert doctor.check(office.writer, office.calendars).sound
    rows = dump(office)
    rebuilt(office)
    assert dump(office) == rows


def test_a_case_that_opens_again_stands_among_the_open_ones(office: Office, handled: Recorded) -> None:
    other = open_case(
        office, [Act(Action.REGISTER, {"kind": "诉求", "title": "路灯"}, at=office.clock() - 60)]
    )
    record(office, handled.case_id, Act(Action.WITHDRAW, {"reason": "重复"}))
    assert list(find(office.writer, "路灯")) == [other.case_id, handled.case_id]
    take_back(office, handled.case_id)
    assert list(find(office.writer, "路灯")) == [handled.case_id, other.case_id]


def test_the_words_of_a_correction_that_was_undone_find_nothing(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.CORRECT, {"field": "title", "value": "下水道", "reason": "x"}))
    take_back(office, handled.case_id)
    assert list(find(office.writer, "下水道")) == []
    assert list(find(office.writer, "路灯不亮")) == [handled.case_id]


def test_the_flow_keeps_the_step_and_says_who_took_it_back(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.URGE, {"text": "请抓紧"}))
    take_back(office, handled.case_id)
    urged, undone = flow.timeline(office.writer, handled.case_id)[-2:]
    assert (urged.outcome, urged.why) == (Outcome.UNDONE, "由张三撤销")
    assert undone.summary == "催办（张三 11-16 09:00）"


def test_a_note_that_was_undone_is_no_record_any_more(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.VERIFY, {"method": "暗访", "findings": "甲"}))
    first = flow.notes(office.writer, handled.case_id)[0].event_id
    record(
        office, handled.case_id, Act(Action.VERIFY, {"method": "暗访", "findings": "乙", "corrects": first})
    )
    take_back(office, handled.case_id)
    (kept,) = flow.notes(office.writer, handled.case_id)
    assert (kept.event_id, kept.corrected_by) == (first, None)


def refusal(office: Office, case_id: int) -> str:
    event = office.writer.execute(
        "SELECT id FROM event WHERE case_id = ? ORDER BY id DESC LIMIT 1", (case_id,)
    ).fetchone()[0]
    with pytest.raises(NotAllowed) as refused:
        record(office, case_id, Act(Action.UNDO, {"event": event}))
    return str(refused.value)


def test_only_the_last_step_is_taken_back(office: Office, handled: Recorded) -> None:
    first = record(office, handled.case_id, Act(Action.URGE, {"text": "一"})).event_ids[0]
    record(office, handled.case_id, Act(Action.URGE, {"text": "二"}))
    with pytest.raises(NotAllowed, match="已有后续步骤"):
        record(office, handled.case_id, Act(Action.UNDO, {"event": first}))
    take_back(office, handled.case_id)
    assert refusal(office, handled.case_id) == "上一步已经撤销，更早的请用更正"


def test_a_registration_and_what_a_ledger_proved_stand(office: Office) -> None:
    case = open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "x"})])
    assert refusal(office, case.case_id) == "登记不能撤销，请用撤回"
    record(office, case.case_id, Act(Action.WITHDRAW, {"reason": "x"}, via=Via.LEDGER))
    assert "台账" in refusal(office, case.case_id)


def test_only_who_wrote_it_takes_it_back_and_only_there(
    office: Office, handled: Recorded, tmp_path: Path, uid: Callable[[str], str]
) -> None:
    record(office, handled.case_id, Act(Action.URGE, {"text": "请抓紧"}))
    with Office.open(office.home, RULES, "李四") as colleague:
        colleague.clock = office.clock
        assert refusal(colleague, handled.case_id) == "上一步由张三记下，只有本人能撤销"
    with taken_along(office, tmp_path / "field", "王五的笔记本", "张三") as field:
        assert refusal(field, handled.case_id) == "上一步不是在本机记下的"


def test_a_step_and_its_undo_in_one_go(office: Office, handled: Recorded) -> None:
    steps = office.writer.execute("SELECT count(*) FROM event").fetchone()[0]
    record(office, handled.case_id, Act(Action.WITHDRAW, {"reason": "重复"}))
    event = office.writer.execute("SELECT id FROM event ORDER BY id DESC").fetchone()[0]
    assert stage_without(office.writer, handled.case_id, event, office.calendars) == "handling"
    take_back(office, handled.case_id)
    record(office, handled.case_id, Act(Action.URGE, {"text": "接着办"}))
    assert office.writer.execute("SELECT count(*) FROM event").fetchone()[0] == steps + 3
    assert doctor.check(office.writer, office.calendars).sound


def test_a_file_of_an_undone_note_can_still_be_detached(office: Office, handled: Recorded) -> None:
    file = evidence.put(office.home, b"photo")
    attached = {"file": file, "size": 5, "name": "a.jpg", "type": "image/jpeg", "taken_at": None}
    note = {"method": "暗访", "findings": "未修", "evidence": [{**attached, "taken_from": "不详"}]}
    record(office, handled.case_id, Act(Action.VERIFY, note))
    take_back(office, handled.case_id)
    record(office, handled.case_id, Act(Action.DETACH, {"file": file, "reason": "拍到无关的人"}))
    attachments.finish(office.writer, office.home)
    assert not evidence.has(office.home, file)
    assert doctor.check(office.writer, office.calendars).sound
