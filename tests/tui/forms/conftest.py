"""Offices for the tests of the screens."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.tui.forms import desk


class Home(NamedTuple):
    """An office on disk and its cases by a short name."""

    path: Path
    cases: dict[str, int]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of whoever runs the tests."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small office, made once."""
    home = tmp_path_factory.mktemp("template") / "home"
    desk.create(home)
    return Home(home, desk.fill(home))


@pytest.fixture
def home(template: Home, tmp_path: Path) -> Home:
    """A fresh copy of it."""
    return Home(desk.copy_of(template.path, tmp_path / "home"), template.cases)
