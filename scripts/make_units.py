"""Make the packaged unit tables from a directory of source tables.

    python scripts/make_units.py DIR

DIR holds ``units-chongqing.csv``, ``departments-chongqing.csv`` and ``areacity-level4-chongqing-2023.csv``
(sources and licences: db/data/SOURCES.md). Written are ``db/data/units.csv`` and
``db/data/departments.csv``, with the pinyin initials worked out, so that a new office needs no pypinyin.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from db.units import names

DATA = Path(__file__).resolve().parents[1] / "db" / "data"


def main(source: Path) -> None:
    """Write both tables."""
    townships = _read(source / "areacity-level4-chongqing-2023.csv")
    spoken = {row["ext_name"]: _spoken(row) for row in townships if row["deep"] == "3"}
    divisions = [
        (
            row["code"],
            row["name"],
            row["parent_code"],
            row["level"],
            names.short_name(row["name"], int(row["level"])),
            spoken.get(row["name"]) or names.initials(row["name"]),
        )
        for row in _read(source / "units-chongqing.csv")
    ]
    _write("units.csv", ("code", "name", "parent_code", "level", "short_name", "initials"), divisions)
    departments = [
        (row["name"], row["short_name"], re.sub("（.*$", "", row["kind"]), names.initials(row["name"]))
        for row in _read(source / "departments-chongqing.csv")
    ]
    _write("departments.csv", ("name", "short_name", "kind", "initials"), departments)


def _spoken(row: dict[str, str]) -> str:
    """Initials of a township from the pinyin of its stem (长岭 is chang ling) and of its rank."""
    head = "".join(word[0] for word in row["pinyin"].split())
    tail = row["ext_name"].removeprefix(row["name"])
    return head + names.initials(tail) if row["ext_name"].startswith(row["name"]) else ""


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(name: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
