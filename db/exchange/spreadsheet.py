"""Tables that Excel and WPS open right: UTF-8 with BOM and CRLF, long numbers whole, no formula ever run."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol
from zipfile import ZIP_DEFLATED, ZipFile

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_EXACT_DIGITS = 11
"""A longer number is shown as 2.01E+17 and, saved again, has lost its digits."""

_WIDEST = 60


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_cell(text: str) -> str:
    """A cell of a CSV file; a long number gets a tab before it, which keeps it text in Excel and WPS."""
    if len(text) > _EXACT_DIGITS and text.isascii() and text.isdigit():
        return f"\t{text}"
    return escaped(text)


class TableWriter(Protocol):
    """Writes a table row by row."""

    def row(self, cells: Sequence[str]) -> None:
        """One row."""

    def __enter__(self) -> TableWriter:
        """The writer itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the file."""


class CsvTable:
    """A CSV file for Excel and WPS."""

    def __init__(self, path: Path) -> None:
        """Open the file for writing."""
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")

    def row(self, cells: Sequence[str]) -> None:
        """One row."""
        self._writer.writerow([csv_cell(cell) for cell in cells])

    def __enter__(self) -> CsvTable:
        """The writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    """Let a working file lie beside what is made of it: nobody chose the system's folder for it."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


class XlsxTable:
    """An .xlsx file, streamed: a header that stays in view, text cells, fitting columns."""

    def __init__(self, path: Path, *, title: str, widths: Iterable[int]) -> None:
        """Start a workbook of one sheet; `widths` are those of the columns, in characters."""
        from openpyxl import Workbook
        from openpyxl.utils import get_column_letter

        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        for at, width in enumerate(widths, start=1):
            self._sheet.column_dimensions[get_column_letter(at)].width = min(width, _WIDEST)
        with _working_in(path.parent):
            self._sheet._get_writer()

    def row(self, cells: Sequence[str]) -> None:
        """One row; every cell is text, so a long number keeps its digits."""
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.utils.exceptions import IllegalCharacterError

        row = []
        for text in cells:
            try:
                cell = WriteOnlyCell(self._sheet, escaped(text))
            except IllegalCharacterError:
                cell = WriteOnlyCell(self._sheet, escaped("".join(filter(str.isprintable, text))))
            cell.data_type, cell.number_format = "s", "@"
            row.append(cell)
        self._sheet.append(row)

    def __enter__(self) -> XlsxTable:
        """The writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the workbook, unless there was an error; nothing stays open or behind in either case."""
        try:
            if kind is None:
                self._save()
        finally:
            self._let_go()

    def _save(self) -> None:
        from openpyxl.writer.excel import ExcelWriter

        # `Workbook.save` leaves the archive open where it is broken off, and Windows then keeps the file.
        with ZipFile(self._path, "w", ZIP_DEFLATED) as archive:
            ExcelWriter(self._book, archive).save()

    def _let_go(self) -> None:
        """End the streams of the sheet from the inside out, and its temporary file.

        Left to the garbage collector, which may begin with the file, they complain on the terminal.
        """
        with suppress(Exception):
            self._sheet.close()
        with suppress(OSError, ValueError):
            self._sheet._writer.cleanup()
