"""The desk on a small real office, with its clock standing still; what tests do at it and see on it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

import duban_tui.app
from db import instants, units
from db.actions import Action
from db.journal import Act, open_case
from db.office import Office
from db.terms import Via
from duban_tui import config
from duban_tui.app import DubanApp
from duban_tui.screens.base import DeskScreen

NOW = instants.at(2026, 11, 23, 9, 30, 15)
"""A Monday without holidays near it."""

DAY = instants.DAY_SECONDS

UNITS = """code,name,parent_code,level
50,重庆市,,1
500110,綦江区,50,2
500110001,古南街道,500110,3
500110002,三江街道,500110,3
500108,南岸区,50,2
"""


class Floor(DeskScreen[None]):
    """Stands where the board would."""


class Desk(DubanApp):
    """The app without its board, at `NOW`."""

    CSS_PATH = str(Path(duban_tui.app.__file__).parent / "styles" / "desk.tcss")

    def get_default_screen(self) -> Screen[Any]:
        """Nothing but a floor to come back to."""
        return Floor()

    def now(self) -> int:
        """The clock stands."""
        return NOW

    def office(self) -> Office:
        """The office, at the same time."""
        office = super().office()
        office.clock = self.now
        return office

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


def create(home: Path) -> None:
    """Make the small office."""
    table = home.parent / "units.csv"
    table.write_text(UNITS, encoding="utf-8")
    settings = config.load()
    Office.create(home, settings.rules, "张三", table).close()


def unit(office: Office, name: str) -> str:
    """The uid of a unit."""
    found = units.resolve(office.writer, name).unit
    assert found is not None
    return found.uid


def fill(home: Path) -> dict[str, int]:
    """Three cases: in hand at 三江街道, not handed over, and with a name that nobody knows."""
    with Office.open(home, config.load().rules, "张三") as office:

        def at(days: float) -> int:
            return NOW - int(days * DAY)

        def act(action: Action, when: int, data: dict[str, Any], **more: Any) -> Act:
            return Act(action, data, at=when, recorded_at=when, **more)

        lead = unit(office, "三江街道")
        register = {
            "kind": "诉求", "channel": "12345", "category": "城市管理", "urgency": "一般",
            "title": "三江街道路灯不亮半个月", "body": "老街路灯不亮，联系电话13812345678",
            "place": "老街12号", "submitter": {"name": "张小明", "phone": "13812345678"},
        }  # fmt: skip
        lamp = open_case(office, [
            act(Action.REGISTER, at(5), register),
            act(Action.DISPATCH, at(5) + 60, {"lead": lead}),
            act(Action.ACCEPT, at(4), {}, party=lead, via=Via.PHONE),
        ])  # fmt: skip
        fresh = open_case(office, [
            act(Action.REGISTER, at(0.2), {"kind": "诉求", "title": "转供电加价三成"}),
        ])  # fmt: skip
        unknown = [
            open_case(office, [
                act(Action.REGISTER, at(1) + n, {"kind": "诉求", "title": f"电梯困人{n}"}),
                act(Action.DISPATCH, at(1) + 60 + n, {"lead_text": "綦江区城管局"}),
            ])
            for n in range(2)
        ]  # fmt: skip
    return {"lamp": lamp.case_id, "fresh": fresh.case_id, "unknown": unknown[0].case_id}


@asynccontextmanager
async def desk_on(
    home: Path, screen: Callable[[], Screen[Any]] | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Desk, Pilot[None]]]:
    """The desk, opened on a screen."""
    app = Desk(home, config.load())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        if screen is not None:
            app.push_screen(screen())
            await pilot.pause()
        yield app, pilot


async def write(pilot: Pilot[None], text: str) -> None:
    """Text arrives as an input method commits it: at once."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()
    await pilot.pause()


def copy_of(template: Path, home: Path) -> Path:
    """A fresh office."""
    shutil.copytree(template, home)
    return home
