"""An office and two field copies of it, paired, each in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from db.bundle import card, pairing
from db.connection import transaction
from db.office import Office
from db.terms import CopyKind
from tests.db.conftest import MONDAY, RULES, UNITS


@pytest.fixture(autouse=True)
def _quick_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "ITERATIONS", 1)
    monkeypatch.setattr(card, "MEMORY_KIB", 64)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[CopyKind, Path]:
    """An empty office and an empty field copy with the same six units, made once."""
    folder = tmp_path_factory.mktemp("machines")
    table = folder / "units.csv"
    table.write_text(UNITS, encoding="utf-8")
    for kind in CopyKind:
        Office.create(folder / str(kind), RULES, "张三", table, kind=kind).close()
    return {kind: folder / str(kind) for kind in CopyKind}


class World(NamedTuple):
    """Three machines."""

    office: Office
    anna: Office
    """A laptop, used by 王五."""
    bert: Office
    """Another, used by 赵六."""


def start(template: Path, home: Path, officer: str) -> Office:
    """A machine with a copy of an empty office, its clock at Monday 2026-11-16 09:00."""
    shutil.copytree(template, home)
    opened = Office.open(home, RULES, officer)
    opened.clock = lambda: MONDAY
    return opened


def card_of(machine: Office, name: str) -> card.Card:
    with transaction(machine.writer) as connection:
        return pairing.own_card(connection, machine.device, machine.kind, name)


def pair(one: Office, name: str, other: Office, other_name: str) -> None:
    """Let two machines take each other's card."""
    for here, there in (
        (one, card_of(other, other_name)),
        (other, card_of(one, name)),
    ):
        with transaction(here.writer) as connection:
            pairing.add(connection, here.device, here.kind, there, MONDAY)


@pytest.fixture
def world(templates: dict[CopyKind, Path], tmp_path: Path) -> Iterator[World]:
    """An office and two laptops, paired with it."""
    office = start(templates[CopyKind.OFFICE], tmp_path / "office", "张三")
    anna = start(templates[CopyKind.FIELD], tmp_path / "anna", "王五")
    bert = start(templates[CopyKind.FIELD], tmp_path / "bert", "赵六")
    pair(office, "督查办", anna, "王五的笔记本")
    pair(office, "督查办", bert, "赵六的笔记本")
    for name in ("王五", "赵六"):
        office.writer.execute(
            "INSERT INTO officer (name, post, since, failures) VALUES (?, 'inspector', 0, 0)", (name,)
        )
    yield World(office, anna, bert)
    for machine in (office, anna, bert):
        machine.close()
