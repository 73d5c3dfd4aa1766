"""Who may do what: every action and power is decided for every post, and the door refuses by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import posts
from db.actions import Action
from db.errors import NotAllowed
from db.journal import Act, Recorded, record, record_batch
from db.lifecycle import LEADER, RULES, UNIT
from db.office import Office
from db.posts import POSTS, STAND_IN, Power, Seat, holders, mark
from db.terms import Post, Via
from tests.db.conftest import RULES as OFFICE_RULES

DEEDS = [*Action, *Power]
DECISION = Path(__file__).resolve().parents[2] / "docs" / "decisions" / "0012-who-may-do-what.md"


def drawn() -> str:
    """The table as the decision shows it."""
    rows = [["", *(post.label for post in POSTS)], ["---"] * (len(POSTS) + 1)]
    rows += [[deed.label, *(mark(post, deed) for post in POSTS)] for deed in DEEDS]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def test_every_action_and_power_is_decided_for_every_post() -> None:
    assert set(posts.TABLE) == {str(deed) for deed in DEEDS}
    assert set(POSTS) == set(Post)
    marks = {mark(post, deed) for post in POSTS for deed in DEEDS}
    assert marks == {posts.YES, posts.OWN, posts.STAND_IN, posts.NO}
    assert all(holders(deed) for deed in DEEDS), "somebody may do each"


def test_the_decision_shows_the_table_that_holds() -> None:
    assert drawn() in DECISION.read_text(encoding="utf-8")


def test_actions_and_powers_do_not_share_a_code() -> None:
    assert not {str(action) for action in Action} & {str(power) for power in Power}


def test_an_officer_alone_can_do_everything() -> None:
    alone = Seat("张三", Post.DUTY)
    assert [deed for deed in DEEDS if not alone.may(deed)] == []


def test_what_a_leader_approves_is_his_once_he_signs_in() -> None:
    led = Seat("张三", Post.DUTY, frozenset({Post.DIRECTOR, Post.DUTY}))
    for action, rule in RULES.items():
        assert led.may(action) is (rule.who is not LEADER)
        if rule.who is UNIT:
            assert Seat("张三", Post.DIRECTOR).may(action), "also a leader writes down what came by phone"
    assert not led.may(Power.SUPERVISE)
    assert led.why_not(Action.EXTEND_GRANT) == "值班员不能“延期批准”，须由主任办理"


def test_a_refusal_names_whoever_stands_in() -> None:
    inspector = Seat("王五", Post.INSPECTOR, frozenset({Post.DUTY}))
    assert inspector.why_not(Power.OFFICERS) == "督查员不能“人员管理”，须由主任、值班员、系统管理员办理"


def test_a_reader_and_an_administrator_touch_no_case_and_see_no_one() -> None:
    assert [deed for deed in DEEDS if Seat("甲", Post.READER).may(deed)] == [Power.CASES]
    admin = {deed for deed in DEEDS if Seat("甲", Post.ADMIN).may(deed)}
    assert admin == {Action.RECALCULATE, Power.UNITS, Power.CALENDAR, Power.OFFICERS}


def test_only_one_row_of_marks_stands_in_for_an_absent_post() -> None:
    assert {post for post in POSTS for deed in DEEDS if mark(post, deed) == STAND_IN} == {Post.DUTY}


@pytest.fixture
def inspector(office: Office) -> Office:
    """The same office, a 督查员 at it."""
    other = Office.open(office.home, OFFICE_RULES, "王五", Post.INSPECTOR)
    other.clock = office.clock
    return other


def test_the_door_refuses_what_the_post_may_not(inspector: Office, handled: Recorded) -> None:
    assert inspector.post is Post.INSPECTOR
    urge = Act(Action.URGE, {"text": "请抓紧"})
    with pytest.raises(NotAllowed, match="督查员不能“催办”，须由主任、值班员办理"):
        record(inspector, handled.case_id, urge)
    with pytest.raises(NotAllowed, match="导入台账"):
        record_batch(inspector, [(handled.case_id, (urge,))], imported=True)
    written = record(inspector, handled.case_id, Act(Action.VERIFY, {"method": "covert"}))
    row = inspector.writer.execute("SELECT by FROM event WHERE id = ?", written.event_ids).fetchone()
    assert row == ("王五",)
    inspector.close()


def test_the_post_of_this_moment_counts(office: Office, handled: Recorded) -> None:
    act = Act(Action.URGE, {"text": "请抓紧"}, via=Via.DESK)
    record(office, handled.case_id, act)
    office.writer.execute("UPDATE officer SET post = 'reader'")
    with pytest.raises(NotAllowed, match="只读不能"):
        record(office, handled.case_id, act)
    office.writer.execute("UPDATE officer SET post = 'duty', left_on = '2026-01-01'")
    with pytest.raises(NotAllowed, match="张三 自 2026-01-01 起已离岗"):
        record(office, handled.case_id, act)


def test_a_step_of_somebody_else_is_not_ones_own_to_undo(
    office: Office, inspector: Office, handled: Recorded
) -> None:
    theirs = record(office, handled.case_id, Act(Action.URGE, {"text": "请抓紧"})).event_ids[0]
    ours = record(inspector, handled.case_id, Act(Action.VERIFY, {"method": "covert"})).event_ids[0]
    with pytest.raises(NotAllowed, match="督查员只能“撤销”自己写的"):
        record(inspector, handled.case_id, Act(Action.UNDO, {"event": theirs}))
    record(inspector, handled.case_id, Act(Action.UNDO, {"event": ours}))
    inspector.close()


def test_the_first_officer_can_run_the_office(template: Path, tmp_path: Path) -> None:
    units = template.parent / "units.csv"
    with Office.create(tmp_path / "o", OFFICE_RULES, "张三", units, post=Post.READER) as office:
        assert office.post is Post.DUTY
    with Office.create(tmp_path / "p", OFFICE_RULES, "张三", units, post=Post.DIRECTOR) as office:
        assert office.post is Post.DIRECTOR


def test_supervision_is_ordered_by_whoever_may(office: Office, handled: Recorded) -> None:
    mark_it = Act(Action.CORRECT, {"field": "supervised", "value": "是", "reason": "领导批示"})
    record(office, handled.case_id, mark_it)
    office.writer.execute(
        "INSERT INTO officer (name, post, since, pin, failures) VALUES ('李主任', 'director', 0, 'x', 0)"
    )
    with pytest.raises(NotAllowed, match="值班员不能“挂牌”，须由主任办理"):
        record(office, handled.case_id, mark_it)
