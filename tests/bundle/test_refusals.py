"""A bundle that is not just what its sender made for us is refused with the reason, and changes nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from db import chain, evidence
from db.bundle import container, manifest, opening, pairing, receipt, records, signing
from db.bundle import take as take_module
from db.bundle.container import Envelope
from db.bundle.manifest import Manifest
from db.bundle.pack import pack_cases, pack_changes
from db.bundle.records import Records
from db.bundle.take import take
from db.connection import transaction
from db.device import secrets_of
from db.errors import BundleRefused
from db.office import Office
from tests.bundle.conftest import (
    World,
    attached,
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
from tests.db.conftest import MONDAY

ROOT = Path(__file__).resolve().parents[2]


def everything(machine: Office) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, and every file beside the database."""
    tables = [
        row[0]
        for row in machine.writer.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'lookup%'"
        )
    ]
    rows = {name: machine.writer.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    return rows | {"files": [(str(path),) for path in sorted(machine.home.rglob("*")) if path.is_file()]}


@pytest.fixture
def out(world: World, tmp_path: Path) -> Path:
    """A bundle for Anna with a photograph, not yet taken in."""
    office, anna, _ = world
    number = open_one(office).number
    photo = evidence.put(office.home, b"photo" * 40)
    note(office, number, evidence=attached((photo, 200)))
    path = tmp_path / "out"
    pack_cases(office, paired(office, anna), [case_of(office, number)], path, with_evidence=True)
    return path


def test_any_byte_that_is_changed_is_noticed(world: World, out: Path) -> None:
    whole, before = out.read_bytes(), everything(world.anna)
    places = {*range(0, 500, 4), *random.Random(1).sample(range(len(whole)), 120), len(whole) - 1}
    for at in sorted(places):
        changed = bytearray(whole)
        changed[at] ^= 1 << (at % 8)
        out.write_bytes(changed)
        with pytest.raises(BundleRefused):
            take(world.anna, out)
    assert everything(world.anna) == before
    out.write_bytes(whole)
    assert take(world.anna, out).new == 4


def test_a_bundle_that_is_cut_or_longer_is_refused(world: World, out: Path) -> None:
    whole, before = out.read_bytes(), everything(world.anna)
    ends = sorted({*random.Random(2).sample(range(len(whole)), 60), *_between_parts(whole)})
    for end in ends:
        out.write_bytes(whole[:end])
        with pytest.raises(BundleRefused):
            take(world.anna, out)
    out.write_bytes(whole + whole[-100:])
    with pytest.raises(BundleRefused):
        take(world.anna, out)
    assert everything(world.anna) == before


def _between_parts(whole: bytes) -> list[int]:
    """The ends of the envelope and of each part but the last."""
    at = whole.index(b"\n", len(container.MAGIC)) + 1
    ends = [at]
    while at < len(whole):
        at += 8 + int.from_bytes(whole[at : at + 8], "big")
        ends.append(at)
    return ends[:-1]


def test_parts_in_another_order_are_refused(world: World, out: Path) -> None:
    whole = out.read_bytes()
    first, second, third = _between_parts(whole)
    for swapped in (
        whole[:second] + whole[third:] + whole[second:third],
        whole[:first] + whole[second:third] + whole[first:second] + whole[third:],
        whole[:third] + whole[third:] * 2,
        whole[:second] + whole[third:],
    ):
        out.write_bytes(swapped)
        with pytest.raises(BundleRefused, match="改动过"):
            take(world.anna, out)


def test_a_part_of_another_bundle_is_refused(world: World, out: Path, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office, "井盖松动").number
    pack_cases(office, paired(office, anna), [case_of(office, number)], tmp_path / "other")
    whole, other = out.read_bytes(), (tmp_path / "other").read_bytes()
    _, second, third = _between_parts(whole)
    out.write_bytes(whole[:second] + other[_between_parts(other)[1] :] + whole[third:])
    with pytest.raises(BundleRefused, match="改动过"):
        take(anna, out)


def test_a_bundle_for_somebody_else_is_refused(world: World, out: Path) -> None:
    before = everything(world.bert)
    with pytest.raises(BundleRefused, match="给“王五的笔记本”的，不是给本机的"):
        take(world.bert, out)
    assert everything(world.bert) == before


def test_a_stranger_is_refused_and_so_is_a_lost_laptop(world: World, tmp_path: Path) -> None:
    office, anna, bert = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "a")
    lend(office, bert, [number], tmp_path / "b")
    note(anna, number)
    note(bert, number)
    pack_changes(anna, paired(anna, office), tmp_path / "aa")
    pack_changes(bert, paired(bert, office), tmp_path / "bb")
    with transaction(office.writer) as connection:
        pairing.end(connection, "王五的笔记本", MONDAY)
        connection.execute("UPDATE device SET paired_at = NULL WHERE id = ?", (bert.device.id,))
    before = everything(office)
    with pytest.raises(BundleRefused, match="配对已经终止"):
        take(office, tmp_path / "aa")
    with pytest.raises(BundleRefused, match="没有与本机配对"):
        take(office, tmp_path / "bb")
    assert everything(office) == before


