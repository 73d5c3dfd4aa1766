"""The table, as printed and as docs/PERFORMANCE.md holds it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlcipher3 import dbapi2

from bench.measure import Row, Timing
from bench.pace import TIMED_BY_THE_DESIGN
from bench.results import Run

PAGE = Path(__file__).resolve().parents[1] / "docs" / "PERFORMANCE.md"

_HEAD = """\
| work | ours, p50 / p95 | the other way | its p50 / p95 | runs | ours ÷ other | must be | is |
|---|--:|---|--:|--:|--:|---|---|"""

_BUDGET = re.compile(r"(?P<p95>p95 )?≤ (?P<most>[\d.]+)(?P<unit>×| ms| MiB)")

_LISTED = re.compile(r"(?<=in a terminal), [\d,]+ rows|(?<=CSV rows), of [\d,]+")
"""Tells the same work in offices of different sizes apart; growth is about just that."""


def line(row: Row) -> str:
    """One row of the table."""
    theirs = "–" if row.theirs is None else _figures(row.theirs)
    ratio = "–" if row.ratio is None else f"{row.ratio:.2g}"
    runs = f"{row.ours.runs}" if row.theirs is None else f"{row.ours.runs} / {row.theirs.runs}"
    cells = (row.name, _figures(row.ours), row.other, theirs, runs, ratio, row.budget, verdict(row))
    return f"| {' | '.join(cells)} |"


def verdict(row: Row) -> str:
    """Met or missed, and how much of the budget was used; empty where the budget is not one of `≤`.

    A budget that says p95 is held against p95 (of both, for a ratio), any other against the medians; a time
    also as it would be at the pace at which the budgets were set.
    """
    asked = _BUDGET.search(row.budget)
    if asked is None or (asked["unit"] == "×" and row.theirs is None):
        return ""
    kind = "p95" if asked["p95"] else "median"
    figure: float = getattr(row.ours, kind)
    if asked["unit"] == "×":
        figure = figure / max(getattr(row.theirs, kind), 1e-6) if asked["p95"] else row.ratio or 0.0
    used = figure / float(asked["most"])
    met = "met" if used <= 1 else "MISSED"
    if asked["unit"] != " ms" or row.pace is None:
        return f"{met} ({used:.2f} of it)"
    there = used / row.pace
    if there <= 1 < used:
        return f"met at the budget's pace ({there:.2f} of it; here {used:.2f})"
    return f"{met} ({used:.2f} of it; {there:.2f} at the budget's pace)"


def growth(sizes: Mapping[int, Sequence[Row]]) -> str:
    """Our figures by number of cases, and how many times the p95 grew from the smallest to the largest."""
    counts = sorted(sizes)
    figures = {count: {_LISTED.sub("", row.name): row.ours for row in sizes[count]} for count in counts}
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


def page(runs: Mapping[int, Run], letters: Run | None) -> str:
    """The whole page, of what is kept: offices by number of cases, and the one with texts as real letters."""
    largest = max(runs)
    return (
        "\n\n".join(
            [
                _TOP,
                _office(f"{largest:,} cases", runs[largest]),
                _table(runs[largest]),
                *_missed(runs[largest].rows),
                _HOW,
                "## Growth\n\nOurs, p50 / p95, of the same work in smaller offices.",
                *(_office(f"{cases:,} cases", runs[cases]) for cases in sorted(runs) if cases != largest),
                growth({cases: run.rows for cases, run in runs.items()}),
                *_of_letters(letters),
            ]
        )
        + "\n"
    )


def _of_letters(run: Run | None) -> list[str]:
    if run is None:
        return []
    told = [_office("bodies of 600 characters", run), _table(run), *_missed(run.rows)]
    return ["## As long as real letters", *told]


def _table(run: Run) -> str:
    """Rows that were measured on another day than the last ones say so."""
    dated = (
        row if row.day in ("", run.day) else row._replace(name=f"{row.name} ({row.day})") for row in run.rows
    )
    return "\n".join([_HEAD, *map(line, dated)])


def _missed(rows: Sequence[Row]) -> list[str]:
    """Each budget that is missed, and what is known of its reason."""
    missed = [row for row in rows if verdict(row).startswith("MISSED")]
    if not missed:
        return []
    return ["Missed, and why:", "\n".join(f"- {row.name}: {_reason(row.name)}" for row in missed)]


def _reason(name: str) -> str:
    return next((why for work, why in _REASONS.items() if work in name), "not explained yet.")


def _office(name: str, run: Run) -> str:
    facts = "\n".join(f"- {fact}" for fact in [*run.facts, *_paces(run.rows)])
    return f"**{name}**, measured {run.day}:\n\n{facts}"


def _paces(rows: Sequence[Row]) -> list[str]:
    """How slow the machine was beside the rows, from the quickest to the slowest minutes."""
    paces = sorted(row.pace for row in rows if row.pace)
    if not paces:
        return []
    told = f"between {paces[0]:.2g} and {paces[-1]:.2g} times as long here, timed beside each part"
    return [f"works that the design timed ({TIMED_BY_THE_DESIGN}) took {told}"]


_REASONS: dict[str, str] = {
    "jump to the N-th": "as Page Down: a whole screen of new lines.",
    "generator": "four processes share the cores: composing (validate, fold, hash), writing, inventing, "
    "pressing. They leave next to none idle, so what the processors give to them all, in the row below, is "
    "the limit, and it goes up and down with the pace of the bare script (decision 15).",
    "after those": "as the first ones; besides, the pieces of their index are merged.",
    "Page Down": "painting as many new lines as the screen has is the half of it, Textual's putting them "
    "together and on the wire the other.",
    "End and Home": "as Page Down: a whole screen of new lines.",
    "hold Down": "at the edge of the list every line moves, so all are put together and sent again.",
    "a district": "most of it goes to its fifty rows, each on a page of its own; the rest are a shared "
    "machine's slow moments, shorter than those over which its pace is timed.",
    "CSV rows, of": "understanding a row and validating, folding and hashing its steps takes one core; the "
    "bare script has none of that, and since the index is ours it writes twice as fast as with FTS5.",
}
"""By a part of a row's name: what keeps it from its budget. Shown only where the budget is missed."""

