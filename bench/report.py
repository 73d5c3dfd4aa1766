"""The table, as printed and as docs/PERFORMANCE.md holds it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlcipher3 import dbapi2

from bench.measure import Row, Timing

PAGE = Path(__file__).resolve().parents[1] / "docs" / "PERFORMANCE.md"

_HEAD = """\
| work | ours, p50 / p95 | the other way | its p50 / p95 | ours ÷ other | must be |
|---|--:|---|--:|--:|---|"""


def line(row: Row) -> str:
    """One row of the table."""
    theirs = "–" if row.theirs is None else _figures(row.theirs)
    ratio = "–" if row.ratio is None else f"{row.ratio:.2g}"
    return f"| {row.name} | {_figures(row.ours)} | {row.other} | {theirs} | {ratio} | {row.budget} |"


def _figures(figures: Timing) -> str:
    return f"{_number(figures.median)} / {_number(figures.p95)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def machine() -> str:
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, SQLite {dbapi2.sqlite_version}"
    )


def page(rows: Iterable[Row], facts: Sequence[str]) -> str:
    """The whole page."""
    table = "\n".join([_HEAD, *map(line, rows)])
    listed = "\n".join(f"- {fact}" for fact in facts)
    return f"""# Performance

Written by `make bench`. Times are milliseconds; both columns were measured in the same run on the same rows,
so the ratio holds on other machines where the figures do not.

{listed}

{table}
"""
