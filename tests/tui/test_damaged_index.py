"""A lookup index that cannot be read is told in one line; the desk and what is being written stay."""

from __future__ import annotations

import pytest

from db.index import pressing
from db.office import Office
from duban_tui.cli import main
from tests.tui.conftest import Desk, Register, shown

MEND = "请运行 duban doctor --rebuild"


@pytest.fixture(autouse=True)
def _damaged(office: Office, register: Register) -> None:
    for number in range(3):
        register(f"路灯不亮{number}")
    pressing.press(office.writer)
    office.writer.execute("DELETE FROM lookup_places")


async def test_the_desk_says_how_to_mend_it_and_goes_on(desk: Desk) -> None:
    async with desk(size=(60, 20)) as pilot:
        await pilot.press("f3", *"路灯")
        await pilot.pause(0.5)
        assert "快查索引已损坏" in shown(pilot)
        await pilot.press("escape", "f4", *"路灯不亮")
        await pilot.pause(0.8)
        assert "登记新事项" in shown(pilot)
        assert "路灯不亮" in shown(pilot)


def test_the_command_says_how_to_mend_it(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(office.home), "find", "路灯"]) == 1
    told = capsys.readouterr().err
    assert MEND in told
    assert len(told.splitlines()) == 1
