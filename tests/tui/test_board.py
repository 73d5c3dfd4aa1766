"""The board: what an officer sees and does on it, on a real small office."""

from __future__ import annotations

import json
from array import array

import pytest
from textual.pilot import Pilot

from db import instants
from db.actions import Action
from db.journal import Act, record
from db.office import Office
from duban_tui.app import DubanApp
from duban_tui.screens.board import BoardScreen
from duban_tui.widgets.case_list import CaseList
from duban_tui.widgets.unit_tree import UnitTree
from tests.tui.conftest import MONDAY, Desk, Register, pressed, settled, shown

LATER = MONDAY + 30 * 86_400


def app_of(pilot: Pilot[None]) -> DubanApp:
    assert isinstance(pilot.app, DubanApp)
    return pilot.app


def listed(pilot: Pilot[None]) -> list[int]:
    return list(pilot.app.screen.query_one(CaseList).ids)


async def rested(pilot: Pilot[None]) -> None:
    """Until what follows a resting cursor has been read."""
    await pilot.pause(0.2)
    await settled(pilot)


async def test_the_first_line_says_office_day_and_safety(desk: Desk) -> None:
    async with desk((160, 48)) as pilot:
        line = shown(pilot).splitlines()[0]
    assert "重庆市政府督查办" in line
    assert "11-16 周一 工作日 · 下一工作日 11-17 周二" in line
    assert "离线 · 未备份" in line


async def test_a_backup_is_claimed_only_where_there_is_one(desk: Desk, office: Office) -> None:
    office.writer.execute(
        "INSERT INTO setting VALUES ('last_backup', ?)", (str(instants.at(2026, 11, 16, 8)),)
    )
    async with desk() as pilot:
        assert "已备份 08:00" in shown(pilot).splitlines()[0]


async def test_a_clock_that_was_set_back_is_shown(desk: Desk, office: Office, register: Register) -> None:
    register("路灯不亮")
    office.writer.execute("UPDATE event SET recorded_at = recorded_at + 3600")
    async with desk((160, 48)) as pilot:
        assert "本机时间早于已有记录，请校准" in shown(pilot).splitlines()[0]


async def test_counts_and_list_agree(desk: Desk, register: Register) -> None:
    register("路灯不亮", lead="古南街道")
    register("噪声扰民")
    async with desk() as pilot:
        text = shown(pilot)
    assert "0 待办 1  ! 警报 0  + 紧急 0  ? 预警 0  > 报到 1  - 在办 1" in text
    assert "路灯不亮" in text
    assert "> 报到" in text
    assert "古南街道" in text


async def test_state_keys_narrow_and_the_same_key_widens(desk: Desk, register: Register) -> None:
    delivered = register("路灯不亮", lead="古南街道").case_id
    registered = register("噪声扰民").case_id
    async with desk() as pilot:
        await pressed(pilot, "4")
        assert listed(pilot) == [delivered]
        await pressed(pilot, "5")
        assert listed(pilot) == [registered]
        await pressed(pilot, "5")
        assert sorted(listed(pilot)) == [delivered, registered]
        await pressed(pilot, "４")
        assert listed(pilot) == [delivered]
        await pressed(pilot, "escape")
        assert len(listed(pilot)) == 2


