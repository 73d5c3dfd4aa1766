"""What differs between terminals: width of ambiguous characters, few colours, none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from duban_tui import theme
from duban_tui.widgets.case_list import CaseList
from tests.tui.conftest import Desk, Register, settled, shown

MEASURE = """
import json, sys
from duban_tui import widths
widths.set_up(sys.argv[1])
from rich.cells import cell_len, set_cell_size
print(json.dumps([cell_len("“断头路”—…·①"), cell_len("abc中文"), len(set_cell_size("“断”", 3))]))
"""


@pytest.mark.parametrize(
    ("wanted", "measured"), [("narrow", [12, 7, 2]), ("auto", [12, 7, 2]), ("wide", [18, 7, 2])]
)
def test_ambiguous_characters_are_counted_as_the_terminal_draws_them(
    wanted: str, measured: list[int]
) -> None:
    """In a process of its own: the width function is one for all."""
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, wanted],
        capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert json.loads(ran.stdout) == measured


@pytest.mark.parametrize(
    ("wanted", "colours", "no_color", "chosen"),
    [
        ("auto", "truecolor", False, theme.DARK),
        ("light", "256", False, theme.LIGHT),
        ("auto", "standard", False, theme.ANSI),
        ("light", "standard", False, theme.ANSI_LIGHT),
        ("auto", "truecolor", True, theme.ANSI),
        ("ansi", "truecolor", False, theme.ANSI),
        (theme.LIGHT, "standard", False, theme.LIGHT),
    ],
)
def test_a_terminal_with_few_colours_keeps_its_own(
    wanted: str, colours: str, no_color: bool, chosen: str
) -> None:
    console = Console(color_system=colours, force_terminal=True)  # type: ignore[arg-type]
    assert theme.choose(wanted, console, no_color=no_color) == chosen


async def test_no_color_means_none_and_the_cursor_is_still_seen(
    desk: Desk, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register("路灯不亮", lead="古南街道")
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk() as pilot:
        await settled(pilot)
        assert "▸2026-" in shown(pilot)
        styles = [
            segment.style
            for strip in pilot.app.screen._compositor.render_strips()
            for segment in strip.apply_filter(pilot.app._filters[0], pilot.app.screen.background_colors[1])
            if segment.style is not None
        ]
        assert all(style.color is None or style.color.is_default for style in styles)
        assert pilot.app.screen.query_one(CaseList).get_component_rich_style("case-list--cursor").reverse


@pytest.mark.parametrize("name", theme.CYCLE)
async def test_every_theme_tells_the_states_apart(desk: Desk, name: str) -> None:
    async with desk() as pilot:
        pilot.app.theme = name
        await pilot.pause()
        cases = pilot.app.screen.query_one(CaseList)
        tokens = ("text-error", "text-warning", "text-success")
        colours = {str(cases.get_component_rich_style(f"alarm--{token}").color) for token in tokens}
        assert len(colours) == 3
