"""The terminal application: wires screens, commands and colours. `office_app` holds the office."""

from __future__ import annotations

import gc
import os
from array import array
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Before textual is imported. Under the Kitty protocol some terminals lose composed Chinese. A frame is
# drawn at the next tick after a key: at Textual's 60 a second a held key waits up to 17 ms for nothing.
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
os.environ.setdefault("TEXTUAL_FPS", "250")

from textual.events import Key
from textual.filter import NoColor
from textual.screen import Screen
from textual.scrollbar import ScrollBar

from db.connection import path_of
from duban_tui import commands, desk_state, locations, theme, widths
from duban_tui.commands import Place
from duban_tui.config import Config
from duban_tui.messages import ActionAsked
from duban_tui.office_app import OfficeApp
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets.scroll_bar import PlainScrollBar

if TYPE_CHECKING:
    from db.reads.case import CaseFacts

RECENT_CASES = 20
"""Cases that an empty 快查 offers again."""

SCREENS_BY_NAME = {
    "case": "duban_tui.screens.case:CaseScreen",
    "note": "duban_tui.screens.note:NoteScreen",
    "intake": "duban_tui.screens.intake:IntakeScreen",
    "action": "duban_tui.screens.action:ActionScreen",
    "handle": "duban_tui.screens.handle:HandleScreen",
    "jump": "duban_tui.screens.jump:JumpScreen",
    "export": "duban_tui.screens.export:ExportScreen",
    "reveal": "duban_tui.screens.reveal:RevealScreen",
    "trace": "duban_tui.screens.trace:TraceScreen",
    "import": "duban_tui.screens.importing:ImportScreen",
    "units": "duban_tui.screens.units:UnitsScreen",
    "drafts": "duban_tui.screens.drafts:DraftsScreen",
    "first_run": "duban_tui.screens.first_run:FirstRunScreen",
    "lookup": "duban_tui.screens.lookup:LookupScreen",
    "help": "duban_tui.screens.help:HelpScreen",
    "palette": "duban_tui.screens.palette:PaletteScreen",
    "confirm": "duban_tui.screens.confirm:ConfirmScreen",
    "board": "duban_tui.screens.board:BoardScreen",
}
"""Screens are imported when they are first opened; only the board's is needed for the first frame."""


