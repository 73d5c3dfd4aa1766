"""A line that counts up while a command works: on a terminal only, never into pipes and files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from duban_tui.cli.cells import cells
from duban_tui.time_left import TimeLeft, told


class _Line:
    """The one line that a process has for this."""

    def __init__(self) -> None:
        self.time_left = TimeLeft()
        self.width = 0
        """Cells that are taken; 0 while there is no line."""


_line = _Line()


def show_progress(what: str, done: int, total: int | None) -> None:
    """Show how far something is and how long it will still take; the line ends when all is done."""
    if not sys.stderr.isatty():
        return
    left = _line.time_left.after(done, total)
    of = "" if total is None else f"/{total:,}"
    text = f"{what} {done:,}{of}{'' if done == total else told(left)}"
    blank = " " * (_line.width - cells(text))
    print(f"\r{text}{blank}", end="", file=sys.stderr, flush=True)
    _line.width = cells(text)
    if done == total:
        _end()


@contextmanager
def progress_line() -> Iterator[None]:
    """End the line with the work, however that ends: what is said next has its own."""
    try:
        yield
    finally:
        _end()


def _end() -> None:
    if _line.width:
        print(file=sys.stderr)
        _line.width = 0
