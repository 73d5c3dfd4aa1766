"""The kinds of work that are killed. A further one takes a worker, a check, and a line in `kinds`."""

from __future__ import annotations

import itertools
import shutil
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bench import ledger_file
from db import closed
from db.actions import Action
from db.connection import SCHEMA_VERSION, former_of, open_reader
from db.exchange import ledger
from db.home import path_of
from db.journal import Act, record
from db.keeping import aftermath, backup, daily
from db.office import upgrade
from tests.db.conftest import MONDAY
from tests.db.test_migrations import office_of_version_1
from tests.faults import bundling, typing_desk
from tests.faults.kills import Ended, Kind, Outcome, Say
from tests.faults.offices import (
    assert_sound,
    build,
    fresh,
    hidden_files,
    is_sound,
    opened,
    register,
    steps,
    steps_with_former,
)

DAY = 86_400
ROWS = 150
"""Rows of the ledger."""


class Materials(NamedTuple):
    """What every kill begins with; made once."""

    office: Path
    old: Path
    """An office of version 1, with three cases."""
    ledger: Path
    laptop: Path
    """A field copy."""


def make(folder: Path) -> Materials:
    """Make them in an empty folder."""
    old = folder / "old"
    old.mkdir()
    office_of_version_1(path_of(old)).close()
    office = build(folder)
    rows = ledger_file.write(folder / "台账.csv", ROWS)
    return Materials(office, old, rows, bundling.build_field_copy(folder))


def kinds(made: Materials) -> list[Kind]:
    """All kinds, in the order of the table."""

    def office(folder: Path) -> None:
        fresh(made.office, folder / "home")

    def with_ledger(folder: Path) -> None:
        office(folder)
        shutil.copy(made.ledger, folder / "台账.csv")

    def with_copies(folder: Path) -> None:
        office(folder)
        for name in ("a.db", "b.db"):
            with opened(folder / "home") as opened_office:
                register(opened_office, name)
            backup.back_up(folder / "home", folder / name, now=MONDAY)

    def paired(folder: Path) -> None:
        bundling.prepare(made.office, made.laptop, folder)

    def old_offices(folder: Path) -> None:
        for number in range(3):
            fresh(made.old, folder / str(number))

    return [
        Kind("typing", "打字", office, typing_desk.work, typing_desk.check, acks=30, span=0.6,
             keys=typing_desk.keys, begin=typing_desk.BEGIN),
        Kind("steps", "保存", office, save_steps, check_steps),
        Kind("import", "导入", with_ledger, import_rows, check_import, acks=6),
        Kind("backup", "备份", office, back_up, check_backups, acks=4),
        Kind("restore", "恢复", with_copies, restore, check_restored, acks=4, span=0.1),
        Kind("upgrade", "升级", old_offices, bring_up, check_upgraded, acks=1, span=0.1),
        Kind("bundle", "下乡包", paired, bundling.exchange, bundling.check, acks=16, span=0.05),
    ]  # fmt: skip


# -- saving steps -----------------------------------------------------------------------------------------


def save_steps(folder: Path, say: Say) -> None:
    """Register cases and urge them, as fast as it goes."""
    with opened(folder / "home") as office:
        for number in itertools.count():
            case = register(office, f"第{number}件")
            say(" ".join(case.event_ids))
            for _ in range(3):
                say(record(office, case.case_id, Act(Action.URGE, {"text": "请抓紧"})).event_ids[0])


def check_steps(folder: Path, ended: Ended) -> Outcome:
    """Every acknowledged step is there, and at most one transaction more."""
    home = folder / "home"
    acked = {event for line in ended.acked for event in line.split()}
    held = steps(path_of(home))
    assert_sound(path_of(home))
    with opened(home) as office:
        record(office, _any_case(home), Act(Action.URGE, {"text": "接着办"}))
    assert_sound(path_of(home))
    assert len(held - acked) <= 2 + 2, "the template's two steps, and those of one transaction"
    return Outcome(len(acked), len(acked - held), left=False, said=False)


def _any_case(home: Path) -> int:
    with closing(open_reader(path_of(home))) as connection:
        return int(connection.execute('SELECT max(id) FROM "case"').fetchone()[0])


# -- importing a ledger -----------------------------------------------------------------------------------


def import_rows(folder: Path, say: Say) -> None:
    """Import the ledger in small batches."""
    ledger.BATCH = 10

    def told(progress: ledger.Progress) -> None:
        if progress.phase == "写入":
            say(str(progress.done))

    with opened(folder / "home") as office:
        ledger.import_ledger(office, folder / "台账.csv", on_progress=told)
    while True:
        say(str(ROWS))


