"""What every screen of the desk has: its commands, the case it stands on, a way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual._styles_cache import StylesCache
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from duban_tui.commands import Place
from duban_tui.widgets.command_bar import CommandBar

if TYPE_CHECKING:
    from duban_tui.app import DubanApp

Result = TypeVar("Result")


class DeskScreen(Screen[Result]):
    """A full screen. Subclasses name their `PLACES` and bind ``commands.bindings(*PLACES)``."""

    PLACES: ClassVar[tuple[Place, ...]] = ()
    """Where, besides `Place.EVERYWHERE`, this screen's commands come from."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual paints the whole screen anew when the keyboard goes from one widget to another. The two are
    painted anyway, and whatever is styled by their focus."""

    def __init__(self) -> None:
        """Put the footer, and the notice for terminals that are too small, under every screen."""
        super().__init__()
        self.compose_add_child(Static("窗口太小，请放大到 60×16 以上", id="too-small"))
        self.compose_add_child(CommandBar())

    @property
    def desk(self) -> DubanApp:
        """The app, by its own type."""
        from duban_tui.app import DubanApp

        assert isinstance(self.app, DubanApp)
        return self.app

    @property
    def current_case(self) -> int | None:
        """The case that F6, F7, F8 and `y` mean now."""
        return None

    def may_open(self, case_id: int) -> bool:
        """Whether a case may be opened or worked on from here; leaves a line in `access_log` if need be."""
        return True

    def why_not(self, command_id: str) -> str | None:
        """Why a command is not allowed now, in Chinese; ``None`` = it is. The footer dims by it."""
        return None

    def unsaved(self) -> str | None:
        """What would be lost by leaving, in Chinese; ``None`` = nothing."""
        return None

    def on_unmount(self) -> None:
        """Let go of what was painted here.

        Textual's cache of two colours has the widgets' painted lines in its keys, a megabyte a case, and
        keeps the last 1,024 widgets (Textualize/textual#6665).
        """
        StylesCache.get_inner_outer.cache_clear()

    def action_back(self) -> None:
        """Esc: back to the screen below, without a result."""
        if len(self.app.screen_stack) > 1:
            self.dismiss(None)
