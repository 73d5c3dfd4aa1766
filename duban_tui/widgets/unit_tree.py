"""The tree of units with the two worst counts of each; children are read when a node is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from db.reads.board import Scope
from db.reads.tree import NodeRow
from db.terms import Alarm
from duban_tui.widgets.alarm import FACES
from duban_tui.widgets.case_columns import fit

ReadChildren = Callable[[int], list[NodeRow]]
"""The living units below one, with their counts."""

COUNT_WIDTH = 4
"""Cells of one count with the blank before it; from 1,000 on it is written in thousands."""

NO_COUNT = "."
INDENT = 2

DEEPEST = 4
"""The level that nothing stands below: it needs no place for the mark that opens a node."""

PENDING_MARK = "待归并"

TOGGLE = Style.from_meta({"toggle": True})
"""What `Tree` looks for under the mouse to open a node."""


class UnitTree(Tree[NodeRow]):
    """One node per unit: its name, 警报 and 紧急 of all below it."""

    DEFAULT_CSS = "UnitTree { overflow-x: hidden; }"

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("j", "cursor_down", "下一个", show=False),
        Binding("k", "cursor_up", "上一个", show=False),
        Binding("right,l", "open", "展开", show=False),
        Binding("left,h", "close", "收起", show=False),
        Binding("enter", "enter", "看它的清单", show=False),
        Binding("space", "toggle_node", "展开、收起", show=False),
        Binding("home,g", "scroll_home", "最前", show=False),
        Binding("end,G", "scroll_end", "最后", show=False),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "unit-tree--none",
        *(FACES[alarm].css_class for alarm in (Alarm.OVERDUE, Alarm.URGENT)),
    }

    class Chosen(Message):
        """The cursor came to a unit: what it and those below it have is wanted."""

        def __init__(self, scope: Scope, name: str) -> None:
            """Name the unit."""
            self.scope, self.name = scope, name
            super().__init__()

        def can_replace(self, message: Message) -> bool:
            """While moving only the last one counts."""
            return isinstance(message, UnitTree.Chosen)

    class Entered(Message):
        """Enter was pressed on a unit."""

    def __init__(self, *, id: str | None = None) -> None:
        """Make an empty tree; `fill` it."""
        super().__init__(Text(), id=id)
        self.guide_depth = INDENT
        self.show_guides = False
        self.auto_expand = False
        self._read: ReadChildren = lambda _unit: []

    def fill(self, root: NodeRow, read: ReadChildren) -> None:
        """Show a tree; `read` gives the children of a unit."""
        self._read = read
        self.root.data = root
        self.root.set_label(Text(root.short_name))
        if root.has_children:
            self._add_units(self.root)
            self.root.expand()

    def refresh_counts(self, root: NodeRow) -> None:
        """Read all opened nodes again; units that came or went do so in the tree."""
        self.root.data = root
        opened = [self.root]
        while opened:
            node = opened.pop()
            self._update_children(node)
            opened.extend(child for child in node.children if child.is_expanded)
        self._tree_lines_cached = None
        self._invalidate()
        self.refresh()

    def _update_children(self, node: TreeNode[NodeRow]) -> None:
        assert node.data is not None
        rows = {row.unit_id: row for row in self._read(node.data.unit_id)}
        shown = [child.data.unit_id for child in node.children if child.data is not None]
        if shown != list(rows):
            node.remove_children()
            self._add_units(node)
            return
        for child in node.children:
            assert child.data is not None
            child.data = rows[child.data.unit_id]
            child.allow_expand = child.data.has_children

    def _add_units(self, node: TreeNode[NodeRow]) -> None:
        assert node.data is not None
        for row in self._read(node.data.unit_id):
            node.add(Text(row.short_name), row, allow_expand=row.has_children)

    def reveal(self, path: list[int]) -> bool:
        """Open the tree along unit ids from below the root on, and put the cursor on the last one."""
        node = self.root
        for unit_id in path:
            if not node.children:
                self._add_units(node)
            node.expand()
            below = [child for child in node.children if child.data and child.data.unit_id == unit_id]
            if not below:
                return False
            node = below[0]
        self.call_after_refresh(self.move_cursor, node)
        return True

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[NodeRow]) -> None:
        """Read the children on first opening."""
        event.stop()
        if not event.node.children:
            self._add_units(event.node)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[NodeRow]) -> None:
        """The cursor moved."""
        event.stop()
        row = event.node.data
        if row is not None:
            self.post_message(self.Chosen(Scope(row.unit_id, row.level), row.short_name))

    def action_enter(self) -> None:
        """Leave it to the screen: where the list is hidden by the tree, Enter means the list."""
        self.post_message(self.Entered())

    def action_open(self) -> None:
        """Open the node; an open one, go to its first child."""
        node = self.cursor_node
        if node is None or not node.allow_expand:
            return
        if node.is_expanded:
            self.action_cursor_down()
        else:
            node.expand()

    def action_close(self) -> None:
        """Close the node; a closed one, go to its parent."""
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded and node.children:
            node.collapse()
        elif node.parent is not None:
            self.move_cursor(node.parent)

    def action_scroll_home(self) -> None:
        """To the root."""
        self.cursor_line = 0

    def action_scroll_end(self) -> None:
        """To the last line."""
        self.cursor_line = self.last_line

    def on_resize(self, event: events.Resize) -> None:
        """Another width: names are cut elsewhere."""
        self._invalidate()

    def watch_show_vertical_scrollbar(self) -> None:
        """The scroll bar takes a cell of the counts at the right edge; no resize tells of it."""
        self._invalidate()

    def render_label(self, node: TreeNode[NodeRow], base_style: Style, style: Style) -> Text:
        """Icon, name, and the two worst counts at the right edge."""
        row = node.data
        if row is None:
            return Text()
        icon = "  " if row.level < DEEPEST else ""
        if row.has_children:
            icon = self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE
        depth = 0
        above = node.parent
        while above is not None:
            depth, above = depth + 1, above.parent
        width = max(12, self.scrollable_content_region.width - depth * INDENT)
        overdue, urgent = _count(row.overdue), _count(row.urgent)
        counts = len(overdue.lstrip()) + COUNT_WIDTH
        room = width - cell_len(icon) - counts
        name = f"{row.short_name}（{PENDING_MARK}）" if row.merge_pending else row.short_name
        return Text.assemble(
            (icon, base_style + style + TOGGLE),
            (fit(name, room - 1) + " ", style),
            (overdue.lstrip(), style + self._colour(Alarm.OVERDUE, row.overdue)),
            (urgent, style + self._colour(Alarm.URGENT, row.urgent)),
            end="",
        )

    def _colour(self, alarm: Alarm, count: int) -> Style:
        name = FACES[alarm].css_class if count else "unit-tree--none"
        return Style(color=self.get_component_rich_style(name, partial=True).color)


def _count(number: int) -> str:
    """A count at the right of its cells; zero is a dot, whole thousands are 12k."""
    if number < 1000:
        return (str(number) if number else NO_COUNT).rjust(COUNT_WIDTH)
    return f"{number // 1000}k".rjust(COUNT_WIDTH)
