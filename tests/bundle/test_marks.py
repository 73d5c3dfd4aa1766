"""An inspector who left, a unit that ended, a wrong clock: taken in all the same, and marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import field_clock, instants, units
from db.actions import Action
from db.bundle.pack import pack_changes
from db.bundle.take import Taken, take
from db.connection import transaction
from db.field_clock import Clock
from db.journal import Act, record
from db.office import Office
from db.reads.desk import safety
from db.terms import MarkKind, Via
from tests.bundle.conftest import (
    World,
    bring_back,
    case_of,
    lend,
    note,
    open_one,
    paired,
    sound,
    told,
    uid_of,
)
from tests.db.conftest import MONDAY

HOUR = 3600


class Watch:
    """The clocks of a laptop: a wall clock that may be set, and the time since it was switched on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, laptop: Office) -> None:
        self.boot, self.elapsed, self.wall = "a" * 32, 1_000_000, MONDAY
        monkeypatch.setattr(field_clock, "_boot", lambda: self.boot)
        monkeypatch.setattr(field_clock, "_elapsed", lambda: self.elapsed)
        laptop.clock = lambda: self.wall

    def wait(self, seconds: int) -> None:
        self.wall += seconds
        self.elapsed += seconds * 1000

    def restart(self, name: str) -> None:
        self.boot, self.elapsed = name * 32, 5_000


@pytest.fixture
def watch(world: World, monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch, world.anna)


def brought(world: World, path: Path, at: int) -> Taken:
    """Anna's records come home at an instant of the office's clock."""
    world.office.clock = lambda: at
    pack_changes(world.anna, paired(world.anna, world.office), path)
    return take(world.office, path)


def kinds(taken: Taken) -> list[MarkKind]:
    return [one.kind for one in taken.marks]


def test_an_inspector_who_left_or_is_not_known_is_taken_in_and_marked(world: World, tmp_path: Path) -> None:
    office, anna, bert = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "a")
    lend(office, bert, [number], tmp_path / "b")
    office.writer.execute("UPDATE officer SET left_on = '2026-11-01' WHERE name = '王五'")
    office.writer.execute("DELETE FROM officer WHERE name = '赵六'")
    note(anna, number)
    note(bert, number)
    left, unknown = bring_back(anna, office, tmp_path / "aa"), bring_back(bert, office, tmp_path / "bb")
    assert [(one.kind, one.detail) for one in left.marks] == [
        (MarkKind.OFFICER_LEFT, "“王五”已于 2026-11-01 离岗")
    ]
    assert kinds(unknown) == [MarkKind.OFFICER_UNKNOWN]
    assert office.writer.execute('SELECT notes FROM "case"').fetchone() == (2,)
    assert office.writer.execute("SELECT count(*) FROM mark").fetchone() == (2,)
    assert sound(office, anna, bert)


