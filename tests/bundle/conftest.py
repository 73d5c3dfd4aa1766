"""An office and two field copies of it, paired, each in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db.actions import Action
from db.bundle import card, pairing, receipt
from db.bundle.pack import pack_cases, pack_changes
from db.bundle.pairing import Paired
from db.bundle.take import Taken, take
from db.connection import transaction
from db.journal import Act, Recorded, open_case, record
from db.keeping import doctor
from db.office import Office
from db.terms import CopyKind, Via
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


def uid_of(machine: Office, name: str) -> str:
    """The UID of a unit by its name."""
    row = machine.writer.execute(
        "SELECT u.uid FROM unit u JOIN unit_version v ON v.unit_id = u.id WHERE v.name = ?", (name,)
    ).fetchone()
    return str(row[0])


WHO = {"name": "赵钱孙", "phone": "13812345678", "address": "老街七号"}


def open_one(machine: Office, title: str = "路灯不亮", **more: object) -> Recorded:
    """A case that 古南街道 handles, with somebody who reported it."""
    facts = {"kind": "诉求", "title": title, "body": f"{title}，老街口", "submitter": WHO, **more}
    acts = [Act(Action.REGISTER, facts), Act(Action.DISPATCH, {"lead": uid_of(machine, "古南街道")})]
    opened = open_case(machine, acts)
    record(machine, opened.case_id, Act(Action.ACCEPT, party=uid_of(machine, "古南街道"), via=Via.PHONE))
    return opened


def attached(*files: tuple[str, int]) -> list[dict[str, object]]:
    """Files in the store, as a note has them: (SHA-256, bytes) each."""
    return [
        {
            "file": sha256,
            "size": size,
            "name": f"{at}.jpg",
            "type": "image/jpeg",
            "taken_at": None,
            "taken_from": "不详",
        }
        for at, (sha256, size) in enumerate(files)
    ]


def note(machine: Office, number: str, text: str = "路灯未修", **more: object) -> str:
    """A 核查记录 on a case; the id of its event."""
    data = {"method": "走访", "findings": text, **more}
    return record(machine, case_of(machine, number), Act(Action.VERIFY, data)).event_ids[0]


def case_of(machine: Office, number: str) -> int:
    row = machine.writer.execute('SELECT id FROM "case" WHERE number = ?', (number,)).fetchone()
    return int(row[0])


def paired(machine: Office, other: Office) -> Paired:
    return next(one for one in pairing.listing(machine.writer) if one.id == other.device.id)


def lend(office: Office, laptop: Office, numbers: Iterable[str], path: Path, **how: Any) -> Taken:
    """Take cases along: out at the office, in on the laptop."""
    pack_cases(office, paired(office, laptop), [case_of(office, one) for one in numbers], path, **how)
    return take(laptop, path)


def bring_back(laptop: Office, office: Office, path: Path) -> Taken:
    """Out on the laptop, in at the office, and its receipt."""
    packed = pack_changes(laptop, paired(laptop, office), path)
    taken = take(office, path)
    back = path.with_suffix(".receipt")
    receipt.write(office.writer, packed.manifest.envelope["id"], back)
    take(laptop, back)
    return taken


def sound(*machines: Office) -> bool:
    """Whether the check-up finds nothing anywhere; what it finds is shown by the failing test."""
    for machine in machines:
        report = doctor.check(machine.writer, machine.calendars)
        assert report.findings == [], machine.home
    return True


def told(machine: Office) -> dict[str, Any]:
    """All rows of all cases by UID, without what is local: ids of cases and units, and 反映人."""
    units = dict(machine.writer.execute("SELECT id, uid FROM unit"))
    names = dict(machine.writer.execute('SELECT id, uid FROM "case"'))
    return {table: _rows(machine, sql, units, names) for table, sql in _TABLES.items()}


_TABLES = {
    "case": 'SELECT * FROM "case"',
    "number": "SELECT * FROM case_number",
    "part": "SELECT * FROM assignment",
    "note": "SELECT * FROM note",
    "verdict": "SELECT id, case_id, hash, outcome, why FROM event",
}


def _rows(machine: Office, sql: str, units: dict[int, str], cases: dict[int, str]) -> list[str]:
    cursor = machine.writer.execute(sql)
    columns = [one[0] for one in cursor.description]
    found = []
    for row in cursor:
        held = dict(zip(columns, row, strict=True))
        for name, value in held.items():
            if name in ("unit_id", "l2", "l3", "l4", "subject_unit_id"):
                held[name] = units.get(value)
            elif name == "case_id" or (name == "id" and isinstance(value, int)):
                held[name] = cases[value]
        found.append(repr(sorted(held.items())))
    return sorted(found)
