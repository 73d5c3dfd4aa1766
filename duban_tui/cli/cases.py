"""``duban find`` and ``duban show``."""

from __future__ import annotations

import argparse
import sys
from typing import NamedTuple

from db import instants
from db.connection import Connection
from db.reads.board import CaseRow, page
from db.reads.lookup import search
from duban_tui.cli.errors import CommandError
from duban_tui.cli.output import case_line, print_cases, print_json
from duban_tui.cli.places import reader_of


def find(args: argparse.Namespace) -> None:
    """Print the cases that a text finds, open ones first, then newest first."""
    if args.limit < 1:
        raise CommandError("--limit 至少是 1")
    text = " ".join(args.text)
    found = _found(reader_of(args), text, args.limit)
    if args.json:
        print_json([case_line(row) for row in found.rows])
    elif found.rows:
        print_cases(found.rows)
        _tell(text, found, args.limit)
    else:
        print(f"没有找到“{text}”")


class _Found(NamedTuple):
    rows: list[CaseRow]
    more: bool
    """There are further ones."""
    meant: tuple[str, ...]
    """What the text was read as, where that gave cases too."""


def _found(connection: Connection, text: str, limit: int) -> _Found:
    """The cases that hold the text; where there is room, those that it means as a unit, state or date."""
    now = instants.now()
    hits = search(connection, text, limit=limit, now=now, understand=False)
    if hits.more:
        return _Found(hits.hits, True, ())
    from db.reads.readings import readings

    whole = [reading for reading in readings(connection, text, now) if not reading.query.words]
    meant = {row.id: row for reading in whole for row in page(connection, reading.query, now, limit + 1)}
    rest = meant.keys() - {row.id for row in hits.hits}
    ordered = sorted((meant[each] for each in rest), key=lambda row: (row.open, row.id), reverse=True)
    rows = hits.hits + ordered
    return _Found(rows[:limit], len(rows) > limit, tuple(reading.label for reading in whole if meant))


def _tell(text: str, found: _Found, limit: int) -> None:
    """What the list does not show by itself; beside it, so that a list in a pipe stays one."""
    if found.meant:
        print(f"“{text}”读作：{'、'.join(found.meant)}", file=sys.stderr)
    if found.more:
        print(f"只列出前 {limit:,} 件，还有更多：用 --limit 多列，或再加字词", file=sys.stderr)