def resealed(
    office: Office,
    to: Office,
    path: Path,
    change: Callable[[Manifest, Records], tuple[Manifest, Records]],
    *,
    honest: bool = True,
) -> None:
    """What a sender with the right keys, and a program of his own, might make of a bundle."""
    read = opening.opened(to.home, to.writer, to.device.id, to.kind, path)
    listed, carried = change(read.manifest, read.records)
    data = records.pack(carried)
    if honest:
        listed = listed._replace(records=manifest.digest(data))
    first, _ = manifest.signed(office.home, listed)
    with container.written(path, Envelope(**listed.envelope), to.device.recipient) as put:
        put(first)
        put(data)


@pytest.fixture
def plain(world: World, tmp_path: Path) -> Path:
    """A bundle for Anna without files."""
    office, anna, _ = world
    number = open_one(office).number
    pack_cases(office, paired(office, anna), [case_of(office, number)], tmp_path / "plain")
    return tmp_path / "plain"


def _other_title(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    first = carried.events[0]
    changed = first._replace(data=first.data.replace("路灯", "井盖"))
    return listed, carried._replace(events=[changed, *carried.events[1:]])


def _fewer(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    return listed, carried._replace(events=carried.events[:-1])


def _other_text(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    texts = [one._replace(text="别的") if one.kind == "body" else one for one in carried.contents]
    return listed, carried._replace(contents=texts)


def _no_text(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    return listed, carried._replace(contents=[])


def _other_count(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    return listed._replace(cases=[(uid, number, 9) for uid, number, _ in listed.cases]), carried


def _file_without_part(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    return listed._replace(evidence=[("0" * 64, 1)]), carried


def _another_receiver(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    return listed._replace(envelope=listed.envelope | {"receiver": "0" * 32}), carried


def _calendar(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    one = carried.calendars[0]
    return listed, carried._replace(calendars=[one._replace(days=one.days[1:])])


def _odd_unit(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    one = carried.units[0]
    return listed, carried._replace(units=[one._replace(versions=[[1, 2]])])


def _beyond_time(listed: Manifest, carried: Records) -> tuple[Manifest, Records]:
    last = carried.events[-1]._replace(recorded_at=1 << 60)
    return listed, carried._replace(events=[*carried.events[:-1], last])


@pytest.mark.parametrize(
    "change",
    [_other_title, _fewer, _other_text, _no_text, _other_count, _file_without_part, _another_receiver,
     _calendar, _odd_unit, _beyond_time],
)  # fmt: skip
def test_what_does_not_agree_with_itself_is_refused_though_it_is_signed(
    world: World, plain: Path, change: Callable[[Manifest, Records], tuple[Manifest, Records]]
) -> None:
    office, anna, _ = world
    resealed(office, anna, plain, change)
    before = everything(anna)
    with pytest.raises(BundleRefused):
        take(anna, plain)
    assert everything(anna) == before


def test_records_that_unpack_to_more_than_fits_are_refused(
    world: World, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(world.anna)
    monkeypatch.setattr(records, "LARGEST", 1000)
    with pytest.raises(BundleRefused, match="改动过"):
        take(world.anna, plain)
    assert everything(world.anna) == before


def test_another_list_under_the_old_signature_is_refused(world: World, plain: Path) -> None:
    anna = world.anna
    read = opening.opened(anna.home, anna.writer, anna.device.id, anna.kind, plain)
    said = read.manifest._replace(identities=7).said().encode()
    with container.written(plain, read.envelope, anna.device.recipient) as put:
        put(bytes.fromhex(read.signature) + said)
        put(records.pack(read.records))
    with pytest.raises(BundleRefused, match="改动过"):
        take(anna, plain)
    with container.written(plain, read.envelope, anna.device.recipient) as put:
        put(bytes.fromhex(signing.sign(anna.home, said)) + said)
        put(records.pack(read.records))
    with pytest.raises(BundleRefused, match="改动过"):
        take(anna, plain)


def test_a_bundle_cannot_be_handed_on_under_the_senders_name(world: World, plain: Path) -> None:
    """Anna seals what the office made for her to Bert: the office did not sign that."""
    _, anna, bert = world
    read = opening.opened(anna.home, anna.writer, anna.device.id, anna.kind, plain)
    handed = read.envelope._replace(receiver=bert.device.id)
    said = read.manifest.said().encode()
    with container.written(plain, handed, bert.device.recipient) as put:
        put(bytes.fromhex(read.signature) + said)
        put(records.pack(read.records))
    with pytest.raises(BundleRefused, match="改动过"):
        take(bert, plain)


def test_a_bundle_of_a_later_version_says_so(world: World, plain: Path) -> None:
    office, anna, _ = world
    resealed(office, anna, plain, lambda listed, carried: (listed._replace(schema=99), carried))
    with pytest.raises(BundleRefused, match="更新的版本"):
        take(anna, plain)


def test_a_bundle_of_a_day_to_come_is_refused_so_that_its_word_does_not_stand_over_later_ones(
    world: World, tmp_path: Path
) -> None:
    office, anna, _ = world
    number, today = open_one(office).number, office.clock()
    office.clock = lambda: today + 400 * 86_400
    pack_cases(office, paired(office, anna), [case_of(office, number)], tmp_path / "ahead")
    before = everything(anna)
    with pytest.raises(BundleRefused, match="时钟"):
        take(anna, tmp_path / "ahead")
    assert everything(anna) == before
    office.clock = lambda: today + 8 * 3600
    lend(office, anna, [number], tmp_path / "near")


def test_only_the_machine_it_is_meant_for_takes_a_kind_of_bundle(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    with pytest.raises(BundleRefused, match="由办公室做给"):
        pack_cases(anna, paired(anna, office), [1], tmp_path / "x")
    with pytest.raises(BundleRefused, match="由外勤副本做给"):
        pack_changes(office, paired(office, anna), tmp_path / "x")
    with pytest.raises(BundleRefused, match="没有选中"):
        pack_cases(office, paired(office, anna), [], tmp_path / "x")
    pack_cases(office, paired(office, anna), [case_of(office, number)], tmp_path / "out")
    resealed(
        office, anna, tmp_path / "out",
        lambda listed, carried: (listed._replace(envelope=listed.envelope | {"kind": "changes"}), carried),
    )  # fmt: skip
    with pytest.raises(BundleRefused, match="由办公室来收"):
        take(anna, tmp_path / "out")


def test_the_same_event_with_another_content_is_refused(world: World, tmp_path: Path) -> None:
    """Somebody changed the journal on the laptop and hashed all of it anew."""
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    previous = chain.GENESIS
    for row in anna.writer.execute(
        "SELECT id, action, replace(data, '路灯', '井盖'), by, party, via, at, recorded_at, hlc, device, seq,"
        "seen, case_uid FROM event WHERE device = ? ORDER BY seq",
        (office.device.id,),
    ).fetchall():
        digest = chain.event_hash(chain.read_step(row[:12]), row[12], row[2], previous)
        anna.writer.execute(
            "UPDATE event SET data = ?, prev_hash = ?, hash = ? WHERE id = ?",
            (row[2], previous, digest, row[0]),
        )
        previous = digest
    before = everything(office)
    pack_changes(anna, paired(anna, office), tmp_path / "back")
    with pytest.raises(BundleRefused, match="与本库的同一条不一样"):
        take(office, tmp_path / "back")
    assert everything(office) == before


def test_a_receipt_for_what_was_not_sent_acknowledges_nothing(world: World, tmp_path: Path) -> None:
    office, anna, bert = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    packed = pack_changes(anna, paired(anna, office), tmp_path / "back")
    take(office, tmp_path / "back")
    receipt.write(office.writer, packed.manifest.envelope["id"], tmp_path / "r")
    with pytest.raises(BundleRefused, match="不是给本机的"):
        take(bert, tmp_path / "r")
    changes: list[dict[str, object]] = [{"bundle": "0" * 32}, {"new": []}, {"what": 1}]
    for change in changes:
        read = opening.opened(anna.home, anna.writer, anna.device.id, anna.kind, tmp_path / "r")
        told_ = read.manifest._replace(receipt=read.manifest.receipt | change)
        first, _ = manifest.signed(office.home, told_)
        with container.written(tmp_path / "forged", read.envelope, anna.device.recipient) as put:
            put(first)
        with pytest.raises(BundleRefused, match="回执"):
            take(anna, tmp_path / "forged")
    assert anna.writer.execute("SELECT count(*) FROM bundle WHERE acknowledged_at").fetchone() == (0,)
    take(anna, tmp_path / "r")
    assert anna.writer.execute("SELECT count(*) FROM bundle WHERE acknowledged_at").fetchone() == (1,)


@pytest.mark.parametrize("where", ["_told", "_marks", "receipt.prepare"])
def test_a_break_between_checking_and_the_end_leaves_the_office_as_it_was(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    photo = evidence.put(anna.home, b"photo")
    note(anna, number, evidence=attached((photo, 5)))
    pack_changes(anna, paired(anna, office), tmp_path / "back")
    before = everything(office)

    def broken_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    owner, _, name = where.rpartition(".")
    with monkeypatch.context() as patched:
        patched.setattr(getattr(take_module, owner) if owner else take_module, name, broken_off)
        with pytest.raises(KeyboardInterrupt):
            take(office, tmp_path / "back")
    assert everything(office) | {"files": []} == before | {"files": []}
    assert not evidence.has(office.home, photo)
    assert take(office, tmp_path / "back").new == 1
    assert sound(office, anna)


KILLED = """
import os, signal, sys
from pathlib import Path
from db.bundle import receipt, take
from db.office import Office
from tests.db.conftest import RULES

receipt.prepare = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with Office.open(Path(sys.argv[1]), RULES, "张三") as office:
    take.take(office, Path(sys.argv[2]))
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_killed_before_the_end_the_office_is_as_it_was(world: World, tmp_path: Path) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    pack_changes(anna, paired(anna, office), tmp_path / "back")
    before = told(office)
    argv = [sys.executable, "-c", KILLED, str(office.home), str(tmp_path / "back")]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert told(office) == before
    assert sound(office)
    assert take(office, tmp_path / "back").new == 1
    assert told(office) == told(anna)


def test_nothing_of_a_case_can_be_read_on_the_outside(world: World, out: Path) -> None:
    whole = out.read_bytes()
    for word in ("路灯", "老街口", "2026-000001", "赵钱孙", "photo"):
        assert word.encode() not in whole
    with pytest.raises(zlib.error):
        zlib.decompress(whole)
    line = json.loads(whole.splitlines()[1])
    assert set(line) == set(Envelope._fields)
    assert secrets_of(world.anna.home).identity.encode() not in whole


def test_a_machine_that_moved_is_paired_anew_and_still_brings_its_records(
    world: World, tmp_path: Path
) -> None:
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    note(anna, number)
    moved = start(anna.home, tmp_path / "moved", "王五")
    pair(office, "督查办", moved, "王五的新电脑")
    pack_changes(moved, paired(moved, office), tmp_path / "back")
    assert take(office, tmp_path / "back").new == 1
    assert told(office) == told(moved)
    assert sound(office, moved)
    moved.close()