def test_an_act_for_a_unit_that_ended_meanwhile_is_taken_in_and_marked(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    record(
        anna, case_of(anna, number),
        Act(Action.PROGRESS, {"text": "已派人"}, party=uid_of(anna, "古南街道"), via=Via.PHONE),
    )  # fmt: skip
    with transaction(office.writer) as connection:
        unit, heir = (
            connection.execute("SELECT unit_id FROM unit_version WHERE name = ?", (name,)).fetchone()[0]
            for name in ("古南街道", "南坪街道")
        )
        units.end(connection, unit, successor=heir, day=instants.day_of(MONDAY))
    taken = bring_back(anna, office, tmp_path / "back")
    assert [(one.kind, one.detail) for one in taken.marks] == [
        (MarkKind.UNIT_ENDED, "“古南街道”已于 2026-11-16 撤销")
    ]
    lend(office, anna, [number], tmp_path / "again")
    assert told(anna) == told(office)
    assert sound(office, anna)


def test_a_unit_that_only_the_laptop_knew_comes_with_the_record(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    with transaction(anna.writer) as connection:
        (above,) = connection.execute("SELECT unit_id FROM unit_version WHERE name = '綦江区'").fetchone()
        units.add(connection, "河道管理所", under=above)
    number = open_one(anna, "河边垃圾", subject_unit=uid_of(anna, "河道管理所")).number
    taken = bring_back(anna, office, tmp_path / "back")
    assert kinds(taken) == [MarkKind.UNIT_UNKNOWN]
    assert "河道管理所" in taken.marks[0].detail
    assert told(office) == told(anna)
    assert number in {row[0] for row in office.writer.execute('SELECT number FROM "case"')}
    assert sound(office, anna)


def test_a_right_clock_is_not_marked_however_long_it_lay(world: World, watch: Watch, tmp_path: Path) -> None:
    number = open_one(world.office).number
    lend(world.office, world.anna, [number], tmp_path / "out")
    for boot in ("b", "c"):
        watch.wait(20 * HOUR)
        note(world.anna, number)
        watch.restart(boot)
    watch.wait(3 * HOUR)
    note(world.anna, number)
    assert brought(world, tmp_path / "back", watch.wall + 50 * HOUR).marks == []


def test_a_clock_set_back_is_taken_in_and_marked_with_what_it_must_have_been(
    world: World, watch: Watch, tmp_path: Path
) -> None:
    number = open_one(world.office).number
    lend(world.office, world.anna, [number], tmp_path / "out")
    watch.wait(2 * HOUR)
    watch.wall -= 72 * HOUR
    note(world.anna, number)
    watch.wait(HOUR)
    assert safety(world.anna.writer).clock_set_back(watch.wall)
    assert safety(world.anna.writer).office_time == MONDAY + 3 * HOUR
    taken = brought(world, tmp_path / "back", MONDAY + 3 * HOUR)
    assert [(one.kind, one.detail) for one in taken.marks] == [
        (MarkKind.CLOCK, "外勤时钟不准：自称 2026-11-13 11:00，按对时推算 2026-11-16 11:00")
    ]
    assert world.office.writer.execute('SELECT notes FROM "case"').fetchone() == (1,)
    assert told(world.anna) == told(world.office)


def test_a_clock_ahead_is_marked_and_does_not_make_the_office_doubt_its_own(
    world: World, watch: Watch, tmp_path: Path
) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    watch.wait(HOUR)
    watch.wall += 48 * HOUR
    note(anna, number)
    watch.restart("d")
    taken = brought(world, tmp_path / "back", MONDAY + 5 * HOUR)
    assert [(one.kind, one.detail) for one in taken.marks] == [
        (
            MarkKind.CLOCK,
            "外勤时钟不准：自称 2026-11-18 10:00，按对时推算 2026-11-16 10:00 至 2026-11-16 14:00 之间",
        )
    ]
    assert not safety(office.writer).clock_set_back(MONDAY + 5 * HOUR)
    assert sound(office, anna)


def test_after_a_restart_the_office_time_still_bounds_from_below(
    world: World, watch: Watch, tmp_path: Path
) -> None:
    number = open_one(world.office).number
    lend(world.office, world.anna, [number], tmp_path / "out")
    watch.restart("e")
    watch.wall -= 30 * 24 * HOUR
    note(world.anna, number)
    assert kinds(brought(world, tmp_path / "back", MONDAY + 5 * HOUR)) == [MarkKind.CLOCK]


def test_trusted_time_only_ever_rises(world: World, watch: Watch) -> None:
    connection = world.anna.writer
    for told_, expected in ((MONDAY, MONDAY), (MONDAY - HOUR, MONDAY), (MONDAY + HOUR, MONDAY + HOUR)):
        with transaction(connection):
            field_clock.trust(connection, told_)
        assert field_clock.now(connection).earliest == expected
    watch.wait(HOUR)
    assert field_clock.now(connection).earliest == MONDAY + 2 * HOUR
    watch.restart("f")
    assert field_clock.now(connection).earliest == MONDAY + HOUR


def test_an_office_stamps_no_clock_and_odd_ones_are_not_read(world: World) -> None:
    number = open_one(world.office).number
    note(world.office, number)
    assert world.office.writer.execute("SELECT count(*) FROM event WHERE data LIKE '%clock%'").fetchone() == (
        0,
    )
    open_one(world.anna)
    rows = world.anna.writer.execute("SELECT data -> '$.clock' FROM event").fetchall()
    assert all(row[0] is not None for row in rows)
    for odd in (None, [], ["x"], [1, 2], ["a", "b"], ["a", 1, "c", "d", 2], {"a": 1}, 7):
        assert field_clock.read(odd) is None
    assert field_clock.read(["a", 1]) == Clock("a", 1)
