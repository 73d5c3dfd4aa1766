"""A line that counts up while a command works: on a terminal only, never into pipes and files."""

from __future__ import annotations

import sys

from duban_tui.time_left import TimeLeft, told


class _Line:
    """The one line that a process has for this."""

    def __init__(self) -> None:
        self.time_left = TimeLeft()
        self.length = 0
        """Characters that stand there; 0 while there is no line."""


_line = _Line()


def show_progress(what: str, done: int, total: int | None) -> None:
    """Show how far something is and how long it will still take; the line ends when all is done."""
    if not sys.stderr.isatty():
        return
    left = _line.time_left.after(done, total)
    of = "" if total is None else f"/{total:,}"
    text = f"{what} {done:,}{of}{'' if done == total else told(left)}"
    print(f"\r{text:{_line.length}}", end="", file=sys.stderr, flush=True)
    _line.length = len(text)
    if done == total:
        end_progress()


def end_progress() -> None:
    """End the line where it stands, before something else is said."""
    if _line.length:
        print(file=sys.stderr)
        _line.length = 0
