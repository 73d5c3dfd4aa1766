"""The tree of units: read as it is opened, counts that follow, ways by key and mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from db.reads.board import Scope
from db.reads.tree import NodeRow
from duban_tui.widgets.unit_tree import UnitTree


def node(unit_id: int, name: str, level: int, *, below: bool = False, **counts: int) -> NodeRow:
    merge = bool(counts.pop("merge_pending", 0))
    plain = {"overdue": 0, "urgent": 0, "open": 0, **counts}
    return NodeRow(
        unit_id, name, name, level, "行政区划", below, plain["overdue"], plain["urgent"], plain["open"], merge
    )


ROOT = node(1, "重庆市", 1, below=True, overdue=37, urgent=1200)
BELOW = {
    1: [node(2, "綦江区", 2, below=True, overdue=3, urgent=9), node(3, "两江新区", 2)],
    2: [node(4, "古南街道", 3, below=True), node(5, "某某镇", 3, merge_pending=1)],
}


class TreeApp(App[None]):
    CSS = "UnitTree { width: 32; }"

    def __init__(self) -> None:
        super().__init__()
        self.read: list[int] = []
        self.chosen: list[Scope] = []

    def compose(self) -> ComposeResult:
        yield UnitTree()

    def on_mount(self) -> None:
        self.query_one(UnitTree).fill(ROOT, self.children_of)
        self.query_one(UnitTree).focus()

    def children_of(self, unit_id: int) -> list[NodeRow]:
        self.read.append(unit_id)
        return BELOW.get(unit_id, [])

    def on_unit_tree_chosen(self, message: UnitTree.Chosen) -> None:
        self.chosen.append(message.scope)


@asynccontextmanager
async def growing() -> AsyncIterator[tuple[Pilot[None], TreeApp, UnitTree]]:
    app = TreeApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        yield pilot, app, app.query_one(UnitTree)


def text(tree: UnitTree) -> list[str]:
    return [tree.render_line(y).text.rstrip() for y in range(tree.size.height)]


async def test_a_scroll_bar_that_comes_later_hides_no_count() -> None:
    async with growing() as (_pilot, _app, tree):
        tree.styles.scrollbar_size_vertical = 1
        assert cell_len(text(tree)[0]) == 32
        tree.show_vertical_scrollbar = True
        assert tree.scrollable_content_region.width == 31
        line = text(tree)[0]
    assert (cell_len(line), line.endswith("37  1k")) == (31, True)


async def test_two_worst_counts_with_zeros_as_dots() -> None:
    async with growing() as (_pilot, _app, tree):
        lines = text(tree)
    assert lines[0].endswith("37  1k")
    assert lines[1].endswith("3   9")
    assert lines[2].endswith(".   .")
    assert cell_len(lines[0]) == cell_len(lines[1]) == cell_len(lines[2]) == 32


async def test_children_are_read_when_a_node_is_opened() -> None:
    async with growing() as (pilot, app, tree):
        assert app.read == [1]
        await pilot.press("down", "right")
        assert app.read == [1, 2]
        assert any("古南街道" in line for line in text(tree))
        await pilot.press("left", "right")
        assert app.read == [1, 2], "not read twice"


async def test_a_township_that_waits_for_its_district_is_marked() -> None:
    async with growing() as (pilot, _app, tree):
        await pilot.press("j", "l")
        assert any("某某镇（待归并）" in line for line in text(tree))


async def test_the_cursor_chooses_and_goes_back_to_the_parent() -> None:
    async with growing() as (pilot, app, _tree):
        await pilot.press("down", "right", "right", "left")
        await pilot.pause()
        assert app.chosen[-1] == Scope(2, 2)


async def test_counts_follow_and_units_that_came_are_shown() -> None:
    async with growing() as (pilot, _app, tree):
        BELOW[1] = [BELOW[1][0]._replace(overdue=4), node(3, "两江新区", 2), node(6, "新设区", 2)]
        tree.refresh_counts(ROOT._replace(overdue=38))
        await pilot.pause()
        lines = text(tree)
        BELOW[1] = BELOW[1][:2]
    assert lines[0].endswith("38  1k")
    assert lines[1].endswith("4   9")
    assert any("新设区" in line for line in lines)


async def test_a_remembered_unit_is_found_again() -> None:
    async with growing() as (pilot, _app, tree):
        assert tree.reveal([2, 4])
        await pilot.pause()
        assert tree.cursor_node is not None
        assert tree.cursor_node.data is not None
        assert tree.cursor_node.data.name == "古南街道"
        assert not tree.reveal([2, 99]), "ended meanwhile"


async def test_the_mark_before_a_name_opens_by_mouse() -> None:
    async with growing() as (pilot, app, _tree):
        await pilot.click(UnitTree, offset=(2, 1))
        await pilot.pause()
        assert 2 in app.read


async def test_names_of_the_deepest_level_are_not_cut_in_a_narrow_tree() -> None:
    BELOW[4] = [node(7, "东方红社区", 4), node(8, "太白路社区", 4, overdue=1, urgent=12)]
    async with growing() as (pilot, _app, tree):
        tree.styles.width = 24
        assert tree.reveal([2, 4, 7])
        await pilot.pause()
        lines = text(tree)
    del BELOW[4]
    assert any("东方红社区" in line and line.endswith(" .   .") for line in lines)
    assert any("太白路社区" in line and line.endswith(" 1  12") for line in lines)
