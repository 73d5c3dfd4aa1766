"""快查: found while typing, from anywhere, and Esc leaves no trace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from db.actions import Action
from db.journal import Act, record
from db.office import Office
from db.reads import board, lookup
from db.units import add
from duban_tui import config
from duban_tui.messages import OfficeChanged
from duban_tui.screens.board import BoardScreen
from duban_tui.screens.lookup import LookupScreen
from duban_tui.widgets.case_list import CaseList
from duban_tui.widgets.reading_rows import ReadingRows
from tests.tui.conftest import MONDAY, Desk, Register, settled, shown

SIZES = [(60, 20), (80, 24), (120, 36), (160, 48)]


async def ask(pilot: Pilot[None], text: str) -> None:
    """Open 快查, if it is not there, and type."""
    if not isinstance(pilot.app.screen, LookupScreen):
        await pilot.press("f3")
    pilot.app.screen.query_one(Input).value = text
    await settled(pilot)


def numbers(pilot: Pilot[None]) -> list[int]:
    """The cases listed, in their order."""
    return list(pilot.app.screen.query_one(CaseList).ids)


@pytest.mark.parametrize("key", ["f3", "/", "／", "、"])
async def test_it_opens_by_key_and_by_the_full_width_twin(desk: Desk, key: str) -> None:
    async with desk() as pilot:
        await pilot.press(key)
        await settled(pilot)
        assert isinstance(pilot.app.screen, LookupScreen)
        assert shown(pilot).startswith(" 快查")
        assert pilot.app.screen.query_one(Input).value == ""


@pytest.mark.parametrize("size", SIZES)
async def test_hits_stand_there_while_typing_at_every_size(
    desk: Desk, register: Register, size: tuple[int, int]
) -> None:
    register("路灯不亮", lead="古南街道")
    register("噪声扰民")
    async with desk(size) as pilot:
        await pilot.press("f3", *"路灯")
        await settled(pilot)
        lines = shown(pilot).splitlines()
        assert "快查" in lines[0]
        assert "路灯" in lines[0]
        assert "1 件" in lines[0]
        assert "路灯不亮" in lines[3]
        assert "> 报到" in lines[3]
        assert "噪声扰民" not in "".join(lines)
        assert max(map(cell_len, lines)) <= size[0]


async def test_open_cases_come_first_then_the_rest_each_newest_first(
    desk: Desk, register: Register, office: Office
) -> None:
    old, refused, new = (register(f"路灯{name}") for name in ("旧", "不受理", "新"))
    record(office, refused.case_id, Act(Action.REFUSE, {"reason": "材料不全"}))
    async with desk() as pilot:
        await ask(pilot, "路灯")
        assert numbers(pilot) == [new.case_id, old.case_id, refused.case_id]


async def test_the_words_found_stand_out_without_colour(desk: Desk, register: Register) -> None:
    register("老街路灯不亮")
    async with desk() as pilot:
        await ask(pilot, "路灯")
        segments = [part for strip in pilot.app.screen._compositor.render_strips()[3:4] for part in strip]
        marked = [part.text for part in segments if part.style and part.style.underline]
        assert marked == ["路灯"]


async def test_enter_opens_the_case_and_escape_comes_back_to_the_words(
    desk: Desk, register: Register
) -> None:
    register("路灯不亮", lead="古南街道")
    async with desk() as pilot:
        await ask(pilot, "路灯")
        await pilot.press("enter")
        await settled(pilot)
        assert "流程" in shown(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert pilot.app.screen.query_one(Input).value == "路灯"


async def test_enter_opens_what_was_typed_and_nothing_found_before(desk: Desk, register: Register) -> None:
    register("路灯不亮")
    wanted = register("井盖破损").number
    async with desk() as pilot:
        await ask(pilot, "路灯")
        for key in ("ctrl+u", *wanted, "enter"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settled(pilot)
        assert "井盖破损" in shown(pilot)
        assert "流程" in shown(pilot)
        await pilot.press("escape")
        await settled(pilot)
        for key in ("ctrl+u", *"nowhere", "enter"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settled(pilot)
        assert "没有找到" in shown(pilot)


async def test_escape_leaves_no_trace(desk: Desk, register: Register) -> None:
    register("路灯不亮")
    register("噪声扰民")
    async with desk() as pilot:
        before, remembered = numbers(pilot), pilot.app.remembered  # type: ignore[attr-defined]
        await pilot.press("down")
        await ask(pilot, "路灯")
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(pilot.app.screen, BoardScreen)
        assert numbers(pilot) == before
        assert pilot.app.screen.query_one(CaseList).cursor == 1
        assert pilot.app.remembered == remembered  # type: ignore[attr-defined]
        await pilot.press("f3")
        await settled(pilot)
        assert pilot.app.screen.query_one(Input).value == ""


@pytest.mark.parametrize("key", ["f2", "f3", "f9"])
async def test_what_is_typed_ahead_of_the_screen_is_not_lost_and_no_command(
    desk: Desk, register: Register, key: str
) -> None:
    register("路灯不亮")
    async with desk() as pilot:
        for each in (key, *"qjq"):
            pilot.app.post_message(events.Key(each, each if len(each) == 1 else None))
        await settled(pilot)
        assert pilot.app._exit is False
        assert isinstance(pilot.app.focused, Input)
        assert pilot.app.focused.value == "qjq"


async def test_letters_typed_ahead_of_a_form_that_begins_with_a_choice_do_not_end_the_program(
    desk: Desk, register: Register
) -> None:
    register("路灯不亮")
    async with desk() as pilot:
        for each in ("f6", *"qjq"):
            pilot.app.post_message(events.Key(each, each if len(each) == 1 else None))
        await settled(pilot)
        assert pilot.app._exit is False
        assert "核查方式" in shown(pilot)


async def test_a_second_f3_does_not_open_it_twice(desk: Desk) -> None:
    async with desk() as pilot:
        await pilot.press("f3", "f3")
        await settled(pilot)
        assert [type(screen) for screen in pilot.app.screen_stack].count(LookupScreen) == 1


async def test_a_unit_by_its_initials_is_the_first_row_and_enter_lists_its_cases(
    desk: Desk, register: Register
) -> None:
    inside = register("路灯不亮", lead="古南街道")
    register("噪声扰民", lead="南坪街道")
    async with desk() as pilot:
        await ask(pilot, "qjq")
        assert "▸綦江区（含下级）" in shown(pilot)
        assert "0 件" not in shown(pilot)
        assert "文字里没有“qjq”；Enter 列出" in shown(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, BoardScreen)
        assert numbers(pilot) == [inside.case_id]


async def test_a_reading_never_narrows_what_the_words_find(desk: Desk, register: Register) -> None:
    inside = register("路灯不亮", lead="古南街道")
    named = register("綦江区的路灯不亮", lead="南坪街道")
    async with desk() as pilot:
        await ask(pilot, "綦江区")
        assert "綦江区（含下级）" in shown(pilot)
        assert numbers(pilot) == [named.case_id]
        await pilot.press("tab")
        await settled(pilot)
        assert "只看：綦江区" in shown(pilot)
        assert numbers(pilot) == [inside.case_id]
        await pilot.press("tab")
        await settled(pilot)
        assert numbers(pilot) == [named.case_id]


async def test_up_from_the_first_hit_goes_to_the_reading(desk: Desk, register: Register) -> None:
    case = register("路灯不亮", lead="古南街道")
    register("綦江区 路灯不亮", lead="南坪街道")
    async with desk() as pilot:
        await ask(pilot, "綦江区 路灯")
        assert "▸綦江区（含下级）" not in shown(pilot)
        await pilot.press("up")
        assert "▸綦江区（含下级） · “路灯”" in shown(pilot)
        await pilot.press("down")
        assert "▸綦江区（含下级）" not in shown(pilot)
        await pilot.press("up", "enter")
        await settled(pilot)
        assert "快查 綦江区（含下级） · “路灯” 1 件" in shown(pilot)
        assert numbers(pilot) == [case.case_id]


@pytest.mark.parametrize(
    ("text", "first"),
    [("报到", "▸报到"), ("11月", "▸2026年11月"), ("2026-11", "▸2026年11月"), ("綦江区", "▸綦江")],
)
async def test_words_that_a_reading_understands_whole_put_it_first(
    desk: Desk, register: Register, text: str, first: str
) -> None:
    named = register(f"{text}的路灯不亮")
    meant = register("噪声扰民", lead="古南街道")
    async with desk((80, 24)) as pilot:
        await ask(pilot, text)
        assert numbers(pilot) == [named.case_id]
        assert first in shown(pilot)
        assert shown(pilot).count("▸") == 1
        await pilot.press("f6")
        await settled(pilot)
        assert isinstance(pilot.app.screen, LookupScreen)
        await pilot.press("enter")
        await settled(pilot)
        assert meant.case_id in numbers(pilot)


async def test_digits_stay_a_part_of_a_number_although_they_are_a_day(desk: Desk, register: Register) -> None:
    case = register("路灯不亮", numbers=[["12345", "2026111508"]])
    async with desk() as pilot:
        await ask(pilot, "20261115")
        assert " 2026-11-15：" in shown(pilot)
        assert f"▸{case.number}" in shown(pilot)


async def test_initials_of_two_units_offer_both_and_each_is_one_key_away(
    desk: Desk, register: Register, office: Office
) -> None:
    top = office.writer.execute("SELECT unit_id FROM unit_version WHERE level = 1")
    add(office.writer, "黔江区", under=top.fetchone()[0], kind="行政区划")
    first, second = register("路灯不亮", lead="綦江区"), register("噪声扰民", lead="黔江区")
    async with desk((80, 24)) as pilot:
        await ask(pilot, "qjq")
        assert "▸綦江区（含下级）" in shown(pilot)
        assert " 黔江区（含下级）" in shown(pilot)
        await pilot.press("tab")
        await settled(pilot)
        assert numbers(pilot) == [first.case_id]
        await pilot.press("tab", "tab")
        await settled(pilot)
        await pilot.press("down")
        assert "▸黔江区（含下级）" in shown(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert numbers(pilot) == [second.case_id]


async def test_a_click_on_a_reading_lists_it(desk: Desk, register: Register) -> None:
    case = register("路灯不亮", lead="古南街道")
    async with desk() as pilot:
        await ask(pilot, "qjq")
        await pilot.click(ReadingRows, offset=(3, 0))
        await settled(pilot)
        assert isinstance(pilot.app.screen, BoardScreen)
        assert numbers(pilot) == [case.case_id]


async def test_tab_without_a_reading_says_why_not(desk: Desk, register: Register) -> None:
    register("路灯不亮")
    async with desk() as pilot:
        await ask(pilot, "路灯")
        await pilot.press("tab")
        await settled(pilot)
        assert "没有读出单位、状态或日期" in shown(pilot)


async def test_f5_lists_all_results_on_the_board(desk: Desk, register: Register) -> None:
    first, second = register("路灯一"), register("路灯二")
    register("噪声扰民")
    async with desk() as pilot:
        await ask(pilot, "路灯")
        await pilot.press("f5")
        await settled(pilot)
        assert isinstance(pilot.app.screen, BoardScreen)
        assert numbers(pilot) == [second.case_id, first.case_id]
        assert "快查 “路灯” 2 件  Esc 回总台" in shown(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert len(numbers(pilot)) == 3
        assert "快查" not in shown(pilot).splitlines()[1]


async def test_a_found_list_is_opened_as_cases_also_when_the_queue_stood_there_before(
    desk: Desk, register: Register
) -> None:
    register("路灯不亮")
    async with desk() as pilot:
        await pilot.press("0")
        await ask(pilot, "路灯")
        await pilot.press("f5")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "流程" in shown(pilot)


async def test_arrows_and_pages_move_while_the_line_keeps_the_keyboard(
    desk: Desk, register: Register
) -> None:
    for each in range(40):
        register(f"路灯{each:02}")
    async with desk((80, 24)) as pilot:
        await ask(pilot, "路灯")
        cases = pilot.app.screen.query_one(CaseList)
        await pilot.press("down", "down", "up")
        assert cases.cursor == 1
        await pilot.press("pagedown")
        assert cases.cursor > 10
        await pilot.press("pageup")
        assert cases.cursor == 1
        await pilot.press("3")
        await settled(pilot)
        assert pilot.app.screen.query_one(Input).value == "路灯3"


async def test_a_double_click_opens_the_case(desk: Desk, register: Register) -> None:
    register("路灯不亮")
    async with desk() as pilot:
        await ask(pilot, "路灯")
        await pilot.click(CaseList, offset=(20, 1), times=2)
        await settled(pilot)
        assert "流程" in shown(pilot)


async def test_pasted_lines_become_words(desk: Desk, register: Register) -> None:
    register("老街路灯不亮")
    async with desk() as pilot:
        await pilot.press("f3")
        await settled(pilot)
        line = pilot.app.screen.query_one(Input)
        line.post_message(events.Paste("老街\r\n路灯\n"))
        await settled(pilot)
        assert line.value == "老街 路灯"
        assert len(numbers(pilot)) == 1


async def test_nothing_found_says_so(desk: Desk, register: Register) -> None:
    register("路灯不亮")
    async with desk() as pilot:
        await ask(pilot, "没有的字")
        assert "没有找到“没有的字”" in shown(pilot)
        assert "标点" not in shown(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, LookupScreen)


async def test_a_pasted_text_that_finds_nothing_for_its_marks_says_so(desk: Desk, register: Register) -> None:
    register("路灯不亮，无人修")
    async with desk((80, 24)) as pilot:
        await ask(pilot, "路灯不亮，无人修")
        assert len(numbers(pilot)) == 1
        await ask(pilot, "“路灯不亮”")
        assert "标点也要一样，可改用空格隔开几个词" in shown(pilot)


async def test_markup_and_signs_are_only_text(desk: Desk, register: Register) -> None:
    register("路灯[b]不亮")
    async with desk() as pilot:
        for text in ("[b]", "[/]", '"*', "a AND", "%"):
            await ask(pilot, text)
            assert isinstance(pilot.app.screen, LookupScreen)
        await ask(pilot, "[b]不亮")
        assert len(numbers(pilot)) == 1


@pytest.mark.parametrize("sees", [True, False])
async def test_a_caller_is_found_by_phone_only_by_who_may_see_it(
    desk: Desk, register: Register, settings: config.Config, sees: bool
) -> None:
    register("路灯不亮", submitter={"name": "张小明", "phone": "13812345678"})
    async with desk() as pilot:
        pilot.app.config = settings._replace(officer=settings.officer._replace(sees_identity=sees))  # type: ignore[attr-defined]
        for known in ("13812345678", "张小明"):
            await ask(pilot, known)
            assert len(numbers(pilot)) == (1 if sees else 0)
            assert ("按反映人查" in shown(pilot)) is sees
            assert "张小明" not in "".join(shown(pilot).splitlines()[1:]).replace("没有找到“张小明”", "")


@pytest.mark.parametrize("way", ["enter", "f5", "f6", "f7", "f8"])
async def test_what_was_found_by_the_caller_is_logged_however_it_is_opened_and_by_words_is_not(
    desk: Desk, register: Register, office: Office, settings: config.Config, way: str
) -> None:
    known = register("路灯不亮", submitter={"name": "张小明", "phone": "13812345678"}).case_id
    seer = settings._replace(officer=settings.officer._replace(name="王五", sees_identity=True))
    async with desk() as pilot:
        pilot.app.config = seer  # type: ignore[attr-defined]
        for typed in ("路灯", "13812345678"):
            await ask(pilot, typed)
            await pilot.press(way)
            await settled(pilot)
            assert not isinstance(pilot.app.screen, LookupScreen)
            await pilot.press("escape")
            await settled(pilot)
    logged = office.writer.execute("SELECT at, officer, case_id, what, reason FROM access_log").fetchall()
    assert logged == [(MONDAY, "王五", known, "反映人", "按反映人快查")]


async def test_an_older_search_that_ends_late_is_not_shown(
    desk: Desk, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register("路灯不亮")
    newer = register("噪声扰民")
    started, go_on = threading.Event(), threading.Event()
    search: Callable[..., Any] = lookup.search

    def slow_for_lamps(connection: Any, text: str, **more: Any) -> Any:
        if text == "路灯":
            started.set()
            go_on.wait(5)
        return search(connection, text, **more)

    monkeypatch.setattr(lookup, "search", slow_for_lamps)
    async with desk() as pilot:
        await pilot.press("f3")
        line = pilot.app.screen.query_one(Input)
        line.value = "路灯"
        await pilot.pause()
        assert started.wait(5)
        line.value = "噪声"
        await pilot.pause()
        go_on.set()
        await settled(pilot)
        assert numbers(pilot) == [newer.case_id]


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_line_gives_examples_and_what_was_opened_before(
    desk: Desk, register: Register, size: tuple[int, int]
) -> None:
    first, second = register("路灯不亮"), register("噪声扰民")
    async with desk(size) as pilot:
        await pilot.press("f3")
        await settled(pilot)
        assert "例：" in shown(pilot)
        assert "Esc 不留痕迹" in shown(pilot)
        assert numbers(pilot) == []
        for case in (first, second, first):
            await ask(pilot, case.number)
            await pilot.press("enter")
            await settled(pilot)
            await pilot.press("escape")
            await settled(pilot)
        await ask(pilot, "")
        assert "刚才打开过" in shown(pilot)
        assert numbers(pilot) == [first.case_id, second.case_id]


async def test_typing_never_stops_what_the_board_reads_meanwhile(
    desk: Desk, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register("路灯不亮")
    counts = board.counts
    long_read = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x<200000) SELECT max(x) FROM n"
    )

    def slow(connection: Any, *more: Any) -> Any:
        connection.execute(long_read).fetchone()
        return counts(connection, *more)

    monkeypatch.setattr(board, "counts", slow)
    async with desk() as pilot:
        board_screen = pilot.app.screen
        await pilot.press("f3")
        line = pilot.app.screen.query_one(Input)
        for turn in range(20):
            line.value = "路灯"[: 1 + turn % 2]
            await pilot.pause(0.02)
            board_screen.post_message(OfficeChanged())
            await pilot.pause(0.01)
        await settled(pilot)
        assert len(numbers(pilot)) == 1


async def test_what_a_colleague_writes_is_seen_and_the_cursor_stays(
    desk: Desk, register: Register, office: Office
) -> None:
    old, new = register("路灯旧", lead="古南街道"), register("路灯新", lead="古南街道")
    async with desk() as pilot:
        await ask(pilot, "路灯")
        await pilot.press("down")
        record(office, new.case_id, Act(Action.ACCEPT, at=MONDAY))
        pilot.app.screen.post_message(OfficeChanged())
        await settled(pilot)
        assert "- 在办" in shown(pilot)
        assert pilot.app.screen.query_one(CaseList).current == old.case_id


async def test_a_narrowed_search_that_is_ended_harms_nothing(
    desk: Desk, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register("路灯不亮", lead="古南街道")
    started = threading.Event()

    def endless(connection: Any, *more: Any) -> Any:
        started.set()
        forever = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT max(x) FROM n"
        connection.execute(forever).fetchone()
        return board.page(connection, *more)

    monkeypatch.setattr("db.reads.lookup.page", endless)
    async with desk() as pilot:
        await ask(pilot, "綦江区")
        await pilot.press("tab")
        assert started.wait(5)
        await ask(pilot, "路灯")
        assert len(numbers(pilot)) == 1
