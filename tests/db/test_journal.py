"""The journal: what is written stays, whatever happens, and makes the rows again."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from db import contents, submitters, units
from db.actions import Action
from db.connection import OfficeError, open_reader, transaction
from db.home import path_of
from db.journal import Act, NotAllowed, Recorded, open_case, record, record_batch
from db.keeping import doctor, rebuild
from db.office import Office
from db.reads import flow
from db.search import find
from db.terms import Via
from tests.db.conftest import MONDAY, RULES

FOLDED = ("case", "case_number", "assignment", "note", "submitter")


def dump(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Every row the fold is responsible for."""
    return {table: sorted(office.writer.execute(f'SELECT * FROM "{table}"'), key=repr) for table in FOLDED}


def busy_office(office: Office, uid: Callable[[str], str]) -> None:
    """A few cases with all kinds of steps."""
    for turn in range(6):
        case = open_case(
            office,
            [
                Act(
                    Action.REGISTER,
                    {
                        "kind": "诉求",
                        "title": f"第{turn}件",
                        "body": "老街路灯不亮",
                        "numbers": [["12345工单号", f"2011{turn}"]],
                        "submitter": {"name": "李四", "phone": "13812341234"},
                    },
                    at=MONDAY - turn * 86_400,
                ),
                Act(Action.DISPATCH, {"lead": uid("古南街道"), "assist": [uid("南岸区")]}),
            ],
        )
        if turn % 2:
            record(office, case.case_id, Act(Action.ACCEPT, party=uid("古南街道"), via=Via.PAPER))
            record(office, case.case_id, Act(Action.VERIFY, {"method": "暗访", "findings": "属实"}))
        if turn in (1, 3):
            record(office, case.case_id, Act(Action.SUBMIT, {"reply": "已修复"}))
            record(office, case.case_id, Act(Action.APPROVE))


def test_the_rows_are_remade_from_the_journal_alone(office: Office, uid: Callable[[str], str]) -> None:
    busy_office(office, uid)
    before = dump(office)
    for table in reversed(FOLDED):
        office.writer.execute("PRAGMA foreign_keys=OFF")
        office.writer.execute(f'DELETE FROM "{table}"')
    office.writer.execute("PRAGMA foreign_keys=ON")
    assert rebuild.rebuild(office.writer, office.calendars, office.identity_secret) == 6
    assert dump(office) == before
    assert doctor.check(office.writer, office.calendars).sound


def test_a_failed_act_undoes_the_whole_batch(office: Office, uid: Callable[[str], str]) -> None:
    good = Act(Action.REGISTER, {"kind": "诉求", "title": "好的"})
    with pytest.raises(NotAllowed):
        record_batch(office, [(None, [good]), (None, [good, Act(Action.APPROVE)])])
    assert office.writer.execute(
        "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM content)"
    ).fetchone() == (
        0,
        0,
    )


def test_numbers_follow_the_pattern_and_the_kind(office: Office) -> None:
    numbers = [
        open_case(office, [Act(Action.REGISTER, {"kind": kind, "title": "x"})]).number
        for kind in ("诉求", "督办事项", "诉求")
    ]
    assert numbers == ["2026-000001", "DB2026-000001", "2026-000002"]


def test_an_imported_step_out_of_place_is_kept_and_marked(office: Office, uid: Callable[[str], str]) -> None:
    acts = [
        Act(Action.REGISTER, {"kind": "诉求", "title": "旧件"}, via=Via.LEDGER, at=MONDAY - 86_400 * 300),
        Act(Action.APPROVE, via=Via.LEDGER),
    ]
    case = record_batch(office, [(None, acts)], imported=True)[0]
    row = office.writer.execute(
        'SELECT stage, closed_at FROM "case" WHERE id = ?', (case.case_id,)
    ).fetchone()
    assert row == ("closed", None)
    mark = office.writer.execute("SELECT outcome, why FROM event WHERE action = 'approve'").fetchone()
    assert mark[0] == "applied"
    assert "待审核" in mark[1]


