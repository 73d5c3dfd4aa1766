"""The command line: ``duban`` and its commands. Nothing heavy is imported until a command needs it."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells count it."""

MADE_AT_ONCE = 10_000
"""Objects made before garbage is looked for: those of the imports of a quick command are all kept."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 an error, 2 wrong usage."""
    gc.set_threshold(MADE_AT_ONCE)
    _speak_utf8()
    try:
        status = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()
        return 0
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr)
        return INTERRUPTED
    return status


def _run(argv: Sequence[str] | None) -> int:
    from duban_tui.cli.parser import function_of, parse

    try:
        args = parse(sys.argv[1:] if argv is None else argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    from db.connection import OutdatedOffice
    from duban_tui.cli.passphrase import unlock

    try:
        unlock(args)
        try:
            return function_of(args)(args) or 0
        except OutdatedOffice as old:
            from duban_tui.cli.places import upgrade

            upgrade(old.path)
            return function_of(args)(args) or 0
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        from duban_tui.cli.errors import told
        from duban_tui.cli.places import home_of

        line = told(error, home_of(args))
        if line is None:
            raise
        print(f"duban: {line}", file=sys.stderr)
        return 1


def _speak_utf8() -> None:
    """UTF-8 into files and pipes on every system; a terminal keeps its own encoding and never fails."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _close_stdout() -> None:
    """Whoever read us has gone: keep the interpreter from complaining about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
