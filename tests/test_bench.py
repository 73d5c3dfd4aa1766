"""The table of `make bench` says what was measured, and a ratio below 1 means that we are faster."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import report, results
from bench.measure import Row, Timing, again, timing
from bench.pace import middle
from bench.results import Run


def test_figures_are_the_median_and_the_95th_of_a_hundred() -> None:
    assert timing([each / 1000 for each in range(101)]) == Timing(50.0, 95.0, 101)
    assert again(lambda: None, 3).runs == 3
    with pytest.raises(ValueError, match="nothing"):
        timing([])


def test_a_row_shows_both_ways_and_their_ratio() -> None:
    row = Row("lookup: 2 characters", Timing(1.5, 3, 9), "LIKE", Timing(300, 1200, 9), "p95 ≤ 16 ms")
    figures = "| lookup: 2 characters | 1.5 / 3 | LIKE | 300 / 1,200 | 9 / 9 | 0.005 | p95 ≤ 16 ms |"
    assert report.line(row) == f"{figures} met (0.19 of it) |"
    alone = report.line(row._replace(theirs=None))
    assert "| – | 9 | – |" in alone
    page = report.page({10: Run("2026-11-24", ["a machine"], [row])}, None)
    assert report.line(row) in page
    assert "- a machine" in page


def test_a_budget_is_held_against_the_figure_it_names() -> None:
    row = Row("a step", Timing(1, 5, 9), "raw SQL", Timing(1, 2, 9), "p95 ≤ 2×")
    assert report.verdict(row) == "MISSED (1.25 of it)"
    assert report.verdict(row._replace(budget="≤ 2×")) == "met (0.50 of it)"
    assert report.verdict(row._replace(theirs=None)) == ""
    memory = Row("memory, MiB", Timing(80, 80, 1), "a bare app", budget="≤ 100 MiB")
    assert report.verdict(memory) == "met (0.80 of it)"


def test_a_time_is_held_against_its_budget_at_the_pace_of_the_machine() -> None:
    page = Row("a page", Timing(1, 1.4, 9), "a scan", Timing(874, 900, 5), "p95 ≤ 1 ms", pace=2.0)
    assert report.verdict(page) == "met at the budget's pace (0.70 of it; here 1.40)"
    late = page._replace(ours=Timing(1, 3, 9))
    assert report.verdict(late) == "MISSED (3.00 of it; 1.50 at the budget's pace)"
    quick = page._replace(ours=Timing(0.5, 0.8, 9), pace=0.5)
    assert report.verdict(quick) == "met (0.80 of it; 1.60 at the budget's pace)"
    assert report.verdict(late._replace(budget="≤ 2×", ours=Timing(2000, 1, 9))) == "MISSED (1.14 of it)"


def test_runs_in_pairs_are_held_against_the_middle_of_their_ratios() -> None:
    row = Row("start", Timing(400, 500, 9), "a bare app", Timing(300, 500, 9), "≤ 1.25×", pairs=1.2)
    assert row.ratio == 1.2
    assert report.verdict(row) == "met (0.96 of it)"
    assert report.verdict(row._replace(pairs=None)) == "MISSED (1.07 of it)"


def test_the_page_says_how_slow_the_machine_was() -> None:
    rows = [Row("a page", Timing(1, 2, 9), "a scan", pace=pace) for pace in (None, 1.26, 0.9)]
    page = report.page({10: Run("2026-11-24", ["a machine"], rows)}, None)
    assert "took between 0.9 and 1.3 times as long here" in page


def test_the_pace_is_the_middle_of_what_was_timed() -> None:
    assert middle([1.4, 0.9, 1.2]) == 1.2
    assert middle([1.4, 0.9]) == 0.9


def test_the_page_lists_what_was_missed_and_says_so_where_no_reason_is_known() -> None:
    row = Row("a step", Timing(1, 5, 9), "raw SQL", budget="p95 ≤ 4 ms")
    assert "- a step: not explained yet." in report.page({10: Run("2026-11-24", [], [row])}, None)
    met = row._replace(budget="p95 ≤ 6 ms")
    assert "Missed" not in report.page({10: Run("2026-11-24", [], [met])}, None)


def test_a_row_of_an_earlier_day_says_its_day() -> None:
    row = Row("a step", Timing(1, 5, 9), "raw SQL", day="2026-11-23")
    page = report.page(
        {10: Run("2026-11-24", [], [row, row._replace(name="a page", day="2026-11-24")])}, None
    )
    assert "| a step (2026-11-23) |" in page
    assert "| a page |" in page


def test_a_list_that_grew_is_measured_again_not_beside(tmp_path: Path) -> None:
    row = Row("in a terminal, 2,960,000 rows: hold Down", Timing(1, 2, 9), "VisiData")
    results.keep(tmp_path, [], [row])
    results.keep(tmp_path, [], [row._replace(name="in a terminal, 2,959,977 rows: hold Down")])
    kept = results.kept(tmp_path)
    assert kept is not None
    assert [each.name for each in kept.rows] == ["in a terminal, 2,959,977 rows: hold Down"]


def test_growth_leaves_open_what_a_smaller_office_did_not_have() -> None:
    small, large = Row("a page", Timing(1, 2, 9), "scan"), Row("a page", Timing(2, 3, 9), "scan")
    only = small._replace(name="a jump")
    assert report.growth({100: [large, only], 10: [small]}).splitlines() == [
        "| work | 10 cases | 100 cases | p95 grew |",
        "|---|--:|--:|--:|",
        "| a page | 1 / 2 | 2 / 3 | 1.5× |",
        "| a jump | – | 1 / 2 | – |",
    ]


def test_growth_is_of_the_same_work_however_long_the_list_is() -> None:
    small = Row("in a terminal, 900 rows: End", Timing(1, 2, 9), "")
    large = small._replace(name="in a terminal, 9,000 rows: End")
    assert "| in a terminal: End | 1 / 2 | 1 / 2 | 1× |" in report.growth({1000: [small], 10_000: [large]})


def test_what_was_measured_is_kept_until_it_is_measured_again(tmp_path: Path) -> None:
    one, two = (
        Row("a page", Timing(1, 2, 9), "scan"),
        Row("a save", Timing(3, 4, 9), "raw", Timing(1, 1, 9), "≤ 3×"),
    )
    against_more = one._replace(other="an index")
    results.keep(tmp_path, ["before"], [two, one, against_more])
    results.keep(tmp_path, ["now"], [one._replace(ours=Timing(5, 6, 9))])
    run = results.kept(tmp_path)
    assert run is not None
    assert run.facts == ["now"]
    assert run.rows == [row._replace(day=run.day) for row in (two, one._replace(ours=Timing(5, 6, 9)))]
