"""Bundles out, in, back, receipts and cleaning, killed at any moment."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import NamedTuple

from db.actions import Action
from db.bundle import cleanup, pairing, receipt
from db.bundle.pack import pack_cases, pack_changes
from db.bundle.take import AlreadyTaken, take
from db.connection import transaction
from db.errors import BundleRefused
from db.home import path_of
from db.journal import Act, record
from db.office import Office
from db.terms import CopyKind
from tests.db.conftest import MONDAY, RULES
from tests.faults.kills import Ended, Outcome, Say
from tests.faults.offices import OFFICER, assert_sound, fresh, hidden_files, opened, register, steps

AT_OFFICE, IN_FIELD = "office", "laptop"


def build_field_copy(folder: Path) -> Path:
    """A field copy with the units of the office, made once."""
    Office.create(folder / "field", RULES, OFFICER, folder / "units.csv", kind=CopyKind.FIELD).close()
    return folder / "field"


def prepare(office: Path, laptop: Path, folder: Path) -> None:
    """An office and a laptop that are paired."""
    fresh(office, folder / AT_OFFICE)
    fresh(laptop, folder / IN_FIELD)
    with opened(folder / AT_OFFICE) as one, opened(folder / IN_FIELD) as other:
        for here, there, name in ((one, other, "笔记本"), (other, one, "督查办")):
            with transaction(there.writer) as connection:
                card = pairing.own_card(connection, there.device, there.kind, name)
            with transaction(here.writer) as connection:
                pairing.add(connection, here.device, here.kind, card, MONDAY)


class _Trip(NamedTuple):
    """Both ends of one kill, opened."""

    office: Office
    laptop: Office
    folder: Path

    def lend(self, number: int) -> Path:
        case = register(self.office, f"第{number}件")
        path = self.folder / f"out-{number}"
        pack_cases(self.office, pairing.only(self.office.writer), [case.case_id], path)
        return path

    def note(self) -> str:
        (case_id,) = self.laptop.writer.execute('SELECT max(id) FROM "case"').fetchone()
        act = Act(Action.VERIFY, {"method": "走访", "findings": "现场所见"})
        return record(self.laptop, case_id, act).event_ids[0]

    def bring_home(self, name: str) -> None:
        path, back = self.folder / f"{name}", self.folder / f"{name}.receipt"
        packed = pack_changes(self.laptop, pairing.only(self.laptop.writer), path)
        take(self.office, path)
        receipt.write(self.office.writer, packed.manifest.envelope["id"], back)
        take(self.laptop, back)


def exchange(folder: Path, say: Say) -> None:
    """Trip after trip: a case out, a note, the note home, its receipt, and cleaned."""
    with opened(folder / AT_OFFICE) as office, opened(folder / IN_FIELD) as laptop:
        trip = _Trip(office, laptop, folder)
        for number in itertools.count():
            out = trip.lend(number)
            say(f"file {out.name}")
            take(laptop, out)
            say(f"note {trip.note()}")
            trip.bring_home(f"home-{number}")
            say("home")
            cleanup.clean(laptop)
            say("cleaned")


def check(folder: Path, ended: Ended) -> Outcome:
    """Both ends are whole, every note is at one of them, and the next trip brings all of them home."""
    office, laptop = folder / AT_OFFICE, folder / IN_FIELD
    for home in (office, laptop):
        assert_sound(path_of(home))
    notes = {line.split()[1] for line in ended.acked if line.startswith("note")}
    lost = len(notes - steps(path_of(office)) - steps(path_of(laptop)))
    files = [folder / line.split()[1] for line in ended.acked if line.startswith("file")]
    lost += sum(not path.exists() for path in files)
    with opened(office) as one, opened(laptop) as other:
        trip = _Trip(one, other, folder)
        for path in files:
            _take_again(other, path)
        take(other, trip.lend(1000))
        trip.note()
        trip.bring_home("last")
    lost += len(notes - steps(path_of(office)))
    assert hidden_files(folder) == [], "the next bundle takes a half-made one away"
    for home in (office, laptop):
        assert_sound(path_of(home))
    return Outcome(len(ended.acked), lost, left=False, said=False)


def _take_again(laptop: Office, path: Path) -> None:
    """A bundle that has a whole name is whole: it is taken in, or was."""
    try:
        take(laptop, path)
    except AlreadyTaken:
        return
    except BundleRefused as refused:
        raise AssertionError(str(refused)) from refused
