"""The table, as printed and as docs/PERFORMANCE.md holds it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sqlcipher3 import dbapi2

from bench.measure import Row, Timing

PAGE = Path(__file__).resolve().parents[1] / "docs" / "PERFORMANCE.md"

_HEAD = """\
| work | ours, p50 / p95 | the other way | its p50 / p95 | ours ÷ other | must be | is |
|---|--:|---|--:|--:|---|---|"""

_BUDGET = re.compile(r"(?P<p95>p95 )?≤ (?P<most>[\d.]+)(?P<unit>×| ms)")


def line(row: Row) -> str:
    """One row of the table."""
    theirs = "–" if row.theirs is None else _figures(row.theirs)
    ratio = "–" if row.ratio is None else f"{row.ratio:.2g}"
    cells = (row.name, _figures(row.ours), row.other, theirs, ratio, row.budget, verdict(row))
    return f"| {' | '.join(cells)} |"


def verdict(row: Row) -> str:
    """Met or missed, and how much of the budget was used; empty where the budget is not one of `≤`.

    A budget that says p95 is held against p95 (of both, for a ratio), any other against the medians.
    """
    asked = _BUDGET.search(row.budget)
    if asked is None or (asked["unit"] == "×" and row.theirs is None):
        return ""
    kind = "p95" if asked["p95"] else "median"
    figure: float = getattr(row.ours, kind)
    if asked["unit"] == "×":
        figure /= max(getattr(row.theirs, kind), 1e-6)
    used = figure / float(asked["most"])
    return f"{'met' if used <= 1 else 'MISSED'} ({used:.2f} of it)"


def growth(sizes: Mapping[int, Sequence[Row]]) -> str:
    """Our figures by number of cases, and how many times the p95 grew from the smallest to the largest."""
    counts = sorted(sizes)
    figures = {count: {row.name: row.ours for row in sizes[count]} for count in counts}
    lines = [
        f"| work | {' | '.join(f'{count:,} cases' for count in counts)} | p95 grew |",
        f"|---|{'--:|' * len(counts)}--:|",
    ]
    for name in figures[counts[-1]]:
        found = [figures[count].get(name) for count in counts]
        shown = " | ".join("–" if one is None else _figures(one) for one in found)
        first, last = found[0], found[-1]
        grew = f"{last.p95 / max(first.p95, 1e-6):.2g}×" if first and last else "–"
        lines.append(f"| {name} | {shown} | {grew} |")
    return "\n".join(lines)


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


def page(rows: Iterable[Row], facts: Sequence[str], grown: str) -> str:
    """The whole page; `grown` is the table of growth."""
    table = "\n".join([_HEAD, *map(line, rows)])
    listed = "\n".join(f"- {fact}" for fact in facts)
    return f"""# Performance

Written by `make bench`. Times are milliseconds; both columns were measured in the same run on the same rows,
so the ratio holds on other machines where the figures do not.

{listed}

{table}

## Growth

Ours, p50 / p95, of the same work in smaller offices.

{grown}
"""
