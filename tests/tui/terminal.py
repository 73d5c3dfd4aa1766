"""A real terminal for tests: tmux holds it, keys go in, the text on the screen is read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
DUBAN = (sys.executable, "-c", "import sys; from duban_tui.cli import main; sys.exit(main())")

PATIENCE = 15.0
"""Seconds a test waits for words to appear before it fails."""

POLL = 0.05
"""Seconds between two looks at the screen."""


class Terminal:
    """One terminal of a size; programs run in it one after the other."""

    def __init__(self, columns: int, rows: int, env: dict[str, str]) -> None:
        """Prepare a terminal; what runs in it has `env` besides the surroundings."""
        self._folder = tempfile.TemporaryDirectory(prefix="tmux-")
        self._tmux = ("tmux", "-u", "-f", "/dev/null", "-S", f"{self._folder.name}/socket")
        self._size = ("-x", str(columns), "-y", str(rows))
        self._env = {**os.environ, "LC_ALL": "C.UTF-8", **env}

    def __enter__(self) -> Self:
        """Start it, with nothing running."""
        self._run("start-server", ";", "set", "-g", "exit-empty", "off",
                  ";", "set", "-g", "default-terminal", "xterm-256color")  # fmt: skip
        return self

    def __exit__(self, *unused: object) -> None:
        """End it and what still runs in it."""
        self._run("kill-server")
        self._folder.cleanup()

    def start(self, *arguments: str) -> None:
        """Run ``duban`` with these arguments."""
        self._run("new-session", "-d", "-s", "desk", *self._size, "-c", str(ROOT), *DUBAN, *arguments)

    def kill(self) -> None:
        """Kill the program as a power cut would, and wait until it is gone."""
        os.kill(int(self._run("list-panes", "-t", "desk", "-F", "#{pane_pid}")), signal.SIGKILL)
        self.until(lambda: "desk" not in self._run("list-sessions"), "the program to end")

    def press(self, *keys: str) -> None:
        """Press keys by their names in tmux: ``F3``, ``Enter``, ``BTab``."""
        self._run("send-keys", "-t", "desk", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._run("send-keys", "-t", "desk", "-l", text)

    def paste(self, text: str) -> None:
        """Paste a text of any number of lines, as terminals do: in brackets."""
        self._run("set-buffer", text, ";", "paste-buffer", "-p", "-t", "desk")

    def screen(self) -> str:
        """The text on the screen, without any blanks: how far things stand apart depends on the size."""
        return "".join(self._run("capture-pane", "-p", "-t", "desk").split(" "))

    def wait(self, *words: str) -> None:
        """Wait until all the words stand on the screen; blanks in them do not count.

        Raises:
            AssertionError: one is still missing after `PATIENCE` seconds.
        """
        wanted = ["".join(word.split(" ")) for word in words]
        self.until(lambda: all(word in self.screen() for word in wanted), repr(words))

    def until(self, holds: Callable[[], bool], wanted: str) -> None:
        """Wait until something holds; `wanted` names it.

        Raises:
            AssertionError: it does not after `PATIENCE` seconds; it shows the screen.
        """
        end = time.monotonic() + PATIENCE
        while not holds():
            shown = self._run("capture-pane", "-p", "-t", "desk")
            assert time.monotonic() < end, f"waited in vain for {wanted}:\n{shown}"
            time.sleep(POLL)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [*self._tmux, *command],
            env=self._env,
            capture_output=True,
            encoding="utf-8",
            timeout=30,
            check=False,
        )
        return done.stdout
