"""The fold: total, and the same on every machine that holds the same events."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from db import calendars, fold, instants
from db.actions import Action
from db.ids import CLOCK_BITS, MAX_AHEAD_MS, tick, uuid7, witness
from db.rules import DeadlineRules, Limit
from db.state import Step
from db.terms import Outcome

CALENDAR = calendars.packaged()
CALENDARS = {CALENDAR.revision: CALENDAR}
START = instants.at(2026, 11, 16, 9)

CLOCKED = {
    "rule": Limit.parse("5工作日").to_data(),
    "thresholds": DeadlineRules().to_data(),
    "calendar": CALENDAR.revision,
}

DATA: dict[Action, dict[str, object]] = {
    Action.REGISTER: {"number": "2026-000001", "kind": "诉求", "title": "路灯不亮"},
    Action.DISPATCH: {"lead": "a", "assist": ["b"], **CLOCKED},
    Action.REASSIGN: {"lead": "c", "reason": "x", **CLOCKED},
    Action.SUBDISPATCH: {"unit": "d", **CLOCKED},
    Action.REDO: {"reason": "x", **CLOCKED},
    Action.EXTEND: {"reason": "x", "until": START + 20 * 86_400},
    Action.EXTEND_GRANT: {"until": START + 15 * 86_400},
    Action.CORRECT: {"field": "due", "value": START + 9 * 86_400, "reason": "x"},
    Action.CLAIM: {"name": "某局", "unit": "a"},
    Action.RECALCULATE: {"calendar": CALENDAR.revision},
    Action.VERIFY: {"method": "covert", "note": {"content": "n", "sha256": "h"}},
    Action.SUBMIT: {"reply": {"content": "r", "sha256": "h"}},
}


def step(action: Action, count: int, device: str, seq: int, seen: tuple[str, ...]) -> Step:
    """A step of one machine."""
    moment = START + count * 3600
    clock = moment * 1000 << CLOCK_BITS
    return Step(
        f"{device}{seq:04d}", str(action), dict(DATA.get(action, {})), "张三", None, "desk", moment, moment,
        clock, device, seq, seen,
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """What three machines wrote about one case, each seeing its own steps and sometimes the others'."""
    first = step(Action.REGISTER, 0, "m0", 1, ())
    heads: dict[str, tuple[str, ...]] = dict.fromkeys(("m0", "m1", "m2"), (first.id,))
    written, seqs = [first], dict.fromkeys(heads, 1)
    later = [action for action in Action if action is not Action.REGISTER]
    for count in range(1, draw(st.integers(1, 14))):
        machine = draw(st.sampled_from(sorted(heads)))
        if draw(st.booleans()):
            other = draw(st.sampled_from(sorted(heads)))
            heads[machine] = tuple(dict.fromkeys((*heads[machine], *heads[other])))
        seqs[machine] += 1
        new = step(draw(st.sampled_from(later)), count, machine, seqs[machine], heads[machine])
        heads[machine] = (new.id,)
        written.append(new)
    return written


@given(histories(), st.randoms())
@settings(max_examples=200, deadline=None)
def test_any_order_of_arrival_folds_to_the_same_case(history: list[Step], random: object) -> None:
    straight, verdicts = fold.fold(history, CALENDARS)
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again, same = fold.fold(shuffled, CALENDARS)
    assert straight == again
    assert [(v.step.id, v.outcome) for v in verdicts] == [(v.step.id, v.outcome) for v in same]
    assert len(verdicts) == len(history), "no event is dropped"


@given(histories())
@settings(max_examples=100, deadline=None)
def test_nobody_is_placed_before_what_he_had_seen(history: list[Step]) -> None:
    place = {one.id: index for index, one in enumerate(fold.in_order(history))}
    assert all(place[seen] < place[one.id] for one in history for seen in one.seen)


