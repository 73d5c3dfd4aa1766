"""The list of cases: any length, straight columns, a cursor that goes where it is sent."""

from __future__ import annotations

import random
from array import array
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from db import calendars, instants
from db.reads.board import CaseRow
from db.terms import Alarm
from duban_tui.widgets import case_columns
from duban_tui.widgets.case_columns import Look
from duban_tui.widgets.case_list import PAGE_ROWS, CaseList

NOW = instants.at(2026, 11, 16, 9, 0)
LOOK = Look(calendars.packaged(), NOW)
MILLION = 1_000_000


def row(case_id: int, **values: object) -> CaseRow:
    plain = CaseRow(
        case_id, f"2026-{case_id:06d}", "三江街道路灯不亮半个月", "三江街道", "handling", "urgent",
        NOW + 86_400, NOW, NOW, True, True, None, NOW, False, False,
    )  # fmt: skip
    return plain._replace(**values)  # type: ignore[arg-type]


class ListApp(App[None]):
    def __init__(self, ids: array[int]) -> None:
        super().__init__()
        self.ids, self.asked, self.messages = ids, [], []  # type: ignore[var-annotated]

    def compose(self) -> ComposeResult:
        yield CaseList(lambda: LOOK)

    def on_mount(self) -> None:
        self.query_one(CaseList).focus()
        self.query_one(CaseList).show(self.ids, self.fetch)

    def fetch(self, ids: Sequence[int]) -> list[CaseRow]:
        self.asked.append(len(ids))
        return [row(each) for each in ids if each >= 0]

    def on_case_list_opened(self, message: CaseList.Opened) -> None:
        self.messages.append(message.case_id)


@asynccontextmanager
async def listing(
    ids: Sequence[int], size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[None], CaseList]]:
    app = ListApp(array("q", ids))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot, app.query_one(CaseList)


def lines(cases: CaseList) -> list[str]:
    return [cases.render_line(y).text for y in range(cases.size.height)]


async def test_a_million_cases_read_only_the_pages_that_are_seen() -> None:
    async with listing(range(MILLION)) as (pilot, cases):
        await pilot.press("end")
        assert cases.current == MILLION - 1
        assert "2026-999999" in lines(cases)[-1]
        await pilot.press("home")
        assert "2026-000000" in lines(cases)[1]
        assert sum(pilot.app.asked) <= 6 * PAGE_ROWS  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["j", "j", "k"], 1), (["down", "up", "up"], 0), (["pagedown"], 23), (["pagedown", "pageup"], 0),
        (["G"], 999), (["end", "g"], 0), (["end", "down"], 999),
    ],
)  # fmt: skip
async def test_keys_move_the_cursor(keys: list[str], place: int) -> None:
    async with listing(range(1000)) as (pilot, cases):
        await pilot.press(*keys)
        assert cases.cursor == place
        assert any(line.startswith("▸") and f"2026-{place:06d}" in line for line in lines(cases))


async def test_a_click_moves_and_a_double_click_opens() -> None:
    async with listing(range(100)) as (pilot, cases):
        await pilot.click(CaseList, offset=(10, 5))
        assert cases.current == 4
        await pilot.click(CaseList, offset=(10, 7), times=2)
        await pilot.pause()
        assert pilot.app.messages == [6]  # type: ignore[attr-defined]


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    async with listing(range(100)) as (pilot, cases):
        cases.scroll_relative(y=5, animate=False)
        await pilot.pause()
        assert cases.cursor == 0
        assert "2026-000005" in lines(cases)[1]


@pytest.mark.parametrize("width", [44, 60, 80, 104, 120, 160])
async def test_every_line_is_as_wide_as_the_list(width: int) -> None:
    async with listing([1, 2, 3], (width, 10)) as (_pilot, cases):
        assert {cell_len(line) for line in lines(cases)} == {cases.scrollable_content_region.width}


WAITING = {
    "accept_by": instants.at(2026, 11, 19), "due_at": instants.at(2026, 11, 24), "accepted_at": None,
    "alarm": "delivered",
}  # fmt: skip


@pytest.mark.parametrize("width", [44, 56, 80, 88, 104, 120])
@pytest.mark.parametrize(
    ("values", "said"),
    [
        (WAITING, "2日"),
        ({"due_at": instants.at(2027, 3, 27)}, "日暂定"),
        ({"due_at": instants.at(2021, 1, 5), "alarm": "overdue"}, "日"),
    ],
)
def test_what_is_left_is_never_cut(width: int, values: dict[str, object], said: str) -> None:
    columns = case_columns.layout(width)
    place = [column.name for column in columns].index("left")
    shown = row(1, provisional="暂" in said, **values)
    text = case_columns.cells(shown, columns, LOOK)[place].replace(" ", "")
    assert text.endswith((said, said.replace("暂定", "~")))


def test_a_narrow_queue_leaves_the_cells_to_the_title() -> None:
    columns = case_columns.layout(56, queues=True)
    texts = case_columns.cells(row(1, pending="review"), columns, LOOK._replace(queues=True))
    assert "+ 待审核" in texts
    assert next(column.width for column in columns if column.name == "title") >= 14


async def test_an_empty_list_says_so() -> None:
    async with listing([]) as (_pilot, cases):
        assert cases.current is None
        assert any("没有事项" in line for line in lines(cases))


async def test_a_case_that_is_gone_leaves_a_line_that_says_so() -> None:
    async with listing([1, -5, 3]) as (_pilot, cases):
        assert "F5" in lines(cases)[2]


