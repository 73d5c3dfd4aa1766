"""``duban find`` and ``duban show``."""

from __future__ import annotations

import argparse

from db import instants
from db.reads.lookup import search
from duban_tui.cli.output import case_line, print_cases, print_json
from duban_tui.cli.places import reader_of


def find(args: argparse.Namespace) -> None:
    """Print the cases that a text finds, open ones first, then newest first."""
    found = search(reader_of(args), " ".join(args.text), limit=args.limit, now=instants.now())
    if args.json:
        print_json([case_line(row) for row in found.hits])
    elif found.hits:
        print_cases(found.hits)
    else:
        print(f"没有找到“{' '.join(args.text)}”")
