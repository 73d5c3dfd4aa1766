"""What one writes or chooses from is on the screen, also in a form longer than the terminal."""

from __future__ import annotations

from duban_tui.screens.intake import IntakeScreen
from duban_tui.screens.note import NoteScreen
from duban_tui.widgets.form import Form
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import desk_on, write


async def test_the_last_words_of_a_long_text_are_seen(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"]), (80, 24)) as (app, pilot):
        app.screen.query_one(Form).field("log").take_focus()
        await write(pilot, "\n".join(f"第{row}行" for row in range(12)))
        await pilot.press("tab")
        await write(pilot, "\n".join(f"第{row}条" for row in range(200)))
        await write(pilot, "最后一句")
        assert "第199条最后一句" in app.text


async def test_the_units_offered_are_seen(home: Home) -> None:
    async with desk_on(home.path, IntakeScreen, (80, 24)) as (app, pilot):
        form = app.screen.query_one(Form)
        field = form.field("subject_unit")
        field.take_focus()
        form.scroll_to(y=field.virtual_region.bottom - form.size.height, animate=False)
        await pilot.pause()
        await write(pilot, "綦江")
        assert "古南街道  綦江区" in app.text
