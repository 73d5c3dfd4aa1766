"""冲突 in an office: what came back from the field against what the office did, listed and settled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.actions import Action
from db.connection import Connection
from db.journal import Act, Recorded, record
from db.keeping import doctor
from db.office import Office
from db.reads import board, conflicts, flow
from db.reads.board import Scope
from tests.db.conftest import MONDAY
from tests.db.small_db import NOW, add_case, create, plans
from tests.db.test_journal import dump
from tests.db.two_offices import bring, rebuilt, taken_along


@pytest.fixture
def field(office: Office, handled: Recorded, tmp_path: Path) -> Iterator[Office]:
    """The laptop of 王五, with the case on it; 办公室 is the other machine."""
    office.writer.execute("UPDATE device SET name = '办公室' WHERE id = ?", (office.device.id,))
    with taken_along(office, tmp_path / "field", "王五的笔记本") as copy:
        yield copy


def meet(one: Office, other: Office) -> None:
    bring(one, other)
    bring(other, one)


def visit(office: Office, case_id: int, finding: str = "属实") -> str:
    data = {"method": "暗访", "findings": "灯还是不亮，电话13812341234", "finding": finding}
    return record(office, case_id, Act(Action.VERIFY, data)).event_ids[0]


def test_closed_at_the_office_and_found_true_in_the_field(
    office: Office, field: Office, handled: Recorded
) -> None:
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已修好"}))
    record(office, handled.case_id, Act(Action.APPROVE))
    visit(field, handled.case_id)
    meet(office, field)
    for copy in (office, field):
        (row,) = conflicts.open_ones(copy.writer)
        assert row.says == "一边已审核通过，另一边核查认定属实"
        assert [side.machine for side in row.sides] == ["办公室", "王五的笔记本"]
        assert row.sides[0].unseen == "记录时还没有看到王五的笔记本的 1 条"
        assert row.sides[1].unseen == "记录时还没有看到办公室的 2 条"
        assert "13812341234" not in str(row)
        assert board.counts(copy.writer, Scope(), NOW).conflicts == 1
        assert doctor.check(copy.writer, copy.calendars).sound
    assert dump(office) == dump(field)


def test_it_is_settled_by_an_event(office: Office, field: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已修好"}))
    record(office, handled.case_id, Act(Action.APPROVE))
    visit(field, handled.case_id)
    meet(office, field)
    (row,) = conflicts.open_ones(office.writer)
    record(office, handled.case_id, Act(Action.SETTLE, {"events": list(row.events), "opinion": "退回重办"}))
    assert conflicts.open_ones(office.writer) == []
    settled = flow.timeline(office.writer, handled.case_id)[-1].summary
    assert settled == "审核通过（张三 11-16 09:00）、核查（王五 11-16 09:01），退回重办"
    rows = dump(office)
    rebuilt(office)
    assert dump(office) == rows
    assert doctor.check(office.writer, office.calendars).sound


def test_two_people_on_one_case_both_notes_stand(office: Office, field: Office, handled: Recorded) -> None:
    visit(office, handled.case_id)
    visit(field, handled.case_id, "基本属实")
    meet(office, field)
    assert len(flow.notes(office.writer, handled.case_id)) == 2
    assert conflicts.open_ones(office.writer) == []


def test_of_two_values_the_one_that_is_kept_holds(office: Office, field: Office, handled: Recorded) -> None:
    def correct(where: Office, day: str) -> str:
        data = {"field": "due", "value": day, "reason": "x"}
        return record(where, handled.case_id, Act(Action.CORRECT, data)).event_ids[0]

    kept, other = correct(office, "2026-12-01"), correct(field, "2026-12-09")
    due = office.writer.execute('SELECT due_at FROM "case"').fetchone()
    meet(office, field)
    assert office.writer.execute('SELECT due_at FROM "case"').fetchone() != due
    (row,) = conflicts.of_case(office.writer, handled.case_id)
    assert [one.event_id for one in row.keeps] == [kept, other]
    data = {"events": list(row.events), "opinion": "以书面为准"}
    with pytest.raises(ValueError, match="keep"):
        record(office, handled.case_id, Act(Action.SETTLE, data))
    record(office, handled.case_id, Act(Action.SETTLE, {**data, "keep": kept}))
    assert office.writer.execute('SELECT due_at, conflicts FROM "case"').fetchone() == (*due, 0)
    assert "以更正（张三 11-16 09:00）为准：应办结日 → 2026-12-01" in (
        flow.timeline(office.writer, handled.case_id)[-1].summary
    )
    bring(office, field)
    assert dump(office) == dump(field)
    rows = dump(office)
    rebuilt(office)
    assert dump(office) == rows


def test_a_step_out_of_place_shows_what_it_was_written_without(
    office: Office, field: Office, handled: Recorded
) -> None:
    record(field, handled.case_id, Act(Action.WITHDRAW, {"reason": "重复"}))
    office.clock = lambda: MONDAY + 3600
    record(office, handled.case_id, Act(Action.URGE, {"text": "一"}))
    record(office, handled.case_id, Act(Action.URGE, {"text": "二"}))
    meet(office, field)
    rows = conflicts.open_ones(office.writer)
    assert {row.says for row in rows} == {"催办不适用：现在是“已撤回”，催办须在“待签收、待受理、办理中”时"}
    assert [side.step.action for side in rows[0].sides] == ["urge", "withdraw"]
    events = [event for row in rows for event in row.events]
    record(office, handled.case_id, Act(Action.SETTLE, {"events": events, "opinion": "知道了"}))
    assert conflicts.open_ones(office.writer) == []


def test_nothing_is_settled_where_nothing_is_in_conflict(office: Office, handled: Recorded) -> None:
    with pytest.raises(ValueError, match="没有待处置的冲突"):
        record(office, handled.case_id, Act(Action.SETTLE, {"events": ["x"], "opinion": "x"}))


def test_a_settlement_may_be_taken_back(office: Office, field: Office, handled: Recorded) -> None:
    visit(office, handled.case_id, "属实")
    visit(field, handled.case_id, "不属实")
    meet(office, field)
    (row,) = conflicts.open_ones(office.writer)
    settled = record(
        office, handled.case_id, Act(Action.SETTLE, {"events": list(row.events), "opinion": "x"})
    )
    record(office, handled.case_id, Act(Action.UNDO, {"event": settled.event_ids[0]}))
    assert conflicts.open_ones(office.writer) == [row]


def test_marks_are_shown_beside_their_step(office: Office, handled: Recorded) -> None:
    event = office.writer.execute("SELECT id FROM event WHERE action = 'accept'").fetchone()[0]
    office.writer.execute(
        "INSERT INTO mark VALUES (?, 'clock', ?, '快 25 分钟', 'b')", (event, handled.case_id)
    )
    assert flow.timeline(office.writer, handled.case_id)[-1].marks == ("外勤时钟不准：快 25 分钟",)
    (mark,) = conflicts.marks(office.writer)
    assert (mark.number, mark.step, mark.said) == (
        handled.number, "受理（古南街道 11-16 09:00）", "外勤时钟不准：快 25 分钟"
    )  # fmt: skip


@pytest.fixture
def many(tmp_path: Path) -> Connection:
    writer = create(tmp_path / "office.db")
    for case_id in range(1, 200):
        add_case(writer, case_id, conflicts=int(case_id % 50 == 0), l2=2)
    return writer


def test_neither_list_nor_count_reads_the_cases_without_a_conflict(many: Connection) -> None:
    assert board.counts(many, Scope(), NOW).conflicts == 3
    works = (lambda: conflicts.open_ones(many), lambda: board.counts(many, Scope(2, 2), NOW))
    for work in works:
        read = [plan for sql, plan in plans(many, work) if "conflicts > 0" in sql]
        assert read
        assert all("case_conflicts" in plan for plan in read)
    for sql, plan in plans(many, lambda: conflicts.marks(many)):
        assert "SCAN c" not in plan.replace("SCAN m USING INDEX", ""), sql
