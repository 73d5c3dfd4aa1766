"""Help, palette and docs/KEYS.md: one definition per command, and what is not allowed says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from db.terms import Alarm
from duban_tui import commands, config
from duban_tui.commands import COMMANDS, Place, bound_keys
from duban_tui.screens.board import BoardScreen
from duban_tui.screens.help import HelpScreen
from duban_tui.screens.lookup import LookupScreen
from duban_tui.screens.palette import PaletteScreen, matches
from scripts.make_keys import TARGET, render
from tests.tui.conftest import Desk, Register, settled, shown

SIZES = [(60, 20), (80, 24), (120, 36), (160, 48)]


# -- the definitions ----------------------------------------------------------------------------------


def test_the_key_table_is_made_from_the_commands() -> None:
    assert Path(TARGET).read_text(encoding="utf-8") == render(), "run: python -m scripts.make_keys"


def test_every_command_is_complete() -> None:
    for command in COMMANDS.values():
        assert re.fullmatch(r"[一-鿿]{2,5}", command.label), command.id
        assert re.fullmatch("[a-z]+", command.initials), command.id
        assert command.tooltip, command.id


def test_initials_are_those_of_the_label() -> None:
    from pypinyin import Style, lazy_pinyin

    for command in COMMANDS.values():
        assert command.initials == "".join(lazy_pinyin(command.label, style=Style.FIRST_LETTER)), (
            command.label
        )


@pytest.mark.parametrize(
    "places",
    [(Place.BOARD, Place.LIST), (Place.LOOKUP,), (Place.FORM,), (Place.CASE,)],
    ids=lambda places: places[0].value,
)
def test_no_key_means_two_things_on_one_screen(places: tuple[Place, ...]) -> None:
    offered = commands.of(*places)
    keys = [key for command in offered for key in bound_keys(command.keys)]
    assert sorted(keys) == sorted(set(keys))


def test_what_matters_never_hangs_on_a_letter_alone() -> None:
    for command in COMMANDS.values():
        if command.footer:
            assert any(len(key) > 1 or key.isdigit() for key in command.keys), command.id


def test_punctuation_and_letters_hold_in_full_width_too() -> None:
    assert bound_keys(["/", "?", ":", "y", "f3"]) == ["/", "／", "、", "?", "？", ":", "：", "y", "ｙ", "f3"]


# -- the help page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["f1", "?", "？"])
async def test_help_opens_and_goes(desk: Desk, key: str) -> None:
    async with desk() as pilot:
        await pilot.press(key)
        await settled(pilot)
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, HelpScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_help_says_every_state_and_every_command(desk: Desk, size: tuple[int, int]) -> None:
    async with desk(size) as pilot:
        await pilot.press("f1")
        await settled(pilot)
        seen = shown(pilot)
        while True:
            await pilot.press("pagedown")
            await settled(pilot)
            if seen.endswith(shown(pilot)):
                break
            seen += "\n" + shown(pilot)
        for alarm in Alarm:
            assert alarm.label in seen
        for command in COMMANDS.values():
            assert command.label in seen, command.id
            for key in command.shown_keys.split():
                assert key in seen, command.id


@pytest.mark.parametrize(("before", "first"), [((), "总台（这一屏）"), (("f3",), "快查（这一屏）")])
async def test_help_begins_with_the_screen_it_was_asked_on(
    desk: Desk, before: tuple[str, ...], first: str
) -> None:
    async with desk((80, 24)) as pilot:
        await pilot.press(*before, "f1")
        await settled(pilot)
        assert shown(pilot).splitlines()[0].strip() == first


async def test_help_shows_the_keys_that_the_officer_set(desk: Desk, settings: config.Config) -> None:
    async with desk((120, 48)) as pilot:
        own = commands.with_keys({"intake": ("f12",)})
        pilot.app.commands = own  # type: ignore[attr-defined]
        await pilot.press("f1")
        await settled(pilot)
        assert re.search(r"F12 +登记", shown(pilot))


# -- the palette --------------------------------------------------------------------------------------


async def offered(desk: Desk, typed: str) -> list[str | None]:
    """The ids of what the palette of the board offers for some words."""
    async with desk() as pilot:
        await pilot.press("f9")
        await settled(pilot)
        pilot.app.screen.query_one(Input).value = typed
        await settled(pilot)
        return [option.id for option in pilot.app.screen.query_one(OptionList).options]


@pytest.mark.parametrize(
    ("typed", "first"), [("登", "intake"), ("hcjl", "note"), ("F8", "handle"), ("导出", "export")]
)
async def test_commands_are_found_by_name_initials_and_key(desk: Desk, typed: str, first: str) -> None:
    assert (await offered(desk, typed))[0] == first


async def test_the_palette_offers_only_what_its_screen_has(desk: Desk) -> None:
    on_the_board = await offered(desk, "")
    assert "refresh" in on_the_board
    assert "submit" not in on_the_board
    assert "narrow" not in on_the_board


async def test_the_palette_speaks_chinese(desk: Desk) -> None:
    async with desk() as pilot:
        await pilot.press("ctrl+p")
        await settled(pilot)
        assert "命令名、拼音首字母或按键" in shown(pilot)
        await pilot.press(*"zzz")
        await settled(pilot)
        assert "没有这样的命令" in shown(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, PaletteScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_not_allowed_stays_and_says_why(desk: Desk, size: tuple[int, int]) -> None:
    async with desk(size) as pilot:
        await pilot.press("f9", *"hcjl")
        await settled(pilot)
        assert "核查记录" in shown(pilot)
        assert "先选中一件事项" in shown(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, PaletteScreen)
        assert "核查记录：先选中一件事项" in shown(pilot)


async def test_enter_runs_what_was_picked(desk: Desk, register: Register) -> None:
    async with desk() as pilot:
        await pilot.press("f9", *"kc", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, LookupScreen)


async def test_a_click_runs_a_command(desk: Desk) -> None:
    async with desk() as pilot:
        await pilot.press("f9", *"kc")
        await settled(pilot)
        await pilot.click(OptionList, offset=(5, 0))
        await settled(pilot)
        assert isinstance(pilot.app.screen, LookupScreen)


async def test_escape_closes_the_palette_and_runs_nothing(desk: Desk) -> None:
    async with desk() as pilot:
        await pilot.press("f9", "down", "escape")
        await settled(pilot)
        assert isinstance(pilot.app.screen, BoardScreen)


def test_a_command_of_another_key_is_found_by_that_key() -> None:
    assert matches(COMMANDS["intake"]._replace(keys=("f12",)), "f12")
    assert not matches(COMMANDS["intake"], "f12")
