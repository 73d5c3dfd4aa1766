"""``duban deadline``: limits to dates, with the reason for each day."""

from __future__ import annotations

import argparse
from typing import Any

from db import deadlines, instants
from db.rules import Limit
from duban_tui.cli.calendar import current
from duban_tui.cli.cells import cells
from duban_tui.cli.output import day, print_json
from duban_tui.cli.places import config_of

_WEEKDAYS = "一二三四五六日"


def deadline(args: argparse.Namespace) -> None:
    """Print when a limit that starts at 送达 ends, and why."""
    start, limit = instants.parse_written(args.start), Limit.parse(args.limit)
    trace = deadlines.explain(start, limit, current(args), config_of(args).rules.deadlines)
    if args.json:
        print_json(_as_json(trace))
    else:
        _print(trace)


def _as_json(trace: deadlines.Trace) -> dict[str, Any]:
    urgent = trace.urgent_from
    return {
        "start": instants.iso(trace.start),
        "limit": str(trace.limit),
        "due": day(trace.due_at),
        "due_at": instants.iso(trace.due_at),
        "accept_by": day(trace.accept_by),
        "urgent_from": None if urgent is None else instants.day_of(urgent).isoformat(),
        "provisional": trace.provisional,
        "calendar": trace.revision,
        "explanation": trace.sentences,
        "trace": [
            {
                "date": one.day.isoformat(),
                "kind": one.kind.label,
                "name": one.name,
                "counted": one.counted,
                "mark": one.mark,
            }
            for one in trace.days
        ],
    }


def _print(trace: deadlines.Trace) -> None:
    for sentence in trace.sentences:
        print(sentence)
    print()
    for one in trace.days:
        counted = "" if one.counted is None else f"第 {one.counted} 天"
        kind = one.kind.label + " " * (6 - cells(one.kind.label))
        line = f"{one.day} 周{_WEEKDAYS[one.day.weekday()]}  {kind}  {counted}{' ' * (10 - cells(counted))}"
        print(f"{line}{'、'.join(filter(None, (one.name, one.mark)))}".rstrip())
