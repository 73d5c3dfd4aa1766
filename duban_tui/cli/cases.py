"""``duban find`` and ``duban show``."""

from __future__ import annotations

import argparse

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
        print_json([case_line(row) for row in found])
    elif found:
        print_cases(found)
    else:
        print(f"没有找到“{text}”")


def _found(connection: Connection, text: str, limit: int) -> list[CaseRow]:
    """The cases that hold the text; where there is room, those that it means as a unit, state or date."""
    now = instants.now()
    hits = search(connection, text, limit=limit, now=now, understand=False).hits
    if len(hits) >= limit:
        return hits
    from db.reads.readings import readings

    found = {row.id: row for row in hits}
    for reading in readings(connection, text, now):
        if not reading.query.words:
            found |= {row.id: row for row in page(connection, reading.query, now, limit)}
    return list(found.values())[:limit]
