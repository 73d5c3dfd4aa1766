"""``duban import`` and ``duban export``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from python_calamine import CalamineWorkbook

from tests.cli.conftest import Run

LEDGER = """工单编号,标题,内容,承办单位,接收时间,办结时限
A-1,路灯不亮,老街路灯坏了,綦江区,2026-11-02 09:00,2026-11-09
A-2,下水道堵塞,化粪池外溢,某某管理处,2026-11-03 10:00,2026-11-10
A-3,机密★
"""


def write(folder: Path) -> Path:
    """A ledger with two good rows and a torn one."""
    path = folder / "台账.csv"
    path.write_text(LEDGER, encoding="gb18030")
    return path


def test_import_says_what_became_of_every_row(run: Run, tmp_path: Path) -> None:
    run("init")
    path = write(tmp_path)
    first = json.loads(run("import", path, "--json").out)
    assert [first[name] for name in ("rows", "added", "updated", "unchanged", "rejected")] == [3, 2, 0, 0, 1]
    assert first["unclaimed_names"] == {"某某管理处": 1}
    rejected = Path(first["rejects_file"])
    assert rejected == tmp_path / "台账.csv.rejected.csv"
    assert rejected.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark"
    again = json.loads(run("import", path, "--json").out)
    assert [again[name] for name in ("added", "updated", "unchanged", "rejected")] == [0, 0, 2, 1]


def test_a_preview_writes_nothing(run: Run, tmp_path: Path) -> None:
    run("init")
    shown = run("import", write(tmp_path), "--dry-run")
    assert "编码 GB18030" in shown.out.upper()
    assert "将新增 2" in shown.out
    assert json.loads(run("board", "--json").out)["total"] == 0
    assert not list(tmp_path.glob("*.rejected.csv"))


def test_a_wrong_map_or_file_is_one_line(run: Run, tmp_path: Path) -> None:
    run("init")
    path = write(tmp_path)
    for arguments in (("import", path, "--map", "标题"), ("import", tmp_path / "没有.csv")):
        ended = run(*arguments)
        assert ended.status == 1
        assert ended.err.count("\n") == 1
        assert not ended.out


def test_the_list_goes_out_as_a_file_that_excel_opens(run: Run, office: Path, tmp_path: Path) -> None:
    sheet, text = tmp_path / "清单.xlsx", tmp_path / "清单.csv"
    assert run("export", sheet, "--alarm", "警报", home=office).status == 0
    assert run("export", text, "--alarm", "警报", home=office).status == 0
    rows = CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python()
    with text.open(encoding="utf-8-sig", newline="") as file:
        plain = list(csv.reader(file))
    assert [row[:2] for row in rows] == [[cell.lstrip("\t") for cell in row[:2]] for row in plain]
    overdue = json.loads(run("board", "--json", home=office).out)["alarms"]["警报"]
    assert len(plain) == overdue + 1


def test_an_unknown_state_or_ending_is_named(run: Run, office: Path, tmp_path: Path) -> None:
    assert "可用：警报" in run("export", tmp_path / "a.csv", "--alarm", "红色", home=office).err
    assert ".xlsx 或 .csv" in run("export", tmp_path / "a.doc", home=office).err
