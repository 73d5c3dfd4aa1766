"""Killed at any moment: nothing that was confirmed is lost. ``make faults`` does it five hundred times."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from db.home import path_of
from tests.faults.kills import Ended, Kind, kill_once
from tests.faults.offices import fresh
from tests.faults.work import Materials, check_steps, kinds, make

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")

KILLS = {"typing": 3}
"""Of a kind; others 5."""

NAMES = [kind.name for kind in kinds(Materials(Path(), Path(), Path(), Path()))]


@pytest.fixture(scope="module")
def materials(tmp_path_factory: pytest.TempPathFactory) -> Materials:
    return make(tmp_path_factory.mktemp("materials"))


@pytest.fixture
def kind(request: pytest.FixtureRequest, materials: Materials) -> Kind:
    return next(kind for kind in kinds(materials) if kind.name == request.param)


@pytest.mark.parametrize("kind", NAMES, indirect=True)
def test_a_kill_loses_nothing_that_was_confirmed(kind: Kind, tmp_path: Path) -> None:
    for number in range(KILLS.get(kind.name, 5)):
        seed = f"suite/{kind.name}/{number}"
        outcome = kill_once(kind, tmp_path / str(number), seed)
        assert outcome.lost == 0, f"seed {seed}: {outcome}"
        assert outcome.said or not outcome.left, f"seed {seed}: left something and said nothing"


def test_a_step_that_is_gone_would_be_noticed(materials: Materials, tmp_path: Path) -> None:
    fresh(materials.office, tmp_path / "home")
    assert path_of(tmp_path / "home").exists()
    assert check_steps(tmp_path, Ended(["0" * 32], 0.0)).lost == 1
