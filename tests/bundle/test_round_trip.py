"""Cases go along, records come back, and nothing is lost or taken twice."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from db import contents, evidence, instants, units
from db.actions import Action
from db.bundle import opening, receipt
from db.bundle.pack import pack_cases, pack_changes
from db.bundle.take import AlreadyTaken, take
from db.connection import transaction
from db.errors import BundleRefused, OfficeError
from db.journal import Act, open_case, record
from db.keeping.rebuild import rebuild
from db.office import Office
from db.reads import lookup
from db.rules import Kind, Limit
from db.terms import CopyKind
from tests.bundle.conftest import (
    WHO,
    World,
    attached,
    bring_back,
    case_of,
    lend,
    note,
    open_one,
    pair,
    paired,
    sound,
    start,
    told,
)
from tests.db.conftest import MONDAY, RULES


def found(machine: Office, text: str) -> list[str]:
    return [row.number for row in lookup.search(machine.writer, text, now=MONDAY).hits]


def test_a_case_reads_alike_on_the_laptop_and_the_note_comes_home(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    taken = lend(office, anna, [number], tmp_path / "out")
    assert (len(taken.cases), taken.new, taken.known) == (1, 3, 0)
    assert told(anna) == told(office)
    assert found(anna, "老街口") == [number]
    note(anna, number, "井盖松动")
    back = bring_back(anna, office, tmp_path / "back")
    assert (back.new, back.known, back.marks, back.conflicts) == (1, 3, [], [])
    assert told(anna) == told(office)
    assert found(office, "井盖松动") == [number]
    assert sound(office, anna)


def test_two_people_on_one_case_and_both_notes_stand(world: World, tmp_path: Path) -> None:
    office, anna, bert = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "a")
    lend(office, bert, [number], tmp_path / "b")
    note(anna, number, "甲看见")
    note(bert, number, "乙看见")
    note(office, number, "本台电话问过")
    bring_back(bert, office, tmp_path / "bb")
    bring_back(anna, office, tmp_path / "aa")
    assert office.writer.execute('SELECT notes FROM "case"').fetchone() == (3,)
    lend(office, anna, [number], tmp_path / "a2")
    lend(office, bert, [number], tmp_path / "b2")
    assert told(anna) == told(bert) == told(office)
    assert sound(office, anna, bert)


def test_the_same_bundle_again_is_refused_with_its_date_and_changes_nothing(
    world: World, tmp_path: Path
) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    before = told(anna)
    with pytest.raises(AlreadyTaken, match="2026-11-16 09:00 已收过"):
        take(anna, tmp_path / "out")
    note(anna, number)
    packed = pack_changes(anna, paired(anna, office), tmp_path / "back")
    take(office, tmp_path / "back")
    with pytest.raises(AlreadyTaken, match="--receipt"):
        take(office, tmp_path / "back")
    for name in ("r1", "r2"):
        receipt.write(office.writer, packed.manifest.envelope["id"], tmp_path / name)
    take(anna, tmp_path / "r1")
    with pytest.raises(AlreadyTaken):
        take(anna, tmp_path / "r2")
    assert before != told(anna) == told(office)


def test_a_case_registered_in_the_village_comes_home_with_who_reported_it(
    world: World, tmp_path: Path
) -> None:
    office, anna, _ = world
    number = open_one(anna, "井盖松动").number
    assert number.startswith(anna.device.prefix)
    bring_back(anna, office, tmp_path / "back")
    assert told(office) == told(anna)
    assert office.writer.execute("SELECT count(*) FROM submitter").fetchone() == (1,)
    assert sound(office, anna)


def test_nothing_new_is_not_sent_and_what_was_not_acknowledged_is_sent_again(
    world: World, tmp_path: Path
) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    with pytest.raises(BundleRefused, match="没有新的记录"):
        pack_changes(anna, paired(anna, office), tmp_path / "none")
    note(anna, number)
    pack_changes(anna, paired(anna, office), tmp_path / "lost")
    bring_back(anna, office, tmp_path / "second")
    with pytest.raises(BundleRefused, match="没有新的记录"):
        pack_changes(anna, paired(anna, office), tmp_path / "none")
    taken = take(office, tmp_path / "lost")
    assert (taken.new, taken.known) == (0, 4)


def identities_in(machine: Office, path: Path) -> str:
    read = opening.opened(machine.home, machine.writer, machine.device.id, machine.kind, path)
    return repr(read)


def test_who_reported_it_stays_behind_unless_there_is_a_reason(world: World, tmp_path: Path) -> None:
    office, anna, bert = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    carried = identities_in(anna, tmp_path / "out")
    assert not any(word in carried for word in WHO.values())
    assert anna.writer.execute("SELECT count(*) FROM submitter").fetchone() == (0,)
    assert office.writer.execute("SELECT count(*) FROM access_log").fetchone() == (0,)
    with pytest.raises(ValueError, match="理由"):
        pack_cases(office, paired(office, bert), [case_of(office, number)], tmp_path / "x", with_identity=" ")
    lend(office, bert, [number], tmp_path / "who", with_identity="须上门核实")
    assert "赵钱孙" in identities_in(bert, tmp_path / "who")
    assert bert.writer.execute("SELECT masked FROM submitter").fetchone() == ("赵** 138****5678",)
    assert office.writer.execute("SELECT what, reason FROM access_log").fetchall() == [
        ("反映人", "随下乡包带给赵六的笔记本：须上门核实")
    ]
    assert told(anna) == told(bert) == told(office)
    lend(office, anna, [number], tmp_path / "later", with_identity="须上门核实")
    assert anna.writer.execute("SELECT count(*) FROM submitter").fetchone() == (1,)
    note(anna, number)
    pack_changes(anna, paired(anna, office), tmp_path / "back")
    assert "赵钱孙" not in identities_in(office, tmp_path / "back")
    assert sound(office, anna, bert)


def test_a_confidential_case_goes_only_when_said_so(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office, confidential=True).number
    with pytest.raises(BundleRefused, match=f"保密件没有带出：{number}"):
        lend(office, anna, [number], tmp_path / "out")
    lend(office, anna, [number], tmp_path / "out", confidential=True)
    assert told(anna) == told(office)


def test_a_bundle_overwrites_nothing(world: World, tmp_path: Path) -> None:
    number = open_one(world.office).number
    (tmp_path / "out").write_bytes(b"what lay here")
    with pytest.raises(OfficeError, match="已有同名文件"):
        lend(world.office, world.anna, [number], tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"what lay here"


def test_a_forgotten_text_never_comes_back(world: World, tmp_path: Path) -> None:
    office, anna, bert = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "a")
    with transaction(office.writer) as connection:
        (body,) = connection.execute("SELECT id FROM content WHERE kind = 'body'").fetchone()
        contents.erase(connection, body, now=MONDAY, why="本人要求")
    note(anna, number)
    bring_back(anna, office, tmp_path / "back")
    assert office.writer.execute("SELECT text FROM content WHERE id = ?", (body,)).fetchone() == (None,)
    assert found(anna, "老街口") == [number]
    lend(office, anna, [number], tmp_path / "again")
    assert anna.writer.execute(
        "SELECT text, erased_at, erased_why FROM content WHERE id = ?", (body,)
    ).fetchone() == (None, MONDAY, "本人要求")
    assert found(anna, "老街口") == []
    lend(office, bert, [number], tmp_path / "b")
    assert told(office) == told(anna) == told(bert)
    assert sound(office, anna, bert)


def test_the_laptop_works_by_the_units_rules_and_calendar_of_the_office(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    with transaction(office.writer) as connection:
        gone = connection.execute("SELECT unit_id FROM unit_version WHERE name = '南坪街道'").fetchone()[0]
        heir = connection.execute("SELECT unit_id FROM unit_version WHERE name = '古南街道'").fetchone()[0]
        units.end(connection, gone, successor=heir, day=instants.day_of(MONDAY))
        units.add(connection, "城管局", under=heir - 1 if heir > 1 else heir)
    holidays = {instants.day_of(MONDAY): False}
    office.rules = dataclasses.replace(
        RULES, kinds=(*RULES.kinds, Kind("线索", Limit.parse("3工作日"))), calendar_days=holidays
    )
    with transaction(office.writer) as connection:
        office.work_by_taken(connection)
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    assert anna.rules == office.rules
    assert anna.calendar.revision == office.calendar.revision
    assert units.listing(anna.writer) == units.listing(office.writer)
    assert open_case(anna, [Act(Action.REGISTER, {"kind": "线索", "title": "新的一类"})])
    with Office.open(anna.home, RULES, "王五") as again:
        assert again.rules == office.rules
    bring_back(anna, office, tmp_path / "back")
    assert told(anna) == told(office)
    assert sound(office, anna)


def test_an_older_bundle_does_not_take_back_what_a_newer_one_said(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    first, second = open_one(office).number, open_one(office, "井盖松动").number
    pack_cases(office, paired(office, anna), [case_of(office, first)], tmp_path / "old")
    office.clock = lambda: MONDAY + 3600
    office.rules = dataclasses.replace(RULES, channels=("新渠道",))
    lend(office, anna, [second], tmp_path / "new")
    take(anna, tmp_path / "old")
    assert anna.rules.channels == ("新渠道",)
    assert told(anna) == told(office)


def test_evidence_goes_along_by_choice_and_always_comes_home(world: World, tmp_path: Path) -> None:
    office, anna, bert = world
    number = open_one(office).number
    photo, film = (evidence.put(office.home, data) for data in (b"photo" * 99, b"film"))
    files = attached((photo, 495), (film, 4))
    note(office, number, evidence=files)
    record(office, case_of(office, number), Act(Action.DETACH, {"file": film, "reason": "拍错了"}))
    lend(office, anna, [number], tmp_path / "without")
    assert not evidence.has(anna.home, photo)
    taken = lend(office, bert, [number], tmp_path / "with", with_evidence=True)
    assert taken.evidence == 1
    assert evidence.read(bert.home, photo) == b"photo" * 99
    assert not evidence.has(bert.home, film)
    other = evidence.put(bert.home, b"another")
    note(bert, number, evidence=attached((other, 7)))
    packed = pack_changes(bert, paired(bert, office), tmp_path / "back")
    assert packed.manifest.evidence == [(other, 7)]
    take(office, tmp_path / "back")
    assert evidence.read(office.home, other) == b"another"


def test_a_damaged_file_does_not_keep_the_records_from_home(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    photo = evidence.put(anna.home, b"photo")
    note(anna, number, evidence=attached((photo, 99)))
    evidence.path_of(anna.home, photo).write_bytes(b"spoil")
    packed = pack_changes(anna, paired(anna, office), tmp_path / "back")
    assert packed.missing == (photo,)
    assert take(office, tmp_path / "back").new == 1


def test_a_file_that_went_bad_at_the_office_is_made_good_by_the_bundle(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    photo = evidence.put(anna.home, b"photo")
    note(anna, number, evidence=attached((photo, 5)))
    take_changes(anna, office, tmp_path / "back")
    evidence.path_of(office.home, photo).write_bytes(b"spoil")
    bring_back(anna, office, tmp_path / "again")
    assert evidence.read(office.home, photo) == b"photo", "the receipt says that the office holds it"


def test_a_rehearsal_says_the_same_and_changes_nothing(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    pack_cases(office, paired(office, anna), [case_of(office, number)], tmp_path / "out")
    before = told(anna), dict(anna.writer.execute("SELECT name, value FROM setting"))
    rehearsed = take(anna, tmp_path / "out", dry_run=True)
    assert before == (told(anna), dict(anna.writer.execute("SELECT name, value FROM setting")))
    assert take(anna, tmp_path / "out") == rehearsed


def test_our_next_step_comes_after_what_was_read(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    anna.clock = lambda: MONDAY + 500
    theirs = note(anna, number)
    bring_back(anna, office, tmp_path / "back")
    ours = note(office, number)
    clocks = dict(office.writer.execute("SELECT id, hlc FROM event"))
    assert clocks[ours] > clocks[theirs]
    anna.clock = lambda: MONDAY + 86400
    ahead = note(anna, number)
    bring_back(anna, office, tmp_path / "ahead")
    later = note(office, number)
    clocks = dict(office.writer.execute("SELECT id, hlc FROM event"))
    assert clocks[later] < clocks[ahead]


def test_an_office_restored_from_an_old_backup_gets_back_what_it_lost(
    world: World, tmp_path: Path, templates: dict[CopyKind, Path]
) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    bring_back(anna, office, tmp_path / "back")
    bare = start(templates[office.kind], tmp_path / "restored", "张三")
    clash = open_one(bare, "别的事").number
    assert clash == number
    pair(bare, "新督查办", anna, "王五的笔记本")
    taken = take_changes(anna, bare, tmp_path / "lost")
    assert taken == 4
    shown = {row[0] for row in bare.writer.execute('SELECT number FROM "case"')}
    assert number in shown
    assert len(shown) == 2
    assert all(one.startswith(number) for one in shown)
    assert open_one(bare, "第三件").number not in shown
    for one in shown:
        written = note(bare, one)
        undone = record(bare, case_of(bare, one), Act(Action.UNDO, {"event": written}))
        assert undone.number == one
    assert sound(bare, anna)
    before = told(bare)
    rebuild(bare.writer, bare.calendars, bare.identity_secret)
    assert told(bare) == before
    assert sound(bare)
    bare.close()


def take_changes(laptop: Office, office: Office, path: Path) -> int:
    pack_changes(laptop, paired(laptop, office), path)
    return take(office, path).new