def test_a_changed_event_is_found(office: Office, handled: Recorded) -> None:
    office.writer.execute("UPDATE event SET at = at - 60 WHERE action = 'accept'")
    report = doctor.check(office.writer, office.calendars)
    assert report.findings[0].what == "内容被改动过"


def test_a_removed_event_is_found(office: Office, handled: Recorded) -> None:
    office.writer.execute("DELETE FROM event WHERE action = 'dispatch'")
    assert any(
        "前面缺 1 条" in finding.what for finding in doctor.check(office.writer, office.calendars).findings
    )


def test_a_changed_row_is_found_and_mended(office: Office, handled: Recorded) -> None:
    office.writer.execute('UPDATE "case" SET due_at = due_at + 86400')
    assert not doctor.check(office.writer, office.calendars).sound
    rebuild.rebuild(office.writer, office.calendars, office.identity_secret)
    assert doctor.check(office.writer, office.calendars).sound


def test_an_erased_text_leaves_a_chain_that_verifies(office: Office, handled: Recorded) -> None:
    body = office.writer.execute('SELECT body_id FROM "case"').fetchone()[0]
    with transaction(office.writer) as connection:
        contents.erase(connection, body, now=MONDAY, why="反映人要求")
    assert doctor.check(office.writer, office.calendars).sound
    assert office.writer.execute("SELECT text, erased_why FROM content WHERE id = ?", (body,)).fetchone() == (
        None,
        "反映人要求",
    )


def test_an_identity_is_shown_for_a_reason_and_leaves_a_line(office: Office) -> None:
    who = {"name": "李四", "phone": "13812341234"}
    case = open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "x", "submitter": who})])
    assert "李四" not in str(office.writer.execute("SELECT * FROM submitter").fetchall())
    assert "李四" not in str(office.writer.execute("SELECT data FROM event").fetchall())
    with transaction(office.writer) as connection:
        with pytest.raises(ValueError, match="理由"):
            submitters.reveal(connection, case.case_id, officer="张三", reason=" ", now=MONDAY)
        shown = submitters.reveal(connection, case.case_id, officer="张三", reason="回访", now=MONDAY)
    assert shown == who
    assert office.writer.execute("SELECT officer, reason FROM access_log").fetchall() == [("张三", "回访")]


def test_a_cloned_office_takes_a_new_identity(office: Office, handled: Recorded, tmp_path: Path) -> None:
    first = office.device.id
    office.close()
    shutil.copytree(office.home, tmp_path / "clone")
    with Office.open(tmp_path / "clone", RULES, "张三") as clone:
        assert clone.device.id != first
        record(clone, handled.case_id, Act(Action.URGE, {"text": "请抓紧"}))
        assert doctor.check(clone.writer, clone.calendars).sound
    with Office.open(office.home, RULES, "张三") as again:
        assert again.device.id == first
    assert (office.home / "device.key").stat().st_mode & 0o777 == 0o600


def _write_cases(home: Path, count: int) -> None:
    with Office.open(home, RULES, "张三") as office:
        for turn in range(count):
            open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": f"第{turn}件"})])


def test_two_desks_write_at_once_and_nothing_is_lost(office: Office) -> None:
    home = office.home
    context = multiprocessing.get_context("spawn")
    desks = [context.Process(target=_write_cases, args=(home, 15)) for _ in range(2)]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join(60)
    assert [desk.exitcode for desk in desks] == [0, 0]
    numbers = [row[0] for row in office.writer.execute('SELECT number FROM "case" ORDER BY number')]
    assert numbers == [f"2026-{turn:06d}" for turn in range(1, 31)]
    assert doctor.check(office.writer, office.calendars).sound


