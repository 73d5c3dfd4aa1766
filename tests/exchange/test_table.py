"""Finding the table in a file: encodings, sheets, headers, columns; and files that are none."""

from __future__ import annotations

import codecs
from pathlib import Path

import msoffcrypto.format.ooxml
import openpyxl
import pytest

from db.exchange.columns import parse_map
from db.exchange.errors import LedgerError
from db.exchange.lines import Line, Refused
from db.exchange.table import Ledger, open_ledger
from tests.exchange.conftest import Write

ROWS = [["编号", "标题", "内容"], ["1", "路灯不亮", "大青㭎村的路灯不亮"], ["2", "占道经营", "每晚“占道”"]]


def taken(ledger: Ledger) -> list[Line]:
    return [line for line in ledger.lines() if isinstance(line, Line)]


def workbook(path: Path, *sheets: tuple[str, list[list[str]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8（带 BOM）"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")],
)
def test_encodings(write: Write, encoding: str, shown: str) -> None:
    ledger = open_ledger(write(ROWS, encoding=encoding))
    assert ledger.sheet.encoding == shown
    assert [line.body for line in taken(ledger)] == ["大青㭎村的路灯不亮", "每晚“占道”"]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_separators(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(separator.join(row) for row in ROWS), encoding="utf-8")
    assert [line.number for line in taken(open_ledger(path))] == ["1", "2"]


def test_rows_of_a_half_written_file_are_refused_and_the_others_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "编号,标题,内容\n1,路灯不亮,很久了\n2,占道经营,每晚占道\n".encode()
    path.write_bytes(text[:-2])
    found = list(open_ledger(path).lines())
    assert [line.number for line in found if isinstance(line, Line)] == ["1"]
    assert [line.reason for line in found if isinstance(line, Refused)] == [
        "有读不出的字符（文件编码已损坏）"
    ]


def test_a_lost_character_that_the_source_itself_has_is_no_damage(write: Write) -> None:
    ledger = open_ledger(write([*ROWS, ["3", "坏字\ufffd", "内容"]]))
    assert len(taken(ledger)) == 3


@pytest.mark.parametrize(
    ("above", "header_row"),
    [
        ([], 1),
        ([["12345工单", "", ""]], 2),
        ([["200", "条记录", ""], ["", "", ""], ["导出时间：2026-11-16", "", ""]], 4),
    ],
)
def test_the_header_stands_below_title_rows(write: Write, above: list[list[str]], header_row: int) -> None:
    ledger = open_ledger(write([*above, *ROWS]))
    assert ledger.header.below == header_row
    assert [line.row for line in taken(ledger)] == [header_row + 1, header_row + 2]


def test_a_header_of_two_rows_with_merged_groups(write: Write) -> None:
    ledger = open_ledger(
        write(
            [
                ["督办台账", "", "", "", "", ""],
                ["编号", "标题", "重办", "", "办理单位", "延期"],
                ["", "", "派单时间", "原因", "", "时间"],
                ["1", "路灯不亮", "2026-11-03", "未解决", "渝北区", "2026-11-20"],
            ]
        )
    )
    assert ledger.columns.names == ("编号", "标题", "重办派单时间", "重办原因", "办理单位", "延期时间")
    (line,) = taken(ledger)
    assert (line.row, line.redo_reason, line.unit) == (4, "未解决", "渝北区")


def test_a_header_repeated_on_each_page_is_no_row(write: Write) -> None:
    assert len(taken(open_ledger(write([*ROWS, ROWS[0], ["3", "第三件", "内容"], ["", "", ""]])))) == 3


def test_several_columns_of_one_field(write: Write) -> None:
    (line,) = taken(
        open_ledger(
            write(
                [
                    [
                        "工单号",
                        "一级分类",
                        "二级分类",
                        "录入时间",
                        "接收时间",
                        "调查核实情况",
                        "处理和整改情况",
                    ],
                    ["1", "城市综合", "用水", "", "2026-11-03 9:00", "属实", "已修好"],
                ]
            )
        )
    )
    assert (line.category, line.reply) == ("城市综合/用水", "属实\n已修好")
    assert line.received == line.dispatched is not None