_TOP = """# Performance

Written by `make bench`; `make bench-quick` prints the same for 100,000 cases. Times are milliseconds: p50 /
p95. Both columns of a row were measured in the same run on the same data, so the ratio holds on other
machines where the figures do not. A budget that says p95 is held against p95, others against the medians;
one in milliseconds also at the pace at which the budgets were set, by works of others that were timed there
and are timed again before and after each part, and each round of the generator."""

_HOW = """How it is measured:

- `duban find`, start, ripgrep, the `sqlite3` shell and the openpyxl script are whole processes, from start to
  end (the first frame: in a terminal, to the tenth row of the list on the screen). In the first two rows
  ours and the other are run in turn; the ratio is the middle one of all pairs.
- Lookup, board, list frames and Datasette's page are answers inside a program that runs already, warm: the
  same kind of question was asked before, and the system keeps what it has room for of the file. Only rows
  that begin with "cold" are otherwise: before each run the system is told to forget the file.
- "runs" are ours / the other's. What takes long is stopped after some seconds, so there are fewer of it; a
  p95 of less than twenty runs is their slowest or next to it.
- "In a terminal" is the program in a terminal of 160×48, from the key to the last byte of its frame. The list
  is that of all closed cases. Memory is the process less a bare Textual app; VisiData's is the whole process.
- Steps are saved, and their rows written again by raw SQL, each on another case and with a connection just
  opened: the system holds the pages, as when a case stands on the screen, the connection does not.
- A saved step, an import and the generator write with `synchronous=FULL`; the bare script writes the very
  rows that ours left behind, and the same index, in large transactions."""
