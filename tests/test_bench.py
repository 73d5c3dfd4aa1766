"""The table of `make bench` says what was measured, and a ratio below 1 means that we are faster."""

from __future__ import annotations

import pytest

from bench import report
from bench.measure import Row, Timing, again, timing


def test_figures_are_the_median_and_the_95th_of_a_hundred() -> None:
    assert timing([each / 1000 for each in range(101)]) == Timing(50.0, 95.0, 101)
    assert again(lambda: None, 3).runs == 3
    with pytest.raises(ValueError, match="nothing"):
        timing([])


def test_a_row_shows_both_ways_and_their_ratio() -> None:
    row = Row("lookup: 2 characters", Timing(1.5, 3, 9), "LIKE", Timing(300, 1200, 9), "p95 ≤ 16 ms")
    assert report.line(row) == "| lookup: 2 characters | 1.5 / 3 | LIKE | 300 / 1,200 | 0.005 | p95 ≤ 16 ms |"
    alone = report.line(row._replace(theirs=None))
    assert "| – | – |" in alone
    assert report.line(row) in report.page([row], ["a machine"])