class DubanApp(OfficeApp):
    """The desk on one office."""

    TITLE = "督办"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "styles/desk.tcss"
    BINDINGS = commands.bindings(Place.EVERYWHERE, Place.CASE)
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (80, "-normal"), (120, "-wide"), (150, "-broad")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-short"), (24, "-tall"), (30, "-high")]

    def __init__(self, home: Path, config: Config, *, start: str | None = None) -> None:
        """Open the office in `home`.

        Args:
            home: the data folder.
            config: the settings.
            start: number of a case to open first.
        """
        super().__init__(home, config)
        self.animation_level = "none"
        self.start = start
        self.commands = commands.with_keys(config.keys)
        self.remembered = desk_state.load(locations.desk_state(home))
        self.recent: list[int] = []
        """Cases opened since the start, the latest first."""
        self._take_colours()

    # -- life ---------------------------------------------------------------------------------------

    def run(self, *arguments: Any, **options: Any) -> None:
        """Ask the terminal how wide it draws, then run until the officer leaves.

        Raises:
            OfficeError: the office that is there cannot be read; nothing was drawn yet.
        """
        if path_of(self.home).exists():
            _ = self.reader
        if widths.set_up(self.config.ui.ambiguous):
            self.add_class("-wide-glyphs")
            ScrollBar.renderer = PlainScrollBar
        super().run(*arguments, **options)

    def _take_colours(self) -> None:
        self.register_theme(theme.OWN_LIGHT)
        wanted = self.remembered.theme or self.config.ui.theme
        self.theme = theme.choose(wanted, self.console, no_color=self.no_color)
        if self.no_color:
            # Textual's own filter makes greys, in which 紧急 and 办结 look alike; asked for was no colour.
            self._filters = [NoColor()]

    def get_default_screen(self) -> Screen[Any]:
        """The board; where there is no office yet, the choice of how to get one."""
        return self._screen("board" if path_of(self.home).exists() else "first_run")

    def on_mount(self) -> None:
        """Take the officer's keys; start the clocks where there is an office."""
        own = {name: ",".join(commands.bound_keys(keys)) for name, keys in self.config.keys.items()}
        self.set_keymap(own)
        if path_of(self.home).exists():
            self.start_clocks()
        if self.start:
            self.call_later(self._open_number, self.start)

    def on_ready(self) -> None:
        """The first frame is drawn: collect garbage again, but what was made until here stays out of it."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def open_board(self) -> None:
        """There is an office now: put the board over the first-run screen, which cannot be switched away."""
        self.push_screen(self._screen("board"))
        self.start_clocks()

    def _open_number(self, number: str) -> None:
        from db.reads.case import find_number

        found = find_number(self.reader, number)
        if found:
            self.open_case(found[0])
        else:
            self.notify(f"没有编号 {number} 的事项", severity="warning", markup=False)

    async def action_quit(self) -> None:
        """Ctrl+Q of Textual: the same as 退出."""
        self.action_leave()

    def action_leave(self) -> None:
        """Quit; ask only when something would be lost."""
        lost = [
            what
            for screen in self.screen_stack
            if isinstance(screen, DeskScreen)
            if (what := screen.unsaved())
        ]
        if not lost:
            self.exit()
            return
        self.show("confirm", f"{'；'.join(lost)}。现在退出？", then=lambda yes: self.exit() if yes else None)

    def on_unmount(self) -> None:
        """Keep what the desk remembers, close the office."""
        desk_state.save(locations.desk_state(self.home), self.remembered)
        self.close_office()

    def list_on_board(self, ids: array[int], label: str) -> None:
        """Go back to the board and list these cases there."""
        from duban_tui.screens.board import BoardScreen

        while not isinstance(self.screen, BoardScreen):
            self.pop_screen()
        self.screen.show_found(ids, label)

    def on_key(self, event: Key) -> None:
        """A character that comes here was in no line: if one has the keyboard now, it was typed ahead.

        Whoever types F3 and qjq in one go is faster than a screen; the q must not end the program.
        """
        screen, line = self.screen, self.focused
        if not event.is_printable:
            return
        if not screen.is_mounted:
            line = screen  # It comes by here again when the screen stands.
        elif line is None or not line.check_consume_key(event.key, event.character):
            return
        event.prevent_default()
        line.post_message(Key(event.key, event.character))

    # -- commands -----------------------------------------------------------------------------------

    def why_not(self, command: commands.Command) -> str | None:
        """Why a command is not allowed now; ``None`` = it is."""
        screen = self.screen
        if not isinstance(screen, DeskScreen):
            return None
        if command.place is Place.CASE and screen.current_case is None:
            return "先选中一件事项"
        return screen.why_not(command.id)

    async def action_command(self, command_id: str) -> None:
        """Run a command, or say why it cannot be run now."""
        command = self.commands[command_id]
        reason = self.why_not(command)
        if reason:
            self.notify(f"{command.label}：{reason}", severity="warning", timeout=4, markup=False)
        elif command.place is not Place.CASE or self._may_open():
            await self.run_action(command.action, self.screen)

    def _may_open(self) -> bool:
        screen = self.screen
        return not isinstance(screen, DeskScreen) or screen.may_open(self._case())

    def show(self, name: str, *arguments: Any, then: Callable[[Any], Any] | None = None) -> None:
        """Open a screen of `SCREENS_BY_NAME`; `then` is given its result."""
        self.push_screen(self._screen(name, *arguments), then)

    def _screen(self, name: str, *arguments: Any) -> Screen[Any]:
        module, _, kind = SCREENS_BY_NAME[name].partition(":")
        screen: Screen[Any] = getattr(import_module(module), kind)(*arguments)
        # Textual sets the classes of the size after the first layout, and lays out and draws all again.
        steps = (self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS)
        for cells, breakpoints in zip(self.size, steps, strict=True):
            screen.add_class(max(each for each in breakpoints if each[0] <= cells)[1], update=False)
        return screen

    def _case(self) -> int:
        """The case that the current screen stands on (`why_not` saw to it that there is one)."""
        assert isinstance(self.screen, DeskScreen)
        assert self.screen.current_case is not None
        return self.screen.current_case

    def open_case(self, case_id: int) -> None:
        """Show one case."""
        self.recent = [case_id, *(each for each in self.recent if each != case_id)][:RECENT_CASES]
        self.show("case", case_id)

    def on_action_asked(self, message: ActionAsked) -> None:
        """Open the form of an action, or the choice of those allowed now."""
        if message.action is None:
            self.show("handle", message.case_id)
        else:
            self.show("action", message.case_id, message.action)

    def action_help(self) -> None:
        """F1: this screen first."""
        screen = self.screen
        self.show("help", screen.PLACES if isinstance(screen, DeskScreen) else ())

    def action_lookup(self) -> None:
        """F3: from anywhere, but not twice."""
        if type(self.screen).__name__ != "LookupScreen":
            self.show("lookup")

    def action_palette(self) -> None:
        """F9."""
        screen = self.screen
        places = screen.PLACES if isinstance(screen, DeskScreen) else ()
        offered = [
            (command, self.why_not(command))
            for command in self.commands.values()
            if command.place in (*places, Place.EVERYWHERE, Place.CASE) and command.id != "palette"
        ]
        self.show("palette", offered, then=self._run_picked)

    async def _run_picked(self, command_id: str | None) -> None:
        if command_id is not None:
            await self.action_command(command_id)

    def action_intake(self) -> None:
        """F4."""
        self.show("intake")

    def action_note(self) -> None:
        """F6: a 核查记录 for the case."""
        self.show("note", self._case())

    def action_reveal(self) -> None:
        """Shift+F6: show the 反映人, with a reason."""
        self.show("reveal", self._case())

    def action_due(self) -> None:
        """F7: the due date day by day."""
        self.show("trace", self._case())

    def action_handle(self) -> None:
        """F8: what may be done now."""
        self.show("handle", self._case())

    def action_drafts(self) -> None:
        """What was begun and not submitted."""
        self.show("drafts")

    def action_import(self) -> None:
        """A ledger in."""
        self.show("import")

    def action_units(self) -> None:
        """The tree of units, to be changed."""
        self.show("units")

    def action_copy_number(self) -> None:
        """Y: the number, for a message or the phone."""
        if facts := self._facts():
            self._copy(facts.number)

    def action_copy_text(self) -> None:
        """What one would read out, masked as on the screen."""
        from duban_tui.wording import spoken

        if facts := self._facts():
            self._copy(spoken(facts, self.calendar, self.now()))

    def _facts(self) -> CaseFacts | None:
        from db.reads.case import facts

        found = facts(self.reader, self._case(), self.now())
        if found is None:
            self.notify("这件事项已不在办公库里，按 F5 刷新", severity="warning")
        return found

    def _copy(self, text: str) -> None:
        from duban_tui.clipboard import ClipboardError, copy

        try:
            way = copy(text, self.copy_to_clipboard, locations.copied(self.home))
        except ClipboardError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.notify(f"已复制 {text.splitlines()[0]}：{way}", timeout=4, markup=False)

    def action_theme(self) -> None:
        """Other colours, kept for the next time."""
        self.theme = theme.following(self.theme)
        self.remembered = self.remembered._replace(theme=self.theme)
        self.notify(f"配色：{theme.LABELS[self.theme]}", timeout=2)

    def action_help_quit(self) -> None:
        """Ctrl+C: people mean to copy or to leave; say how."""
        self.notify("复制编号按 y，退出按 F10", timeout=4)
