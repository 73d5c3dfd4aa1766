"""On a field copy the desk offers what the office offers, also once a newer bundle came in."""

from __future__ import annotations

import dataclasses

from db import taken_rules
from db.connection import transaction
from db.office import Office
from db.rules import Kind, Limit
from duban_tui import config
from duban_tui.app import DubanApp
from tests.tui.conftest import Desk, settled, shown


def kinds(app: object) -> list[str]:
    assert isinstance(app, DubanApp)
    return [kind.name for kind in app.config.rules.kinds]


def take(office: Office, settings: config.Config, name: str) -> None:
    rules = dataclasses.replace(settings.rules, kinds=(Kind(name, Limit.parse("3工作日")),))
    with transaction(office.writer) as connection:
        taken_rules.keep(connection, rules)


async def test_the_forms_offer_the_kinds_of_the_office(
    office: Office, desk: Desk, settings: config.Config
) -> None:
    take(office, settings, "河长线索")
    async with desk() as pilot:
        assert kinds(pilot.app) == ["河长线索"]
        await pilot.press("f4")
        await settled(pilot)
        assert "河长线索" in shown(pilot)
        await pilot.press("escape")
        take(office, settings, "网格线索")
        app = pilot.app
        assert isinstance(app, DubanApp)
        app._look_around()
        assert kinds(app) == ["网格线索"]