async def test_the_cursor_keeps_its_case_or_its_line() -> None:
    async with listing([10, 20, 30]) as (_pilot, cases):
        cases.cursor = 1
        app = cases.app
        assert isinstance(app, ListApp)
        cases.show(array("q", [5, 10, 20, 30]), app.fetch, keep=True)
        assert cases.current == 20
        cases.show(array("q", [5, 10, 30]), app.fetch, keep=True)
        assert cases.current == 30, "its case is gone: the same line"
        cases.show(array("q", []), app.fetch, keep=True)
        assert cases.current is None


async def test_a_list_grows_under_the_cursor() -> None:
    async with listing(range(10)) as (pilot, cases):
        cases.extend(array("q", range(10, 100)), more=True)
        await pilot.pause()
        assert "2026-000010" in lines(cases)[11]
        assert cases.cursor == 0
        cases.scroll_to(y=90, animate=False)
        await pilot.pause()
        assert "2026-000099" in lines(cases)[-1]


async def test_who_was_sent_to_the_end_of_a_growing_list_comes_to_its_end() -> None:
    async with listing(range(10)) as (pilot, cases):
        app = cases.app
        assert isinstance(app, ListApp)
        cases.show(array("q", range(10)), app.fetch, more=True)
        await pilot.press("end")
        cases.show(array("q", range(50)), app.fetch, keep=True, more=True)
        assert cases.current == 49
        cases.extend(array("q", range(50, 80)), more=True)
        assert cases.current == 79
        await pilot.press("up")
        cases.extend(array("q", range(80, 99)), more=True)
        assert cases.current == 78, "moved since: it stays"
        await pilot.press("end")
        cases.extend(array("q", [99]), more=False)
        assert cases.current == 99
        cases.extend(array("q", []), more=False)
        assert not cases.growing


async def test_the_end_of_a_list_that_is_all_there_is_its_last_case_then() -> None:
    async with listing(range(10)) as (pilot, cases):
        await pilot.press("end")
        app = cases.app
        assert isinstance(app, ListApp)
        cases.show(array("q", range(50)), app.fetch, keep=True)
        assert cases.current == 9


async def test_a_case_is_found_again_wherever_it_went() -> None:
    async with listing(range(5_000)) as (_pilot, cases):
        app = cases.app
        assert isinstance(app, ListApp)
        cases.action_jump(2_000)
        cases.show(array("q", [-2, -1, *range(5_000)]), app.fetch, keep=True)
        assert (cases.current, cases.cursor) == (2_000, 2_002)
        cases.show(array("q", reversed(range(5_000))), app.fetch, keep=True)
        assert (cases.current, cases.cursor) == (2_000, 2_999)


TEXT = st.text(st.sampled_from("路灯“”—…·①abＡ𠮷é！\u0301ﾊ "), max_size=60)


@given(TEXT, st.integers(12, 60))
def test_a_text_is_cut_to_cells_never_to_characters(text: str, width: int) -> None:
    assert cell_len(case_columns.fit(text, width)) == width


@given(st.integers(40, 220), st.booleans())
def test_columns_fill_the_width(width: int, queues: bool) -> None:
    columns = case_columns.layout(width, queues)
    taken = sum(column.width + case_columns.GAP for column in columns)
    title = next(column.width for column in columns if column.name == "title")
    assert taken == width or title == case_columns.MIN_TITLE


@given(st.sampled_from(Alarm), st.integers(0, 10**6))
def test_the_state_never_hangs_on_colour_alone(alarm: Alarm, seed: int) -> None:
    for width in (60, 80, 120):
        columns = case_columns.layout(width)
        shown = case_columns.cells(row(random.Random(seed).randrange(10**6), alarm=str(alarm)), columns, LOOK)
        assert alarm.label in "".join(shown)


@pytest.mark.parametrize(
    ("width", "sort", "said"),
    [
        (80, "urgency", "状态 ▾"),
        (80, "due", "剩余工作日 ▾"),
        (56, "number", "编号 ▾"),
        (56, "unit", "主办 ▾"),
        (80, "newest", "最新▾"),
        (120, "updated", "更新 ▾"),
        (80, "updated", "更新▾"),
        (56, "updated", "更新▾"),
    ],
)
def test_every_order_has_a_mark_in_the_heading(width: int, sort: str, said: str) -> None:
    heading = case_columns.heading(case_columns.layout(width), sort, 1, "360")
    assert said in heading
    assert heading.count("▾") == 1
    assert cell_len(heading) == width


async def test_the_heading_says_the_place_in_the_list() -> None:
    async with listing(range(1_234)) as (pilot, cases):
        assert "1 / 1,234" in lines(cases)[0]
        await pilot.press("end", "up")
        assert "1,233 / 1,234" in lines(cases)[0]
        app = cases.app
        assert isinstance(app, ListApp)
        cases.show(array("q", range(64)), app.fetch, more=True)
        assert "1 / 64+" in lines(cases)[0]
        cases.extend(array("q"), more=False)
        assert "1 / 64 " in lines(cases)[0]
        cases.show(array("q"), app.fetch)
        assert "/" not in lines(cases)[0]


def test_where_little_fits_the_place_goes_before_the_order_and_is_never_cut() -> None:
    def title(at: int, count: str) -> str:
        return (
            case_columns.heading(case_columns.layout(56), "newest", at, count)
            .split("事项")[1]
            .split("主办")[0]
        )

    assert title(1, "360").split() == ["最新▾", "1/360"]
    assert title(1, "12,640").split() == ["1", "/", "12,640"]
    assert title(10_000, "12,640").split() == ["10,000"]
    assert title(2_000_000, "2,960,000").split() == ["2,000,000"]


def test_a_long_number_keeps_its_end() -> None:
    columns = case_columns.layout(80)
    number = case_columns.cells(row(1, number="202611161234567890"), columns, LOOK)[0]
    assert number.endswith("1234567890")
