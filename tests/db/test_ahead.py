"""Batches composed one ahead in a process of their own: the same journal, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest

from db import bulk, search, units
from db.actions import Action
from db.connection import open_writer
from db.journal import Act, NotAllowed, Recorded, Work, open_case, record_batches
from db.keeping.doctor import check
from db.office import Office
from tests.db.conftest import RULES

BATCHES, CASES = 6, 20


@pytest.fixture(autouse=True)
def _always_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "WORTH_A_PROCESS", 1)


def batch(turn: int) -> list[Work]:
    """New cases, each with words of its own, some of the same second."""
    return [
        (None, [Act(Action.REGISTER, {"kind": "诉求", "title": f"路灯{turn}-{place}号不亮"})])
        for place in range(CASES)
    ]


def written(office: Office, batches: Iterator[Sequence[Work]]) -> list[Recorded]:
    return [one for done in record_batches(office, batches, BATCHES * CASES) for one in done]


def sound(office: Office) -> bool:
    """Whether the doctor finds nothing: chain, fold, counts, index."""
    return not check(office.writer, office.calendars).findings


def test_all_are_written_in_their_order(office: Office) -> None:
    done = written(office, map(batch, range(BATCHES)))
    assert [one.number for one in done] == sorted({one.number for one in done})
    assert [one.case_id for one in done] == sorted({one.case_id for one in done})
    assert len(done) == BATCHES * CASES
    assert len(list(search.find(office.writer, "路灯5-19号"))) == 1
    assert sound(office)


def test_what_a_colleague_writes_meanwhile_is_not_lost(office: Office) -> None:
    with Office.open(office.home, RULES, "李四") as colleague:

        def batches() -> Iterator[Sequence[Work]]:
            for turn in range(BATCHES):
                yield batch(turn)
                if turn % 2:
                    open_case(colleague, [Act(Action.REGISTER, {"kind": "诉求", "title": f"水管{turn}"})])

        done = written(office, batches())
    numbers = {number for (number,) in office.writer.execute('SELECT number FROM "case"')}
    assert len(numbers) == BATCHES * CASES + BATCHES // 2
    assert numbers >= {one.number for one in done}
    assert sound(office)


def test_steps_on_known_cases_stand_between(office: Office) -> None:
    first = open_case(office, batch(0)[0][1])
    mixed: list[Work] = [*batch(1), (first.case_id, [Act(Action.WITHDRAW, {"reason": "重复"})])]
    done = written(office, iter([batch(2), mixed, batch(3), batch(4)]))
    assert len({one.number for one in done}) == 4 * CASES + 1
    assert sound(office)


def test_a_batch_that_is_refused_leaves_those_before(office: Office) -> None:
    refused: list[Work] = [*batch(2), (None, [Act(Action.APPROVE)])]
    with pytest.raises(NotAllowed):
        written(office, iter([batch(0), batch(1), refused, batch(3)]))
    (count,) = office.writer.execute('SELECT count(*) FROM "case"').fetchone()
    assert count == 2 * CASES
    assert sound(office)


def test_a_unit_that_a_colleague_ended_meanwhile_gets_no_more_cases(
    office: Office, uid: Callable[[str], str]
) -> None:
    unit = uid("南坪街道")
    sent: list[Work] = [(None, [*acts, Act(Action.DISPATCH, {"lead": unit})]) for _, acts in batch(0)]
    with closing(open_writer(office.path)) as elsewhere:

        def batches() -> Iterator[Sequence[Work]]:
            yield from (sent, sent)
            (unit_id,) = elsewhere.execute("SELECT id FROM unit WHERE uid = ?", (unit,)).fetchone()
            units.end(elsewhere, unit_id)
            yield from (sent, sent)

        with pytest.raises(ValueError, match="已撤销"):
            written(office, batches())
    assert sound(office)
