"""A list of cases out, as .xlsx or .csv that Excel and WPS open right: masked, formulas escaped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from db import instants
from db.connection import Connection
from db.durable import put_in_place
from db.errors import reason
from db.exchange.errors import LedgerError
from db.exchange.spreadsheet import CsvTable, TableWriter, XlsxTable
from db.reads.board import CaseRow, ListQuery, ids, rows
from db.terms import Alarm, Stage

COLUMNS: tuple[tuple[str, int], ...] = (
    ("编号", 18),
    ("事项", 50),
    ("承办单位", 22),
    ("阶段", 10),
    ("状态", 8),
    ("受理期限", 12),
    ("应办结日", 12),
    ("期限暂定", 10),
    ("受理时间", 18),
    ("更新时间", 18),
    ("保密", 6),
)
"""The columns of the list and their widths in characters."""

_PIECE = 2_000

XLSX_ROWS = 1_048_575
"""Rows below the header that a sheet of Excel can have."""

OnProgress = Callable[[int, int], None]
"""Takes how many cases are written, and of how many."""


def export_list(connection: Connection, path: Path, query: ListQuery, now: int) -> int:
    """Write the list that a query shows; how many cases there are in it. Raises as `export_cases`."""
    return export_cases(connection, path, ids(connection, query, now), now)


def export_cases(
    connection: Connection,
    path: Path,
    listed: Sequence[int],
    now: int,
    on_progress: OnProgress | None = None,
) -> int:
    """Write these cases in their order; how many there are. Memory does not grow with the list.

    Raises:
        LedgerError: another ending than .xlsx or .csv, more cases than a sheet holds, or the file cannot
            be written; nothing is left behind.
    """
    kind = path.suffix.lower()
    if kind not in (".xlsx", ".csv"):
        raise LedgerError(f"导出文件须以 .xlsx 或 .csv 结尾：{path.name}")
    if kind == ".xlsx" and len(listed) > XLSX_ROWS:
        raise LedgerError(
            f"共 {len(listed):,} 件，一张 .xlsx 最多 {XLSX_ROWS:,} 行，请改存 .csv：{path.name}"
        )
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _table(fresh, kind) as table:
            count = _write(table, _rows(connection, listed, now, on_progress))
        put_in_place(fresh, path)
    except OSError as error:
        raise LedgerError(f"写不了 {path}：{reason(error)}。请检查目录、权限和磁盘空间") from error
    finally:
        fresh.unlink(missing_ok=True)
    return count


def _table(path: Path, kind: str) -> TableWriter:
    if kind == ".csv":
        return CsvTable(path)
    return XlsxTable(path, title="督办清单", widths=[width for _, width in COLUMNS])


def _write(table: TableWriter, cases: Iterator[CaseRow]) -> int:
    table.row([name for name, _ in COLUMNS])
    count = 0
    for case in cases:
        table.row(_cells(case))
        count += 1
    return count


def _rows(
    connection: Connection, listed: Sequence[int], now: int, on_progress: OnProgress | None
) -> Iterator[CaseRow]:
    for start in range(0, len(listed), _PIECE):
        yield from rows(connection, listed[start : start + _PIECE], now)
        if on_progress is not None:
            on_progress(min(start + _PIECE, len(listed)), len(listed))


def _cells(case: CaseRow) -> Sequence[str]:
    return (
        case.number,
        case.title,
        case.unit,
        Stage(case.stage).label,
        Alarm(case.alarm).label,
        _day(case.accept_by),
        _day(case.due_at),
        "暂定" if case.provisional else "",
        _time(case.accepted_at),
        _time(case.updated_at),
        "保密" if case.confidential else "",
    )


def _day(end: int | None) -> str:
    return "" if end is None else instants.last_day_of(end).isoformat()


def _time(instant: int | None) -> str:
    return "" if instant is None else instants.local(instant).strftime("%Y-%m-%d %H:%M")
