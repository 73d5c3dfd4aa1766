"""Whole processes: `duban find` and the first frame, against the barest program that could do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench import bare, processes
from bench.measure import Row, Timing, times, timing
from bench.terminal import until_row
from db import instants
from db.connection import open_reader
from db.home import path_of
from db.reads import board
from db.reads.board import ListQuery

RUNS = 40


def rows(home: Path) -> Iterator[Row]:
    """Process start to result."""
    processes.forget(home)
    env = processes.surroundings(home)
    our_find = processes.whole(processes.duban(home, "find", bare.WORD, "--limit", "20"), env)
    ours, theirs, pairs = _in_turn(our_find, bare.find(home))
    yield Row(
        "`duban find`, whole process",
        ours, "bare script: same driver, same query", theirs, "≤ 3×", pairs=pairs,
    )  # fmt: skip
    our_desk = until_row(_number_shown(home), processes.duban(home), env)
    ours, theirs, pairs = _in_turn(our_desk, bare.desk(home))
    yield Row(
        "start → first frame with the first page of the board, in a terminal",
        ours, "bare Textual app: Tree + Input + OptionList", theirs, "≤ 1.25×", pairs=pairs,
    )  # fmt: skip


def _number_shown(home: Path) -> str:
    """The number of the case in the row that is waited for."""
    connection = open_reader(path_of(home))
    listed = board.page(connection, ListQuery(), instants.now(), bare.ROW_SEEN)
    connection.close()
    return listed[-1].number


def _in_turn(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[Timing, Timing, float]:
    """Both again and again, in turn, so that what else the machine does hits both of a pair alike.

    Returns:
        Ours, theirs, and the middle of the pairs' ratios.
    """
    ours()
    theirs()
    pairs = [(ours(), theirs()) for _ in range(times(RUNS))]
    return timing(one for one, _ in pairs), timing(two for _, two in pairs), median(a / b for a, b in pairs)
