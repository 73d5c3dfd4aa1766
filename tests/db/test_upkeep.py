"""The index is kept in order beside the work: never in its way, and without a change to any answer."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import Any

import pytest

from db import contents, search_index
from db.actions import Action
from db.connection import Connection, OfficeError, open_reader, open_writer, transaction
from db.index import choosing, columns, merging, pieces, pressing, waiting, writing
from db.journal import Act, open_case, record_batch
from db.keeping import doctor, reindex, upkeep
from db.office import Office
from db.search import find, keys_of

WORDS = "路灯不亮"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "PRESSED", 30)


@pytest.fixture
def in_many_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small blocks, each written by itself."""
    monkeypatch.setattr(columns, "BLOCK", 200)
    monkeypatch.setattr(merging, "SLICE", 1)


def _pieces(office: Office) -> int:
    row = office.writer.execute("SELECT count(*) FROM lookup_piece WHERE making IS NULL").fetchone()
    return int(row[0])


def _fill(office: Office, cases: int) -> None:
    for serial in range(cases):
        open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": f"{WORDS}{serial}"})])


def _press_by(office: Office, cases: int) -> None:
    while pressing.press(office.writer, cases):
        pass


def _refresh_all(office: Office) -> None:
    with transaction(office.writer):
        for case_id in list(find(office.writer, WORDS)):
            search_index.refresh(office.writer, case_id)


def test_idle_moments_press_what_waits_and_the_answers_stay(office: Office) -> None:
    _fill(office, 40)
    found = list(find(office.writer, WORDS))
    assert upkeep.tend(office.path, wanted=lambda: True)
    assert (waiting.count(office.writer), _pieces(office)) == (0, 1)
    assert list(find(office.writer, WORDS)) == found
    assert len(found) == 40


def test_few_that_wait_are_left_alone(office: Office) -> None:
    _fill(office, 10)
    assert upkeep.tend(office.path, wanted=lambda: True)
    assert (waiting.count(office.writer), _pieces(office)) == (10, 0)


def test_a_key_ends_it_and_somebody_who_writes_goes_first(office: Office) -> None:
    _fill(office, 40)
    assert not upkeep.tend(office.path, wanted=lambda: False)
    asked = iter([True, True])
    assert not upkeep.tend(office.path, wanted=lambda: next(asked, False))
    assert waiting.count(office.writer) == 40
    with closing(open_writer(office.path)) as other, transaction(other):
        assert not upkeep.tend(office.path, wanted=lambda: True)
    assert waiting.count(office.writer) == 40


