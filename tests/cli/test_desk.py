"""``duban`` and ``duban demo`` where there is no terminal: text, what comes next, never a wait."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from db.home import path_of
from tests.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
DUBAN = [sys.executable, "-c", "import sys; from duban_tui.cli import main; sys.exit(main())"]


def test_without_an_office_the_desk_says_what_can_be_done(run: Run, empty_home: Path) -> None:
    ended = run()
    assert ended.status == 0
    assert all(word in ended.out for word in ("duban demo", "duban init", "duban restore"))
    assert not empty_home.exists()


def test_the_desk_as_text_shows_counts_cases_and_what_to_press(run: Run, demo_office: Path) -> None:
    ended = run(home=demo_office)
    assert ended.status == 0
    assert all(word in ended.out for word in ("警报", "待办", "主办单位", "F1 帮助", "find"))


def test_demo_is_built_once_beside_the_real_office(run: Run, empty_home: Path) -> None:
    first = run("demo", "--cases", 40, "--no-tui")
    assert first.status == 0
    assert "在办" in first.out
    assert path_of(empty_home / "demo").exists()
    assert not path_of(empty_home).exists()
    written = path_of(empty_home / "demo").stat().st_mtime_ns
    second = run("demo", "--no-tui")
    assert second.status == 0
    assert path_of(empty_home / "demo").stat().st_mtime_ns == written
    assert run("find", "的", "--json", home=empty_home / "demo").status == 0


def test_it_ends_by_itself_in_a_pipe(demo_office: Path) -> None:
    ended = subprocess.run(
        [*DUBAN, "--home", str(demo_office)],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0
    assert "警报" in ended.stdout.decode("utf-8")
    assert ended.stderr == b""


def test_output_is_utf8_whatever_the_locale(demo_office: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "gbk"}
    arguments = ["board", "--json", "--home", str(demo_office)]
    ended = subprocess.run(
        [*DUBAN, *arguments], cwd=ROOT, env=env, capture_output=True, timeout=60, check=True
    )
    assert "警报" in ended.stdout.decode("utf-8")


def test_a_reader_that_leaves_early_ends_it_quietly(demo_office: Path) -> None:
    listing = [*DUBAN, "units", "list", "--home", str(demo_office)]
    with subprocess.Popen(listing, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
