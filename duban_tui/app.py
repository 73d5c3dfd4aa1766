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

from db import vault
from db.home import path_of
from db.reads import desk
from duban_tui import commands, desk_state, locations, painting, terminal, theme, widths
from duban_tui.commands import Place
from duban_tui.config import Config
from duban_tui.messages import ActionAsked
from duban_tui.office_app import OfficeApp
from duban_tui.screens.base import DeskScreen
from duban_tui.widgets import scroll_bar

if TYPE_CHECKING:
    from db.reads.case import CaseFacts
    from duban_tui.undoing import Saved

RECENT_CASES = 20
"""Cases that an empty 快查 offers again."""

SCREENS_BY_NAME = {
    "case": "duban_tui.screens.case:CaseScreen",
    "note": "duban_tui.screens.note:NoteScreen",
    "intake": "duban_tui.screens.intake:IntakeScreen",
    "action": "duban_tui.screens.action:ActionScreen",
    "handle": "duban_tui.screens.handle:HandleScreen",
    "export": "duban_tui.screens.export:ExportScreen",
    "reveal": "duban_tui.screens.reveal:RevealScreen",
    "evidence": "duban_tui.screens.evidence:EvidenceScreen",
    "trace": "duban_tui.screens.trace:TraceScreen",
    "import": "duban_tui.screens.importing:ImportScreen",
    "units": "duban_tui.screens.units:UnitsScreen",
    "field": "duban_tui.screens.field:FieldScreen",
    "conflicts": "duban_tui.screens.conflicts:ConflictsScreen",
    "settle": "duban_tui.screens.settle:SettleScreen",
    "officers": "duban_tui.screens.officers:OfficersScreen",
    "login": "duban_tui.screens.login:LoginScreen",
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
        painting.take_over()
        scroll_bar.take_over()
        self.animation_level = "none"
        self.start = start
        self.commands = commands.with_keys(config.keys)
        self.remembered = desk_state.load(locations.desk_state(home))
        self.answers = terminal.Answers()
        self.recent: list[int] = []
        """Cases opened since the start, the latest first."""
        self.just_saved: Saved | None = None
        self._take_colours()

    # -- life ---------------------------------------------------------------------------------------

    def run(self, *arguments: Any, **options: Any) -> None:
        """Ask the terminal how wide it draws, then run until the officer leaves.

        Raises:
            OfficeLocked: it is encrypted, and no passphrase was given.
            OfficeError: the office that is there cannot be read; nothing was drawn yet.
        """
        if path_of(self.home).exists() and vault.is_open(self.home):
            _ = self.reader
        self.answers = terminal.ask()
        if widths.set_up(self.config.ui.ambiguous, drawn_wide=self.answers.wide):
            self.add_class("-wide-glyphs")
            ScrollBar.renderer = scroll_bar.PlainScrollBar
        super().run(*arguments, **options)

    def _take_colours(self) -> None:
        self.register_theme(theme.OWN_LIGHT)
        wanted = self.remembered.theme or self.config.ui.theme
        self.theme = theme.choose(wanted, self.console, no_color=self.no_color)
        if self.no_color:
            # Textual's own filter makes greys, in which 紧急 and 办结 look alike; asked for was no colour.
            self._filters = [NoColor()]

    @property
    def pictures(self) -> str:
        """How photos are drawn here, one of `pictures.WAYS`."""
        from duban_tui import pictures

        colours = self.console.color_system in ("256", "truecolor") and not self.no_color
        wide, wanted = self.has_class("-wide-glyphs"), self.config.evidence.draw
        return pictures.way(wanted, self.answers, os.environ, colours=colours, wide=wide)

    def get_default_screen(self) -> Screen[Any]:
        """The board, or who is there; where there is no office yet, the choice of how to get one."""
        if not path_of(self.home).exists():
            return self.screen_of("first_run")
        self.locked = self._must_ask()
        self.begun = not self.locked
        return self.screen_of("login" if self.locked else "board")

    def _must_ask(self) -> bool:
        """At the start a passphrase that the command line gave is not asked for again."""
        return not vault.is_open(self.home) or bool(desk.held(self.reader, self.now()))

    def on_mount(self) -> None:
        """Take the officer's keys; start the clocks where there is an office that can be read."""
        own = {name: ",".join(commands.bound_keys(keys)) for name, keys in self.config.keys.items()}
        self.set_keymap(own)
        if self.begun:
            self.start_clocks()
            self.open_start()

    def on_ready(self) -> None:
        """The first frame is drawn: collect garbage again, but what was made until here stays out of it."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def open_board(self) -> None:
        """There is an office now: put the board over the first-run screen, which cannot be switched away.

        One that came out of a backup may ask first who is there.
        """
        self.locked = self._must_ask()
        if self.locked:
            self.show("login")
            return
        self.begun = True
        self.show("board")
        self.start_clocks()

    def open_start(self) -> None:
        """The case that was named at the start, once there is somebody to see it."""
        if self.start:
            self.call_later(self._open_number, self.start)
            self.start = None

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
        from duban_tui.locking import unsaved

        lost = unsaved(self)
        if not lost:
            self.exit()
            return
        self.show("confirm", f"{'；'.join(lost)}。现在退出？", then=lambda yes: self.exit() if yes else None)

    def on_unmount(self) -> None:
        """Keep what the desk remembers, but for words of an encrypted office; close the office."""
        private = vault.is_sealed(self.home)
        kept = self.remembered._replace(words="") if private else self.remembered
        desk_state.save(locations.desk_state(self.home), kept)
        self.leave_office()

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
        if self.locked and command.id not in commands.ALWAYS:
            return "先登录"
        if not path_of(self.home).exists() and isinstance(screen, DeskScreen):
            return screen.why_not(command.id)
        needs = commands.NEEDS.get(command.id)
        if needs is not None and (reason := self.seat.why_not(needs)):
            return reason
        if not isinstance(screen, DeskScreen):
            return None
        if command.id == "undo":
            from duban_tui import undoing

            return screen.why_not(command.id) or undoing.why_not(self, screen.current_case)
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
        case_id = screen.current_case if isinstance(screen, DeskScreen) else None
        return not isinstance(screen, DeskScreen) or case_id is None or screen.may_open(case_id)

    def show(self, name: str, *arguments: Any, then: Callable[[Any], Any] | None = None) -> None:
        """Open a screen of `SCREENS_BY_NAME`; `then` is given its result."""
        self.push_screen(self.screen_of(name, *arguments), then)

    def screen_of(self, name: str, *arguments: Any) -> Screen[Any]:
        """Make a screen of `SCREENS_BY_NAME`."""
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
        if message.action is not None and (reason := self.seat.why_not(message.action)):
            self.notify(reason, severity="warning", timeout=4, markup=False)
        elif message.action is None:
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

    def action_evidence(self) -> None:
        """F12: photos, recordings and files of the notes."""
        self.show("evidence", self._case())

    def action_due(self) -> None:
        """F7: the due date day by day."""
        self.show("trace", self._case())

    def action_handle(self) -> None:
        """F8: what may be done now."""
        self.show("handle", self._case())

    def action_undo(self) -> None:
        """Ctrl+U: take back the step just saved, or the last one of the case, after a question."""
        from duban_tui import undoing

        screen = self.screen
        case_id = undoing.meant(self, screen.current_case if isinstance(screen, DeskScreen) else None)
        if case_id is not None:
            undoing.ask(self, case_id)

    def action_conflicts(self) -> None:
        """What two machines recorded and cannot both stand; the case at hand first."""
        screen = self.screen
        if type(screen).__name__ != "ConflictsScreen":
            self.show("conflicts", screen.current_case if isinstance(screen, DeskScreen) else None)

    def action_drafts(self) -> None:
        """What was begun and not submitted."""
        self.show("drafts")

    def action_import(self) -> None:
        """A ledger in."""
        self.show("import")

    async def lock_desk(self) -> None:
        """Hide everything and close the office, until somebody says who he is."""
        from duban_tui import locking

        if self.begun and not self.locked:
            await locking.lock(self)

    async def action_lock(self) -> None:
        """Ctrl+L, from anywhere, also over a dialog."""
        from duban_tui import locking

        if reason := locking.why_not(self):
            self.notify(reason, severity="warning", timeout=6, markup=False)
        else:
            await self.lock_desk()

    def action_officers(self) -> None:
        """Who acts at this desk."""
        self.show("officers")

    def action_units(self) -> None:
        """The tree of units, to be changed."""
        self.show("units")

    def action_field(self) -> None:
        """Cases taken along and brought back; offered are the case and the list that stand on the screen."""
        from duban_tui.screens.board import BoardScreen

        board = next(one for one in reversed(self.screen_stack) if isinstance(one, BoardScreen))
        screen = self.screen
        case_id = screen.current_case if isinstance(screen, DeskScreen) else None
        self.show("field", case_id, board.listed)

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
            file = None if vault.is_sealed(self.home) else locations.copied(self.home)
            way = copy(text, self.copy_to_clipboard, file)
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
