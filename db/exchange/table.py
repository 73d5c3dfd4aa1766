"""The table in a ledger file: its sheet, its header, its columns and the rows below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from db.exchange import header
from db.exchange.columns import Columns, match
from db.exchange.errors import LedgerError
from db.exchange.header import Header
from db.exchange.lines import Line, Reader, Refused
from db.exchange.sheets import BadRow, Row, Sheet, choose, open_sheets


class Ledger(NamedTuple):
    """A ledger file that is understood; its rows are not read yet."""

    path: Path
    sheet: Sheet
    sheets: tuple[str, ...]
    """All sheets of the file."""
    header: Header
    columns: Columns
    reader: Reader

    def lines(self) -> Iterator[Line | Refused]:
        """Every data row, read; may be called again."""
        return self.reader.lines(_below(self.sheet, self.header))


def open_ledger(
    path: Path,
    *,
    sheet: str | None = None,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Ledger:
    """Find the table in a ledger file.

    Args:
        path: .xls, .xlsx, .csv or .tsv.
        sheet: name of the sheet; by default the first one that holds a table of cases.
        source: name of the number scheme; by default the number column's.
        mapping: column name → field name, for columns that the alias table does not know.

    Raises:
        LedgerError: no such file or sheet, unreadable, or no header to be found.
    """
    sheets = open_sheets(path)
    problems: list[str] = []
    for one in choose(sheets, sheet):
        try:
            found, columns = _table(one, mapping or {})
        except LedgerError as error:
            problems.append(f"工作表“{one.name}”：{error}" if len(sheets) > 1 else str(error))
            continue
        reader = Reader(columns, source=source, ragged=one.ragged)
        return Ledger(path, one, tuple(each.name for each in sheets), found, columns, reader)
    raise LedgerError(f"{path.name}：{problems[0]}")


def _table(sheet: Sheet, mapping: Mapping[str, str]) -> tuple[Header, Columns]:
    head = [[] if isinstance(row, BadRow) else row for row in islice(sheet.rows(), header.SEARCHED + 1)]
    if not any(map(_filled, head)):
        raise LedgerError("没有内容")
    found = header.find(head, mapping.keys())
    if found is None:
        listed = "、".join(cell.strip() for cell in next(filter(_filled, head)) if cell.strip())
        raise LedgerError(f"没有找到表头，首行是：{listed[:200]}。请用 --map 列名=字段 指明各列")
    columns = match(found.names, mapping)
    if not any(isinstance(row, BadRow) or _filled(row) for _, row in _below(sheet, found)):
        raise LedgerError("只有表头，没有数据行")
    return found, columns


def _filled(row: Sequence[str]) -> bool:
    return any(cell.strip() for cell in row)


def _below(sheet: Sheet, found: Header) -> Iterator[tuple[int, Row | BadRow]]:
    return islice(enumerate(sheet.rows(), start=1), found.below, None)
