"""核查记录: written on the spot, never lost, submitted whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from db import drafts
from db.reads import flow
from duban_tui.screens.note import NoteScreen
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import NOW, Desk, desk_on, write


def draft_data(app: Desk) -> list[drafts.Draft]:
    return drafts.unfinished(app.reader)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)])
async def test_what_is_missing_and_the_draft_line_stand_at_every_size(
    home: Home, size: tuple[int, int]
) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"]), size) as (app, pilot):
        assert "还缺" in app.text
        assert "草稿" in app.text
        assert "2026-11-23 09:30" in app.text
        await pilot.press("right", "enter")
        assert "[暗访]" in app.text


async def test_the_missing_list_shrinks_as_one_writes(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"]), (120, 36)) as (app, pilot):
        assert "- 核查方式" in app.text
        await pilot.press("2")
        assert "[走访]" in app.text
        assert "- 核查方式" not in app.text


async def test_everything_can_be_entered_by_arrows_enter_and_words(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: NoteScreen(case), (80, 24)) as (app, pilot):
        await pilot.press("right", "enter", "enter")
        await write(pilot, "老街 12 号")
        await pilot.press("enter")
        await write(pilot, "某店主，王某")
        await pilot.press("enter", "right", "right", "enter")
        await pilot.press("路", "灯", "灭", "enter", "有", "人", "摔", "enter", "enter")
        await write(pilot, "路灯确实不亮。\n电缆被挖断。\n社区报过三次。")
        await pilot.press("tab", "enter", "right", "enter", "right")
        await pilot.press("f2")
        await pilot.pause()
        note = flow.notes(app.reader, case)[0]
        assert (note.method, note.place, note.people) == ("covert", "老街 12 号", ["某店主", "王某"])
        assert note.log == [["09:30", "路灯灭"], ["09:30", "有人摔"]]
        assert note.findings == "路灯确实不亮。\n电缆被挖断。\n社区报过三次。"
        assert (note.arrived_at, note.left_at) == (NOW, NOW - NOW % 60)
        assert (note.finding, note.handling) == ("true", "at_once")
        assert draft_data(app) == []


async def test_missing_items_are_asked_about_once(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: NoteScreen(case)) as (app, pilot):
        await pilot.press("4", "f2")
        assert "还缺 地点、走访对象" in app.text
        assert flow.notes(app.reader, case) == []
        await pilot.press("f2")
        await pilot.pause()
        assert [note.method for note in flow.notes(app.reader, case)] == ["meeting"]


async def test_the_method_must_be_known(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("f2")
        assert "! 请填写“核查方式”" in app.text
        assert flow.notes(app.reader, home.cases["lamp"]) == []


async def test_a_wrong_time_is_said_where_it_stands(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("1", "enter")
        await write(pilot, "点")
        await pilot.press("enter")
        assert "! 看不懂时间" in app.text


async def test_typing_is_saved_by_itself_and_the_foot_says_so(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        assert "草稿 还没有写" in app.text
        await pilot.press("1")
        await pilot.pause(0.8)
        assert "草稿 已存 09:30:15" in app.text
        assert [draft.data["method"] for draft in draft_data(app)] == ["covert"]


async def test_esc_keeps_the_draft_and_f6_goes_on_with_it(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: NoteScreen(case)) as (app, pilot):
        await pilot.press("1", "enter", "enter")
        await write(pilot, "老街第二个路口")
        await pilot.press("escape")
        await pilot.pause()
        app.show("note", case)
        await pilot.pause()
        assert "老街第二个路口" in app.text
        assert "[暗访]" in app.text


async def test_a_form_that_nobody_wrote_in_leaves_no_draft(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert draft_data(app) == []


async def test_several_drafts_at_once(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("1", "ctrl+n")
        await pilot.pause()
        await pilot.press("2", "escape")
        await pilot.pause()
        app.push_screen(NoteScreen(home.cases["fresh"]))
        await pilot.pause()
        await pilot.press("3", "escape")
        await pilot.pause()
        kept = [(draft.case_id, draft.data["method"]) for draft in draft_data(app)]
        lamp, fresh = home.cases["lamp"], home.cases["fresh"]
        assert sorted(kept) == sorted([(lamp, "covert"), (lamp, "visit"), (fresh, "inspect")])


async def test_a_draft_that_cannot_be_saved_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from db.connection import OfficeError

    def refuse(*_: object) -> None:
        raise OfficeError("磁盘已满，未写入")

    monkeypatch.setattr(drafts, "save", refuse)
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("1")
        await pilot.pause(0.8)
        assert "! 草稿 未存，正在重试：磁盘已满" in app.text
        await pilot.press("escape")
        assert "再按一次 Esc 放弃" in app.text
        assert isinstance(app.screen, NoteScreen)


async def test_a_draft_is_saved_as_soon_as_there_is_room_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from db.connection import OfficeError

    save, full = drafts.save, [True]

    def fill(path: Path, draft: drafts.Draft) -> None:
        if full:
            raise OfficeError("磁盘已满，未写入")
        save(path, draft)

    monkeypatch.setattr(drafts, "save", fill)
    monkeypatch.setattr("duban_tui.screens.form.RETRY_AFTER", 0.05)
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("1")
        await pilot.pause(0.6)
        await pilot.press("2")
        await pilot.pause()
        assert "! 草稿 未存" in app.text, "also while typing goes on"
        assert app.screen.unsaved() == "草稿没有存上（磁盘已满，未写入）"  # type: ignore[attr-defined]
        full.clear()
        await pilot.pause(0.3)
        assert "草稿 已存" in app.text
        assert [draft.data["method"] for draft in draft_data(app)] == ["visit"]


async def test_a_submitted_note_is_corrected_by_a_further_one(home: Home) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: NoteScreen(case)) as (app, pilot):
        await pilot.press("1", "f2", "f2")
        await pilot.pause()
        first = flow.notes(app.reader, case)[0].event_id
        app.push_screen(NoteScreen(case, corrects=first))
        await pilot.pause()
        assert "更正核查记录" in app.text
        await pilot.press("2", "f2", "f2")
        await pilot.pause()
        notes = flow.notes(app.reader, case)
        assert [note.corrects for note in notes] == [None, first]
        assert notes[0].corrected_by == notes[1].event_id


async def test_what_is_typed_behind_a_backspace_does_not_overtake_it(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        for key in (
            "1",
            "enter",
            "enter",
            *"老街",
            "backspace",
            "backspace",
            *"新村",
            "enter",
            "enter",
            "enter",
        ):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        for key in (*"灯灭", "backspace", *"亮"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await pilot.pause()
        typed = app.screen.form.typed()  # type: ignore[attr-defined]
        assert (typed["place"], typed["log"]) == ("新村", "09:30 灯亮")


async def test_a_burst_of_keys_falls_into_the_right_fields(home: Home) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        for key in ("1", "enter", "enter", *"老街", "enter", *"店主", "enter", "right", "enter", *"灯灭"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await pilot.pause()
        typed = app.screen.form.typed()  # type: ignore[attr-defined]
        assert (typed["method"], typed["place"], typed["people"]) == ("covert", "老街", "店主")
        assert (typed["identity_shown"], typed["log"]) == ("yes", "09:30 灯灭")
