"""The line of days on the page of a case."""

from __future__ import annotations

import datetime as dt

from db import calendars, instants
from db.deadlines import explain
from db.rules import DeadlineRules, Limit
from duban_tui.widgets.due_trace import day_pieces, fold


def test_a_line_over_two_months_names_each_month_once() -> None:
    today = dt.date(2026, 11, 6)
    trace = explain(
        instants.at(2026, 10, 27, 9), Limit.parse("10工作日"), calendars.packaged(), DeadlineRules(),
        now=instants.at(2026, 11, 6, 9),
    )  # fmt: skip
    said = [piece.plain for piece in day_pieces(trace.days, trace, today)]
    assert [said[0], said[1], said[5], said[10], said[-1]] == [
        "10-27二 送达", "28三", "11-01日休", "[6五 紧急起 今天]", "10二 应办结",
    ]  # fmt: skip
    folded = [piece.plain for piece in day_pieces(fold(trace.days, today, 6), trace, today)]
    assert folded[0] == "10-27二 送达"
    assert [text[:6] for text in folded if "11-" in text] == ["[11-06"]
