"""出发前核对: what a laptop in a village cannot put right any more is said before it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import evidence
from db.actions import Action
from db.bundle import checklist
from db.bundle.checklist import Item
from db.journal import Act, record
from db.office import Office
from tests.bundle.conftest import World, attached, case_of, lend, open_one
from tests.db.conftest import MONDAY

DAY = 86_400


def looked_at(machine: Office, numbers: list[str], now: int = MONDAY, **how: object) -> dict[str, Item]:
    ids = [case_of(machine, one) for one in numbers]
    items = checklist.check(machine.writer, machine.home, machine.kind, ids, now, **how)  # type: ignore[arg-type]
    return {item.label: item for item in items}


def test_a_good_morning_has_nothing_to_mend(world: World, tmp_path: Path) -> None:
    number = open_one(world.office).number
    assert all(item.ok for item in looked_at(world.office, [number], folder=tmp_path).values())
    lend(world.office, world.anna, [number], tmp_path / "out")
    found = looked_at(world.anna, [number])
    assert [item.label for item in found.values() if not item.ok] == []
    assert found["事项"].said == "1 件"


def test_nothing_chosen_is_said(world: World) -> None:
    assert not looked_at(world.office, [])["事项"].ok
    assert "先收办公室的下乡包" in looked_at(world.anna, [])["事项"].mend


def test_a_confidential_case_is_counted_before_it_is_refused(world: World) -> None:
    number = open_one(world.office, confidential=True).number
    assert "其中保密 1 件" in looked_at(world.office, [number])["事项"].said


def test_files_that_are_not_here_are_missing(world: World, tmp_path: Path) -> None:
    number = open_one(world.office).number
    file = evidence.put(world.office.home, b"photo")
    note = Act(Action.VERIFY, {"method": "走访", "evidence": attached((file, 5))})
    record(world.office, case_of(world.office, number), note)
    assert looked_at(world.office, [number])["附件"].ok
    assert "不带" in looked_at(world.office, [number], with_evidence=False)["附件"].said
    lend(world.office, world.anna, [number], tmp_path / "out")
    found = looked_at(world.anna, [number])["附件"]
    assert not found.ok
    assert "缺 1 个" in found.said


def test_a_year_without_holidays_is_named(world: World) -> None:
    number = open_one(world.office).number
    world.office.writer.execute('UPDATE "case" SET due_at = due_at + ?', (200 * DAY,))
    found = looked_at(world.office, [number])["日历"]
    assert not found.ok
    assert "2027 年的放假安排未公布" in found.said


def test_a_full_disk_and_a_missing_stick_are_named(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not looked_at(world.office, [], folder=tmp_path / "没有插上")["空间"].ok
    monkeypatch.setattr(checklist, "ROOM_FOR_EVIDENCE", 1 << 60)
    assert "请腾出空间" in looked_at(world.anna, [])["空间"].mend


def test_a_laptop_behind_the_office_is_told_to_set_its_clock(world: World, tmp_path: Path) -> None:
    number = open_one(world.office).number
    assert not looked_at(world.anna, [])["时钟"].ok
    lend(world.office, world.anna, [number], tmp_path / "out")
    assert looked_at(world.anna, [number])["时钟"].ok
    assert not looked_at(world.anna, [number], MONDAY - DAY)["时钟"].ok


def test_a_draft_does_not_travel(world: World) -> None:
    world.anna.writer.execute(
        """INSERT INTO draft (id, form, case_id, title, data, started_at, saved_at)
        VALUES ('d', 'note', NULL, '核查', '{}', 0, 0)"""
    )
    assert "不会回传" in looked_at(world.anna, [])["草稿"].said
