"""The board: unit tree, states, list, preview. What an officer looks at all day."""

from __future__ import annotations

from array import array

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import get_current_worker

from db.reads import board, tree
from db.reads.board import Counts, ListQuery, Scope
from db.reads.desk import kind_of, safety
from db.terms import Alarm, CopyKind
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.messages import ActionAsked, CaseChanged, OfficeChanged, TimePassed
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.board_list import BoardList, View
from duban_tui.widgets.case_columns import Look
from duban_tui.widgets.case_list import CaseList
from duban_tui.widgets.desk_line import DeskLine, say_backup, say_day
from duban_tui.widgets.fitting import Pressed
from duban_tui.widgets.line_input import LineInput
from duban_tui.widgets.preview import Preview
from duban_tui.widgets.state_bar import ALL_QUEUES, StateBar
from duban_tui.widgets.unit_tree import UnitTree

REST_SECONDS = 0.12
"""How long a cursor must rest before what hangs on it is read; moving stays quick."""


class BoardScreen(DeskScreen[None]):
    """The first screen."""

    PLACES = (Place.BOARD, Place.LIST)
    BINDINGS = commands.bindings(*PLACES)

    def compose(self) -> ComposeResult:
        """First line, states, tree, list with its filter, preview."""
        yield DeskLine()
        yield StateBar()
        with Horizontal(id="panes"):
            yield UnitTree(id="tree")
            with Container(id="work"):
                with Container(id="list"):
                    yield LineInput(placeholder="筛选：编号、事项、地点、单位里的字词，空格隔开", id="words")
                    yield BoardList(self._look)
                yield Preview(id="preview")

    def on_mount(self) -> None:
        """Show the first page at once, the rest when it is read."""
        self._state = self.desk.remembered
        self._resting: Timer | None = None
        self._previewing: Timer | None = None
        self._found: array[int] | None = None
        if self.desk.config.ui.start == "queues" and not self._state.alarm:
            self._state = self._state._replace(queue=ALL_QUEUES)
        self.query_one("#words", LineInput).value = self._state.words
        self._layout()
        self._say_first_line()
        cases = self.query_one(BoardList)
        cases.asking_signs = frozenset(commands.bound_keys(self.desk.commands["jump"].keys))
        cases.begin(self._view)
        cases.focus()
        self.call_after_refresh(self._grow)

    def on_screen_suspend(self) -> None:
        """Another screen lies over it."""
        self.query_one(BoardList).leave()

    # -- reading ------------------------------------------------------------------------------------

    def _look(self) -> Look:
        state = getattr(self, "_state", None)
        return Look(self.desk.calendar, self.desk.now(), state is not None and self._in_queue)

    @property
    def _in_queue(self) -> bool:
        """The list shows what waits for the desk, not what a lookup found."""
        return bool(self._state.queue) and self._found is None

    @property
    def _view(self) -> View:
        """What the list shows."""
        state = self._state
        alarm = Alarm(state.alarm) if state.alarm and not state.queue else None
        query = ListQuery(Scope(state.unit_id, state.level), alarm, words=state.words, sort=state.sort)
        return View(query, state.queue)

    def _grow(self) -> None:
        """What may come just after the first frame: tree, counts, drafts."""
        root = tree.root(self.desk.reader, self.desk.now())
        if root is not None:
            units = self.query_one(UnitTree)
            units.fill(root, self._children)
            if self._state.unit_id not in (None, root.unit_id):
                units.reveal(
                    [*tree.ancestors(self.desk.reader, self._state.unit_id), self._state.unit_id][1:]
                )
        self._read_counts()

    def _children(self, unit_id: int) -> list[tree.NodeRow]:
        return tree.children(self.desk.reader, unit_id, self.desk.now())

    @work(thread=True, exclusive=True, group="counts")
    def _read_counts(self) -> None:
        worker = get_current_worker()
        counts = board.counts(self.desk.reader, self._view.query.scope, self.desk.now())
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_counts, counts)

    def _show_counts(self, counts: Counts) -> None:
        for bar in self.query(StateBar):  # There is none any more where the desk was left meanwhile.
            bar.counts = counts

    def _read_all(self) -> None:
        """Everything again, the cursor stays."""
        self._say_first_line()
        self._read_counts()
        if self._found is None:
            self.query_one(BoardList).read(self._view, keep=True)
        else:
            self.query_one(BoardList).forget()
        root = tree.root(self.desk.reader, self.desk.now())
        units = self.query_one(UnitTree)
        if root is not None and units.root.data is not None:
            units.refresh_counts(root)
        self._preview_soon()

    @on(CaseChanged)
    @on(OfficeChanged)
    @on(TimePassed)
    def read_again(self) -> None:
        """Somebody wrote, or an alarm may have changed with the time."""
        self._read_all()

    def _say_first_line(self) -> None:
        reader, now = self.desk.reader, self.desk.now()
        line = self.query_one(DeskLine)
        seat = self.desk.seat
        kind = kind_of(reader)
        name = kind.label if kind is CopyKind.FIELD else self.desk.config.office.name
        line.who = (name, f"{seat.name} {seat.post.label}")
        line.today = say_day(self.desk.calendar, now)
        safe = safety(reader, self.desk.signed_in)
        said = ["离线", say_backup(safe.last_backup, now)]
        said += [f"草稿 {safe.drafts}"] if safe.drafts else []
        said += ["! 本机时间早于已有记录，请校准"] if safe.clock_set_back(now) else []
        line.safe = tuple(said)

    # -- choosing -----------------------------------------------------------------------------------

    def _choose(self, **changes: object) -> None:
        """Change what is shown, remember it, read."""
        self._found = None
        self._state = self._state._replace(**changes)  # type: ignore[arg-type]
        self.desk.remembered = self._state._replace(theme=self.desk.remembered.theme)
        self._layout()
        self.query_one(BoardList).read(self._view, keep=False)

    def _layout(self) -> None:
        state = self._state
        self.set_class(not state.tree, "-no-tree")
        self.set_class(not state.preview, "-no-preview")
        self.set_class(bool(state.words), "-filtered")
        bar = self.query_one(StateBar)
        bar.alarm, bar.queue, bar.sort, bar.words = (
            state.alarm,
            state.queue,
            self._view.order,
            state.words.strip(),
        )
        if self._found is None:
            bar.found = None

    @on(UnitTree.Chosen)
    def follow_tree(self, event: UnitTree.Chosen) -> None:
        """List and counts follow the tree when its cursor rests."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, lambda: self._scope(event.scope, event.name))

    def _scope(self, scope: Scope, name: str) -> None:
        whole = scope.level <= 1
        self.query_one(StateBar).scope = "" if whole else name
        if scope == Scope(self._state.unit_id, self._state.level) or (whole and self._state.unit_id is None):
            return
        self.query_one(StateBar).counts = None
        self._choose(unit_id=None if whole else scope.unit_id, level=scope.level)
        self._read_counts()

    def action_alarm(self, alarm: str) -> None:
        """1 to 7: one state; again, or 8: all open cases."""
        again = alarm == self._state.alarm and not self._state.queue
        self._choose(alarm="" if again else alarm, queue="")
        self._to_list()

    def action_queues(self) -> None:
        """0: what waits for this desk; again: one queue after the other."""
        views = ("", ALL_QUEUES, *board.QUEUES)
        following = views[(views.index(self._state.queue) + 1) % len(views)]
        self._choose(queue=following or ALL_QUEUES)
        self._to_list()

    @on(Pressed)
    async def press(self, event: Pressed) -> None:
        """A piece of the state bar was clicked."""
        event.stop()
        kind, _, queue = event.name.partition(":")
        if queue:
            self._choose(queue=queue)
            self._to_list()
        else:
            await self.desk.action_command(kind)

    def action_sort(self) -> None:
        """Walk through the orders."""
        following = board.SORTS[(board.SORTS.index(self._state.sort) + 1) % len(board.SORTS)]
        self._choose(sort=following)

    def action_filter(self) -> None:
        """F2: words that must occur."""
        self.add_class("-filtered")
        self.set_focus(self.query_one("#words"))  # At once: the next letter is no command any more.

    @on(Input.Changed, "#words")
    def filter_words(self, event: Input.Changed) -> None:
        """The list narrows while one types."""
        if event.value != self._state.words:
            self._choose(words=event.value)
            self.add_class("-filtered")

    @on(Input.Submitted, "#words")
    def leave_filter(self) -> None:
        """Enter in the filter: to the list."""
        self._layout()
        self._to_list()

    def action_back(self) -> None:
        """Esc: out of the filter, out of a found list, out of the queues and states."""
        words = self.query_one("#words", LineInput)
        if self._found is not None:
            self._choose()
        elif words.has_focus or self._state.words:
            self._choose(words="")
            words.value = ""
        elif self._state.queue or self._state.alarm:
            self._choose(queue="", alarm="")
        self._to_list()

    def show_found(self, ids: array[int], label: str) -> None:
        """List the results of a lookup; F5 or Esc goes back to the board's own list."""
        self._found = ids
        self.query_one(BoardList).show_found(ids)
        self.query_one(StateBar).found = (label, len(ids))
        self._to_list()

    def action_refresh_board(self) -> None:
        """F5."""
        self._found = None
        self._layout()
        self._read_all()

    # -- panes --------------------------------------------------------------------------------------

    def _to_list(self) -> None:
        """Whoever asks for a list goes on working in it, also where the tree stood in its place."""
        self.remove_class("-tree-pane")
        self.query_one(CaseList).focus()

    @on(UnitTree.Entered)
    def enter_unit(self, event: UnitTree.Entered) -> None:
        """Enter in the tree: its list, where the tree hides it; else open or close the node."""
        event.stop()
        if self.has_class("-narrow"):
            self._to_list()
        else:
            self.query_one(UnitTree).action_toggle_node()

    def action_tree(self) -> None:
        """T: the tree comes or goes; on a narrow terminal it takes the list's place."""
        narrow = self.has_class("-narrow")
        shown = self.has_class("-tree-pane") if narrow else self._state.tree
        if narrow:
            self.set_class(not shown, "-tree-pane")
        else:
            self._state = self._state._replace(tree=not shown)
            self.desk.remembered = self.desk.remembered._replace(tree=not shown)
            self._layout()
        self.query_one(CaseList if shown else UnitTree).focus()

    def action_next_pane(self) -> None:
        """Tab: tree and list in turn."""
        to_tree = not self.query_one(UnitTree).has_focus
        if self.has_class("-narrow"):
            self.set_class(to_tree, "-tree-pane")
        self.query_one(
            UnitTree if to_tree and (self._state.tree or self.has_class("-narrow")) else CaseList
        ).focus()

    def action_preview(self) -> None:
        """P: the preview comes or goes."""
        self._state = self._state._replace(preview=not self._state.preview)
        self.desk.remembered = self.desk.remembered._replace(preview=self._state.preview)
        self._layout()
        self._preview_soon()

    @on(CaseList.Highlighted)
    def _preview_soon(self) -> None:
        if self._previewing is not None:
            self._previewing.stop()
        self._previewing = self.set_timer(REST_SECONDS, self._show_preview)

    def _show_preview(self) -> None:
        from db.reads.case import facts
        from db.reads.flow import timeline

        preview = self.query_one(Preview)
        case_id = self.current_case
        if not preview.display:
            return
        now = self.desk.now()
        found = None if case_id is None else facts(self.desk.reader, case_id, now)
        steps = [] if found is None else timeline(self.desk.reader, found.id)
        preview.show(found, steps[-1] if steps else None, self.desk.calendar, now)

    # -- the case -----------------------------------------------------------------------------------

    @property
    def current_case(self) -> int | None:
        """The case under the cursor."""
        return self.query_one(CaseList).current

    @property
    def listed(self) -> array[int]:
        """The cases of the list, as far as it is read."""
        return self.query_one(CaseList).ids

    def why_not(self, command_id: str) -> str | None:
        """Opening needs a case, an order open cases, a file the whole list."""
        if command_id in ("open", "sort", "jump", "export") and self.current_case is None:
            return "清单是空的"
        if command_id == "sort" and self._state.alarm == Alarm.DONE and not self._state.queue:
            return "办结的总是最新在前"
        if command_id in ("sort", "filter") and self._found is not None:
            return "这是快查的结果，按 Esc 回总台后再用"
        if command_id == "export" and self.query_one(CaseList).growing:
            return "清单还没有读完，请稍候"
        return None

    @on(CaseList.Opened)
    def action_open(self) -> None:
        """Enter: the case; in a queue, the form of what it waits for."""
        row = self.query_one(CaseList).current_row
        if row is None:
            return
        if self._in_queue:
            from duban_tui.queues import action_for

            self.app.post_message(ActionAsked(row.id, action_for(row.pending)))
        else:
            self.desk.open_case(row.id)

    def action_jump_to(self) -> None:
        """To the N-th case."""
        self.remove_class("-tree-pane")
        cases = self.query_one(BoardList)
        self.set_focus(cases)
        cases.ask_where()

    def action_export(self) -> None:
        """E: the list shown, as a file."""
        self.desk.show("export", self.listed)
