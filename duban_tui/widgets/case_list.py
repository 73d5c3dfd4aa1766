"""The list of cases: any length, painted line by line from a vector of ids and a few pages of rows.

A `DataTable` measures every cell of every row and freezes the screen for many seconds at 100,000
(docs/ARCHITECTURE.md, "Terminal"); this one looks only at the lines that are seen.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from db.reads.board import CaseRow
from duban_tui.widgets import case_columns
from duban_tui.widgets.alarm import FACES, face
from duban_tui.widgets.case_columns import GAP, Column, Look

Fetch = Callable[[Sequence[int]], list[CaseRow]]
"""Reads the rows of some ids, in their order; ids that are gone are left out."""

PAGE_ROWS = 64
"""Rows read at once; one read takes under 1 ms, so it happens while painting."""

PAGES_KEPT = 16
NEAR = 1_000
"""Lines up and down in which a case is looked for first after the list changed."""

STRIPS_KEPT = 512
"""Painted lines kept: a few screens."""

HEADER_LINES = 1
CURSOR_MARK = "▸"
MARKED = Style(bold=True, underline=True)


class CaseList(ScrollView, can_focus=True):
    """A scrolling list with a cursor on one case."""

    DEFAULT_CSS = "CaseList { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"

    BINDINGS = [
        Binding("down,j", "move(1)", "下一件", show=False),
        Binding("up,k", "move(-1)", "上一件", show=False),
        Binding("pagedown,ctrl+f,space", "page(1)", "下一页", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "上一页", show=False),
        Binding("home,g", "jump(0)", "第一件", show=False),
        Binding("end,G", "jump(-1)", "最后一件", show=False),
    ]

    COMPONENT_CLASSES = {
        "case-list--header", "case-list--cursor", "case-list--dim",
        *(look.css_class for look in FACES.values()),
    }  # fmt: skip

    cursor: reactive[int] = reactive(0, repaint=False)
    """Index of the case the cursor is on."""
    elsewhere: reactive[bool] = reactive(False)
    """The cursor that is shown stands on something above the list."""

    class Highlighted(Message):
        """The cursor came to another case (`None` in an empty list)."""

        def __init__(self, case_id: int | None) -> None:
            """Name the case."""
            self.case_id = case_id
            super().__init__()

        def can_replace(self, message: Message) -> bool:
            """While scrolling only the last one counts."""
            return isinstance(message, CaseList.Highlighted)

    class Opened(Message):
        """A case was double-clicked."""

        def __init__(self, case_id: int) -> None:
            """Name the case."""
            self.case_id = case_id
            super().__init__()

    def __init__(self, look: Callable[[], Look], *, empty: str = "没有事项", id: str | None = None) -> None:
        """Make an empty list.

        Args:
            look: gives the calendar and the present instant that the words depend on.
            empty: what stands in an empty list.
            id: of the widget.
        """
        super().__init__(id=id)
        self._look_now = look
        self._look = look()
        self.empty = empty
        self.sort = ""
        """The order of the list, for its heading; see `case_columns.heading`."""
        self.marks: Callable[[str], list[tuple[int, int]]] = lambda _title: []
        """Parts of a title to stand out: (start, end) in characters."""
        self.growing = False
        """Not all cases are here yet."""
        self._sent_to_end = False
        """The cursor was sent to the end while the list still grew."""
        self._ids: array[int] = array("q")
        self._fetch: Fetch = lambda _ids: []
        self._pages: LRUCache[int, dict[int, CaseRow]] = LRUCache(PAGES_KEPT)
        self._strips: LRUCache[tuple[int, bool], Strip] = LRUCache(STRIPS_KEPT)
        self._styles: dict[str, Style] = {}

    # -- what is listed -----------------------------------------------------------------------------

    def show(self, ids: array[int], fetch: Fetch, *, keep: bool = False, more: bool = False) -> None:
        """List these cases.

        Args:
            ids: the cases in their order.
            fetch: reads their rows.
            keep: leave the cursor on its case, or at its line if the case is gone.
            more: further cases are on their way, see `extend`.
        """
        held, line, sent_to_end = self.current, self.cursor, keep and self._sent_to_end
        self._ids, self._fetch = ids, fetch
        self.virtual_size = Size(self.size.width, len(ids) + HEADER_LINES)
        self.forget()
        place = 0 if not keep else len(ids) - 1 if sent_to_end else self._place_of(held, line)
        self.set_reactive(CaseList.cursor, max(0, place))
        self.growing, self._sent_to_end = more, sent_to_end and more
        self._follow()
        self.post_message(self.Highlighted(self.current))

    def extend(self, ids: array[int], *, more: bool) -> None:
        """Add cases at the end; a cursor that was sent to the end goes there."""
        sent_to_end, self.growing = self._sent_to_end, more
        self.refresh_lines(0)
        if not ids:
            return
        self._ids.extend(ids)
        self._pages.discard((len(self._ids) - len(ids)) // PAGE_ROWS)
        self.virtual_size = Size(self.size.width, len(self._ids) + HEADER_LINES)
        self.refresh()
        if sent_to_end:
            self.action_jump(-1)

    def forget(self) -> None:
        """Read all rows again when they are painted next: time went by, or somebody wrote."""
        self._look = self._look_now()
        self._pages.clear()
        self._strips.clear()
        self.refresh()

    def _place_of(self, case_id: int | None, line: int) -> int:
        if case_id is not None:
            if line < len(self._ids) and self._ids[line] == case_id:
                return line
            try:
                return self._index_of(case_id, line)
            except ValueError:
                pass
        return max(0, min(line, len(self._ids) - 1))

    def _index_of(self, case_id: int, line: int) -> int:
        """The place of a case; most have moved by a few lines only."""
        start = max(0, line - NEAR)
        try:
            return self._ids.index(case_id, start, line + NEAR)
        except ValueError:
            return self._ids.index(case_id)

    def __len__(self) -> int:
        """Cases in the list."""
        return len(self._ids)

    def __bool__(self) -> bool:
        """A widget is a widget, also with nothing in it."""
        return True

    @property
    def ids(self) -> array[int]:
        """All cases in order; not to be changed."""
        return self._ids

    @property
    def _count(self) -> str:
        """How many there are, as the heading says it."""
        return f"{len(self._ids):,}{'+' if self.growing else ''}" if self._ids else ""

    @property
    def current(self) -> int | None:
        """The case under the cursor."""
        return self._ids[self.cursor] if self.cursor < len(self._ids) else None

    @property
    def current_row(self) -> CaseRow | None:
        """The row under the cursor; `None` also when the case is gone."""
        return self._row(self.cursor) if self.cursor < len(self._ids) else None

    def _row(self, index: int) -> CaseRow | None:
        page = index // PAGE_ROWS
        rows = self._pages.get(page)
        if rows is None:
            start = page * PAGE_ROWS
            rows = {row.id: row for row in self._fetch(self._ids[start : start + PAGE_ROWS])}
            self._pages[page] = rows
        return rows.get(self._ids[index])

    # -- painting -----------------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns at the present width."""
        return case_columns.layout(self.scrollable_content_region.width, self._look.queues)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the screen as they are painted: there is neither border nor padding.

        Textual keeps what it made of a line of the screen, so scrolling loses all; here it is kept by case.
        """
        strips = [self.render_line(y) for y in crop.line_range]
        return [strip.crop(*crop.column_span) for strip in strips] if crop.width < self.size.width else strips

    def render_line(self, y: int) -> Strip:
        """Paint a line of the screen; the heading never scrolls away."""
        if y < HEADER_LINES:
            at = self.cursor + 1 if self._ids and not self.elsewhere else 0
            return self._line(case_columns.heading(self.columns, self.sort, at, self._count), "header")
        index = self.scroll_offset.y + y - HEADER_LINES
        if index >= len(self._ids):
            return self._line(f"  {self.empty}" if not self._ids and y == HEADER_LINES + 1 else "", "dim")
        here = index == self.cursor and not self.elsewhere
        key = (index, here)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._paint(index, here)
        return strip

    def _line(self, text: str, component: str) -> Strip:
        """A line that is no case."""
        width = self.scrollable_content_region.width
        return Strip([Segment(text, self._style(f"case-list--{component}"))]).adjust_cell_length(
            width, self._style("")
        )

    def _style(self, component: str) -> Style:
        """The style of a component class over the widget's own, without one that; worked out once.

        Textual puts its filters over every piece of every line; here over the styles that all are made of.
        """
        style = self._styles.get(component)
        if style is None:
            over = self.get_component_rich_style(component) if component else Style()
            one = [Segment(" ", self.rich_style + over)]
            for each in self.get_line_filters():
                one = each.apply(one, self.background_colors[1])
            style = self._styles[component] = one[0].style or Style()
        return style

    def _repaint(self) -> None:
        self._styles.clear()
        self._strips.clear()

    def _paint(self, index: int, here: bool) -> Strip:
        row = self._row(index)
        if row is None:
            return self._line(f"{CURSOR_MARK if here else ' '}（刚被另一台改动，按 F5 刷新）", "dim")
        base = self._style("case-list--cursor" if here else "")
        alarm, dim = self._style(face(row.alarm).css_class), self._style("case-list--dim")
        styles = {} if here else {"state": alarm, "left": alarm, "number": dim, "changed": dim}
        columns = self.columns
        segments = [Segment(CURSOR_MARK if here else " " * GAP, base)]
        for column, text in zip(columns, case_columns.cells(row, columns, self._look), strict=True):
            spans = self.marks(text) if column.name in ("title", "number") else []
            end = " " * GAP if column is not columns[-1] else ""
            _add(segments, text + end, spans, styles.get(column.name, base))
        return Strip(segments, case_columns.total(columns))

    def notify_style_update(self) -> None:
        """Other colours: paint anew."""
        self._repaint()
        super().notify_style_update()

    def on_resize(self, event: events.Resize) -> None:
        """Another width: other columns."""
        self._strips.clear()
        self.virtual_size = Size(event.size.width, len(self._ids) + HEADER_LINES)
        self._follow()

    def on_focus(self) -> None:
        """The cursor looks different while the list has the keyboard."""
        self._repaint()

    def on_blur(self) -> None:
        """See `on_focus`."""
        self._repaint()

    # -- moving -------------------------------------------------------------------------------------

    def validate_cursor(self, index: int) -> int:
        """Stay within the list."""
        return max(0, min(index, len(self._ids) - 1))

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint the two lines, follow, and tell."""
        self._sent_to_end = False
        top = self.scroll_offset.y - HEADER_LINES
        self.refresh_lines(0)
        self.refresh_lines(before - top, 1)
        self.refresh_lines(after - top, 1)
        self._follow()
        self.post_message(self.Highlighted(self.current))

    def _follow(self) -> None:
        """Scroll so that the cursor is seen below the heading."""
        height = self.scrollable_content_region.height
        if height <= HEADER_LINES or not self._ids:
            return
        line = self.cursor
        top = self.scroll_offset.y
        rows = height - HEADER_LINES
        if line < top:
            self.scroll_to(y=line, animate=False, force=True, immediate=True)
        elif line >= top + rows:
            self.scroll_to(y=line - rows + 1, animate=False, force=True, immediate=True)

    def refresh_lines(self, y_start: int, line_count: int = 1) -> None:
        """Repaint lines of the screen, if they are on it."""
        height = self.size.height
        if 0 <= y_start < height:
            self.refresh(Region(0, y_start, self.size.width, line_count))

    def action_move(self, delta: int) -> None:
        """A line up or down."""
        self.cursor += delta

    def action_page(self, delta: int) -> None:
        """A screen up or down."""
        self.cursor += delta * max(1, self.scrollable_content_region.height - HEADER_LINES)

    def action_jump(self, index: int) -> None:
        """To a case by its place, counted from 0; the last is -1."""
        self.cursor = index if index >= 0 else len(self._ids) - 1
        self._sent_to_end = index < 0 and self.growing

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens."""
        index = self.scroll_offset.y + event.y - HEADER_LINES
        if event.y < HEADER_LINES or index >= len(self._ids):
            return
        self.cursor = index
        if event.chain == 2 and self.current is not None:
            self.post_message(self.Opened(self.current))


def _add(segments: list[Segment], text: str, spans: list[tuple[int, int]], style: Style) -> None:
    """Add a text, some parts underlined and bold, so that they stand out without colour too."""
    at = 0
    for start, end in spans:
        _join(segments, text[at:start], style)
        _join(segments, text[start:end], style + MARKED)
        at = end
    _join(segments, text[at:], style)


def _join(segments: list[Segment], text: str, style: Style) -> None:
    """Add a piece to the last one where they look the same: each costs as much as its text."""
    before, look, _ = segments[-1]
    if look is style:
        segments[-1] = Segment(before + text, style)
    else:
        segments.append(Segment(text, style))
