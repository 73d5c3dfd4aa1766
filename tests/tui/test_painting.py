"""A message over the edges of other widgets loses no Chinese character."""

from __future__ import annotations

import pytest
from textual._compositor import ChopsUpdate, Compositor

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


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """Pieces of lines (y, from, to) that were to be painted anew and were not."""
    missing: list[tuple[int, int, int]] = []
    paint = Compositor.render_partial_update

    def watched(compositor: Compositor) -> ChopsUpdate | None:
        update = paint(compositor)
        assert update is None or isinstance(update, ChopsUpdate)
        for y, first, last in [] if update is None else update.spans:
            assert update is not None
            pieces = zip(update.chops[y].items(), update.chop_ends[y], strict=True)
            missing.extend(
                (y, cut, end) for (cut, strip), end in pieces if strip is None and cut < last and end > first
            )
        return update

    monkeypatch.setattr(Compositor, "render_partial_update", watched)
    return missing


async def test_all_that_changed_is_painted(
    desk: Desk, register: Register, unpainted: list[tuple[int, int, int]]
) -> None:
    for number in range(40):
        register(f"路灯不亮{number}", lead="古南街道")
    async with desk((80, 24)) as pilot:
        pilot.app.notify(SAID, markup=False)
        await settled(pilot)
        pilot.app.clear_notifications()
        for keys in (["down", "pagedown"], ["#"], ["escape"], ["tab", "down"], ["tab", "end"]):
            await settled(pilot)
            await pilot.press(*keys)
        pilot.app.show("units")  # type: ignore[attr-defined]
        await settled(pilot)
        await pilot.press("down", "down")
        await settled(pilot)
    assert unpainted == []


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
