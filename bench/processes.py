"""Whole processes: ours and other programs, started the way their users start them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import active_children
from pathlib import Path

from duban_tui import locations

DUBAN = "from duban_tui.cli import main; main()"


def duban(home: Path, *arguments: str) -> list[str]:
    """`duban` on an office, as its command does it."""
    return [sys.executable, "-c", DUBAN, "--home", str(home), *arguments]


def forget(home: Path) -> None:
    """Begin as at the first start: remembered states, units and words would show another list."""
    locations.desk_state(home).unlink(missing_ok=True)


def surroundings(home: Path) -> dict[str, str]:
    """Modules are compiled before, as they are when installed by pip; a terminal with all colours."""
    own = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(home / "compiled")}
    return {**os.environ, **own, "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def program(name: str) -> str | None:
    """Where a program is: installed beside this Python, else anywhere; None where it is missing."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def busy() -> float | None:
    """Seconds that the processors gave to this process and its helpers so far; None where none are told."""
    spent = time.process_time()
    for helper in active_children():
        try:
            told = Path(f"/proc/{helper.pid}/stat").read_text(encoding="utf-8")
        except OSError:
            return None
        user, system = told.rpartition(")")[2].split()[11:13]
        spent += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return spent


def run(command: Sequence[str], env: Mapping[str, str] | None = None, *, nothing_found: int = 0) -> None:
    """Run a program to its end and read what it prints: grep would do less if it printed to nowhere.

    Args:
        command: the program and its arguments.
        env: its surroundings; None = ours.
        nothing_found: what it may answer besides 0.

    Raises:
        subprocess.CalledProcessError: it failed, with any other answer.
    """
    done = subprocess.run(command, stdout=subprocess.PIPE, env=env, check=False)
    if done.returncode not in (0, nothing_found):
        done.check_returncode()


def whole(command: Sequence[str], env: Mapping[str, str]) -> Callable[[], float]:
    """Seconds of a program from its start to its end."""

    def timed() -> float:
        begun = time.perf_counter()
        run(command, env)
        return time.perf_counter() - begun

    return timed
