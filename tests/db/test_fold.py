"""The fold: total, and the same on every machine that holds the same events."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from db import calendars, conflicts, fold, instants, lifecycle
from db.actions import Action
from db.ids import CLOCK_BITS, MAX_AHEAD_MS, tick, uuid7, witness
from db.rules import DeadlineRules, Limit
from db.state import Step, Verdict
from db.terms import Outcome

CALENDAR = calendars.packaged()
CALENDARS = {CALENDAR.revision: CALENDAR}
START = instants.at(2026, 11, 16, 9)

FILE = "ab" * 32
"""A SHA-256."""

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
    Action.VERIFY: {
        "method": "covert",
        "note": {"content": "n", "sha256": "h"},
        "evidence": [{"file": FILE, "size": 1, "content": "e", "sha256": "h"}],
    },
    Action.DETACH: {"file": FILE, "reason": "x"},
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


MACHINES = ("m0", "m1", "m2")

CHOICES: dict[Action, dict[str, tuple[object, ...]]] = {
    Action.DISPATCH: {"lead": ("a", "b"), "due": (None, START + 8 * 86_400)},
    Action.REASSIGN: {"lead": ("c", "d")},
    Action.REDO: {"due": (None, START + 30 * 86_400)},
    Action.EXTEND_GRANT: {"until": (START + 15 * 86_400, START + 16 * 86_400)},
    Action.CORRECT: {"value": (START + 9 * 86_400, START + 15 * 86_400)},
    Action.VERIFY: {"finding": ("true", "false", None), "handling": ("within", None)},
}
"""What different machines may say differently."""


@st.composite
def steps(draw: st.DrawFn, known: list[Step], machine: str, count: int, seq: int) -> Step:
    """A step that a machine writes upon all it knows; mostly one that its own door would let through."""
    seen = fold.heads(known)
    state, verdicts = fold.fold(known, CALENDARS)
    fitting = [one for one in lifecycle.RULES if lifecycle.why_not(state, one) is None]
    fitting += [Action.UNDO, Action.SETTLE] * 3
    later = fitting if draw(st.integers(0, 3)) else [one for one in Action if one is not Action.REGISTER]
    new = step(draw(st.sampled_from(later)), count, machine, seq, seen)
    for name, values in CHOICES.get(Action(new.action), {}).items():
        new.data[name] = draw(st.sampled_from(values))
    ids = sorted(one.id for one in known)
    if new.action == Action.UNDO:
        new.data["event"] = seen[0] if draw(st.integers(0, 4)) else draw(st.sampled_from(ids))
    if new.action == Action.SETTLE:
        new.data.update(draw(settlements(verdicts)))
    return new


@st.composite
def settlements(draw: st.DrawFn, verdicts: list[Verdict]) -> dict[str, object]:
    """The data of a 冲突处置: of something that is open, as the door completes it, or of anything."""
    open_now = conflicts.open_ones(verdicts)
    if not open_now:
        ids = sorted(one.step.id for one in verdicts)
        return {"events": draw(st.lists(st.sampled_from(ids))), "opinion": "x"}
    chosen = draw(st.sampled_from(open_now))
    keep = {"keep": draw(st.sampled_from(chosen.steps)).id} if chosen.keeps else {}
    return conflicts.completed({"events": sorted(chosen.ids), "opinion": "x", **keep}, verdicts)


@st.composite
def lives(draw: st.DrawFn, most: int = 14) -> list[tuple[str, list[Step]]]:
    """How three machines came to know one case: each entry is a machine and all that it knows from then.

    A machine writes a step upon all it knows, or is brought what another one knows.
    """
    shared = [step(Action.REGISTER, 0, "m0", 1, ())]
    for action in (Action.DISPATCH, Action.ACCEPT, Action.SUBMIT)[: draw(st.integers(0, 3))]:
        shared.append(step(action, len(shared), "m0", len(shared) + 1, (shared[-1].id,)))
    known: dict[str, list[Step]] = dict.fromkeys(MACHINES, shared)
    seqs, course = dict.fromkeys(MACHINES, len(shared)), [("m0", shared)]
    for count in range(len(shared), len(shared) + draw(st.integers(0, most))):
        machine = draw(st.sampled_from(MACHINES))
        if draw(st.integers(0, 2)):
            seqs[machine] += 1
            brought = [draw(steps(known[machine], machine, count, seqs[machine]))]
        else:
            brought = known[draw(st.sampled_from(MACHINES))]
        held = {one.id for one in known[machine]}
        known[machine] = known[machine] + [one for one in brought if one.id not in held]
        course.append((machine, known[machine]))
    return course


def everything(course: list[tuple[str, list[Step]]]) -> list[Step]:
    """Every step that was ever written."""
    return list({one.id: one for _machine, known in course for one in known}.values())


def histories() -> st.SearchStrategy[list[Step]]:
    """What three machines wrote about one case, each seeing its own steps and sometimes the others'."""
    return lives().map(everything)


@given(histories(), st.randoms())
@settings(max_examples=120, deadline=None)
def test_any_order_of_arrival_folds_to_the_same_case(history: list[Step], random: object) -> None:
    straight, verdicts = fold.fold(history, CALENDARS)
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again, same = fold.fold(shuffled, CALENDARS)
    assert straight == again
    assert [(v.step.id, v.outcome) for v in verdicts] == [(v.step.id, v.outcome) for v in same]
    assert len(verdicts) == len(history), "no event is dropped"


@given(histories())
@settings(max_examples=60, deadline=None)
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
        data: Any = {name: value for name, value in one.data.items() if draw(st.integers(0, 9))}
        for name in list(data):
            if name != "calendar" and not draw(st.integers(0, 9)):
                data[name] = draw(odd)
        action = one.action if draw(st.integers(0, 9)) else "petition"
        via = draw(st.sampled_from(["desk", "ledger"]))
        if not draw(st.integers(0, 19)):
            data = draw(odd)
        damaged.append(
            one._replace(data=data, action=action, via=via, at=draw(st.sampled_from([one.at, None])))
        )
    return damaged


@given(damaged_histories())
@settings(max_examples=200, deadline=None)
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
