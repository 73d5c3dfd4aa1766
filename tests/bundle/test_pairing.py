"""Two machines get to know each other; nobody slips in between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db.bundle import card, pairing
from db.connection import transaction
from db.errors import BundleRefused
from db.terms import CopyKind
from tests.bundle.conftest import World, card_of, start
from tests.db.conftest import MONDAY


def add(world: World, theirs: card.Card) -> None:
    with transaction(world.office.writer) as connection:
        pairing.add(connection, world.office.device, world.office.kind, theirs, MONDAY)


def test_a_card_says_the_same_at_both_ends_every_time(world: World, tmp_path: Path) -> None:
    own = card_of(world.anna, "王五的笔记本")
    card.write(world.anna.home, own, tmp_path / "anna.card")
    read = card.read(tmp_path / "anna.card")
    assert read == own == card_of(world.anna, "王五的笔记本")
    assert card.code(read) == card.code(own)
    assert card.same_code(card.code(own).replace(" ", "-"), card.code(read))
    assert len(card.code(own).replace(" ", "")) == 12


def test_another_machine_under_the_same_name_has_another_code(world: World) -> None:
    assert card.code(card_of(world.anna, "甲")) != card.code(card_of(world.bert, "甲"))


@pytest.mark.parametrize("field", [*card.Card._fields, "signature"])
def test_a_changed_card_is_refused(world: World, tmp_path: Path, field: str) -> None:
    path = tmp_path / "anna.card"
    card.write(world.anna.home, card_of(world.anna, "王五的笔记本"), path)
    told = json.loads(path.read_text("utf-8"))
    other = json.loads(json.dumps(told))
    other[field] = "field" if field == "kind" else told[field][:-1] + ("0" if told[field][-1] != "0" else "1")
    if field == "kind":
        other[field] = "office"
    path.write_text(json.dumps(other), encoding="utf-8")
    with pytest.raises(BundleRefused, match="名片"):
        card.read(path)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"duban": 1}', "不是", '{"duban": "duban-card"}', "[" * 9000]
)
def test_what_is_no_card_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_text(text, encoding="utf-8")
    with pytest.raises(BundleRefused, match="不是配对名片"):
        card.read(tmp_path / "x")


def test_a_card_of_a_later_version_says_so(world: World, tmp_path: Path) -> None:
    path = tmp_path / "anna.card"
    card.write(world.anna.home, card_of(world.anna, "王五的笔记本"), path)
    path.write_text(path.read_text("utf-8").replace('"format": 1', '"format": 2'), encoding="utf-8")
    with pytest.raises(BundleRefused, match="更新的版本"):
        card.read(path)


def test_an_office_pairs_with_field_copies_only_and_never_with_itself(world: World) -> None:
    own = card_of(world.office, "督查办")
    with pytest.raises(BundleRefused, match="本机自己"):
        add(world, own)
    with pytest.raises(BundleRefused, match="不用配对"):
        add(world, own._replace(id="0" * 32))


def test_a_prefix_or_a_name_that_is_taken_is_refused(world: World) -> None:
    theirs = card_of(world.anna, "王五的笔记本")
    with pytest.raises(BundleRefused, match="编号前缀"):
        add(world, theirs._replace(id="0" * 32, name="新的"))
    with pytest.raises(BundleRefused, match="另起名称"):
        add(world, theirs._replace(id="0" * 32, prefix="XXXX-"))
    with pytest.raises(BundleRefused, match="密钥与以前的不同"):
        add(world, theirs._replace(public_key="0" * 64))


def test_a_lost_laptop_is_out_until_it_is_paired_again(world: World) -> None:
    connection = world.office.writer
    with transaction(connection):
        pairing.end(connection, "王五的笔记本", MONDAY)
    with pytest.raises(BundleRefused, match="已经终止"):
        pairing.named(connection, "王五的笔记本")
    assert pairing.listing(connection)[-1].revoked_at == MONDAY
    add(world, card_of(world.anna, "王五的笔记本"))
    assert pairing.named(connection, "王五的笔记本").revoked_at is None


def test_field_copies_number_their_cases_under_prefixes_of_their_own(
    world: World, templates: dict[CopyKind, Path], tmp_path: Path
) -> None:
    prefixes = {world.anna.device.prefix, world.bert.device.prefix}
    assert len(prefixes) == 2
    assert all(len(one) == 5 and one.endswith("-") for one in prefixes)
    assert world.office.device.prefix == ""
    moved = start(world.anna.home, tmp_path / "moved", "王五")
    assert moved.kind is CopyKind.FIELD
    assert moved.device.prefix not in {*prefixes, ""}
    moved.close()
