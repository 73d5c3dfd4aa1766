"""Unit tables: CSV files with one unit a row, read and checked before anything is written.

Columns: ``name``, and either ``code``, ``parent_code`` and ``level`` (divisions), or ``parent`` (a name
path such as ``綦江区``), or neither, which means directly below the city. Optional: ``short_name``,
``kind``, ``initials``, ``note``, ``successor``. The Chinese names in `_COLUMNS` mean the same.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from db.errors import reason
from db.terms import DIVISION_KIND
from db.units import names

_COLUMNS = {
    "name": ("name", "名称", "单位名称"),
    "code": ("code", "代码", "编码", "区划代码"),
    "parent_code": ("parent_code", "上级代码"),
    "parent": ("parent", "上级", "上级单位"),
    "level": ("level", "级别", "层级"),
    "short_name": ("short_name", "简称"),
    "kind": ("kind", "类别", "单位类别"),
    "initials": ("initials", "拼音首字母"),
    "note": ("note", "备注"),
    "successor": ("successor", "承接单位", "继任单位"),
}
_DIVISION_COLUMNS = ("code", "parent_code", "level")
_STALE_NOTE = re.compile(r"陈旧|残留|已撤销|已废止|停用")
_STALE_NAME = re.compile(r"[（(]\s*(已撤销|已撤并|撤销|已废止)\s*[）)]")
_REMARK = re.compile(r"[（(].*$")
TOP, DEEPEST = 1, 4


class UnitTableError(Exception):
    """A table that cannot be taken; the message is one line: file, row, column, how to mend."""


class Row(NamedTuple):
    """One living unit of a table."""

    line: int
    """Line in the file, the header being 1."""
    code: str | None
    name: str
    short_name: str | None
    initials: str | None
    parent: int | str | None
    """Index of the parent's row, or its name path in the tree; None for the top and right below it."""
    level: int | None
    """None where the tree decides (one below the parent)."""
    kind: str


class Skipped(NamedTuple):
    """A row that is not taken, and why."""

    line: int
    name: str
    why: str


class Ending(NamedTuple):
    """A row that says a unit has ended and who goes on with its cases."""

    line: int
    name: str
    parent: int | str | None
    successor: str


class UnitTable(NamedTuple):
    """A table that was read and found sound; parents stand before their children."""

    source: str
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...] = ()
    endings: tuple[Ending, ...] = ()


def read_table(path: Path, kind: str = DIVISION_KIND) -> UnitTable:
    """Read a table; `kind` is that of rows which name none.

    Raises:
        UnitTableError: missing, unreadable, or not sound.
    """
    try:
        return parse(path.read_bytes(), path.name, kind)
    except OSError as error:
        raise UnitTableError(f"读不了单位表 {path}：{reason(error)}，请检查路径和权限") from error


def packaged() -> UnitTable:
    """The shipped tree of Chongqing as of 2023-06-30 (see db/data/SOURCES.md)."""
    return _shipped("units.csv")


def packaged_departments() -> UnitTable:
    """The shipped departments and development zones of Chongqing (see db/data/SOURCES.md)."""
    return _shipped("departments.csv")


def _shipped(name: str) -> UnitTable:
    from importlib.resources import files

    return parse((files("db") / "data" / name).read_bytes(), name, DIVISION_KIND)


def parse(content: bytes, source: str, kind: str) -> UnitTable:
    """Read the bytes of a CSV file; `source` names it in messages.

    Raises:
        UnitTableError: not sound.
    """
    records = list(_records(decode(content, source), source))
    taken: list[tuple[int, dict[str, str]]] = []
    skipped: list[Skipped] = []
    for line, record in records:
        why = _stale(record)
        if why and not record["successor"]:
            skipped.append(Skipped(line, record["name"], why))
        else:
            taken.append((line, record))
    if not any(not record["successor"] for _, record in taken):
        raise UnitTableError(f"单位表 {source} 没有可用的行，未载入；请确认选对了文件")
    ordered = sorted(taken, key=lambda item: _level(item[0], item[1], source) or DEEPEST)
    return _resolve_parents(ordered, skipped, source, kind)


def decode(content: bytes, source: str) -> str:
    """Text of a CSV file: a byte order mark decides, else UTF-8, else GB18030.

    Raises:
        UnitTableError: a workbook, or neither encoding fits.
    """
    if content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise UnitTableError(f"单位表 {source} 是 Excel 工作簿，请另存为 CSV 再载入")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnitTableError(f"单位表 {source} 的编码认不出，请另存为 UTF-8 或 GB18030 的 CSV")


