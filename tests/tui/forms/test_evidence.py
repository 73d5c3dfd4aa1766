"""附件: pasted, typed, copied at once, kept by the draft; listed, drawn, saved elsewhere, taken away."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from textual.pilot import Pilot

from db import drafts, evidence, vault
from db.actions import Action
from db.evidence.intake import Entry, Limits, take_in
from db.journal import Act, record
from db.office import Office
from db.reads.evidence import AttachmentRow, attachments
from duban_tui import config, pictures, viewer
from duban_tui.screens.case import CaseScreen
from duban_tui.screens.drafts import DraftsScreen
from duban_tui.screens.evidence import EvidenceScreen
from duban_tui.screens.note import NoteScreen
from duban_tui.widgets.attachments import Attachments
from tests.tui.forms.conftest import Home
from tests.tui.forms.desk import NOW, Desk, desk_on, write

SIZES = [(60, 20), (80, 24), (120, 36)]

LIMITS = Limits(10**9, 10**9)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo with a blank and Chinese words in its name."""
    folder = tmp_path / "现场 照片"
    folder.mkdir()
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:22 15:04:00"
    Image.new("RGB", (64, 48), "red").save(folder / "路灯 1.jpg", exif=exif)
    return folder / "路灯 1.jpg"


@pytest.fixture
def sound(photo: Path) -> Path:
    """A recording beside it."""
    path = photo.with_name("录音.m4a")
    path.write_bytes(b"\0\0\0\x18ftypM4A sound")
    return path


def field(app: Desk) -> Attachments:
    return app.screen.query_one(Attachments)


async def to_field(app: Desk, pilot: Pilot[None]) -> None:
    """Put the cursor into the line for paths."""
    field(app).enter_line()
    await pilot.pause()


