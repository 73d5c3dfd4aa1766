"""单位管理: walk the tree; add, rename and end units; load a table after seeing what it would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from db import units
from db.connection import OfficeError
from db.posts import Power
from db.units import UnitEditError, UnitRow, UnitTableError
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.controls import Units
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.choice import Choice
from duban_tui.widgets.field import Field, Typed
from duban_tui.widgets.form import Form
from duban_tui.widgets.line_input import LineInput
from duban_tui.widgets.time_input import DayInput
from duban_tui.widgets.unit_picker import UnitPicker

TASKS = (("add", "新增下级"), ("rename", "更名"), ("end", "撤销"), ("load", "载入单位表"))
"""What can be done; the first three mean the unit under the cursor."""

DEEPEST = 4
"""The level below which nothing stands (村社)."""

NAMES_SHOWN = 5
"""Units named for each kind of change in a preview."""


FIELDS_OF = {
    "add": ("name", "short", "since"),
    "rename": ("name", "short", "since"),
    "end": ("successor", "since"),
    "load": ("path", "since"),
}
"""The fields each task asks for."""


class Branches(Tree[UnitRow]):
    """The tree with marks that take one cell in every terminal."""

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "


class UnitsScreen(DeskScreen[None]):
    """The tree at the top; below it what is done with the unit under the cursor."""

    CSS_PATH = "../styles/form.tcss"
    PLACES = (Place.FORM,)
    BINDINGS = [*commands.bindings(Place.FORM)]

    def __init__(self) -> None:
        """Start at the city."""
        super().__init__()
        self.branches = Branches("")
        self.branches.show_guides = False
        self.form = Form()
        self._agreed: dict[str, Any] | None = None
        """The load whose preview stands on the screen."""

    def compose(self) -> ComposeResult:
        """Tree, what to do, what came of it."""
        yield Static("单位管理", classes="heading", markup=False)
        yield self.branches
        with self.form:
            yield from self._fields()
        with VerticalScroll(id="report"):
            yield Static("", id="said", markup=False)

    def _fields(self) -> Iterator[Field]:
        source = Units(lambda: self.desk.reader)
        yield Field("task", "做什么", Choice(TASKS, "add"), required=True)
        yield Field("name", "全称", LineInput(placeholder="如：三江街道办事处"))
        yield Field("short", "简称", LineInput(placeholder="空着自动取"))
        yield Field("successor", "承接单位", UnitPicker(source.suggest, source.known))
        yield Field("path", "单位表", LineInput(placeholder="CSV 文件的路径"))
        yield Field("since", "起始日", DayInput(clock=self.desk.now))

    def on_mount(self) -> None:
        """Show the city and its districts."""
        self._show_fields()
        self._grow()
        self.branches.focus()

    def _grow(self) -> None:
        """Read the tree again from its root."""
        root = units.root(self.desk.reader)
        self.branches.clear()
        if root is None:
            self._say("还没有单位，用“载入单位表”")
            return
        self.branches.root.set_label(root.name)
        self.branches.root.data = root
        self._fill(self.branches.root)
        self.branches.root.expand()

    def _fill(self, node: TreeNode[UnitRow]) -> None:
        assert node.data is not None
        for row in units.children(self.desk.reader, node.data.id):
            pending = " 待归并" if row.merge_pending else ""
            node.add(row.name + pending, row, allow_expand=row.level < DEEPEST)

    @on(Tree.NodeExpanded)
    def read_children(self, event: Tree.NodeExpanded[UnitRow]) -> None:
        """Children are read when a unit is opened."""
        if not event.node.children:
            self._fill(event.node)

    @on(Tree.NodeHighlighted)
    def name_unit(self, event: Tree.NodeHighlighted[UnitRow]) -> None:
        """Say which unit is meant."""
        row = event.node.data
        if row is not None:
            heading = f"单位管理  {row.path}  {row.code or '无代码'}  {row.kind}"
            self.query_one(".heading", Static).update(heading)

    def on_typed(self, event: Typed) -> None:
        """Another task asks for other fields; a changed load must be previewed again."""
        event.stop()
        self._agreed = None
        self._show_fields()

    def _show_fields(self) -> None:
        task = self.form.understood("task")
        for field in self.form.query(Field):
            field.display = field.key == "task" or field.key in FIELDS_OF.get(task, ())

    def on_form_ended(self, _event: Form.Ended) -> None:
        """Enter on the last field means the same as F2."""
        self.action_submit()

    def action_submit(self) -> None:
        """F2: do it, or say why not."""
        entered = self.form.entered()
        if entered is None:
            return
        try:
            said = self._do(entered["task"], entered)
        except (OfficeError, UnitEditError, UnitTableError) as error:
            self._say(f"! {error}")
            return
        self._say(said)

    def _do(self, task: str, entered: dict[str, Any]) -> str:
        if why := self.desk.seat.why_not(Power.UNITS):
            return f"! {why}"
        since = dt.date.fromisoformat(entered["since"]) if entered["since"] else None
        if task == "load":
            return self._load(entered, since)
        node = self.branches.cursor_node
        if node is None or node.data is None:
            return "! 先在上面选一个单位"
        unit, writer = node.data, self.desk.office().writer
        name, short = entered.get("name") or "", entered.get("short")
        if task == "add":
            added = units.add(writer, name, under=unit.id, short_name=short, since=since)
            said = f"✓ 已新增 {added.path}"
        elif task == "rename":
            renamed = units.rename(writer, unit.id, name, short_name=short, day=since)
            said = f"✓ {unit.name} 已更名为 {renamed.name}"
        else:
            successor = units.id_of(self.desk.reader, entered["successor"])
            units.end(writer, unit.id, successor=successor, day=since)
            said = f"✓ {unit.name} 已撤销" + ("" if successor else "，没有承接单位")
        self._changed(node.parent if task != "add" and node.parent else node)
        return said

    def _load(self, entered: dict[str, Any], since: dt.date | None) -> str:
        path = Path(str(entered["path"] or "").strip("\"'")).expanduser()
        agreed = self._agreed == entered
        table = units.read_table(path)
        connection = self.desk.office().writer if agreed else self.desk.reader
        changes = units.load(connection, table, effective=since, dry_run=not agreed)
        report = "\n".join(changes.lines(NAMES_SHOWN))
        if agreed:
            self._agreed = None
            self._changed(None)
            return f"✓ 已载入\n{report}"
        self._agreed = entered
        return f"预览，还没有写入；再按 F2 载入\n{report}"

    def _changed(self, node: TreeNode[UnitRow] | None) -> None:
        """Read again what changed; other screens notice by themselves."""
        if node is None or node.data is None:
            self._grow()
        else:
            node.remove_children()
            self._fill(node)
            node.expand()

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(text)