def _records(text: str, source: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column name (absent ones empty) of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, None)
        if header is None or not any(map(str.strip, header)):
            raise UnitTableError(f"单位表 {source} 是空文件，未载入")
        places = _places([names.tidy(cell) for cell in header], source)
        for cells in reader:
            if not any(map(str.strip, cells)):
                continue
            record = {
                column: names.tidy(cells[place]) if place is not None and place < len(cells) else ""
                for column, place in places.items()
            }
            if not record["name"]:
                raise _fault(source, reader.line_num, "name", "单位名称是空的，请补上或删去此行")
            yield reader.line_num, record
    except csv.Error as error:
        why = f"第 {reader.line_num} 行不是完整的 CSV（{error}），请检查引号"
        raise UnitTableError(f"单位表 {source} {why}") from error


def _places(header: list[str], source: str) -> dict[str, int | None]:
    places = {
        column: next((header.index(name) for name in aliases if name in header), None)
        for column, aliases in _COLUMNS.items()
    }
    given = [column for column in _DIVISION_COLUMNS if places[column] is not None]
    required = ("name", *_DIVISION_COLUMNS) if given and places["parent"] is None else ("name",)
    missing = [column for column in required if places[column] is None]
    if missing:
        listed = "、".join(f"{column}（{_COLUMNS[column][1]}）" for column in missing)
        raise UnitTableError(f"单位表 {source} 第 1 行缺少列 {listed}，请补上表头")
    return places


def _stale(record: dict[str, str]) -> str | None:
    if _STALE_NAME.search(record["name"]):
        return "名称自带已撤销"
    return record["note"] if _STALE_NOTE.search(record["note"]) else None


def _level(line: int, record: dict[str, str], source: str) -> int | None:
    written = record["level"]
    if not written:
        if record["parent_code"]:
            raise _fault(source, line, "level", "级别是空的，请填 1 至 4")
        return None
    if written not in ("1", "2", "3", "4"):
        raise _fault(source, line, "level", f"级别“{written}”不是 1 至 4")
    return int(written)


def _resolve_parents(
    ordered: list[tuple[int, dict[str, str]]], skipped: list[Skipped], source: str, kind: str
) -> UnitTable:
    by_code: dict[str, int] = {}
    all_codes = {record["code"] for _, record in ordered}
    rows: list[Row] = []
    endings: list[Ending] = []
    siblings: dict[tuple[int | str | None, str], int] = {}
    for line, record in ordered:
        level = _level(line, record, source)
        parent = _parent(line, record, level, rows, by_code, all_codes, source)
        if record["successor"]:
            endings.append(Ending(line, record["name"], parent, record["successor"]))
            continue
        first = siblings.setdefault((parent, record["name"]), line)
        if first != line:
            why = f"“{record['name']}”与第 {first} 行同名同上级，请删去一行"
            raise _fault(source, line, "name", why)
        code = record["code"]
        if code and code in by_code:
            why = f"代码 {code} 与第 {rows[by_code[code]].line} 行重复，请更正"
            raise _fault(source, line, "code", why)
        if code:
            by_code[code] = len(rows)
        own_kind = _REMARK.sub("", record["kind"]) or kind
        rows.append(
            Row(
                line,
                code or None,
                record["name"],
                record["short_name"] or None,
                record["initials"] or None,
                parent,
                level,
                own_kind,
            )
        )
    return UnitTable(source, tuple(rows), tuple(skipped), tuple(endings))


def _parent(
    line: int,
    record: dict[str, str],
    level: int | None,
    rows: list[Row],
    by_code: dict[str, int],
    all_codes: set[str],
    source: str,
) -> int | str | None:
    """The parent's row index or name path; rows come in the order of levels, so parents are known."""
    code = record["parent_code"]
    if not code:
        if level is not None and level > TOP + 1 and not record["parent"]:
            raise _fault(source, line, "parent_code", f"{level} 级单位“{record['name']}”没有上级代码")
        return record["parent"] or None
    at = by_code.get(code)
    if at is None and code not in all_codes:
        raise _fault(source, line, "parent_code", f"上级代码 {code} 在表中没有，请补上上级或更正")
    if at is None or level != (rows[at].level or 0) + 1:
        why = f"“{record['name']}”的上级 {code} 不是 {(level or 0) - 1} 级单位，请更正代码或级别"
        raise _fault(source, line, "parent_code", why)
    return at


def _fault(source: str, line: int, column: str, why: str) -> UnitTableError:
    where = f"第 {line} 行 {column}（{_COLUMNS[column][1]}）列"
    return UnitTableError(f"单位表 {source} {where}：{why}；整张表未载入")
