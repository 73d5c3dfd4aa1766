"""Three machines on one case: whatever they write and in whatever order it arrives, all end alike."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from db import conflicts, fold, lifecycle
from db.actions import Action
from db.conflicts import Conflict
from db.state import CaseState, Step, Verdict
from db.terms import Outcome
from tests.db.test_fold import CALENDARS, MACHINES, START, everything, lives, step, steps

Course = list[tuple[str, list[Step]]]


def folded(known: list[Step]) -> tuple[CaseState, list[Verdict], list[Conflict]]:
    """The case, what became of each step, and what contradicts what, two by two."""
    state, verdicts = fold.fold(known, CALENDARS)
    return state, verdicts, conflicts.single(verdicts)


@given(lives(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_any_way_of_bringing_it_home_ends_the_same(course: Course, random: Random) -> None:
    written = everything(course)
    first = folded(written)
    again = [*written, *random.choices(written, k=5)]
    random.shuffle(again)
    assert folded(again) == first
    groups = conflicts.open_ones(first[1])
    assert first[0].conflicts == len(groups)
    assert {each for one in groups for each in one.ids} == {each for one in first[2] for each in one.ids}
    assert sorted(one.step.id for one in first[1]) == sorted(one.id for one in written), "nothing is lost"


@given(lives())
@settings(max_examples=80, deadline=None)
def test_it_makes_no_difference_what_a_step_was_that_was_undone(course: Course) -> None:
    written = everything(course)
    state, verdicts, open_now = folded(written)
    undone = {one.step.id for one in verdicts if one.outcome is Outcome.UNDONE}
    files = {file["file"] for one in written if one.id in undone for file in one.data.get("evidence", ())}
    assume(not any(one.action == Action.DETACH and one.data["file"] in files for one in written))
    other = [one._replace(action=str(Action.URGE), data={}) if one.id in undone else one for one in written]
    same, again, still_open = folded(other)
    assert same.files <= state.files, "those of a note that was undone are still of the case"
    assert replace(same, files=state.files) == state
    assert [(one.step.id, one.outcome) for one in again] == [(one.step.id, one.outcome) for one in verdicts]
    assert [one.ids for one in still_open] == [one.ids for one in open_now]


@given(lives())
@settings(max_examples=80, deadline=None)
def test_whatever_was_undone_nobody_had_built_upon(course: Course) -> None:
    written = everything(course)
    for verdict in folded(written)[1]:
        if verdict.outcome is Outcome.UNDONE:
            after = [one for one in written if verdict.step.id in one.seen]
            assert after
            assert {one.action for one in after} == {Action.UNDO}


@given(lives(), st.data())
@settings(max_examples=80, deadline=None)
def test_a_further_step_takes_no_conflict_away_unless_it_settles_it(
    course: Course, data: st.DataObject
) -> None:
    written = everything(course)
    before = folded(written)[2]
    new = data.draw(steps(written, "m1", 60, 900))
    after = folded([*written, new])[2]
    gone = {one.ids for one in before} - {one.ids for one in after}
    if new.action == Action.SETTLE:
        assert all(ids <= set(new.data["events"]) for ids in gone)
    elif new.action == Action.UNDO:
        assert all(new.data["event"] in ids for ids in gone)
    else:
        assert not gone


@given(lives())
@settings(max_examples=120, deadline=None)
def test_no_contradiction_goes_in_silence_on_any_machine(course: Course) -> None:
    """Two steps that contradict each other do so until they are settled, or one is not in force any more."""
    last: dict[str, list[Conflict]] = {machine: [] for machine in MACHINES}
    for machine, known in course:
        _, verdicts, now = folded(known)
        outcomes = {one.step.id: one.outcome for one in verdicts}
        settled = [
            set(one.step.data["events"])
            for one in verdicts
            if one.step.action == Action.SETTLE and one.outcome is Outcome.APPLIED
        ]
        open_now = {one.ids for one in now}
        told = {each for ids in open_now for each in ids}
        for conflict in last[machine]:
            if conflict.ids in open_now or any(conflict.ids <= one for one in settled):
                continue
            if len(conflict.ids) == 1:
                assert told >= conflict.ids or Outcome.VOID not in map(outcomes.get, conflict.ids)
            else:
                changed = {one for one in conflict.ids if outcomes[one] is not Outcome.APPLIED}
                assert changed
                void = {one for one in changed if outcomes[one] is Outcome.VOID}
                assert all(one in told or any(one in each for each in settled) for one in void)
        last[machine] = now


@given(lives(), st.data())
@settings(max_examples=80, deadline=None)
def test_a_step_taken_upon_a_fold_is_the_fold_with_it(course: Course, data: st.DataObject) -> None:
    """What the write door relies on; for a step that reaches back it folds the case again."""
    written = everything(course)
    new = data.draw(steps(written, "m1", 60, 900))
    before, _, _ = folded(written)
    outcome, why = lifecycle.take(before, new, CALENDARS)
    if new.action in (Action.UNDO, Action.SETTLE) or outcome is Outcome.VOID:
        return
    after, verdicts, _ = folded([*written, new])
    assert (before, Verdict(new, outcome, why)) == (after, verdicts[-1])


# -- what an officer would call a contradiction -----------------------------------------------------

OPENED = step(Action.REGISTER, 0, "m0", 1, ())
GIVEN = step(Action.DISPATCH, 1, "m0", 2, (OPENED.id,))
TAKEN = step(Action.ACCEPT, 2, "m0", 3, (GIVEN.id,))
ANSWERED = step(Action.SUBMIT, 3, "m0", 4, (TAKEN.id,))
SHARED = [OPENED, GIVEN, TAKEN, ANSWERED]


def said(action: Action, machine: str, upon: Step, seq: int = 9, **data: object) -> Step:
    new = step(action, 5, machine, seq, (upon.id,))
    return new._replace(data=new.data | data)


def told(*written: Step) -> list[str]:
    return [one.says for one in folded([*SHARED, *written])[2]]


def test_closed_at_the_office_while_found_true_in_the_field() -> None:
    closed = said(Action.APPROVE, "m0", ANSWERED)
    true = said(Action.VERIFY, "m1", ANSWERED, finding="true", handling="within")
    assert told(closed, true) == ["一边已审核通过，另一边核查认定属实、须限期整改"]
    assert told(closed, said(Action.VERIFY, "m1", ANSWERED, finding="false")) == []
    assert told(closed, said(Action.VERIFY, "m1", closed, finding="true")) == [], "he knew that it was closed"


def test_a_closing_against_three_notes_is_one_conflict() -> None:
    closed = said(Action.APPROVE, "m0", ANSWERED)
    notes = [said(Action.VERIFY, "m1", ANSWERED, 9, finding="true")]
    for seq in (10, 11):
        notes.append(said(Action.VERIFY, "m1", notes[-1], seq, finding="true"))
    state, verdicts, pairs = folded([*SHARED, closed, *notes])
    (whole,) = conflicts.open_ones(verdicts)
    assert (len(pairs), state.conflicts, len(whole.steps)) == (3, 1, 4)


def test_two_notes_that_agree_both_stand() -> None:
    one = said(Action.VERIFY, "m0", ANSWERED, finding="true")
    other = said(Action.VERIFY, "m1", ANSWERED, finding="mostly")
    assert told(one, other) == []
    assert folded([*SHARED, one, other])[0].notes == 2
    untrue = said(Action.VERIFY, "m1", ANSWERED, finding="unproven")
    assert told(one, untrue) == ["两次核查的结论相反：属实、查无实据"]


def test_two_values_are_settled_by_the_one_that_is_kept() -> None:
    one = said(Action.CORRECT, "m0", ANSWERED, field="title", value="甲")
    other = said(Action.CORRECT, "m1", ANSWERED, field="title", value="乙")
    assert told(one, other) == ["“事项”两处定得不一样"]
    assert folded([*SHARED, one, other])[0].title == "乙"
    _, verdicts, _ = folded([*SHARED, one, other])
    with pytest.raises(ValueError, match="以哪一步为准"):
        conflicts.completed({"events": [one.id, other.id], "opinion": "x"}, verdicts)
    data = conflicts.completed({"events": [one.id, other.id], "keep": one.id, "opinion": "x"}, verdicts)
    settled = step(Action.SETTLE, 6, "m0", 10, (one.id, other.id))._replace(data=data)
    state, _, rest = folded([*SHARED, one, other, settled])
    assert (state.title, rest) == ("甲", [])


def test_two_settlements_that_differ_are_a_contradiction_of_their_own() -> None:
    one = said(Action.CORRECT, "m0", ANSWERED, field="place", value="甲")
    other = said(Action.CORRECT, "m1", ANSWERED, field="place", value="乙")
    _, verdicts, _ = folded([*SHARED, one, other])
    rivals = [
        step(Action.SETTLE, 6, machine, 20, (one.id, other.id))._replace(
            data=conflicts.completed(
                {"events": [one.id, other.id], "keep": kept.id, "opinion": "x"}, verdicts
            )
        )
        for machine, kept in (("m0", one), ("m1", other))
    ]
    state, verdicts, (rest,) = folded([*SHARED, one, other, *rivals])
    assert rest.ids == {rival.id for rival in rivals}
    data = conflicts.completed({"events": sorted(rest.ids), "keep": rivals[0].id, "opinion": "x"}, verdicts)
    last = step(Action.SETTLE, 7, "m2", 1, tuple(rest.ids))._replace(data=data)
    state, _, nothing = folded([*SHARED, one, other, *rivals, last])
    assert (state.place, nothing) == ("甲", [])


def test_a_case_handed_to_two_units_at_once() -> None:
    one = step(Action.DISPATCH, 1, "m0", 2, (OPENED.id,))
    other = step(Action.DISPATCH, 1, "m1", 1, (OPENED.id,))._replace(data={**GIVEN.data, "lead": "z"})
    state, verdicts, (conflict,) = folded([OPENED, one, other])
    assert conflict.says == "同时交给了两个不同的主办单位"
    assert [verdict.outcome for verdict in verdicts][1:] == [Outcome.APPLIED, Outcome.VOID]
    assert state.conflicts == 1, "told once, not as 不适用 as well"


def test_a_due_date_that_two_desks_moved() -> None:
    asked = said(Action.EXTEND, "m0", TAKEN, until=START + 20 * 86_400)
    granted = said(Action.EXTEND_GRANT, "m0", asked, 10, until=START + 12 * 86_400)
    moved = said(Action.CORRECT, "m1", asked, field="due", value=START + 13 * 86_400)
    assert [one.says for one in folded([OPENED, GIVEN, TAKEN, asked, granted, moved])[2]] == [
        "“应办结日”两处定得不一样"
    ]


# -- undo -------------------------------------------------------------------------------------------


def undo(target: Step, machine: str, seq: int = 30, *, upon: tuple[str, ...] | None = None) -> Step:
    new = step(Action.UNDO, 8, machine, seq, (target.id,) if upon is None else upon)
    return new._replace(data={"event": target.id})


def outcomes(*written: Step) -> dict[str, Outcome]:
    return {one.step.id: one.outcome for one in folded([*SHARED, *written])[1]}


def test_an_approval_is_taken_back() -> None:
    approved = said(Action.APPROVE, "m0", ANSWERED)
    back = undo(approved, "m0")
    state = folded([*SHARED, approved, back])[0]
    assert (state.stage, state.pending, state.conflicts) == ("submitted", "review", 0)
    assert outcomes(approved, back)[approved.id] is Outcome.UNDONE


def test_a_step_that_somebody_built_upon_stands_and_the_undo_is_in_conflict() -> None:
    approved = said(Action.APPROVE, "m0", ANSWERED)
    noted = said(Action.VERIFY, "m1", approved)
    state, _, (conflict,) = folded([*SHARED, approved, undo(approved, "m0"), noted])
    assert state.stage == "closed"
    assert conflict.says == "撤销不适用：已有后续步骤，请用更正"


def test_two_machines_may_take_the_same_step_back() -> None:
    approved = said(Action.APPROVE, "m0", ANSWERED)
    backs = [undo(approved, "m0"), undo(approved, "m1")]
    state, _, rest = folded([*SHARED, approved, *backs])
    assert (state.stage, rest) == ("submitted", [])


def test_what_was_done_meanwhile_elsewhere_is_not_touched() -> None:
    approved = said(Action.APPROVE, "m0", ANSWERED)
    elsewhere = said(Action.VERIFY, "m1", ANSWERED, finding="true")
    state, _, rest = folded([*SHARED, approved, elsewhere, undo(approved, "m0")])
    assert (state.stage, state.notes, rest) == ("submitted", 1, [])


def test_an_undo_waits_for_its_step() -> None:
    approved = said(Action.APPROVE, "m0", ANSWERED)
    back = undo(approved, "m0")
    assert outcomes(back)[back.id] is Outcome.VOID
    assert outcomes(back, approved)[approved.id] is Outcome.UNDONE


@pytest.mark.parametrize("wrong", [OPENED, undo(ANSWERED, "m0", 20)], ids=["登记", "撤销"])
def test_neither_registration_nor_an_undo_is_taken_back(wrong: Step) -> None:
    back = undo(wrong, "m0", 40)
    assert fold.fold([*SHARED, wrong, back], CALENDARS)[1][-1].outcome is Outcome.VOID
