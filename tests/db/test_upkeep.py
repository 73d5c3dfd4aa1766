"""The index is kept in order beside the work: never in its way, and without a change to any answer."""

from __future__ import annotations

from contextlib import closing

from db.actions import Action
from db.connection import open_writer, transaction
from db.journal import Act, open_case
from db.keeping import upkeep
from db.office import Office
from db.search import find

WORDS = "路灯不亮"


def _pieces(office: Office) -> int:
    """How many pieces the index is made of, by the pages that begin one."""
    row = office.writer.execute("SELECT count(DISTINCT segid) FROM lookup_idx").fetchone()
    return int(row[0])


def _fill(office: Office, cases: int) -> None:
    for serial in range(cases):
        open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": f"{WORDS}{serial}"})])


def test_idle_moments_leave_few_pieces_and_the_same_answers(office: Office) -> None:
    _fill(office, 40)
    before, found = _pieces(office), list(find(office.writer, WORDS))
    assert upkeep.tend(office.path, wanted=lambda: True)
    assert _pieces(office) < before
    assert list(find(office.writer, WORDS)) == found
    assert len(found) == 40


def test_a_key_ends_it_and_somebody_who_writes_goes_first(office: Office) -> None:
    _fill(office, 15)
    before = _pieces(office)
    assert not upkeep.tend(office.path, wanted=lambda: False)
    with closing(open_writer(office.path)) as other, transaction(other):
        assert not upkeep.tend(office.path, wanted=lambda: True)
    assert _pieces(office) == before


def test_idle_moments_put_the_log_into_the_file(office: Office) -> None:
    _fill(office, 3)
    assert upkeep.tend(office.path, wanted=lambda: True)
    _, in_log, in_file = office.writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert in_log == in_file


def test_whoever_leaves_after_a_step_pays_for_it(office: Office) -> None:
    _fill(office, 15)
    before = _pieces(office)
    office.close()
    with closing(open_writer(office.path)) as connection:
        row = connection.execute("SELECT count(DISTINCT segid) FROM lookup_idx").fetchone()
    assert row[0] < before


def test_a_save_after_bulk_work_merges_nothing_by_itself(office: Office) -> None:
    _fill(office, 20)  # More pieces than FTS5 would leave alone.
    assert _pieces(office) >= 20
