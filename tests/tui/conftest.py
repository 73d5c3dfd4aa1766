"""A small real office with a desk on it: its clock stands at Monday 2026-11-16 09:00."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from db import instants
from db.actions import Action
from db.journal import Act, Recorded, open_case
from db.office import Office
from duban_tui import config, locations
from duban_tui.app import DubanApp

MONDAY = instants.at(2026, 11, 16, 9, 0)
"""An ordinary Monday without holidays near it."""

UNITS = """code,name,parent_code,level
50,重庆市,,1
500110,綦江区,50,2
500110001,古南街道,500110,3
500108,南岸区,50,2
500108001,南坪街道,500108,3
"""

Register = Callable[..., Recorded]
"""Registers a case by its title; `lead` names the unit it is handed over to."""

Desk = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
"""Opens the desk; `size` is that of the terminal."""


@pytest.fixture(scope="session")
def settings() -> config.Config:
    """The shipped settings, without the officer's own file."""
    return config.load(locations.shipped_config())


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, settings: config.Config) -> Path:
    """An empty office with five units, made once."""
    folder = tmp_path_factory.mktemp("office")
    table = folder / "units.csv"
    table.write_text(UNITS, encoding="utf-8")
    Office.create(folder / "home", settings.rules, "张三", table).close()
    return folder / "home"


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    """The folder of a fresh copy of the office."""
    folder = tmp_path / "home"
    shutil.copytree(template, folder)
    return folder


@pytest.fixture
def office(home: Path, settings: config.Config) -> Iterator[Office]:
    """The office opened for writing, as by a colleague at another terminal."""
    with Office.open(home, settings.rules, "李四") as opened:
        opened.clock = lambda: MONDAY
        yield opened


@pytest.fixture
def register(office: Office) -> Register:
    """Registers a case, one minute after the other."""
    minutes = iter(range(10_000))

    def write(title: str, *, lead: str | None = None, **more: Any) -> Recorded:
        at = MONDAY - 86_400 + 60 * next(minutes)
        data = {"kind": "诉求", "channel": "12345", "category": "城市管理", "title": title, "body": "正文"}
        acts = [Act(Action.REGISTER, {**data, **more}, at=at)]
        if lead is not None:
            found = office.writer.execute(
                "SELECT uid FROM unit JOIN unit_version ON unit_id = unit.id WHERE name = ?", (lead,)
            ).fetchone()
            acts.append(Act(Action.DISPATCH, {"lead": found[0]}, at=at + 1))
        return open_case(office, acts)

    return write


@pytest.fixture
def desk(home: Path, settings: config.Config) -> Desk:
    """Opens the desk on the office, with its board shown."""

    @asynccontextmanager
    async def opened(size: tuple[int, int] = (120, 36)) -> AsyncIterator[Pilot[None]]:
        app = DubanApp(home, settings)
        app.now = lambda: MONDAY  # type: ignore[method-assign]
        async with app.run_test(size=size, notifications=True) as pilot:
            await settled(pilot)
            yield pilot

    return opened


async def settled(pilot: Pilot[None]) -> None:
    """Wait until what was asked for is on the screen."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def pressed(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


def shown(pilot: Pilot[None]) -> str:
    """The text on the screen, line by line, without blanks at the ends of lines."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)
