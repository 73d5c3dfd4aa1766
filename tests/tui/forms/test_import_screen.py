"""A ledger in: read first, written second, stopped by Esc."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from duban_tui.screens.importing import ImportScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import Desk, desk_on, write

LEDGER = """编号,标题,内容,承办单位,登记时间,交办时间,办结时限
A1,路灯不亮,老街路灯不亮,綦江区三江街道,2026-11-16 09:00,2026-11-16 09:30,2026-11-23
A2,井盖松动,井盖响,綦江区管网所,2026-11-16 10:00,2026-11-16 10:30,2026-11-23
"""


def cases(app: Desk) -> int:
    return int(app.reader.execute('SELECT count(*) FROM "case"').fetchone()[0])


async def done(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_preview_writes_nothing_then_f2_imports(home: Home, tmp_path: Path) -> None:
    ledger = tmp_path / "台账.csv"
    ledger.write_text(LEDGER, encoding="gb18030")
    async with desk_on(home.path, ImportScreen) as (app, pilot):
        before = cases(app)
        await write(pilot, str(ledger))
        await pilot.press("f2")
        await done(pilot)
        assert "2 行：将新增 2" in app.text
        assert "綦江区管网所" in app.text
        assert cases(app) == before
        await pilot.press("f2")
        await done(pilot)
        assert "2 行：已新增 2" in app.text
        assert "导入完成" in app.text
        assert cases(app) == before + 2
        await pilot.press("f2")
        await done(pilot)
        assert "将新增 0，将补充 0，已有 2" in app.text


async def test_what_cannot_be_read_is_said_in_one_line(home: Home, tmp_path: Path) -> None:
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 half a file")
    async with desk_on(home.path, ImportScreen) as (app, pilot):
        for path in (broken, tmp_path / "没有.csv"):
            await write(pilot, str(path))
            await pilot.press("f2")
            await done(pilot)
            assert "! " in app.text
            assert path.name in app.text.replace("\n", "")
            await pilot.press("ctrl+u")


async def test_esc_goes_back_where_nothing_runs(home: Home) -> None:
    async with desk_on(home.path, ImportScreen) as (app, pilot):
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, ImportScreen)
