"""The line that counts up on a terminal, and how long it says something will still take."""

from __future__ import annotations

import io

import pytest

from duban_tui.cli.progress import progress_line, show_progress
from duban_tui.time_left import TimeLeft, told


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """Stands for stderr on a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_time_left_is_what_the_rest_takes_at_the_speed_so_far() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    assert left.after(1_000, 11_000) is None, "nothing is known at once"
    clock.now = 10.0
    assert left.after(2_000, 11_000) == pytest.approx(90.0)
    assert left.after(0, None) is None
    clock.now = 20.0
    assert left.after(0, 500) is None, "another piece of work begins anew"
    clock.now = 30.0
    assert left.after(250, 500) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.2, "，还需约 1 秒"),
        (12, "，还需约 15 秒"),
        (58, "，还需约 1 分钟"),
        (600, "，还需约 10 分钟"),
        (5_000, "，还需约 1 小时 23 分"),
    ],
)
def test_the_time_left_in_words(seconds: float | None, words: str) -> None:
    assert told(seconds) == words


def test_the_line_ends_before_anything_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress_line():
        show_progress("写入", 2_000, 9_000)
    assert terminal.getvalue() == "\r写入 2,000/9,000\n"
    show_progress("写入", 9_000, 9_000)
    assert terminal.getvalue().endswith("\r写入 9,000/9,000\n")


def test_no_line_goes_into_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    show_progress("写入", 2_000, 9_000)
    assert capsys.readouterr().err == ""
