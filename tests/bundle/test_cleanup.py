"""A laptop forgets only what the office has said it holds, and then all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import drafts, evidence
from db.bundle import cleanup, pairing
from db.bundle.pack import pack_changes
from db.bundle.take import take
from db.connection import transaction
from db.errors import BundleRefused
from db.home import path_of
from db.keeping import doctor
from db.keeping.rebuild import rebuild
from db.office import Office
from tests.bundle.conftest import (
    World,
    attached,
    bring_back,
    case_of,
    lend,
    note,
    open_one,
    paired,
    sound,
    start,
    told,
)
from tests.db.conftest import MONDAY


def test_nothing_goes_before_the_receipt_is_read(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    assert [one.unsent for one in cleanup.clean(anna).kept] == [1]
    pack_changes(anna, paired(anna, office), tmp_path / "back")
    take(office, tmp_path / "back")
    assert cleanup.clean(anna).gone == []
    bring_back(anna, office, tmp_path / "again")
    assert [one.number for one in cleanup.clean(anna).gone] == [number]
    assert all(not rows for rows in told(anna).values())
    assert sound(office, anna)


def test_a_note_written_after_the_bundle_was_made_keeps_the_case(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number, other = open_one(office).number, open_one(office, "井盖").number
    lend(office, anna, [number, other], tmp_path / "out")
    note(anna, number)
    bring_back(anna, office, tmp_path / "back")
    note(anna, number, "又去了一次")
    done = cleanup.clean(anna)
    assert [one.number for one in done.gone] == [other]
    assert [(one.number, one.unsent) for one in done.kept] == [(number, 1)]
    assert told(anna)["case"] != []
    assert sound(anna)


def test_the_words_are_gone_from_the_disk(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office, "垃圾堆放在河边").number
    photo = evidence.put(office.home, b"photo of the river" * 9)
    note(office, number, evidence=attached((photo, 162)))
    lend(office, anna, [number], tmp_path / "out", with_evidence=True)
    note(anna, number, "渗滤液流入河道")
    bring_back(anna, office, tmp_path / "back")
    words = [word.encode() for word in ("垃圾堆放在河边", "渗滤液流入河道", "photo of the river")]
    assert any(word in _bytes_of(anna) for word in words)
    cleanup.clean(anna)
    left = _bytes_of(anna)
    assert [word.decode() for word in words if word in left] == []
    assert sound(anna)


def _bytes_of(machine: Office) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(machine.home.rglob("*")) if path.is_file())


def test_the_chain_goes_on_and_verifies_after_a_clean_up(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    bring_back(anna, office, tmp_path / "back")
    cleanup.clean(anna)
    own = open_one(anna, "井盖松动").number
    (first,) = anna.writer.execute("SELECT min(seq) FROM event").fetchone()
    assert first == 2
    assert sound(anna)
    rebuild(anna.writer, anna.calendars, anna.identity_secret)
    assert sound(anna)
    lend(office, anna, [number], tmp_path / "once_more")
    note(anna, number, "第二次下乡")
    assert sound(anna)
    bring_back(anna, office, tmp_path / "back2")
    assert told(anna) == told(office)
    assert own in {row[0] for row in office.writer.execute('SELECT number FROM "case"')}
    assert sound(office, anna)


def test_a_gap_that_no_signed_list_explains_is_found(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    bring_back(anna, office, tmp_path / "back")
    cleanup.clean(anna)
    open_one(anna, "井盖松动")
    anna.writer.execute(
        "UPDATE bundle SET manifest = replace(manifest, '\"identities\":0', '\"identities\":1')"
    )
    found = [one.what for one in doctor.check(anna.writer, anna.calendars).findings]
    assert "所存清单的签名对不上" in found
    assert any("前面缺" in what for what in found)


def test_an_event_from_elsewhere_must_stand_in_a_signed_list(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    assert sound(anna)
    anna.writer.execute("DELETE FROM bundle_case")
    anna.writer.execute("DELETE FROM bundle")
    found = [one.what for one in doctor.check(anna.writer, anna.calendars).findings]
    assert set(found) == {"来自别的电脑，却不在任何一个签过名的下乡包里"}


def test_a_draft_keeps_its_case_unless_it_is_given_up(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    draft = drafts.Draft("1" * 32, "note", case_of(anna, number), "核查记录", {"a": 1}, MONDAY, MONDAY)
    drafts.save(path_of(anna.home), draft)
    assert [one.drafts for one in cleanup.clean(anna).kept] == [("核查记录",)]
    assert len(cleanup.clean(anna, force=True).gone) == 1
    assert drafts.unfinished(anna.writer) == []


def test_what_a_lost_office_acknowledged_does_not_count(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    bring_back(anna, office, tmp_path / "back")
    with transaction(anna.writer) as connection:
        pairing.end(connection, "督查办", MONDAY)
    assert cleanup.clean(anna).gone == []


def test_an_office_cleans_nothing(world: World) -> None:
    open_one(world.office)
    with pytest.raises(BundleRefused, match="永远保留"):
        cleanup.clean(world.office)


def test_evidence_without_a_receipt_keeps_its_case(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    photo = evidence.put(anna.home, b"photo")
    note(anna, number, evidence=attached((photo, 5)))
    aside = evidence.path_of(anna.home, photo).rename(tmp_path / "aside")
    packed = pack_changes(anna, paired(anna, office), tmp_path / "x")
    assert packed.missing == (photo,)
    bring_back(anna, office, tmp_path / "back")
    evidence.path_of(anna.home, photo).parent.mkdir(exist_ok=True)
    aside.rename(evidence.path_of(anna.home, photo))
    assert [one.unsent for one in cleanup.clean(anna).kept] == [1]
    packed = pack_changes(anna, paired(anna, office), tmp_path / "with")
    assert packed.manifest.evidence == [(photo, 5)]
    bring_back(anna, office, tmp_path / "back2")
    assert evidence.read(office.home, photo) == b"photo"
    assert len(cleanup.clean(anna).gone) == 1
    assert not evidence.has(anna.home, photo)


def test_a_copy_of_a_cleaned_laptop_is_sound_too(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    bring_back(anna, office, tmp_path / "back")
    cleanup.clean(anna)
    anna.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    moved = start(anna.home, tmp_path / "moved", "王五")
    open_one(moved, "井盖松动")
    assert sound(moved)
    moved.close()
