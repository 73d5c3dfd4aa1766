"""The command line run in process, on offices of its own."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from db import demo
from db.office import Office
from duban_tui import config
from duban_tui.cli import main

CASES = 300


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture(scope="session")
def demo_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo office, made once and only read."""
    home = tmp_path_factory.mktemp("demo")
    with Office.create(home, config.load().rules, "张三") as office:
        demo.fill(office, CASES)
    return home


@pytest.fixture
def empty_home(tmp_path: Path) -> Path:
    """A folder without an office."""
    return tmp_path / "home"


@pytest.fixture
def office(demo_office: Path, tmp_path: Path) -> Path:
    """A demo office of one's own, to write in."""
    return Path(shutil.copytree(demo_office, tmp_path / "office"))


@pytest.fixture(autouse=True)
def _own_places(empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test looks into the folders of whoever runs it."""
    monkeypatch.setenv("DUBAN_HOME", str(empty_home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``duban`` with these arguments."""

    def call(*arguments: object, home: Path | None = None) -> Ended:
        where = [] if home is None else ["--home", str(home)]
        capsys.readouterr()
        status = main([*where, *map(str, arguments)])
        return Ended(status, *capsys.readouterr())

    return call
