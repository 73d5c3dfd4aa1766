"""A line that counts up while a command works: on a terminal only, never into pipes and files."""

from __future__ import annotations

import sys


def show_progress(what: str, done: int, total: int | None) -> None:
    """Show how far something is; the line ends when all is done."""
    if not sys.stderr.isatty():
        return
    of = "" if total is None else f"/{total:,}"
    end = "\n" if done == total else ""
    print(f"\r{what} {done:,}{of}", end=end, file=sys.stderr, flush=True)