def test_a_mapped_column_wins_and_a_field_may_be_named_in_many_ways(write: Write) -> None:
    path = write([["CASE_ID", "OPEN_DT", "标题", "WHAT"], ["1", "01/24/2015 02:36:52 PM", "别用", "Light"]])
    for field in ("title", "标题", "留言主题"):
        ledger = open_ledger(path, mapping=parse_map(["case_id=工单号", "OPEN_DT=登记时间", f"WHAT={field}"]))
        assert ledger.columns.scheme == "12345工单号"
        assert [line.title for line in taken(ledger)] == ["Light"]


@pytest.mark.parametrize(
    ("written", "said"),
    [("OPEN_DT", "列名=字段"), ("A=没有的", "没有“没有的”这个字段"), ("=编号", "列名=字段")],
)
def test_a_wrong_map_says_what_is_wrong(written: str, said: str) -> None:
    with pytest.raises(LedgerError, match=said):
        parse_map([written])


def test_the_sheet_with_the_table_is_found_and_a_wrong_name_told(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ("说明", [["本表由某处导出"]]),
        ("字典", [["一级分类", "二级分类"], ["a", "b"]]),
        ("台账", [*ROWS]),
    )
    assert open_ledger(path).sheet.name == "台账"
    with pytest.raises(LedgerError, match="没有工作表“Sheet9”，文件里有：说明、字典、台账"):
        open_ledger(path, sheet="Sheet9")
    with pytest.raises(LedgerError, match="缺少编号、标题、内容"):
        open_ledger(path, sheet="字典")


def test_workbooks_are_known_by_their_content(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("台账", [*ROWS]))
    renamed = path.rename(tmp_path / "a.xls")
    assert len(taken(open_ledger(renamed))) == 2


def test_a_password_is_named(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "a.xlsx", ("台账", [*ROWS]))
    locked = tmp_path / "locked.xlsx"
    with plain.open("rb") as source, locked.open("wb") as target:
        msoffcrypto.format.ooxml.OOXMLFile(source).encrypt("secret", target)
    with pytest.raises(LedgerError, match=r"locked\.xlsx 有打开密码"):
        open_ledger(locked)


def test_a_truncated_workbook_is_named(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", ("台账", [*ROWS])).read_bytes()
    broken = tmp_path / "b.xlsx"
    for share in (0.2, 0.5, 0.9, 0.99):
        broken.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(LedgerError, match="已损坏或没有传完整"):
            open_ledger(broken)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "是空文件"),
        (b"\n\n \n", "没有内容"),
        ("编号,标题\n".encode(), "只有表头"),
        ("甲,乙\n1,2\n".encode(), "没有找到表头，首行是：甲、乙"),
        ("一级分类,二级分类\n1,2\n".encode(), "缺少编号、标题、内容"),
        (b"\x7fELF\0\0\0\0" * 200, "不是表格或文本文件"),
        (bytes(range(128, 256)) * 40, "编码不是"),
        (b"<html><table><tr><td>1</td></tr></table>", "其实是网页"),
        (codecs.BOM_UTF8, "没有内容"),
    ],
)
def test_what_is_no_ledger_is_told_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=said) as error:
        open_ledger(path)
    assert "\n" not in str(error.value)


def test_missing_files_folders_and_columns_are_told(write: Write, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="没有这个文件"):
        open_ledger(tmp_path / "没有.csv")
    with pytest.raises(LedgerError, match="是文件夹"):
        open_ledger(tmp_path)
    with pytest.raises(LedgerError, match="没有“甲”这一列，表里有：编号、标题、内容"):
        open_ledger(write(ROWS), mapping={"甲": "unit"})


def test_a_cell_that_never_ends_costs_one_row_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.exchange.sheets._LONGEST_CELL", 1000)
    path = tmp_path / "a.csv"
    path.write_text("编号,标题,内容\n1,甲,乙\n2,丙," + "长" * 2000 + "\n3,丁,戊\n", encoding="utf-8")
    found = list(open_ledger(path).lines())
    assert [line.number for line in found if isinstance(line, Line)] == ["1", "3"]
    assert [line.row for line in found if isinstance(line, Refused)] == [3]
