"""How commands get their keys, and the footer that shows them."""

from __future__ import annotations

from duban_tui import commands
from duban_tui.commands import COMMANDS
from duban_tui.screens.help import HelpScreen
from tests.tui.conftest import Desk, settled


def test_punctuation_and_letters_bring_their_full_width_twins() -> None:
    assert commands.bound_keys(("f3", "/")) == ["f3", "/", "／", "、"]
    assert commands.bound_keys(("q", "0")) == ["q", "ｑ", "0", "０"]


def test_keys_are_shown_as_people_write_them() -> None:
    shown_keys = {name: COMMANDS[name].shown_keys for name in ("lookup", "palette", "reveal", "open")}
    assert shown_keys == {"lookup": "F3 /", "palette": "F9 Ctrl+P :", "reveal": "Shift+F6", "open": "Enter"}


def test_own_keys_take_the_place_of_the_shipped_ones() -> None:
    own = commands.with_keys({"lookup": ("ctrl+l",)})
    assert own["lookup"].shown_key == "Ctrl+L"
    assert own["help"] == COMMANDS["help"]


async def test_a_click_on_the_footer_runs_the_command(desk: Desk) -> None:
    async with desk() as pilot:
        await pilot.click("CommandBar", offset=(3, 0))
        await settled(pilot)
        assert isinstance(pilot.app.screen, HelpScreen)
