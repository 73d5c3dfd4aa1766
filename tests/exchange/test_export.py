"""Lists out, as Excel and WPS open them."""

from __future__ import annotations

import csv
import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from db.connection import open_reader
from db.exchange import export
from db.exchange.errors import LedgerError
from db.exchange.export import COLUMNS, export_cases, export_list
from db.exchange.ledger import import_ledger
from db.exchange.spreadsheet import csv_cell
from db.office import Office
from db.reads.board import ListQuery, ids
from tests.exchange.conftest import NOW, Write

ROWS = [
    ["编号", "标题", "承办单位", "派单时间", "是否保密"],
    ["1", "=HYPERLINK(\"http://x\")", "渝北区大湾镇", "2026-11-12 9:00", ""],
    ["2", "来电13812345678反映路灯不亮", "", "", "保密"],
    ["3", "+86", "管网部", "2026-11-02 9:00", ""],
]  # fmt: skip


@pytest.fixture
def filled(office: Office, write: Write) -> Office:
    import_ledger(office, write(ROWS))
    return office


def read_csv(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    return list(csv.reader(raw.decode("utf-8-sig").splitlines(keepends=True)))


def read_xlsx(path: Path) -> list[list[str]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "inlineStr"}
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize(("name", "read"), [("清单.csv", read_csv), ("清单.XLSX", read_xlsx)])
def test_a_list_goes_out_masked_and_without_formulas(
    filled: Office, tmp_path: Path, name: str, read: Callable[[Path], list[list[str]]]
) -> None:
    path = tmp_path / name
    reader = open_reader(filled.path)
    assert export_list(reader, path, ListQuery(sort="number"), NOW) == 3
    head, *rows = read(path)
    assert head == [name for name, _ in COLUMNS]
    titles = [row[1] for row in rows]
    assert titles == ["'+86", '\'=HYPERLINK("http://x")', "来电138****5678反映路灯不亮"]
    assert [row[2] for row in rows] == ["管网部", "大湾镇", ""]
    assert rows[1][3:7] == ["待签收", "报到", "2026-11-16", "2026-11-19"]
    assert [row[-1] for row in rows] == ["", "", "保密"]


def test_only_what_the_query_shows_goes_out(filled: Office, tmp_path: Path) -> None:
    reader = open_reader(filled.path)
    assert export_list(reader, tmp_path / "a.csv", ListQuery(words="路灯"), NOW) == 1
    assert export_list(reader, tmp_path / "b.csv", ListQuery(words="没有"), NOW) == 0
    assert len(read_csv(tmp_path / "b.csv")) == 1


def test_another_ending_or_a_place_that_cannot_be_written_is_told(filled: Office, tmp_path: Path) -> None:
    reader = open_reader(filled.path)
    with pytest.raises(LedgerError, match=r"须以 \.xlsx 或 \.csv 结尾：a\.pdf"):
        export_list(reader, tmp_path / "a.pdf", ListQuery(), NOW)
    with pytest.raises(LedgerError, match="写不了"):
        export_list(reader, tmp_path / "没有的目录" / "a.csv", ListQuery(), NOW)


def test_an_export_that_fails_leaves_the_old_file(
    filled: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("旧", encoding="utf-8")

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("db.exchange.export._write", fail)
    with pytest.raises(LedgerError, match="磁盘空间"):
        export_list(open_reader(filled.path), path, ListQuery(), NOW)
    assert path.read_text("utf-8") == "旧"
    assert [each.name for each in tmp_path.glob("*.xlsx*")] == ["a.xlsx"]


@pytest.mark.parametrize(
    ("name", "broken_off"),
    [
        ("a.csv", "db.exchange.export._cells"),
        ("a.xlsx", "db.exchange.export._cells"),
        ("a.xlsx", "openpyxl.writer.excel.tostring"),
    ],
)
def test_an_export_that_is_broken_off_leaves_nothing_and_is_silent(
    filled: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, broken_off: str
) -> None:
    def ctrl_c(*args: object) -> None:
        raise KeyboardInterrupt

    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(broken_off, ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        export_list(open_reader(filled.path), tmp_path / name, ListQuery(), NOW)
    assert not [each.name for each in tmp_path.iterdir() if "a." in each.name or "openpyxl" in each.name]
    gc.collect()
    assert complaints == []


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("201127145829183624", "\t201127145829183624"),
        ("20201127", "20201127"),
        ("=1+1", "'=1+1"),
        ("-5", "'-5"),
        ("@a", "'@a"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("2026-000001", "2026-000001"),
    ],
)
def test_cells_of_a_csv_file(text: str, cell: str) -> None:
    assert csv_cell(text) == cell


@pytest.mark.parametrize("module", ["ledger", "export"])
def test_neither_a_preview_nor_a_csv_list_loads_the_orm(module: str) -> None:
    heavy = "{'sqlmodel', 'openpyxl', 'alembic'}"
    said = f"import sys, db.exchange.{module}; print({heavy} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


def test_more_cases_than_a_sheet_holds_are_refused_before_anything_is_written(
    filled: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "XLSX_ROWS", 2)
    reader = open_reader(filled.path)
    with pytest.raises(LedgerError, match=r"共 3 件，一张 \.xlsx 最多 2 行，请改存 \.csv"):
        export_list(reader, tmp_path / "a.xlsx", ListQuery(), NOW)
    assert not list(tmp_path.glob("*a.xlsx*"))
    assert export_list(reader, tmp_path / "a.csv", ListQuery(), NOW) == 3


def test_an_export_says_how_far_it_is(
    filled: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PIECE", 2)
    reader = open_reader(filled.path)
    said: list[tuple[int, int]] = []
    listed = ids(reader, ListQuery(), NOW)
    export_cases(reader, tmp_path / "a.csv", listed, NOW, lambda done, total: said.append((done, total)))
    assert said == [(2, 3), (3, 3)]
