"""`duban units load` of a whole tree of four tiers, against a bare script that writes the same rows."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.make_office import OFFICER, UNITS, opened
from bench.measure import Row, timing
from db import units
from db.connection import Connection, transaction
from db.demo.offices import grow
from db.office import Office
from db.units.names import initials
from duban_tui import config

HEADER = ("code", "name", "parent_code", "level", "kind")
_TREE = """SELECT v.code, v.name, above.code, v.level, v.kind FROM unit_version v
LEFT JOIN unit_version above ON above.unit_id = v.parent_id AND above.valid_to IS NULL
WHERE v.valid_to IS NULL ORDER BY v.level, v.unit_id"""
_TABLES = ("unit", "unit_version")


def rows() -> Iterator[Row]:
    """All units into an office that knows only the city; the same once more, which changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        whole, city = Path(folder, "whole.csv"), Path(folder, "city.csv")
        with _office(Path(folder, "grown")) as office:
            grow(office.writer, UNITS)
            tree = office.writer.execute(_TREE).fetchall()
        _write(whole, tree)
        _write(city, tree[:1])
        with (
            _office(Path(folder, "ours"), city) as ours,
            _office(Path(folder, "bare"), city) as bare,
        ):
            first, again = _load(ours, whole), _load(ours, whole)
            theirs = _bare(ours.writer, bare.writer, whole)
    work = f"units load: one table of {len(tree):,} units"
    yield Row(
        work, timing([first]), "bare script: the same rows, initials by the same library", timing([theirs])
    )
    yield Row("… the same table again", timing([again]), "the first load", timing([first]))


def _office(home: Path, table: Path | None = None) -> Office:
    home.mkdir()
    if table is None:
        return opened(home)
    return Office.create(home, config.load().rules, OFFICER, table)


def _write(path: Path, tree: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *tree])


def _load(office: Office, table: Path) -> float:
    begun = time.perf_counter()
    units.load(office.writer, units.read_table(table))
    return time.perf_counter() - begun


def _bare(filled: Connection, empty: Connection, table: Path) -> float:
    """Seconds to read, ask for the initials and write what our load left; to fetch that does not count."""
    held = {name: filled.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES}
    empty.execute("PRAGMA foreign_keys=OFF")
    begun = time.perf_counter()
    with table.open(encoding="utf-8", newline="") as file:
        for _code, name, *_ in csv.reader(file):
            initials(name)
    with transaction(empty):
        for name in reversed(_TABLES):
            empty.execute(f"DELETE FROM {name}")
        for name, found in held.items():
            marks = ", ".join("?" * len(found[0]))
            empty.executemany(f"INSERT INTO {name} VALUES ({marks})", found)
    return time.perf_counter() - begun
