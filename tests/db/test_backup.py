"""Backup, restore and the calendar's recalculation: nothing is replaced unproved or in silence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db import calendars, contents, instants, recalculation
from db.actions import Action
from db.connection import OfficeError, open_reader, open_writer, transaction
from db.home import path_of
from db.journal import Act, Recorded, open_case, record
from db.keeping import backup, doctor
from db.office import Calendars, Office
from db.reads import case as reads
from tests.db.conftest import MONDAY, RULES


def test_a_backup_is_made_in_use_and_restored_with_proof(
    office: Office, handled: Recorded, tmp_path: Path
) -> None:
    (tmp_path / "copies").mkdir()
    copy = backup.back_up(office.home, tmp_path / "copies", now=MONDAY)
    assert copy.name == "duban-20261116-090000.db"
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "备份之后写的"}))
    office.close()
    former = backup.restore(office.home, copy, now=MONDAY)
    assert former is not None
    assert former.exists()
    with Office.open(office.home, RULES, "张三") as restored:
        found = reads.facts(restored.writer, handled.case_id, MONDAY)
        assert found is not None
        assert found.stage == "handling"
        assert restored.device.id != office.device.id


def test_a_backup_never_overwrites(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "b.db"
    backup.back_up(office.home, target, now=MONDAY)
    with pytest.raises(OfficeError, match="不会覆盖"):
        backup.back_up(office.home, target, now=MONDAY)


def test_a_desk_that_goes_on_writing_never_makes_a_backup_start_anew(
    office: Office, handled: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 10)
    told: list[int] = []

    def write_on(done: int, total: int) -> None:
        told.append(done)
        record(office, handled.case_id, Act(Action.URGE, {"text": "请抓紧"}))

    copy = backup.back_up(office.home, tmp_path / "b.db", now=MONDAY, progress=write_on)
    assert told == sorted(set(told))
    assert len(told) > 3
    with closing(open_reader(copy)) as saved:
        assert saved.execute("SELECT count(*) FROM event").fetchone() == (3,), "one moment's office"
        assert doctor.check(saved, Calendars(saved)).sound


def test_a_backup_that_is_stopped_leaves_nothing(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 50)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "copies").mkdir()
    with pytest.raises(KeyboardInterrupt):
        backup.back_up(office.home, tmp_path / "copies" / "b.db", now=MONDAY, progress=stop)
    assert list((tmp_path / "copies").iterdir()) == []
    backup.back_up(office.home, tmp_path / "copies" / "b.db", now=MONDAY)


def test_a_backup_without_room_is_not_begun(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1000))
    with pytest.raises(OfficeError, match="剩余空间不够备份"):
        backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    assert not (tmp_path / "b.db").exists()


def test_an_office_in_use_is_not_replaced(office: Office, handled: Recorded, tmp_path: Path) -> None:
    copy = backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    with pytest.raises(OfficeError, match="正在使用"):
        backup.restore(office.home, copy, now=MONDAY)
    assert reads.facts(office.writer, handled.case_id, MONDAY) is not None


@pytest.mark.parametrize("keep", [0, 3_000, 60_000])
def test_a_torn_backup_is_refused(office: Office, handled: Recorded, tmp_path: Path, keep: int) -> None:
    copy = backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    copy.write_bytes(copy.read_bytes()[:keep])
    office.close()
    before = path_of(office.home).read_bytes()
    with pytest.raises(OfficeError) as caught:
        backup.restore(office.home, copy, now=MONDAY)
    assert "\n" not in str(caught.value)
    assert path_of(office.home).read_bytes() == before


def test_a_backup_with_a_changed_event_is_refused(office: Office, handled: Recorded, tmp_path: Path) -> None:
    office.writer.execute("UPDATE event SET by = '别人'")
    copy = backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    office.close()
    with pytest.raises(OfficeError, match="不完好"):
        backup.restore(office.home, copy, now=MONDAY)


def test_a_damaged_office_can_be_replaced(office: Office, handled: Recorded, tmp_path: Path) -> None:
    copy = backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    office.close()
    path_of(office.home).write_bytes(b"broken" * 4000)
    former = backup.restore(office.home, copy, now=MONDAY)
    assert former is not None
    assert former.read_bytes().startswith(b"broken")
    with Office.open(office.home, RULES, "张三") as restored:
        assert reads.facts(restored.writer, handled.case_id, MONDAY) is not None


def holiday_file(folder: Path) -> Path:
    """An invented notice for 2027 in the format of holiday-cn."""
    days = [
        {"name": "元旦", "date": f"2027-01-0{day}", "isOffDay": off}
        for day, off in ((1, True), (2, True), (3, True), (4, True), (9, False))
    ]
    path = folder / "2027.json"
    path.write_text(json.dumps({"year": 2027, "papers": ["x"], "days": days}), encoding="utf-8")
    return path


def test_a_loaded_holiday_table_shows_first_and_moves_by_an_event(
    office: Office, uid: Callable[[str], str], tmp_path: Path
) -> None:
    office.clock = lambda: instants.at(2026, 12, 30, 9)
    acts = [
        Act(Action.REGISTER, {"kind": "诉求", "title": "跨年件"}),
        Act(Action.DISPATCH, {"lead": uid("綦江区")}),
    ]
    case = open_case(office, acts)
    before = reads.facts(office.writer, case.case_id, office.clock())
    assert before is not None
    assert before.provisional
    path = holiday_file(tmp_path)

    shown = recalculation.load_year(office, path, dry_run=True)
    assert [(one.number, one.old_due, one.new_due) for one in shown.moved] == [
        (case.number, instants.at(2027, 1, 8), instants.at(2027, 1, 9)),
    ]
    assert reads.facts(office.writer, case.case_id, office.clock()) == before

    recalculation.load_year(office, path, dry_run=False)
    after = reads.facts(office.writer, case.case_id, office.clock())
    assert after is not None
    assert (after.due_at, after.provisional) == (instants.at(2027, 1, 9), False)
    assert recalculation.load_year(office, path, dry_run=False).moved == []
    assert calendars.current(office.writer).published(2027)


def test_an_override_in_the_config_counts_for_new_cases_only(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    import dataclasses

    before = reads.facts(office.writer, handled.case_id, MONDAY)
    home = office.home
    office.close()
    rules = dataclasses.replace(RULES, calendar_days={instants.day_of(MONDAY + 86_400): False})
    with Office.open(home, rules, "张三") as again:
        again.clock = lambda: MONDAY
        assert reads.facts(again.writer, handled.case_id, MONDAY) == before
        acts = [
            Act(Action.REGISTER, {"kind": "诉求", "title": "新件"}),
            Act(Action.DISPATCH, {"lead": uid_in(again, "綦江区")}),
        ]
        new = reads.facts(again.writer, open_case(again, acts).case_id, MONDAY)
        assert new is not None
        assert new.due_at == instants.at(2026, 11, 25)
    with Office.open(home, RULES, "张三") as without:
        assert without.calendar.revision == calendars.packaged().revision, "taken back, it is gone"


def uid_in(office: Office, name: str) -> str:
    """The UID of a unit."""
    row = office.writer.execute(
        "SELECT u.uid FROM unit u JOIN unit_version v ON v.unit_id = u.id WHERE v.name = ?", (name,)
    ).fetchone()
    return str(row[0])


def test_a_table_loaded_by_another_window_counts_here_at_once(
    office: Office, uid: Callable[[str], str], tmp_path: Path
) -> None:
    with Office.open(office.home, RULES, "李四") as other:
        recalculation.load_year(other, holiday_file(tmp_path), dry_run=False)
    office.clock = lambda: instants.at(2026, 12, 30, 9)
    register = Act(Action.REGISTER, {"kind": "诉求", "title": "跨年件"})
    case = open_case(office, [register, Act(Action.DISPATCH, {"lead": uid("綦江区")})])
    new = reads.facts(office.writer, case.case_id, office.clock())
    assert new is not None
    assert (new.due_at, new.provisional) == (instants.at(2027, 1, 9), False)


def test_a_table_that_could_not_be_kept_dates_no_case(
    office: Office, uid: Callable[[str], str], tmp_path: Path
) -> None:
    merged = calendars.merge(office.announced, calendars.read_holiday_cn(holiday_file(tmp_path)))
    office.writer.execute(
        "CREATE TEMP TRIGGER full BEFORE UPDATE ON setting BEGIN SELECT raise(ABORT, 'disk is full'); END"
    )
    with pytest.raises(OfficeError, match="磁盘已满"):
        office.adopt(merged, "通知")
    office.writer.execute("DROP TRIGGER full")
    register = Act(Action.REGISTER, {"kind": "诉求", "title": "新件"})
    open_case(office, [register, Act(Action.DISPATCH, {"lead": uid("綦江区")})])
    assert doctor.check(office.writer, Calendars(office.writer)).sound


def as_nobody(act: Callable[[], object]) -> str:
    """What an act says in a process that may not override permissions; empty where all went well."""
    if os.geteuid() != 0:
        try:
            act()
        except OfficeError as error:
            return str(error)
        return ""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        said = "?"
        try:
            act()
            said = ""
        except OfficeError as error:
            said = str(error)
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        return pipe.read()


@pytest.fixture
def medium(office: Office, handled: Recorded) -> Iterator[Path]:
    """The office on a medium that nobody can write."""
    home = Path(tempfile.mkdtemp(prefix="duban-medium-"))
    hot = [file for file in office.home.iterdir() if file.name.startswith("office.db")]
    for file in hot:
        shutil.copy(file, home / file.name)
    yield home
    home.chmod(0o755)
    shutil.rmtree(home)


def seal(home: Path) -> None:
    """Take all rights to write away."""
    for file in home.iterdir():
        file.chmod(0o444)
    home.chmod(0o555)


def read_one(home: Path) -> None:
    """Read the one case of an office."""
    with closing(open_reader(path_of(home))) as connection:
        assert connection.execute('SELECT count(*) FROM "case"').fetchone() == (1,)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_an_office_on_a_read_only_medium_can_be_read_and_backed_up(medium: Path) -> None:
    with closing(open_writer(path_of(medium))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    seal(medium)
    assert as_nobody(lambda: read_one(medium)) == ""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        copy = Path(folder) / "copy.db"
        assert as_nobody(lambda: backup.back_up(medium, copy, now=MONDAY)) == ""
        assert copy.exists()
    assert "只读" in as_nobody(lambda: Office.open(medium, RULES, "张三"))
    assert "权限" in as_nobody(lambda: Office.create(medium / "new", RULES, "张三"))


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_read_only_office_with_changes_outside_the_file_is_not_half_read(medium: Path) -> None:
    (medium / "office.db-shm").unlink()
    seal(medium)
    assert "未并入的改动" in as_nobody(lambda: read_one(medium))


def test_the_log_of_a_lost_office_never_flows_into_a_new_one(office: Office, handled: Recorded) -> None:
    lost = office.home.with_name("lost")
    shutil.copytree(office.home, lost)
    path_of(lost).unlink()
    with pytest.raises(OfficeError, match="已有办公库"):
        Office.create(lost, RULES, "张三")
    copy = backup.back_up(office.home, office.home.with_name("copy.db"), now=MONDAY)
    record(office, handled.case_id, Act(Action.URGE, {"text": "请抓紧"}))
    backup.restore(lost, copy, now=MONDAY)
    with Office.open(lost, RULES, "张三") as restored:
        assert doctor.check(restored.writer, restored.calendars)[:2] == (1, 3)


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_an_office_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from db.connection import OfficeError; from db.office import Office\n"
        "from tests.db.conftest import RULES\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try: Office.create(Path(sys.argv[1]), RULES, '张三')\n"
        "except OfficeError as error: print(error)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "new")],
        capture_output=True, text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=True,
    )  # fmt: skip
    assert "未写入" in done.stdout
    assert list((tmp_path / "new").iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(OfficeError, match="建不了办公库"):
        Office.create(tmp_path / "home", RULES, "张三")


def test_no_trace_of_an_erased_text_stays_in_the_file(office: Office) -> None:
    letter = "独特词语甲乙丙丁" * 2000
    open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "x", "body": letter})])
    with transaction(office.writer) as connection:
        (content,) = connection.execute("SELECT id FROM content").fetchone()
        contents.erase(connection, content, now=MONDAY, why="反映人要求")
    office.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert "独特词语".encode() not in office.path.read_bytes()