async def copied(pilot: Pilot[None]) -> None:
    """Wait until what was added is on disk and said."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def attach(home: Home, *paths: Path) -> list[AttachmentRow]:
    """A submitted note with these files."""
    with Office.open(home.path, config.load().rules, "张三") as office:
        office.clock = lambda: NOW
        files = [take_in(home.path, path, LIMITS) for path in paths]
        record(office, home.cases["lamp"], Act(Action.VERIFY, {"method": "暗访", "evidence": files}))
        return attachments(office.writer, home.cases["lamp"])


# -- in the form -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_a_pasted_photo_is_copied_and_submitted_with_the_note(
    home: Home, photo: Path, size: tuple[int, int]
) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: NoteScreen(case), size) as (app, pilot):
        await pilot.press("1")
        await to_field(app, pilot)
        await write(pilot, f"'{photo}' ")
        await copied(pilot)
        assert "照片 路灯 1.jpg" in app.text
        assert "11-22 15:04 EXIF" in app.text
        photo.unlink()
        await pilot.press("f2", "f2")
        await pilot.pause()
        (row,) = attachments(app.reader, case)
        assert (row.name, row.type, row.live) == ("路灯 1.jpg", "image/jpeg", True)
        assert evidence.read(home.path, row.sha256).startswith(b"\xff\xd8")


async def test_an_attachment_is_wished_for_and_never_asked_about(home: Home, photo: Path) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"]), (120, 36)) as (app, pilot):
        assert "可添 附件" in app.text
        assert "- 附件" not in app.text
        await pilot.press("4", "f2")
        assert "附件。再按" not in app.text
        assert "、附件" not in app.text


async def test_several_ways_of_pasting(home: Home, photo: Path, sound: Path) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await to_field(app, pilot)
        await write(pilot, f"{photo.as_uri()}\n{str(sound).replace(' ', chr(92) + ' ')}\n")
        await copied(pilot)
        assert [one["name"] for one in field(app).typed] == ["路灯 1.jpg", "录音.m4a"]


async def test_words_of_an_input_method_are_no_paths_and_tab_completes(
    home: Home, photo: Path, sound: Path
) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await to_field(app, pilot)
        await pilot.press(*str(photo.parent.parent), "slash")
        await write(pilot, "现")
        await pilot.press("tab", "tab")
        assert "录音.m4a  路灯 1.jpg" in app.text
        await write(pilot, "录")
        await pilot.press("tab", "enter")
        await copied(pilot)
        assert [one["name"] for one in field(app).typed] == ["录音.m4a"]


async def test_what_cannot_be_attached_is_said_and_stands_there_to_be_mended(home: Home, photo: Path) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("1")
        await to_field(app, pilot)
        await write(pilot, str(photo.parent))
        await pilot.press("enter")
        await copied(pilot)
        assert "是文件夹" in app.text
        await pilot.press("f2")
        assert "这个路径还没有添加" in app.text
        await write(pilot, f"'{photo}'")
        await copied(pilot)
        assert [one["name"] for one in field(app).typed] == ["路灯 1.jpg"], "whole paths are always added"


async def test_a_file_is_taken_out_again(home: Home, photo: Path, sound: Path) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await to_field(app, pilot)
        field(app).add([photo, sound])
        await copied(pilot)
        await pilot.press("down", "delete")
        assert [one["name"] for one in field(app).typed] == ["录音.m4a"]
        await pilot.press("up", "backspace")
        assert field(app).typed is None
        await pilot.press("escape")
        await copied(pilot)
    assert list(evidence.stored(home.path)) == []


async def test_typing_on_the_list_goes_to_the_line(home: Home, sound: Path) -> None:
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await to_field(app, pilot)
        field(app).add([sound])
        await copied(pilot)
        await pilot.press("down", "slash", "t")
        assert isinstance(app.screen, NoteScreen)
        assert field(app)._line.value == "/t"


async def test_the_draft_remembers_the_file_and_takes_it_along_when_it_is_thrown_out(
    home: Home, photo: Path
) -> None:
    case = home.cases["lamp"]
    async with desk_on(home.path, lambda: NoteScreen(case)) as (app, pilot):
        await to_field(app, pilot)
        await write(pilot, str(photo))
        await copied(pilot)
        await pilot.press("escape")
    photo.unlink()
    async with desk_on(home.path, lambda: NoteScreen(case)) as (app, pilot):
        assert "路灯 1.jpg" in app.text
        (kept,) = field(app).typed
        assert evidence.has(home.path, kept["file"])
    async with desk_on(home.path, DraftsScreen) as (app, pilot):
        await pilot.press("delete", "delete")
        assert drafts.unfinished(app.reader) == []
    assert not evidence.has(home.path, kept["file"])


async def test_a_copy_that_is_still_under_way_holds_the_submission_back(
    home: Home, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(self: NoteScreen, path: Path, held: Any, progress: Any) -> Entry:
        progress(6_000_000, 9_000_000)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
        return take_in(home.path, path, LIMITS, held)

    monkeypatch.setattr(NoteScreen, "_take_in", slowly)
    async with desk_on(home.path, lambda: NoteScreen(home.cases["lamp"])) as (app, pilot):
        await pilot.press("1")
        field(app).add([sound])
        await pilot.pause(0.1)
        assert "正在存 录音.m4a  6.0 MB / 9.0 MB" in app.text
        await pilot.press("f2")
        assert "附件还在存，请稍候" in app.text
        assert app.screen.unsaved() == "附件还没有存完"  # type: ignore[attr-defined]
        await pilot.press("escape")
        assert "再按一次 Esc 就不存了" in app.text
        go_on.set()
        await copied(pilot)
        await pilot.press("f2", "f2")
        await pilot.pause()
        assert len(attachments(app.reader, home.cases["lamp"])) == 1


# -- on the case -------------------------------------------------------------------------------------


async def test_the_case_lists_what_its_notes_have_and_f12_leads_there(home: Home, photo: Path) -> None:
    attach(home, photo)
    async with desk_on(home.path, lambda: CaseScreen(home.cases["lamp"]), (120, 36)) as (app, pilot):
        assert "附件 照片 路灯 1.jpg" in app.text
        await pilot.press("f12")
        await copied(pilot)
        assert isinstance(app.screen, EvidenceScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_a_photo_is_drawn_with_blocks(
    home: Home, photo: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "pictures", pictures.BLOCKS)
    attach(home, photo)
    async with desk_on(home.path, lambda: EvidenceScreen(home.cases["lamp"]), size) as (app, pilot):
        await copied(pilot)
        assert "▀▀▀▀" in app.text


@pytest.mark.parametrize("drawn", [pictures.BLOCKS, pictures.SIXEL, pictures.KITTY])
async def test_every_way_of_drawing_can_come_and_go(
    home: Home, photo: Path, sound: Path, drawn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "pictures", drawn)
    attach(home, photo, sound)
    async with desk_on(home.path, lambda: EvidenceScreen(home.cases["lamp"])) as (app, pilot):
        await copied(pilot)
        assert len(app.screen.query(".picture")) == 1
        await pilot.press("down")
        await copied(pilot)
        assert len(app.screen.query(".picture")) == 0
        assert "audio/mp4" in app.text
        await pilot.press("up")
        await copied(pilot)
        assert len(app.screen.query(".picture")) == 1
        await pilot.press("escape")


async def test_where_nothing_is_drawn_everything_known_is_said(
    home: Home, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "pictures", pictures.NONE)
    (row,) = attach(home, photo)
    async with desk_on(home.path, lambda: EvidenceScreen(home.cases["lamp"])) as (app, _pilot):
        for words in ("路灯 1.jpg", "image/jpeg", "11-22 15:04（EXIF）", row.sha256[:12], "打开"):
            assert words in app.text


@pytest.mark.parametrize("damage", [b"broken", None])
async def test_a_damaged_or_missing_photo_is_said(
    home: Home, photo: Path, damage: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "pictures", pictures.BLOCKS)
    (row,) = attach(home, photo)
    path = evidence.path_of(home.path, row.sha256)
    path.write_bytes(damage) if damage else path.unlink()
    async with desk_on(home.path, lambda: EvidenceScreen(home.cases["lamp"])) as (app, pilot):
        await copied(pilot)
        assert ("附件已损坏" if damage else "附件不见了") in app.text


async def test_a_file_that_only_calls_itself_a_picture_is_said(
    home: Home, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "pictures", pictures.BLOCKS)
    photo.write_bytes(b"\xff\xd8\xff and nothing more")
    attach(home, photo)
    async with desk_on(home.path, lambda: EvidenceScreen(home.cases["lamp"])) as (app, pilot):
        await copied(pilot)
        assert "这张图画不出来" in app.text


async def test_it_is_opened_where_there_is_a_desktop(
    home: Home, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[tuple[bytes, str]]()
    monkeypatch.setattr(viewer, "why_not", lambda: None)
    monkeypatch.setattr(viewer, "show", lambda data, name: opened.append((data, name)))
    attach(home, photo)
    async with desk_on(home.path, lambda: EvidenceScreen(home.cases["lamp"])) as (_app, pilot):
        await copied(pilot)
        await pilot.press("enter")
        await copied(pilot)
        await pilot.press("ｏ")
        await copied(pilot)
    assert opened == [(photo.read_bytes(), "路灯 1.jpg")] * 2


@pytest.mark.parametrize(
    ("env", "said"),
    [({}, "没有桌面"), ({"DISPLAY": ":0"}, "没有 xdg-open"), ({"WAYLAND_DISPLAY": "w"}, "没有 xdg-open")],
)
def test_without_a_desktop_it_is_said(
    env: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert said in str(viewer.why_not(env))


async def test_an_encrypted_office_lays_nothing_down_in_clear_unasked(
    home: Home, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "why_not", lambda: None)
    monkeypatch.setattr(viewer, "show", lambda data, name: pytest.fail("shown"))
    attach(home, photo)
    monkeypatch.setattr(vault, "is_sealed", lambda folder: True)
    monkeypatch.setattr(vault, "database_key", lambda folder: None)
    monkeypatch.setattr(vault, "unseal", lambda folder, data, about: data)
    async with desk_on(home.path, lambda: EvidenceScreen(home.cases["lamp"])) as (app, pilot):
        assert "请先用 F2 另存" in str(app.screen.why_not("view_file"))  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.press("f2")
        assert "写出去的没有加密" in app.text
        await pilot.press("ctrl+u")
        await write(pilot, str(tmp_path))
        await pilot.press("enter")
        await copied(pilot)
    assert (tmp_path / "路灯 1.jpg").read_bytes() == photo.read_bytes()


async def test_a_file_is_taken_away_with_a_reason(home: Home, photo: Path) -> None:
    (row,) = attach(home, photo)
    async with desk_on(home.path, lambda: EvidenceScreen(home.cases["lamp"])) as (app, pilot):
        await copied(pilot)
        await pilot.press("delete")
        await pilot.press("enter")
        assert "请填写“理由”" in app.text
        await write(pilot, "拍到无关人员")
        await pilot.press("enter")
        await copied(pilot)
        assert "✗ 已撤除 照片" in app.text
        assert "拍到无关人员" in app.text
        assert app.screen.why_not("save_file") == "已撤除，文件不在了"  # type: ignore[attr-defined]
    assert not evidence.has(home.path, row.sha256)


async def test_a_case_without_attachments_says_how_to_add_some(home: Home) -> None:
    async with desk_on(home.path, lambda: EvidenceScreen(home.cases["fresh"])) as (app, pilot):
        assert "还没有附件" in app.text
        await pilot.press("delete", "f2", "enter")
        assert isinstance(app.screen, EvidenceScreen)