def test_a_worker_that_cannot_says_why(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(office, 40)
    monkeypatch.setattr("db.vault.database_key", lambda home: b"x" * 32)
    with pytest.raises(OfficeError, match="快查索引没有整理好"):
        upkeep._beside(office.path, lambda: True)


def test_idle_moments_put_the_log_into_the_file(office: Office) -> None:
    _fill(office, 3)
    assert upkeep.tend(office.path, wanted=lambda: True)
    _, in_log, in_file = office.writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert in_log == in_file


def test_whoever_leaves_after_many_steps_presses_them(office: Office) -> None:
    _fill(office, 35)
    office.close()
    with closing(open_reader(office.path)) as connection:
        assert waiting.count(connection) == 0
        assert len(list(find(connection, WORDS))) == 35


def test_a_batch_presses_once_enough_wait(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "AT_ONCE", 50)
    acts = [Act(Action.REGISTER, {"kind": "诉求", "title": WORDS})]
    record_batch(office, [(None, acts)] * 40)
    assert waiting.count(office.writer) == 40
    record_batch(office, [(None, acts)] * 40)
    assert waiting.count(office.writer) < 50
    assert len(list(find(office.writer, WORDS))) == 80


def test_pieces_are_merged_and_what_they_leave_is_taken_away(office: Office) -> None:
    _fill(office, 40)
    _press_by(office, 5)
    found = list(find(office.writer, WORDS))
    assert merging.merge(office.writer)
    assert merging.sweep(office.writer)
    assert _pieces(office) == 1
    (left,) = office.writer.execute("SELECT count(DISTINCT piece) FROM lookup_block").fetchone()
    assert left == 1
    assert list(find(office.writer, WORDS)) == found
    assert not merging.merge(office.writer)


@pytest.mark.usefixtures("in_many_slices")
def test_whoever_writes_waits_for_a_slice_at_most(office: Office) -> None:
    _fill(office, 40)
    _press_by(office, 5)
    wrote: list[int] = []

    def write() -> bool:
        if len(wrote) < 3:
            wrote.append(open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": WORDS})]).case_id)
        return True

    with closing(open_writer(office.path)) as other:
        other.execute("PRAGMA busy_timeout=0")
        assert merging.merge(other, write)
    assert len(wrote) == 3
    assert len(list(find(office.writer, WORDS))) == 43


def test_what_changed_while_a_piece_was_made_has_left_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "SLICE", 1)
    _fill(office, 40)
    _press_by(office, 5)
    case_id = list(find(office.writer, WORDS))[17]

    def change() -> bool:
        if list(find(office.writer, "井盖")) != [case_id]:
            office.writer.execute("UPDATE \"case\" SET title = '井盖' WHERE id = ?", (case_id,))
            with transaction(office.writer):
                waiting.put(office.writer, case_id | 1 << 61, "井盖")
            pressing.press(office.writer)
        return True

    with closing(open_writer(office.path)) as other:
        assert merging.merge(other, change)
    assert list(find(office.writer, "井盖")) == [case_id]
    assert case_id not in list(find(office.writer, WORDS))


def test_a_maker_that_died_is_followed_by_another(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(office, 40)
    _press_by(office, 5)
    with transaction(office.writer):
        writing.begin(office.writer, [9, 8], int(time.time()))
    assert not merging.merge(office.writer), "somebody is at it"
    monkeypatch.setattr(merging, "DEAD", -1)
    assert merging.merge(office.writer)
    assert merging.sweep(office.writer)
    assert _pieces(office) == 1
    assert len(list(find(office.writer, WORDS))) == 40


@pytest.mark.usefixtures("in_many_slices")
def test_a_maker_taken_for_dead_gives_up(office: Office) -> None:
    _fill(office, 40)
    _press_by(office, 5)

    def vanish() -> bool:
        office.writer.execute("DELETE FROM lookup_piece WHERE making IS NOT NULL")
        return True

    with closing(open_writer(office.path)) as other:
        assert not merging.merge(other, vanish)
    assert len(list(find(office.writer, WORDS))) == 40
    assert merging.merge(office.writer)


def test_two_who_press_at_once_index_every_case_once(office: Office) -> None:
    _fill(office, 300)
    _press_by(office, 300)
    _refresh_all(office)

    def press() -> None:
        with closing(open_writer(office.path)) as connection:
            while pressing.press(connection, 20):
                pass

    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    found = list(find(office.writer, WORDS))
    assert len(found) == len(set(found)) == 300
    assert doctor.check(office.writer, office.calendars).sound


def test_what_two_pressed_from_the_same_rows_stands_once(office: Office) -> None:
    _fill(office, 20)
    _press_by(office, 20)
    _refresh_all(office)
    rows = waiting.oldest(office.writer, 100)
    lists = list(columns.blocks_of(columns.entries_of(waiting.texts_in_order(rows))))
    for _ in range(2):
        pressing.replace(office.writer, rows, lists)
    assert len(list(find(office.writer, WORDS))) == 20


def test_a_maker_taken_for_dead_after_its_last_slice_takes_nothing_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(office, 40)
    _press_by(office, 5)
    made = merging._make

    def late(connection: Connection, *rest: Any) -> bool:
        office.writer.execute("DELETE FROM lookup_piece WHERE making IS NOT NULL")
        return made(connection, *rest)

    monkeypatch.setattr(merging, "_make", late)
    with closing(open_writer(office.path)) as other:
        assert not merging.merge(other)
    assert len(list(find(office.writer, WORDS))) == 40


def test_an_index_made_anew_beside_a_maker_is_left_alone(office: Office) -> None:
    _fill(office, 40)
    _press_by(office, 5)

    def remade() -> bool:
        with transaction(office.writer):
            reindex.remake(office.writer)
        return True

    with closing(open_writer(office.path)) as other:
        assert not merging.merge(other, remade)
    found = list(find(office.writer, WORDS))
    assert len(found) == len(set(found)) == 40


def test_a_clock_that_was_ahead_stops_nothing(office: Office) -> None:
    _fill(office, 40)
    _press_by(office, 5)
    with transaction(office.writer):
        writing.begin(office.writer, [9, 8], int(time.time()) + 30 * 86_400)
    assert merging.merge(office.writer)


def test_a_piece_that_holds_erased_words_is_made_anew_at_once(office: Office) -> None:
    _fill(office, 40)
    body = open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": WORDS, "body": "要忘记的井盖"})])
    _press_by(office, 100)
    (content,) = office.writer.execute(
        "SELECT id FROM content WHERE case_id = ? AND kind = 'body'", (body.case_id,)
    ).fetchone()
    (piece,) = pieces.pieces_in(office.writer, pieces.EVERYWHERE)
    keys = keys_of(["井盖"])
    assert len(pieces.under(office.writer, piece, keys)) == 1
    with transaction(office.writer):
        contents.erase(office.writer, content, now=office.clock(), why="依申请删除")
    assert choosing.is_urgent(office.writer)
    office.close()
    with closing(open_reader(office.path)) as reader:
        made = pieces.pieces_in(reader, pieces.EVERYWHERE)
        assert all(not pieces.under(reader, each, keys) for each in made)
        (left,) = reader.execute("SELECT count(*) FROM lookup_block WHERE piece = ?", (piece.id,)).fetchone()
        assert left == 0
        assert len(list(find(reader, WORDS))) == 41


def test_closing_beside_somebody_who_writes_is_quiet(office: Office) -> None:
    _fill(office, 40)
    with closing(open_writer(office.path)) as other, transaction(other):
        office.close()
    with closing(open_reader(office.path)) as reader:
        assert len(list(find(reader, WORDS))) == 40


def test_a_piece_of_which_much_is_gone_is_made_anew(office: Office) -> None:
    _fill(office, 30)
    _press_by(office, 30)
    gone = list(find(office.writer, WORDS))[:20]
    with transaction(office.writer):
        waiting.drop(office.writer, [case_id | 1 << 61 for case_id in gone])
    pressing.press(office.writer)
    assert [piece.cases for piece in choosing.due(office.writer)] == [30]
    assert merging.merge(office.writer)
    assert [piece.cases for piece in pieces.pieces_in(office.writer, pieces.EVERYWHERE)] == [10]
    assert len(list(find(office.writer, WORDS))) == 10
