"""Draw the real screens into ``docs/screens`` as SVG that asks nothing of a network: ``make screenshots``.

A demo office is made from a fixed seed as of a fixed moment, and the desk is run on it without a terminal.
The same code draws the same pictures, so a test holds them against the screens as they are.
"""

from __future__ import annotations

import asyncio
import html
import io
import re
import tempfile
from collections.abc import Awaitable, Callable
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.console import Console
from textual.pilot import Pilot
from textual.widgets import Input

from db import demo, instants
from db.office import Office
from duban_tui import config, desk_state, locations, theme
from duban_tui.app import DubanApp
from duban_tui.cli.demo import OFFICER
from duban_tui.config import Config
from duban_tui.desk_state import DeskState
from duban_tui.screens.form import FormScreen
from duban_tui.widgets.form import Form

OUT = Path(__file__).resolve().parents[1] / "docs" / "screens"

MOMENT = instants.at(2026, 10, 12, 9, 20)
"""The Monday after a holiday with 调休, so that there is something to count."""

HOLIDAY = instants.at(2026, 10, 1)
"""The first day of that holiday."""

CASES, SEED = 2_000, 7

REST_SECONDS = 0.6
"""Longer than anything that the desk puts off while somebody types."""

CELL = 10
"""Width of a character cell: half the font's size, as in Chinese monospaced fonts."""

FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
text {{ font-family: "Sarasa Mono SC", "Noto Sans Mono CJK SC", "NSimSun", monospace;
        font-size: {char_height}px; }}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
{matrix}
</g>
</svg>
"""
"""What `Console.export_svg` fills in: its own names a font by address."""

Desk = Pilot[None]


# -- what is drawn ----------------------------------------------------------------------------------


async def board(_desk: Desk) -> None:
    """总台, as it opens."""


async def case(desk: Desk) -> None:
    """事项: one that somebody has been to see."""
    await open_case(desk, "notes > 0")


async def due(desk: Desk) -> None:
    """F7: a limit that runs over a holiday."""
    await open_case(desk, f"delivered_at < {HOLIDAY} AND due_at > {MOMENT} AND kind = '诉求'")
    await desk.press("f7")


async def lookup(desk: Desk) -> None:
    """F3: a few characters are enough."""
    await desk.press("f3", *"路灯不亮")


async def note(desk: Desk) -> None:
    """F6: a 核查记录, half written."""
    await open_case(desk, "notes = 0 AND title LIKE '%路灯不亮%' AND stage = 'handling'")
    await desk.press("f6")
    await write(
        desk,
        method="covert",
        arrived_at="今天 9:05",
        people="店主（不愿透露姓名）",
        place="桂花支路",
        log="09:05 到达，由东向西步行查看\n09:16 路灯 14 盏，6 盏不亮，灯杆有检修标记",
        findings="路灯不亮属实，商户反映已有月余。",
    )


async def intake(desk: Desk) -> None:
    """F4: the due date worked out and similar cases shown while one types."""
    await desk.press("f4")
    await write(desk, title="和平巷路灯不亮", body="和平巷中段路灯不亮，夜间行人摔倒。", category="城市管理")
    form(desk).field("lead").take_focus()
    await settle(desk)
    await desk.press(*"qjq")


class Picture(NamedTuple):
    """One picture to be drawn."""

    name: str
    steps: Callable[[Desk], Awaitable[None]]
    size: tuple[int, int] = (120, 36)
    theme: str = theme.DARK

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return OUT / f"{self.name}.svg"


PICTURES = (
    Picture("board", board),
    Picture("board-light", board, theme=theme.LIGHT),
    Picture("board-small", board, size=(60, 20)),
    Picture("case", case),
    Picture("due", due),
    Picture("lookup", lookup),
    Picture("note", note),
    Picture("intake", intake),
)


# -- the desk ---------------------------------------------------------------------------------------


def shipped_settings() -> Config:
    """The shipped settings, with an officer who is the same on every machine."""
    settings = config.load(locations.shipped_config())
    return settings._replace(officer=settings.officer._replace(name=OFFICER))


def make_office(home: Path, settings: Config) -> None:
    """The demo office as of `MOMENT`."""
    with Office.create(home, settings.rules, OFFICER) as office:
        office.clock = lambda: MOMENT
        demo.fill(office, CASES, SEED)


async def open_case(desk: Desk, condition: str) -> None:
    """Open the newest open case of which the condition holds."""
    assert isinstance(desk.app, DubanApp)
    query = f'SELECT id FROM "case" WHERE open = 1 AND {condition} ORDER BY id DESC LIMIT 1'
    [case_id] = desk.app.reader.execute(query).fetchone()
    desk.app.open_case(case_id)
    await settle(desk)


def form(desk: Desk) -> Form:
    """The form that is shown."""
    assert isinstance(desk.app.screen, FormScreen)
    return desk.app.screen.form


async def write(desk: Desk, **typed: Any) -> None:
    """Fill in some fields of the form that is shown."""
    await settle(desk)
    form(desk).fill(typed)
    await settle(desk)


async def settle(desk: Desk) -> None:
    """Wait until what was asked for is on the screen."""
    await desk.pause()
    await desk.app.workers.wait_for_complete()
    await desk.pause()


async def draw(picture: Picture, home: Path, settings: Config) -> str:
    """Run the desk up to a picture; the SVG of what it shows then."""
    desk_state.save(locations.desk_state(home), DeskState(theme=picture.theme))
    app = DubanApp(home, settings)
    app.now = lambda: MOMENT  # type: ignore[method-assign]
    async with app.run_test(size=picture.size) as desk:
        await settle(desk)
        await picture.steps(desk)
        for line in app.screen.query(Input):
            line.cursor_blink = False
        return await at_rest(desk, picture.name)


async def at_rest(desk: Desk, name: str) -> str:
    """The picture once it no longer changes: drafts are saved and previews read a moment after a key."""
    assert isinstance(desk.app, DubanApp)
    before, svg = "", as_svg(desk.app, name)
    while svg != before:
        await desk.pause(REST_SECONDS)
        await settle(desk)
        before, svg = svg, as_svg(desk.app, name)
    return svg


def as_svg(app: DubanApp, name: str) -> str:
    """The screen as `App.export_screenshot` takes it, in our own format."""
    width, height = app.size
    console = Console(
        width=width, height=height, file=io.StringIO(), record=True, force_terminal=True,
        color_system="truecolor", legacy_windows=False, safe_box=False,
    )  # fmt: skip
    console.print(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens))
    svg = console.export_svg(
        title=app.title, code_format=FORMAT, font_aspect_ratio=CELL / 20, unique_id=f"duban-{name}"
    )
    return RUN.sub(in_cells, svg)


RUN = re.compile(r'<text (class="[^"]*") x="([^"]*)" (y="[^"]*") textLength="[^"]*"([^>]*)>([^<]*)</text>')
"""A run of text of one style: class, x, y, clip path, characters."""


def in_cells(run: re.Match[str]) -> str:
    """A run cut where characters change in kind, each part as long as its cells.

    Rich gives Chinese half its width, and fonts differ in how wide they draw signs such as ``·``.
    """
    css, left, y, clip, content = run.groups()
    x, parts = float(left), []
    for (width, _plain), characters in groupby(html.unescape(content), lambda c: (cell_len(c), c < "\x7f")):
        part = "".join(characters)
        length = len(part) * width * CELL
        if part.strip():
            place = f'{css} x="{x:g}" {y} textLength="{length}"{clip}'
            parts.append(f"<text {place}>{html.escape(part)}</text>")
        x += length
    return "".join(parts)


def main() -> None:
    """Draw every picture."""
    OUT.mkdir(parents=True, exist_ok=True)
    settings = shipped_settings()
    with tempfile.TemporaryDirectory() as folder:
        make_office(Path(folder), settings)
        for picture in PICTURES:
            svg = asyncio.run(draw(picture, Path(folder), settings))
            picture.path.write_text(svg, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