def check_import(folder: Path, ended: Ended) -> Outcome:
    """Importing again finds the rows that were told, and ends where an unbroken import would."""
    assert_sound(path_of(folder / "home"))
    told = max(map(int, ended.acked), default=0)
    with opened(folder / "home") as office:
        again = ledger.import_ledger(office, folder / "台账.csv")
        assert again.added + again.updated + again.unchanged + again.rejected == ROWS
        assert ledger.import_ledger(office, folder / "台账.csv").unchanged == ROWS - again.rejected
    assert_sound(path_of(folder / "home"))
    return Outcome(told, max(0, told - again.unchanged - again.rejected), left=False, said=False)


# -- backing up -------------------------------------------------------------------------------------------


def back_up(folder: Path, say: Say) -> None:
    """Make copies by name and daily ones, a small piece at a time."""
    home = folder / "home"
    backup.PAGES = 5
    for number in itertools.count():
        now = MONDAY + number * DAY
        say(str(backup.back_up(home, folder / "copies" / f"{number}.db", now=now).relative_to(folder)))
        made = daily.make(home, home / daily.FOLDER, 3, now=now, progress=lambda done, total: None)
        assert made is not None
        say(str(made.relative_to(folder)))


def check_backups(folder: Path, ended: Ended) -> Outcome:
    """Whatever has a whole name is whole; half-made copies are taken away and named."""
    home, copies = folder / "home", folder / "copies"
    kept = [folder / line for line in ended.acked if line.startswith("copies")]
    dailies = [folder / line for line in ended.acked if not line.startswith("copies")][-2:]
    lost = sum(not is_sound(copy) for copy in kept + dailies)
    for path in [*copies.glob("*.db"), *(home / daily.FOLDER).glob("*.db")]:
        assert_sound(path)
    half = hidden_files(home, home / daily.FOLDER)
    _, found = aftermath.begin(home, home / daily.FOLDER)
    assert hidden_files(home / daily.FOLDER) == []
    backup.back_up(home, copies / "after.db", now=MONDAY)
    assert hidden_files(copies) == [], "the next copy takes them away"
    assert_sound(path_of(home))
    said = {stray.path.name for stray in found.half_made}
    return Outcome(len(ended.acked), lost, left=bool(half), said=said == set(half) != set())


# -- restoring --------------------------------------------------------------------------------------------


def restore(folder: Path, say: Say) -> None:
    """Save a step, put a backup in the place of the office, and so on."""
    home = folder / "home"
    for number in itertools.count():
        with opened(home) as office:
            say(" ".join(register(office, "恢复之前").event_ids))
        backup.restore(home, folder / ("a.db", "b.db")[number % 2], now=MONDAY + number)


def check_restored(folder: Path, ended: Ended) -> Outcome:
    """There is a whole office at every moment, and the one before stays beside it."""
    home = folder / "home"
    half = hidden_files(home)
    for path in [path_of(home), *former_of(path_of(home))]:
        assert_sound(path)
    acked = {event for line in ended.acked for event in line.split()}
    lost = acked - steps_with_former(home)
    _, found = aftermath.begin(home, home / daily.FOLDER)
    assert [name for name in hidden_files(home) if "desk" not in name] == []
    said = {stray.path.name for stray in found.half_made}
    return Outcome(len(acked), len(lost), left=bool(half), said=said == set(half) != set())


# -- bringing up an office of an older version ------------------------------------------------------------


def bring_up(folder: Path, say: Say) -> None:
    """Upgrade one office after the other."""
    for home in sorted(folder.iterdir()):
        upgrade(path_of(home), lambda done, total: None)
        say(home.name)
    while True:
        say("0")


def check_upgraded(folder: Path, ended: Ended) -> Outcome:
    """Each is of the old version or of the new one, and can be brought up."""
    lost = 0
    for home in sorted(folder.iterdir()):
        with closing(open_reader(path_of(home), outdated=True)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        assert version in (1, SCHEMA_VERSION)
        lost += home.name in ended.acked and version == 1
        upgrade(path_of(home), lambda done, total: None)
        with closing(open_reader(path_of(home))) as connection:
            assert connection.execute('SELECT count(*) FROM "case"').fetchone() == (3,)
            assert closed.wrong(connection) == []
    return Outcome(len(set(ended.acked)), lost, left=False, said=False)
