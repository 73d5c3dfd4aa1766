"""While the officer rests, the index is tended; the next key ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from db.actions import Action
from db.journal import Act, open_case
from db.keeping import upkeep
from duban_tui import office_app
from duban_tui.app import DubanApp
from duban_tui.screens.form import FormScreen
from tests.tui.conftest import Desk


@pytest.mark.parametrize("by_form", [False, True])
@pytest.mark.parametrize("rest", [0.0, 60.0])
async def test_the_index_is_tended_once_the_officer_rests(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, rest: float, by_form: bool
) -> None:
    tended: list[bool] = []
    monkeypatch.setattr(office_app, "REST_SECONDS", rest)
    monkeypatch.setattr(office_app, "POLL_SECONDS", 0.05)

    def tend(path: Path, *, wanted: Callable[[], bool]) -> bool:
        tended.append(wanted())
        return True

    monkeypatch.setattr(upkeep, "tend", tend)
    async with desk() as pilot:
        app = pilot.app
        assert isinstance(app, DubanApp)
        await asyncio.sleep(0.4)
        assert tended == ([] if rest else [True]), "what others left"
        await pilot.press("down")
        await asyncio.sleep(0.2)
        assert len(tended) == (0 if rest else 1), "nothing was saved since"
        act = Act(Action.REGISTER, {"kind": "诉求", "title": "x"})
        if by_form:
            app.show("intake")
            await pilot.pause()
            form = app.screen
            assert isinstance(form, FormScreen)
            assert form.write(lambda office: open_case(office, [act]))
        else:
            app.write(lambda office: open_case(office, [act]))
        await asyncio.sleep(0.4)
    assert tended == ([] if rest else [True, True])