def test_a_contradiction_is_kept_and_marked() -> None:
    first = step(Action.REGISTER, 0, "m0", 1, ())
    given_out = step(Action.DISPATCH, 1, "m0", 2, (first.id,))
    withdrawn = step(Action.WITHDRAW, 2, "m0", 3, (given_out.id,))
    elsewhere = step(Action.ACCEPT, 3, "m1", 1, (given_out.id,))
    state, verdicts = fold.fold([elsewhere, withdrawn, given_out, first], CALENDARS)
    assert (state.stage, state.conflicts) == ("withdrawn", 1)
    assert verdicts[-1].outcome is Outcome.VOID
    assert "已撤回" in str(verdicts[-1].why)


def test_every_permutation_of_concurrent_steps_agrees() -> None:
    first = step(Action.REGISTER, 0, "m0", 1, ())
    given_out = step(Action.DISPATCH, 1, "m0", 2, (first.id,))
    rivals = [
        step(action, 2, machine, 1, (given_out.id,))
        for machine, action in (("m1", Action.ACCEPT), ("m2", Action.RETURN), ("m3", Action.URGE))
    ]
    ends = [fold.fold([first, given_out, *order], CALENDARS)[0] for order in itertools.permutations(rivals)]
    assert all(end == ends[0] for end in ends)


def test_the_logical_clock_rises_when_the_wall_clock_is_set_back() -> None:
    before = tick(0, 2_000)
    after = tick(before, 1_000)
    assert after > before
    assert uuid7(after) > uuid7(before)


def test_a_clock_far_ahead_never_advances_ours() -> None:
    ours = tick(0, 1_000)
    assert witness(ours, (1_000 + MAX_AHEAD_MS + 1) << CLOCK_BITS, 1_000) == ours
    assert witness(ours, 2_000 << CLOCK_BITS, 1_000) == 2_000 << CLOCK_BITS


@st.composite
def damaged_histories(draw: st.DrawFn) -> list[Step]:
    """Histories in which some steps lack data, carry other data, or are of a kind we do not know."""
    odd = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.booleans(), st.lists(st.integers()))
    damaged = []
    for one in draw(histories()):
        data = {name: value for name, value in one.data.items() if draw(st.integers(0, 9))}
        for name in list(data):
            if name != "calendar" and not draw(st.integers(0, 9)):
                data[name] = draw(odd)
        action = one.action if draw(st.integers(0, 9)) else "petition"
        via = draw(st.sampled_from(["desk", "ledger"]))
        damaged.append(
            one._replace(data=data, action=action, via=via, at=draw(st.sampled_from([one.at, None])))
        )
    return damaged


@given(damaged_histories())
@settings(max_examples=300, deadline=None)
def test_no_step_however_odd_stops_the_fold_or_gets_lost(history: list[Step]) -> None:
    state, verdicts = fold.fold(history, CALENDARS)
    assert sorted(verdict.step.id for verdict in verdicts) == sorted(one.id for one in history)
    assert fold.fold(list(reversed(history)), CALENDARS) == (state, verdicts)


def test_a_step_that_cannot_be_read_changes_nothing() -> None:
    first = step(Action.REGISTER, 0, "m0", 1, ())
    given_out = step(Action.DISPATCH, 1, "m0", 2, (first.id,))
    broken = step(Action.REASSIGN, 2, "m0", 3, (given_out.id,))._replace(data={"lead": "c"})
    before, _ = fold.fold([first, given_out], CALENDARS)
    state, verdicts = fold.fold([first, given_out, broken], CALENDARS)
    assert (state.parts, state.stage, state.conflicts) == (before.parts, before.stage, 1)
    assert (verdicts[-1].outcome, verdicts[-1].why) == (Outcome.VOID, fold.UNREADABLE)


def test_steps_that_claim_to_have_seen_each_other_are_kept() -> None:
    first = step(Action.REGISTER, 0, "m0", 1, ())
    pair = [step(Action.URGE, 1, "m0", 2, ("m10001",)), step(Action.URGE, 2, "m1", 1, ("m00002",))]
    assert [one.id for one in fold.in_order([*pair, first])] == [first.id, "m00002", "m10001"]
