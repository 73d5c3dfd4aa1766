"""Open a ledger file: .xls, .xlsx, .csv or .tsv, by its content and not by its name, as sheets of text cells.

Workbooks are read whole by the reader underneath; text files are streamed. Every cell is text: a
number as it would be typed, a date as ``2026-03-05`` or ``2026-03-05 09:30:00``.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import python_calamine as calamine

from db.errors import reason
from db.exchange.encoding import DAMAGE, KEEP_READING, Encoding, detect
from db.exchange.errors import LedgerError

Row = list[str]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DELIMITERS = ",\t;|"
_LONGEST_CELL = 4 << 20
_EXACT = 10**15
"""A number this large, kept as a number by Excel, has lost its last digits."""


class BadRow(NamedTuple):
    """A row that could not be read."""

    reason: str
    cells: Row
    """As far as they were read."""


class Sheet(NamedTuple):
    """One sheet, not yet read."""

    name: str
    rows: Callable[[], Iterator[Row | BadRow]]
    """From the first row on; may be called again to read from the start."""
    encoding: str
    """As shown; ``Excel`` for a workbook."""
    ragged: bool
    """Rows of a text file may be of different lengths; those of a workbook never are."""


def open_sheets(path: Path) -> list[Sheet]:
    """The visible sheets of a ledger file.

    Raises:
        LedgerError: missing, empty, broken, password-protected or no table.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
        if not head:
            raise LedgerError(f"{path.name} 是空文件")
        if head.startswith((_ZIP, _OLE)):
            return _workbook(path)
        return [_text(path, detect(path))]
    except FileNotFoundError:
        raise LedgerError(f"没有这个文件：{path}") from None
    except IsADirectoryError:
        raise LedgerError(f"{path} 是文件夹，请指明其中的文件") from None
    except OSError as error:
        raise LedgerError(f"读不了 {path}：{reason(error)}") from error


def choose(sheets: list[Sheet], name: str | None) -> list[Sheet]:
    """The sheet of that name, or all of them.

    Raises:
        LedgerError: there is no such sheet.
    """
    if name is None:
        return sheets
    for sheet in sheets:
        if sheet.name == name.strip():
            return [sheet]
    raise LedgerError(f"没有工作表“{name}”，文件里有：{'、'.join(sheet.name for sheet in sheets)}")


def _workbook(path: Path) -> list[Sheet]:
    try:
        with path.open("rb") as file:
            book = calamine.CalamineWorkbook.from_filelike(file)
        visible = calamine.SheetVisibleEnum.Visible
        names = [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible] or book.sheet_names
        return [Sheet(name, _cells_of(path, book, name), "Excel", False) for name in names]
    except calamine.PasswordError:
        raise _locked(path) from None
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError):
        if _ENCRYPTED in path.read_bytes():
            raise _locked(path) from None
        raise _broken(path) from None


def _locked(path: Path) -> LedgerError:
    return LedgerError(f"{path.name} 有打开密码，请在 Excel 或 WPS 中去掉密码后再导入")


def _broken(path: Path) -> LedgerError:
    return LedgerError(f"{path.name} 已损坏或没有传完整，请重新取得文件后再导入")


def _cells_of(path: Path, book: calamine.CalamineWorkbook, name: str) -> Callable[[], Iterator[Row | BadRow]]:
    """Rows of a sheet. It takes 3 KB a row while it is held: from a look at its head to its last row."""
    held: list[calamine.CalamineSheet] = []

    def rows() -> Iterator[Row | BadRow]:
        try:
            sheet = held[0] if held else book.get_sheet_by_name(name)
            held[:] = [sheet]
            for cells in sheet.iter_rows():
                yield [cell if type(cell) is str else written(cell) for cell in cells]
            held.clear()
        except (calamine.CalamineError, calamine.ZipError, calamine.XmlError):
            raise _broken(path) from None

    return rows


def written(cell: Any) -> str:
    """A cell of a workbook as text."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return str(cell)


def _text(path: Path, encoding: Encoding) -> Sheet:
    delimiter = _delimiter(path, encoding)

    def rows() -> Iterator[Row | BadRow]:
        csv.field_size_limit(_LONGEST_CELL)
        with path.open(encoding=encoding.codec, errors=KEEP_READING, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter)
            while (row := _next(reader)) is not None:
                if encoding.damaged and isinstance(row, list) and any(DAMAGE in cell for cell in row):
                    yield BadRow("有读不出的字符（文件编码已损坏）", row)
                else:
                    yield row

    return Sheet(path.stem, rows, encoding.label, True)


def _next(reader: Iterator[Row]) -> Row | BadRow | None:
    try:
        return next(reader, None)
    except csv.Error:
        return BadRow("引号没有闭合，或单元格过长", [])


def _delimiter(path: Path, encoding: Encoding) -> str:
    """The separator that stands most often in the first lines."""
    with path.open(encoding=encoding.codec, errors=KEEP_READING, newline="") as file:
        head = "".join(islice(file, 30))[: 1 << 18]
    if head.lstrip().lower().startswith(("<html", "<!doctype", "<table", "<?xml")):
        raise LedgerError(f"{path.name} 其实是网页，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入")
    return max(_DELIMITERS, key=head.count)
