"""All commands, found by word, pinyin initials or key; those not allowed now say why."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from duban_tui.commands import Command
from duban_tui.widgets.line_input import LineInput


class PaletteScreen(ModalScreen[str | None]):
    """The result is the id of the command that was picked."""

    BINDINGS = [
        Binding("escape,f9,ctrl+p", "dismiss(None)", "返回"),
        Binding("down", "page(1)", show=False),
        Binding("up", "page(-1)", show=False),
        Binding("pagedown", "page(8)", show=False),
        Binding("pageup", "page(-8)", show=False),
    ]

    def __init__(self, offered: list[tuple[Command, str | None]]) -> None:
        """Offer commands, each with the reason why it is not allowed now, if so."""
        super().__init__()
        self._offered = offered

    def compose(self) -> ComposeResult:
        """A line to type in, the commands below."""
        with Vertical(classes="dialog", id="palette"):
            yield LineInput(placeholder="命令名、拼音首字母或按键")
            yield OptionList(compact=True)

    def on_mount(self) -> None:
        """Show all."""
        self.query_one(OptionList).can_focus = False
        self._fill("")

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """While one types."""
        self._fill(event.value.strip().lower())

    def _fill(self, written: str) -> None:
        found = [(command, why) for command, why in self._offered if matches(command, written)]
        found.sort(key=lambda each: not each[0].label.startswith(written))
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(_line(command, why), id=command.id) for command, why in found])
        if not found:
            listed.add_option(Option("没有这样的命令", disabled=True))
        listed.highlighted = 0 if found else None

    def action_page(self, delta: int) -> None:
        """Some lines on, while the line keeps the keyboard."""
        listed = self.query_one(OptionList)
        if listed.highlighted is not None:
            listed.highlighted = max(0, min(listed.option_count - 1, listed.highlighted + delta))

    @on(Input.Submitted)
    def run(self) -> None:
        """Enter."""
        option = self.query_one(OptionList).highlighted_option
        if option is not None and option.id is not None:
            self.dismiss(option.id)

    @on(OptionList.OptionSelected)
    def click(self, event: OptionList.OptionSelected) -> None:
        """By mouse."""
        self.dismiss(event.option_id)


def matches(command: Command, written: str) -> bool:
    """Whether what was typed means this command."""
    return (
        written in command.label
        or command.initials.startswith(written)
        or written in command.tooltip
        or written in (key.lower() for key in command.keys)
    )


def _line(command: Command, why: str | None) -> Content:
    said = f"{command.shown_key:<9}{command.label}  "
    return Content.assemble(
        (said, "$text-disabled" if why else ""),
        (why or command.tooltip, "$text-disabled" if why else "$text-muted"),
    )