async def test_the_queue_opens_each_row_with_its_action(
    desk: Desk, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = register("噪声扰民").case_id
    asked: list[tuple[object, ...]] = []
    async with desk() as pilot:
        monkeypatch.setattr(pilot.app, "show", lambda *arguments, **_: asked.append(arguments))
        await pressed(pilot, "0")
        assert "待交办 1" in shown(pilot)
        await pressed(pilot, "enter")
    assert asked == [("action", case_id, Action.DISPATCH)]


async def test_the_key_of_the_queues_walks_through_them(desk: Desk, register: Register) -> None:
    register("噪声扰民")
    async with desk() as pilot:
        await pressed(pilot, "0", "0")
        assert len(listed(pilot)) == 1
        await pressed(pilot, "0")
        assert listed(pilot) == []


async def test_the_tree_scopes_list_and_counts(desk: Desk, register: Register) -> None:
    here = register("路灯不亮", lead="古南街道").case_id
    register("噪声扰民", lead="南坪街道")
    async with desk() as pilot:
        tree = pilot.app.screen.query_one(UnitTree)
        tree.focus()
        while tree.cursor_node is None or str(tree.cursor_node.label) != "綦江区":
            await pilot.press("down")
        await rested(pilot)
        assert listed(pilot) == [here]
        assert "> 报到 1" in shown(pilot)
        assert "綦江区及以下" in shown(pilot)
        await pilot.press("home")
        await rested(pilot)
        assert len(listed(pilot)) == 2


async def test_words_filter_while_typing_and_esc_clears(desk: Desk, register: Register) -> None:
    lamp = register("路灯不亮", lead="古南街道").case_id
    register("噪声扰民")
    async with desk() as pilot:
        await pressed(pilot, "f2", *"路灯")
        assert listed(pilot) == [lamp]
        await pressed(pilot, "enter")
        assert pilot.app.screen.query_one(CaseList).has_focus
        await pressed(pilot, "escape")
        assert len(listed(pilot)) == 2


async def test_letters_typed_into_the_filter_are_no_commands(desk: Desk) -> None:
    async with desk() as pilot:
        await pressed(pilot, "f2", *"qt0s1")
        assert isinstance(pilot.app.screen, BoardScreen)
        assert app_of(pilot).remembered.words == "qt0s1"


async def test_what_others_write_comes_by_itself(desk: Desk, register: Register) -> None:
    async with desk() as pilot:
        assert "没有事项" in shown(pilot)
        register("噪声扰民")
        await pilot.pause(1.3)
        await settled(pilot)
        assert "噪声扰民" in shown(pilot)


async def test_an_alarm_flips_with_the_time_alone(desk: Desk, register: Register) -> None:
    register("路灯不亮", lead="古南街道")
    async with desk() as pilot:
        assert "> 报到 1" in shown(pilot)
        app_of(pilot).now = lambda: LATER  # type: ignore[method-assign]
        await pilot.pause(1.3)
        await settled(pilot)
        assert "! 警报 1" in shown(pilot)
        assert "! 警报 ?" in shown(pilot), "never accepted: the second mark"


async def test_the_cursor_stays_on_its_case_when_the_list_changes(desk: Desk, register: Register) -> None:
    register("路灯不亮", lead="古南街道")
    held = register("噪声扰民").case_id
    async with desk() as pilot:
        await pressed(pilot, "end")
        cases = pilot.app.screen.query_one(CaseList)
        assert cases.current == held
        register("井盖缺失", lead="南坪街道")
        await pressed(pilot, "f5")
        assert len(cases) == 3
        assert cases.current == held


async def test_a_closed_case_leaves_the_list(desk: Desk, register: Register, office: Office) -> None:
    case_id = register("噪声扰民").case_id
    async with desk() as pilot:
        record(office, case_id, Act(Action.WITHDRAW, {"reason": "来电撤回"}, at=MONDAY))
        await pressed(pilot, "f5")
        assert listed(pilot) == []
        await pressed(pilot, "6")
        await rested(pilot)
        assert "11-16 已撤回" in shown(pilot), "the preview says when it ended"


async def test_closed_cases_come_piece_by_piece_and_newest_first(
    desk: Desk, register: Register, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.reads.board.PIECE", 2)
    closed = [register(f"第{n}件").case_id for n in range(7)]
    for case_id in closed:
        record(office, case_id, Act(Action.WITHDRAW, {"reason": "来电撤回"}, at=MONDAY))
    async with desk() as pilot:
        await pressed(pilot, "6")
        assert listed(pilot) == closed[::-1]
        await pressed(pilot, "end")
        assert pilot.app.screen.query_one(CaseList).current == closed[0]
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        assert board.why_not("sort") == "办结的总是最新在前"
        assert board.why_not("export") is None
        board.query_one(CaseList).growing = True
        assert board.why_not("export") == "清单还没有读完，请稍候"


async def test_a_case_that_closes_elsewhere_joins_the_closed_ones(
    desk: Desk, register: Register, office: Office
) -> None:
    first, second = (register(title).case_id for title in ("路灯不亮", "井盖破损"))
    record(office, first, Act(Action.WITHDRAW, {"reason": "来电撤回"}, at=MONDAY))
    async with desk() as pilot:
        await pressed(pilot, "6")
        assert listed(pilot) == [first]
        record(office, second, Act(Action.WITHDRAW, {"reason": "来电撤回"}, at=MONDAY))
        await pilot.pause(1.3)
        await settled(pilot)
        assert listed(pilot) == [second, first]


async def test_one_closed_and_one_reopened_elsewhere_are_noticed(
    desk: Desk, register: Register, office: Office
) -> None:
    first, second = (register(title).case_id for title in ("路灯不亮", "井盖破损"))
    withdrawn = Act(Action.WITHDRAW, {"reason": "来电撤回"}, at=MONDAY)
    (event,) = record(office, first, withdrawn).event_ids
    async with desk() as pilot:
        await pressed(pilot, "6")
        assert listed(pilot) == [first]
        record(office, first, Act(Action.UNDO, {"event": event}))
        record(office, second, withdrawn)
        await pilot.pause(1.3)
        await settled(pilot)
        assert listed(pilot) == [second]
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        board.show_found(array("q", [first]), "路灯")
        await settled(pilot)
        assert listed(pilot) == [first]
        await pressed(pilot, "f5")
        assert listed(pilot) == [second]


async def test_sorting_says_the_order(desk: Desk, register: Register) -> None:
    first = register("路灯不亮").case_id
    second = register("噪声扰民").case_id
    async with desk() as pilot:
        await pressed(pilot, "s", "s")
        assert listed(pilot) == [second, first], "newest first"
        assert "最新在前" in shown(pilot)


async def test_a_command_without_a_case_says_why(desk: Desk) -> None:
    async with desk() as pilot:
        await pressed(pilot, "f8")
        assert "办理：先选中一件事项" in shown(pilot)


async def test_the_preview_shows_the_case_masked(desk: Desk, register: Register) -> None:
    register("路灯不亮", lead="古南街道", submitter={"name": "张小明", "phone": "13812345678"})
    async with desk() as pilot:
        await rested(pilot)
        text = shown(pilot)
    assert "张** 138****5678" in text
    assert "5工作日" in text


async def test_the_preview_says_the_end_where_little_fits(desk: Desk, register: Register) -> None:
    register("路灯不亮", lead="古南街道")
    async with desk((80, 24)) as pilot:
        await rested(pilot)
        assert "应于 11-20 周五办结（5工作日，剩 4 个工作日）" in shown(pilot)


async def test_what_is_told_leaves_the_foot_free(desk: Desk) -> None:
    async with desk((80, 24)) as pilot:
        foot = shown(pilot).splitlines()[-3:]
        await pressed(pilot, "f8")
        lines = shown(pilot).splitlines()
        assert lines[-3:] == foot
        assert "先选中一件事项" in lines[2]


async def test_a_narrow_terminal_shows_one_pane_under_the_states(desk: Desk, register: Register) -> None:
    register("路灯不亮", lead="古南街道")
    async with desk((60, 20)) as pilot:
        text = shown(pilot)
        assert "路灯不亮" in text
        assert "綦江区" not in text
        assert "!警报0" in text
        await pressed(pilot, "t")
        text = shown(pilot)
        assert "綦江区" in text
        assert "路灯不亮" not in text
        assert "!警报0" in text


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
@pytest.mark.parametrize("key", ["0", "5", "8", "escape"])
async def test_who_asks_for_a_list_in_the_tree_goes_on_in_the_list(
    desk: Desk, register: Register, size: tuple[int, int], key: str
) -> None:
    register("噪声扰民")
    async with desk(size) as pilot:
        await pressed(pilot, "tab")
        assert pilot.app.screen.query_one(UnitTree).has_focus
        await pressed(pilot, key)
        assert pilot.app.screen.query_one(CaseList).has_focus
        assert "噪声" in shown(pilot)


async def test_enter_in_the_tree_shows_the_list_that_it_hides(desk: Desk, register: Register) -> None:
    here = register("路灯不亮", lead="南坪街道").case_id
    register("噪声扰民", lead="古南街道")
    async with desk((60, 20)) as pilot:
        await pressed(pilot, "t", "down", "enter")
        await rested(pilot)
        assert pilot.app.screen.query_one(CaseList).has_focus
        assert listed(pilot) == [here]
        assert "路灯不亮" in shown(pilot)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)])