TYPIST = """
import sys
from pathlib import Path
from db.actions import Action
from db.journal import Act, open_case
from db.office import Office
from tests.db.conftest import RULES
with Office.open(Path(sys.argv[1]), RULES, "张三") as office:
    while True:
        act = Act(Action.REGISTER, {"kind": "诉求", "title": "停水"})
        print(open_case(office, [act]).number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a POSIX notion")
def test_no_acknowledged_step_is_lost_to_kill_9(office: Office) -> None:
    root = Path(__file__).resolve().parents[2]
    acknowledged: list[str] = []
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", TYPIST, str(office.home)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        ) as typist:
            assert typist.stdout is not None
            acknowledged.append(typist.stdout.readline().strip())
            time.sleep(0.05)
            typist.kill()
            acknowledged += [line.strip() for line in typist.stdout if line.endswith("\n")]
    with closing(open_reader(path_of(office.home))) as connection:
        kept = {row[0] for row in connection.execute('SELECT number FROM "case"')}
        assert set(acknowledged) <= kept
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert doctor.check(office.writer, office.calendars).sound


def test_a_locked_office_says_so_and_writes_nothing(office: Office) -> None:
    with Office.open(office.home, RULES, "李四") as other:
        other.writer.execute("PRAGMA busy_timeout=50")
        with transaction(office.writer), pytest.raises(OfficeError, match="正被另一个程序占用"):
            open_case(other, [Act(Action.REGISTER, {"kind": "诉求", "title": "x"})])
        open_case(other, [Act(Action.REGISTER, {"kind": "诉求", "title": "x"})])


def fill(office: Office) -> None:
    """Register long cases until the disk is full."""
    for _ in range(200):
        open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "x", "body": "长" * 15_000})])


def test_a_full_disk_says_so_and_writes_nothing(office: Office, handled: Recorded) -> None:
    pages = office.writer.execute("PRAGMA page_count").fetchone()[0]
    office.writer.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(OfficeError, match="磁盘已满"):
        fill(office)
    office.writer.execute("PRAGMA max_page_count=1073741823")
    assert doctor.check(office.writer, office.calendars).sound
    record(office, handled.case_id, Act(Action.URGE, {"text": "请抓紧"}))


def test_a_newer_office_is_left_alone(office: Office) -> None:
    office.writer.execute("PRAGMA user_version=99")
    office.close()
    for attempt in (lambda: Office.open(office.home, RULES, "张三"), lambda: open_reader(office.path)):
        with pytest.raises(OfficeError, match="请升级 duban"):
            attempt()


@pytest.mark.parametrize("broken", [b"", b"not a database at all, only some text" * 50])
def test_a_broken_file_says_how_to_mend_it(tmp_path: Path, broken: bytes) -> None:
    path_of(tmp_path).write_bytes(broken)
    with pytest.raises(OfficeError, match=r"duban restore|不是 Duban"):
        Office.open(tmp_path, RULES, "张三")


def test_a_closed_case_is_found_after_the_open_ones(office: Office, handled: Recorded) -> None:
    record(office, handled.case_id, Act(Action.SUBMIT, {"reply": "已修好"}))
    second = open_case(
        office, [Act(Action.REGISTER, {"kind": "诉求", "title": "另一处路灯不亮"}, at=MONDAY - 60)]
    )
    assert list(find(office.writer, "路灯")) == [handled.case_id, second.case_id]
    record(office, handled.case_id, Act(Action.APPROVE))
    assert list(find(office.writer, "路灯")) == [second.case_id, handled.case_id]
    assert list(find(office.writer, "修好")) == [handled.case_id]


def test_what_was_erased_is_found_no_more_and_stays_erased(office: Office) -> None:
    who = {"name": "李四", "phone": "13812341234"}
    data = {"kind": "诉求", "title": "来信", "body": "井盖缺失", "submitter": who}
    case = open_case(office, [Act(Action.REGISTER, data)])
    with transaction(office.writer) as connection:
        for (content,) in connection.execute("SELECT id FROM content").fetchall():
            contents.erase(connection, content, now=MONDAY, why="反映人要求")
    before = dump(office)
    assert before["submitter"] == []
    assert list(find(office.writer, "井盖")) == []
    assert list(find(office.writer, "来信")) == [case.case_id]
    rebuild.rebuild(office.writer, office.calendars, office.identity_secret)
    assert dump(office) == before


def test_a_text_put_in_anothers_place_is_found(office: Office, handled: Recorded) -> None:
    forged = contents.digest("salt", "什么事也没有")
    office.writer.execute("UPDATE content SET text = '什么事也没有', salt = 'salt', sha256 = ?", (forged,))
    assert [one.what for one in doctor.check(office.writer, office.calendars).findings] == ["所附文字被换过"]
    office.writer.execute("DELETE FROM content")
    assert [one.what for one in doctor.check(office.writer, office.calendars).findings] == ["所附文字不见了"]


def test_an_event_that_is_no_longer_readable_is_reported(office: Office, handled: Recorded) -> None:
    office.writer.execute("UPDATE event SET data = '{', seen = '?' WHERE action = 'accept'")
    assert doctor.check(office.writer, office.calendars).findings[0].what == "内容被改动过"


def test_a_case_that_no_event_opened_is_reported(office: Office, handled: Recorded) -> None:
    office.writer.execute("PRAGMA foreign_keys=OFF")
    office.writer.execute("UPDATE \"case\" SET id = id + 1, uid = 'x' || uid")
    assert not doctor.check(office.writer, office.calendars).sound


def test_a_tree_that_grew_makes_no_unclaimed_case_unsound(office: Office, uid: Callable[[str], str]) -> None:
    register = Act(Action.REGISTER, {"kind": "诉求", "title": "x"})
    open_case(office, [register, Act(Action.DISPATCH, {"lead_text": "南岸区城管局"})])
    above = office.writer.execute("SELECT id FROM unit WHERE uid = ?", (uid("南岸区"),)).fetchone()[0]
    units.add(office.writer, "南岸区城管局", under=above)
    assert doctor.check(office.writer, office.calendars).sound


def test_a_step_on_an_unclaimed_case_leaves_it_where_it_is_counted_and_asks_no_unit_for_its_name(
    office: Office,
) -> None:
    register = Act(Action.REGISTER, {"kind": "诉求", "title": "x"})
    case = open_case(office, [register, Act(Action.DISPATCH, {"lead_text": "南岸区城管局"})])
    counted = 'SELECT l2, l3, l4 FROM "case"'
    before, said = office.writer.execute(counted).fetchone(), list[str]()
    office.writer.set_trace_callback(said.append)
    record(office, case.case_id, Act(Action.URGE, {"text": "请尽快办理"}))
    office.writer.set_trace_callback(None)
    assert before[0] is not None
    assert office.writer.execute(counted).fetchone() == before
    assert doctor.check(office.writer, office.calendars).sound
    assert not [one for one in said if "unit_version" in one]  # Of twenty thousand units that takes long.


def test_a_new_case_is_counted_under_a_unit_of_today_also_beside_an_older_one(
    office: Office, uid: Callable[[str], str]
) -> None:
    acts = [
        Act(Action.REGISTER, {"kind": "诉求", "title": "x"}),
        Act(Action.DISPATCH, {"lead_text": "南岸区长生桥镇城管办"}),
    ]
    old = open_case(office, acts)
    above = office.writer.execute("SELECT id FROM unit WHERE uid = ?", (uid("南岸区"),)).fetchone()[0]
    added = units.add(office.writer, "长生桥镇", under=above)
    record_batch(office, [(old.case_id, [Act(Action.URGE, {"text": "请尽快办理"})]), (None, acts)])
    counted = [row[0] for row in office.writer.execute('SELECT l3 FROM "case" ORDER BY id')]
    assert counted == [None, added.id]


def test_the_flow_keeps_a_long_note_on_one_line_and_its_numbers_hidden(
    office: Office, handled: Recorded
) -> None:
    findings = "字" * 150 + "电话13812341234\n" + "第二行" * 200
    record(office, handled.case_id, Act(Action.VERIFY, {"method": "暗访", "findings": findings}))
    said = flow.timeline(office.writer, handled.case_id)[-1].summary
    assert "\n" not in said
    assert len(said) <= flow.SUMMARY_LENGTH
    assert "1381" not in said
