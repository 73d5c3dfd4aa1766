"""What breaks an import in the middle: a killed process, a full disk, a full folder for scratch files."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import ledger_file
from db import instants
from db.connection import OfficeError
from db.exchange.errors import LedgerError
from db.exchange.ledger import Progress, import_ledger
from db.exchange.scratch import Scratch
from db.office import Office
from tests.exchange.conftest import NOW, RULES, Write, cases

_IMPORT = """
import sys, time
from pathlib import Path
from db.exchange import ledger
from db.office import Office
from tests.exchange.conftest import NOW, RULES

ledger.BATCH = 20

def say(progress):
    print(progress.phase, progress.done, flush=True)
    time.sleep(0.02)

with Office.open(Path(sys.argv[1]), RULES, "张三") as office:
    office.clock = lambda: NOW
    ledger.import_ledger(office, Path(sys.argv[2]), on_progress=say)
"""

_BY_CHANCE = {"uid", "body_id", "reply_id"}
"""Columns of a case that are random identities."""

_STEPS = """SELECT number, action, party, via, at, outcome FROM event
JOIN "case" ON "case".id = case_id ORDER BY case_id, event.seq"""


def state(office: Office) -> tuple[Any, ...]:
    """All that an import leaves behind, but for what is drawn by chance."""
    found = [{name: case[name] for name in case if name not in _BY_CHANCE} for case in cases(office)]
    texts = "SELECT case_id, kind, text FROM content ORDER BY case_id, kind, text"
    return found, office.writer.execute(_STEPS).fetchall(), office.writer.execute(texts).fetchall()


def test_a_killed_import_begun_again_is_the_same_as_one_unbroken(template: Path, tmp_path: Path) -> None:
    path = ledger_file.write(tmp_path / "台账.csv", 400)
    killed, whole = (shutil.copytree(template, tmp_path / name) for name in ("killed", "whole"))
    process = subprocess.Popen(
        [sys.executable, "-c", _IMPORT, str(killed), str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("写入") and int(line.split()[1]) >= 100:
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with Office.open(killed, RULES, "张三") as office, Office.open(whole, RULES, "张三") as other:
        office.clock = other.clock = lambda: NOW
        held = len(cases(office))
        assert 100 <= held < 380, "it was killed in the middle"
        again, once = import_ledger(office, path), import_ledger(other, path)
        assert once.added == again.added + held
        assert again.unchanged >= 100
        assert state(office) == state(other)


def test_a_later_export_adds_what_was_answered_since(office: Office, tmp_path: Path) -> None:
    import_ledger(office, ledger_file.write(tmp_path / "台账.csv", 300))
    counts = import_ledger(office, ledger_file.write(tmp_path / "台账.csv", 300, later=True))
    assert (counts.rows, counts.added, counts.updated, counts.unchanged) == (300, 0, 3, 297)


def test_a_full_disk_says_how_far_it_came_and_the_next_import_goes_on(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.exchange.ledger.BATCH", 50)
    path = ledger_file.write(tmp_path / "台账.csv", 300)

    def fill(progress: Progress) -> None:
        if progress.phase == "写入" and progress.done >= 100:
            pages = office.writer.execute("PRAGMA page_count").fetchone()[0]
            office.writer.execute(f"PRAGMA max_page_count={pages}")

    with pytest.raises(OfficeError, match=r"^磁盘已满[^\n]*此前的 1\d\d 行已写入，再导入同一文件会接着补上$"):
        import_ledger(office, path, on_progress=fill)
    office.writer.execute("PRAGMA max_page_count=1000000")
    held = len(cases(office))
    assert import_ledger(office, path).added == len(cases(office)) - held


def test_no_room_for_sorting_is_one_line_and_writes_nothing(
    office: Office, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write([["工单号", "内容"], *[[str(n), "字" * 2000] for n in range(200)], ["", "秘密★"]])
    made = Scratch.__init__

    def small(scratch: Scratch, *, in_memory: bool = False) -> None:
        made(scratch, in_memory=in_memory)
        scratch._connection.execute("PRAGMA temp.max_page_count=20")

    monkeypatch.setattr(Scratch, "__init__", small)
    with pytest.raises(LedgerError, match=r"^系统临时目录放不下.*请腾出空间"):
        import_ledger(office, path)
    assert cases(office) == []
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_is_sorted_lies_in_no_file_that_outlives_the_process(
    office: Office, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("db.exchange.ledger._READ_STEP", 1)
    monkeypatch.setenv("SQLITE_TMPDIR", str(folder := tmp_path / "tmp"))
    folder.mkdir()
    left: set[str] = set()

    def look(progress: Progress) -> None:
        left.update(each.name for each in folder.iterdir())

    path = write([["工单号", "内容"], *[[str(n), "字" * 5000] for n in range(600)]])
    assert import_ledger(office, path, on_progress=look).added == 600
    assert not left


def test_the_made_up_ledger_stands_in_the_years_it_says() -> None:
    first, *_, last = ledger_file.rows(200)
    sent = ledger_file.COLUMNS.index("热线派单时间")
    assert first[sent].startswith("2021/01/04")
    assert last[sent].startswith("2021/01/05")
    assert len({row[1] for row in ledger_file.rows(2_000)}) < 1_970, "some orders have several rows"
    assert instants.local(ledger_file.BEGAN).year == 2021