async def test_help_palette_and_way_back_stand_at_every_size(desk: Desk, size: tuple[int, int]) -> None:
    async with desk(size) as pilot:
        foot = shown(pilot).splitlines()[-1]
    assert "F1 帮助" in foot
    assert "F9 全部命令" in foot
    assert "Esc 返回" in foot


async def test_a_remembered_unit_is_named_where_the_tree_has_no_room(desk: Desk) -> None:
    async with desk((60, 20)) as pilot:
        await pressed(pilot, "t", "down", "enter")
        await rested(pilot)
        assert "南岸区" in shown(pilot).splitlines()[1]
    async with desk((60, 20)) as pilot:
        await rested(pilot)
        assert "南岸区" in shown(pilot).splitlines()[1]


async def test_a_terminal_too_small_says_so(desk: Desk) -> None:
    async with desk((50, 12)) as pilot:
        assert "请放大到 60×16 以上" in shown(pilot)


async def test_the_tree_hides_and_comes_back(desk: Desk) -> None:
    async with desk() as pilot:
        assert "綦江区" in shown(pilot)
        await pressed(pilot, "t")
        assert "綦江区" not in shown(pilot)
        await pressed(pilot, "t")
        assert "綦江区" in shown(pilot)


async def test_colours_and_view_are_there_again_next_time(desk: Desk, register: Register) -> None:
    register("噪声扰民")
    async with desk() as pilot:
        before = pilot.app.theme
        await pressed(pilot, "5")
        await app_of(pilot).action_command("theme")
        chosen = pilot.app.theme
        assert chosen != before
    kept = json.loads((app_of(pilot).home / "desk.json").read_text(encoding="utf-8"))
    assert kept["alarm"] == "normal"
    async with desk() as pilot:
        assert pilot.app.theme == chosen
        assert pilot.app.screen.query_one(CaseList).current is not None


@pytest.mark.parametrize("key", ["q", "f10"])
async def test_quitting_asks_nothing_when_nothing_is_unsaved(desk: Desk, key: str) -> None:
    async with desk() as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert not pilot.app.is_running or pilot.app._exit


async def test_quitting_asks_when_something_would_be_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoardScreen, "unsaved", lambda _self: "登记还没有保存")
    async with desk() as pilot:
        await pressed(pilot, "f10")
        assert "登记还没有保存" in shown(pilot)
        await pressed(pilot, "escape")
        assert isinstance(pilot.app.screen, BoardScreen)


async def test_copying_says_which_way_it_went(
    desk: Desk, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = register("路灯不亮").number
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    async with desk() as pilot:
        await pressed(pilot, "y")
        assert pilot.app.clipboard == number
        assert "终端剪贴板" in shown(pilot)
