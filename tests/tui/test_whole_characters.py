"""A message over the edges of other widgets loses no Chinese character."""

from __future__ import annotations

import pytest

from tests.tui.conftest import Desk, Register, settled, shown

SAID = "上次没有正常退出：没有未提交的草稿，最后一步已保存"


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 48)])
@pytest.mark.parametrize("shift", ["", "a", "ab"])
async def test_a_message_is_whole_wherever_it_lies(
    desk: Desk, register: Register, size: tuple[int, int], shift: str
) -> None:
    register("路灯不亮", lead="古南街道")
    async with desk(size) as pilot:
        pilot.app.notify(shift + SAID, markup=False)
        await settled(pilot)
        lines = shown(pilot).replace(" ", "").replace("\n", "")
        assert "".join((shift + SAID)[:12]) in lines
        for piece in (SAID[i : i + 4] for i in range(0, 12, 4)):
            assert piece in lines


async def test_what_lies_below_does_not_come_through(desk: Desk, register: Register) -> None:
    """Also where only a part of the screen is painted anew, and after the message is gone."""
    register("路灯不亮", lead="古南街道")
    async with desk((80, 24)) as pilot:
        pilot.app.notify(SAID, markup=False)
        await settled(pilot)
        over = shown(pilot)
        await pilot.press("down", "up")
        await settled(pilot)
        assert [line[30:] for line in shown(pilot).splitlines() if "上次" in line] == [
            line[30:] for line in over.splitlines() if "上次" in line
        ]
        pilot.app.clear_notifications()
        await settled(pilot)
        assert SAID[:2] not in shown(pilot)
        assert "编号" in shown(pilot)
        assert "路灯不亮" in shown(pilot)
