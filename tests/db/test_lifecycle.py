"""The lifecycle table: who may do what, when, and what an officer is told otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from db import instants, lifecycle, units
from db.actions import FIELDS, Action, validate
from db.journal import Act, NotAllowed, Recorded, open_case, record, record_batch
from db.office import Office
from db.reads import case as reads
from db.reads import flow
from db.terms import Pending, Stage, Via
from tests.db.conftest import MONDAY

HOUR, DAY = 3600, 86_400


def facts(office: Office, case_id: int) -> reads.CaseFacts:
    """The case as the screen would show it now."""
    found = reads.facts(office.writer, case_id, office.clock())
    assert found is not None
    return found


def until(month: int, day: int) -> int:
    """The end of a day of 2026."""
    return instants.at(2026, month, day) + DAY


def later(office: Office, seconds: int) -> None:
    """Let time pass."""
    moment = office.clock() + seconds
    office.clock = lambda: moment


def test_every_action_has_a_row_and_a_form() -> None:
    assert set(lifecycle.RULES) == set(Action) == set(FIELDS)


def test_what_the_case_waits_for_is_offered_first(office: Office, handled: Recorded) -> None:
    def first(case: Recorded) -> Action:
        return lifecycle.allowed(facts(office, case.case_id))[0]

    fresh = open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "停水"})])
    assert lifecycle.allowed(facts(office, fresh.case_id))[:2] == [Action.DISPATCH, Action.REFUSE]
    for act, offered in (
        (Act(Action.RETURN, {"reason": "不属本单位职责"}), Action.RETURN_GRANT),
        (Act(Action.RETURN_REJECT, {"reason": "属你单位职责"}), Action.SIGN),
        (Act(Action.EXTEND, {"reason": "待配件", "until": until(12, 1)}), Action.EXTEND_GRANT),
        (Act(Action.EXTEND_REJECT, {"opinion": "不批"}), Action.SIGN),
        (Act(Action.SUBMIT, {"reply": "已修好"}), Action.APPROVE),
        (Act(Action.APPROVE), Action.VERIFY),
    ):
        record(office, handled.case_id, act)
        assert first(handled) is offered


def test_every_other_action_has_a_screen_of_its_own() -> None:
    own = {Action.REGISTER, Action.RECALCULATE, Action.UNDO, Action.SETTLE, Action.DETACH}
    assert set(lifecycle.RULES) - set(lifecycle.OFFERED) == own
    assert len(set(lifecycle.OFFERED)) == len(lifecycle.OFFERED)


def test_a_case_goes_from_registration_to_closing(office: Office, handled: Recorded) -> None:
    assert facts(office, handled.case_id).stage == Stage.HANDLING
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已修好"}))
    assert facts(office, handled.case_id).pending == Pending.REVIEW
    record(office, handled.case_id, Act(Action.APPROVE))
    closed = facts(office, handled.case_id)
    assert (closed.stage, closed.alarm, closed.on_time) == (Stage.CLOSED, "done", True)


def test_an_action_out_of_place_says_why_and_changes_nothing(office: Office, handled: Recorded) -> None:
    before = office.writer.execute("SELECT count(*) FROM event").fetchone()
    with pytest.raises(NotAllowed, match="现在是“办理中”，审核通过须在“待审核”时"):
        record(office, handled.case_id, Act(Action.APPROVE))
    assert office.writer.execute("SELECT count(*) FROM event").fetchone() == before


def test_only_the_assisting_unit_can_still_accept(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    record(office, handled.case_id, Act(Action.ACCEPT, party=uid("南坪街道")))
    with pytest.raises(NotAllowed, match="都已受理"):
        record(office, handled.case_id, Act(Action.ACCEPT, party=uid("南坪街道")))


def test_a_unit_signs_once(office: Office, uid: Callable[[str], str]) -> None:
    register = Act(Action.REGISTER, {"kind": "诉求", "title": "停水"})
    case = open_case(office, [register, Act(Action.DISPATCH, {"lead": uid("南岸区")})])
    assert Action.SIGN in lifecycle.allowed(facts(office, case.case_id))
    record(office, case.case_id, Act(Action.SIGN))
    assert Action.SIGN not in lifecycle.allowed(facts(office, case.case_id))
    with pytest.raises(NotAllowed, match="已签收"):
        record(office, case.case_id, Act(Action.SIGN, party=uid("南岸区")))


def test_an_agreed_return_ends_the_unit_and_keeps_the_citizens_clock(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    due = facts(office, handled.case_id).due_at
    record(office, handled.case_id, Act(Action.RETURN, {"reason": "不属本单位职责"}))
    with pytest.raises(NotAllowed, match="退回待定"):
        record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "x"}))
    record(office, handled.case_id, Act(Action.RETURN_GRANT))
    back = facts(office, handled.case_id)
    assert (back.stage, back.pending, back.returned, back.due_at) == ("registered", "dispatch", 1, due)
    assert back.alarm == "normal", "nobody has it who could report in"
    later(office, 3 * DAY)
    record(office, handled.case_id, Act(Action.DISPATCH, {"lead": uid("南岸区")}))
    again = facts(office, handled.case_id)
    assert again.due_at == due
    assert again.accept_by == until(11, 23), "the new unit has two working days of its own"


def test_a_refused_return_never_stopped_the_clock(office: Office, handled: Recorded) -> None:
    due = facts(office, handled.case_id).due_at
    record(office, handled.case_id, Act(Action.RETURN, {"reason": "不属本单位职责"}))
    record(office, handled.case_id, Act(Action.RETURN_REJECT, {"reason": "经核实属你单位职责"}))
    after = facts(office, handled.case_id)
    assert (after.due_at, after.pending, after.stage) == (due, None, "handling")


def test_an_extension_moves_the_due_date_and_keeps_the_first(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.EXTEND, {"reason": "待配件", "until": until(12, 1)}))
    assert facts(office, handled.case_id).due_at == until(11, 23)
    record(office, handled.case_id, Act(Action.EXTEND_GRANT, {"until": until(11, 27)}))
    granted = facts(office, handled.case_id)
    assert (granted.due_at, granted.due_first, granted.extended) == (until(11, 27), until(11, 23), 1)
    told = reads.trace(office.writer, handled.case_id, office.calendars, office.clock())
    assert told is not None
    assert [day.day.day for day in told.days if "延期至" in day.mark] == [27]


def test_an_extension_is_refused_once_the_due_date_has_passed(office: Office, handled: Recorded) -> None:
    later(office, 8 * DAY)
    with pytest.raises(NotAllowed, match="延期须在到期前提出"):
        record(office, handled.case_id, Act(Action.EXTEND, {"reason": "待配件", "until": until(12, 1)}))


def test_a_pause_gives_back_its_working_days(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.PAUSE, {"reason": "听证", "informed_on": until(11, 16)}))
    paused = facts(office, handled.case_id)
    assert (paused.alarm, paused.due_at) == ("paused", None)
    later(office, 2 * DAY)
    record(office, handled.case_id, Act(Action.RESUME))
    assert facts(office, handled.case_id).due_at == until(11, 25), "Tuesday and Wednesday were paused"


def test_work_sent_back_gets_its_own_limit_and_keeps_the_first_judgement(
    office: Office, handled: Recorded
) -> None:
    later(office, 8 * DAY)
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已办"}))
    record(office, handled.case_id, Act(Action.REDO, {"reason": "答复不实", "limit": "3工作日"}))
    redone = facts(office, handled.case_id)
    assert (redone.stage, redone.redone, redone.on_time) == ("handling", 1, False)
    assert redone.due_at == until(11, 27)
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "又办"}))
    record(office, handled.case_id, Act(Action.APPROVE))
    assert facts(office, handled.case_id).on_time is False


def test_the_clock_stops_at_the_request_to_close(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已办"}))
    later(office, 30 * DAY)
    assert facts(office, handled.case_id).alarm == "normal"
    record(office, handled.case_id, Act(Action.APPROVE))
    assert facts(office, handled.case_id).on_time is True


@pytest.mark.parametrize("target", ["古南街道", "北街社区居委会"])
def test_a_report_never_goes_to_whom_it_is_about(
    office: Office, uid: Callable[[str], str], target: str
) -> None:
    register = Act(
        Action.REGISTER,
        {"kind": "诉求", "title": "举报吃拿卡要", "report": True, "subject_unit": uid("古南街道")},
    )
    with pytest.raises(ValueError, match="不能交给被反映单位"):
        open_case(office, [register, Act(Action.DISPATCH, {"lead": uid(target)})])
    assert office.writer.execute('SELECT count(*) FROM "case"').fetchone() == (0,)
    open_case(office, [register, Act(Action.DISPATCH, {"lead": uid("綦江区")})])


def test_nothing_new_goes_to_a_unit_that_is_no_more(office: Office, uid: Callable[[str], str]) -> None:
    target = uid("南坪街道")
    office.writer.execute("UPDATE unit SET ended_on = '2026-01-25' WHERE uid = ?", (target,))
    register = Act(Action.REGISTER, {"kind": "诉求", "title": "停水"})
    with pytest.raises(ValueError, match="已撤销"):
        open_case(office, [register, Act(Action.DISPATCH, {"lead": target})])


def test_what_has_not_happened_yet_is_refused(office: Office, handled: Recorded) -> None:
    with pytest.raises(NotAllowed, match="还没有到"):
        record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已办"}, at=MONDAY + HOUR))


def test_a_late_entry_counts_from_when_it_happened(office: Office, uid: Callable[[str], str]) -> None:
    case = open_case(
        office,
        [
            Act(Action.REGISTER, {"kind": "诉求", "title": "停水"}, at=MONDAY - 5 * DAY),
            Act(Action.DISPATCH, {"lead": uid("綦江区")}, at=MONDAY - 5 * DAY),
        ],
    )
    assert facts(office, case.case_id).alarm == "urgent"
    record(office, case.case_id, Act(Action.ACCEPT, at=MONDAY - 4 * DAY))
    assert facts(office, case.case_id).accepted_at == MONDAY - 4 * DAY


@pytest.mark.parametrize(
    ("action", "data", "said"),
    [
        (Action.REGISTER, {"kind": "诉求"}, "登记缺“事项”"),
        (Action.REGISTER, {"kind": "诉求", "title": "x", "titel": "y"}, "没有“titel”这一项"),
        (Action.SUBMIT, {"reply": "   "}, "办结申请缺“办理情况”"),
        (Action.SUBMIT, {"reply": "字" * 20_001}, "最多 20000 字"),
        (Action.VERIFY, {"method": "飞行"}, "只能是：暗访"),
        (Action.EXTEND, {"reason": "x", "until": "明天"}, "应为时间"),
        (Action.REDO, {"reason": "x", "limit": "五天"}, "看不懂时限"),
    ],
)
def test_wrong_data_is_named_in_one_line(action: Action, data: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        validate(action, data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        (Action.SUBMIT, {"reply": "我们的部分办完了"}),
        (Action.RETURN, {"reason": "不属本单位职责"}),
        (Action.EXTEND, {"reason": "待配件", "until": instants.at(2026, 12, 2)}),
    ],
)
def test_an_assisting_unit_does_not_speak_for_the_whole_case(
    office: Office, handled: Recorded, uid: Callable[[str], str], action: Action, data: dict[str, object]
) -> None:
    with pytest.raises(NotAllowed, match="须由主办单位提出"):
        record(office, handled.case_id, Act(action, data, party=uid("南坪街道")))
    with pytest.raises(NotAllowed, match="没有承办本件"):
        record(office, handled.case_id, Act(action, data, party=uid("綦江区")))
    record(office, handled.case_id, Act(Action.PROGRESS, {"text": "办完了"}, party=uid("南坪街道")))
    assert facts(office, handled.case_id).stage == Stage.HANDLING


def test_an_acceptance_is_never_overwritten_by_a_second_one(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    later(office, DAY)
    with pytest.raises(NotAllowed, match="已经受理"):
        record(office, handled.case_id, Act(Action.ACCEPT, party=uid("古南街道")))
    assert facts(office, handled.case_id).accepted_at == MONDAY


def test_a_unit_cannot_have_accepted_before_it_was_given_the_case(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    later(office, DAY)
    village = uid("北街社区居委会")
    record(office, handled.case_id, Act(Action.SUBDISPATCH, {"unit": village}, party=uid("古南街道")))
    with pytest.raises(NotAllowed, match="受理时间早于送达时间"):
        record(office, handled.case_id, Act(Action.ACCEPT, party=village, at=MONDAY + HOUR))


def test_no_decision_is_older_than_what_it_decides(office: Office, handled: Recorded) -> None:
    pause = {"reason": "听证", "informed_on": until(11, 16)}
    with pytest.raises(NotAllowed, match="暂停时间早于送达时间"):
        record(office, handled.case_id, Act(Action.PAUSE, pause, at=MONDAY - DAY))
    later(office, DAY)
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已办"}))
    with pytest.raises(NotAllowed, match="审核通过时间早于办结申请时间"):
        record(office, handled.case_id, Act(Action.APPROVE, at=MONDAY))


def test_a_date_corrected_during_a_pause_shows_only_once_the_clock_goes_on(
    office: Office, handled: Recorded
) -> None:
    record(office, handled.case_id, Act(Action.PAUSE, {"reason": "听证", "informed_on": until(11, 16)}))
    corrected = {"field": "due", "value": "2026-11-25", "reason": "笔误"}
    record(office, handled.case_id, Act(Action.CORRECT, corrected))
    paused = facts(office, handled.case_id)
    assert (paused.alarm, paused.due_at, paused.urgent_from) == ("paused", None, None)
    later(office, DAY)
    record(office, handled.case_id, Act(Action.RESUME))
    assert facts(office, handled.case_id).due_at == until(11, 26)


def test_a_date_given_to_the_next_unit_is_its_own_and_not_the_citizens(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    record(office, handled.case_id, Act(Action.RETURN, {"reason": "不属本单位职责"}))
    record(office, handled.case_id, Act(Action.RETURN_GRANT))
    given = {"lead": uid("南岸区"), "due": until(11, 30)}
    record(office, handled.case_id, Act(Action.DISPATCH, given))
    assert facts(office, handled.case_id).due_at == until(11, 23)
    assert reads.parts(office.writer, handled.case_id)[-1].due_at == until(11, 30)


def test_an_assistant_that_becomes_the_lead_assists_no_longer(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    record(office, handled.case_id, Act(Action.REASSIGN, {"lead": uid("南坪街道"), "reason": "职责"}))
    running = [part for part in reads.parts(office.writer, handled.case_id) if part.ended_at is None]
    assert [(part.role, part.unit) for part in running] == [("lead", "南坪街道")]


def test_work_sent_back_at_an_unknown_time_shows_no_stale_date(office: Office, handled: Recorded) -> None:
    redo = Act(Action.REDO, {"reason": "答复不实"}, via=Via.LEDGER)
    record_batch(office, [(handled.case_id, [redo])], imported=True)
    assert facts(office, handled.case_id).due_at is None


def test_a_report_never_goes_to_who_took_over_from_whom_it_is_about(
    office: Office, uid: Callable[[str], str]
) -> None:
    about = {"kind": "诉求", "title": "举报吃拿卡要", "report": True, "subject_unit": uid("綦江区")}
    case = open_case(
        office,
        [Act(Action.REGISTER, about), Act(Action.DISPATCH, {"lead": uid("南岸区"), "due": until(11, 27)})],
    )
    ids = dict(office.writer.execute("SELECT name, unit_id FROM unit_version"))
    heir = units.add(office.writer, "新江区", under=ids["重庆市"])
    units.end(office.writer, ids["綦江区"], successor=heir.id)
    for target in ("新江区", "古南街道"):
        with pytest.raises(ValueError, match="不能交给被反映单位"):
            record(office, case.case_id, Act(Action.REASSIGN, {"lead": uid(target), "reason": "职责"}))
        with pytest.raises(ValueError, match="不能交给被反映单位"):
            record(office, case.case_id, Act(Action.SUBDISPATCH, {"unit": uid(target)}))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\x00b\x1b[31m", "ab[31m"),
        ("\ud83d半个表情", "半个表情"),
        ("㐀𠀀😀", "㐀𠀀😀"),
        ("路灯\r\n不亮", "路灯 不亮"),
        ('\'; DROP TABLE "case"; --', '\'; DROP TABLE "case"; --'),
    ],
)
def test_a_text_is_kept_as_it_was_meant(office: Office, written: str, kept: str) -> None:
    case = open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": written, "body": written})])
    shown = facts(office, case.case_id)
    assert (shown.title, " ".join(shown.body.split())) == (kept, kept)


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        ([Act(Action.DISPATCH, {"lead": "x", "assist": [{}]})], "协办单位"),
        ([Act(Action.DISPATCH, {"lead_text": "某局", "due": 10**13})], "应为时间"),
        ([Act(Action.DISPATCH, {"lead_text": "某局"}, at=-(10**13))], "1900—2199"),
    ],
)
def test_what_cannot_be_dated_or_named_is_refused_in_one_line(
    office: Office, acts: list[Act], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "x"}), *acts])
    with pytest.raises(ValueError, match="来源编号"):
        open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "x", "numbers": ["2026"]})])


def test_the_flow_keeps_the_name_a_unit_had_then(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    ids = dict(office.writer.execute("SELECT name, unit_id FROM unit_version"))
    units.rename(office.writer, ids["古南街道"], "古北街道", day=instants.day_of(MONDAY + DAY))
    later(office, 2 * DAY)
    record(office, handled.case_id, Act(Action.URGE, {"text": "请抓紧"}))
    record(office, handled.case_id, Act(Action.PROGRESS, {"text": "在办"}, party=uid("古南街道")))
    parties = [row.party for row in flow.timeline(office.writer, handled.case_id) if row.party]
    assert parties == ["古南街道", "古北街道"]
    assert facts(office, handled.case_id).unit == "古北街道"


def test_an_empty_answer_in_time_does_not_make_a_late_one_timely(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已阅"}))
    record(office, handled.case_id, Act(Action.REDO, {"reason": "答复不实", "limit": "1工作日"}))
    assert facts(office, handled.case_id).on_time is None
    later(office, 30 * DAY)
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已修好"}))
    record(office, handled.case_id, Act(Action.APPROVE))
    assert facts(office, handled.case_id).on_time is False


def test_the_leading_unit_is_shown_the_date_it_was_granted(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.EXTEND, {"reason": "待配件", "until": until(12, 1)}))
    record(office, handled.case_id, Act(Action.EXTEND_GRANT, {"until": until(12, 1)}))
    lead, helper = reads.parts(office.writer, handled.case_id)
    assert (lead.due_at, helper.due_at) == (until(12, 1), until(11, 23))
