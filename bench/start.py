"""Whole processes: `duban find` and the first frame, against the barest program that could do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from bench import bare, processes
from bench.measure import Row, Timing, times, timing
from bench.terminal import until_row
from db import instants
from db.connection import open_reader
from db.home import path_of
from db.reads import board
from db.reads.board import ListQuery

RUNS = 20


def rows(home: Path) -> Iterator[Row]:
    """Process start to result."""
    processes.forget(home)
    env = processes.surroundings(home)
    our_find = processes.whole(processes.duban(home, "find", bare.WORD, "--limit", "20"), env)
    ours, theirs = _in_turn(our_find, bare.find(home))
    yield Row("`duban find`, whole process", ours, "bare script: same driver, same query", theirs, "≤ 3×")
    our_desk = until_row(_number_shown(home), processes.duban(home), env)
    ours, theirs = _in_turn(our_desk, bare.desk(home))
    yield Row(
        "start → first frame with the first page of the board, in a terminal",
        ours, "bare Textual app: Tree + Input + OptionList", theirs, "≤ 1.25×",
    )  # fmt: skip


def _number_shown(home: Path) -> str:
    """The number of the case in the row that is waited for."""
    connection = open_reader(path_of(home))
    listed = board.page(connection, ListQuery(), instants.now(), bare.ROW_SEEN)
    connection.close()
    return listed[-1].number


def _in_turn(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[Timing, Timing]:
    """Both again and again, one after the other, so that what else the machine does hits both alike."""
    ours()
    theirs()
    pairs = [(ours(), theirs()) for _ in range(times(RUNS))]
    return timing(pair[0] for pair in pairs), timing(pair[1] for pair in pairs)
