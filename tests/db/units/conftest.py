"""The real city, shipped tree and departments, made once and copied for each test."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import units
from db.connection import Connection, open_writer
from db.home import path_of
from db.office import Office
from db.units import Changes
from tests.db.conftest import RULES

FOUNDED = dt.date(2026, 1, 25)
"""The day on which 两江新区 began as a district."""


@pytest.fixture(scope="session")
def city_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with the shipped tree."""
    home = tmp_path_factory.mktemp("city")
    Office.create(home, RULES, "张三").close()
    return path_of(home)


@pytest.fixture
def city(city_template: Path, tmp_path: Path) -> Iterator[Connection]:
    """A writing connection to a fresh copy of it."""
    shutil.copy(city_template, tmp_path / "office.db")
    connection = open_writer(tmp_path / "office.db")
    yield connection
    connection.close()


@pytest.fixture
def reorganised(city: Connection, shared_data: Path) -> Changes:
    """What the table of 2026 changed in `city`."""
    table = units.read_table(shared_data / "units" / "units-chongqing-2026.csv")
    return units.load(city, table, effective=FOUNDED)


@pytest.fixture
def find(city: Connection) -> Callable[[str], int]:
    """The id of the one unit that is written so."""

    def of(written: str) -> int:
        unit = units.resolve(city, written).unit
        assert unit is not None, written
        return unit.id

    return of
