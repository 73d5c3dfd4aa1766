"""附件 of a 核查记录: paths pasted or typed; each file is copied as soon as it is added."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from db import instants
from db.connection import OfficeError, Progress
from db.evidence.intake import Entry, NotTaken
from db.evidence.media_type import said_size, said_type
from duban_tui import pasted
from duban_tui.widgets.field import Typed, passed_on, step
from duban_tui.widgets.line_input import LineInput
from duban_tui.widgets.timeline import show_at

TakeIn = Callable[[Path, Sequence[Entry], Progress], Entry]
"""Copies a file into the store, beside those that the note has: see `db.evidence.intake.take_in`."""

LetGo = Callable[[str], None]
"""Removes a file (SHA-256) from the store if nobody else has it."""

LARGE = 5_000_000
"""Bytes from which on it is told how far the copy is."""

OFFERED = 6
"""Names that are shown where a path can go on with several."""


class _Left(Exception):
    """The form was left while a file was copied."""


def said_entry(entry: Entry, year: int) -> str:
    """A file in a line: what it is, its name, size, time and how that is known."""
    about = f"{said_type(entry['type'])} {entry['name']}  {said_size(entry['size'])}"
    at = entry["taken_at"]
    return about if at is None else f"{about}  {show_at(at, year)} {entry['taken_from']}"


class PathInput(LineInput):
    """One path, or several pasted ones. Enter adds what stands here; Tab completes it."""

    def __init__(self, field: Attachments) -> None:
        """Belong to a field."""
        super().__init__(placeholder="粘贴或输入路径，Enter 添加，Tab 补全")
        self._field = field

    def lead_on(self, event: events.Key) -> None:
        """Enter and Tab mean the path that stands here; where there is none they lead on."""
        answers = (
            {"enter": self._field.add_written, "tab": self._field.complete}
            if self.value
            else {"backspace": self._field.take_out_last, "down": self._field.enter_list}
        )
        answer = answers.get(event.key)
        if answer is not None and answer():
            event.stop()
            event.prevent_default()
        else:
            super().lead_on(event)

    def _on_paste(self, event: events.Paste) -> None:
        """Files that are pasted whole are added at once; anything else is text."""
        if passed_on(self, event):
            return
        paths = pasted.paths(event.text)
        if paths and all(path.is_absolute() and path.is_file() for path in paths):
            event.stop()
            event.prevent_default()
            self._field.add(paths)
        else:
            super()._on_paste(event)


class FileList(OptionList):
    """The files that were added; Delete takes the chosen one out."""

    BINDINGS = [
        Binding("delete,backspace", "remove", "去掉", show=False),
        Binding("enter,tab", "leave(1)", "下一栏", show=False),
        Binding("shift+tab", "leave(-1)", "上一栏", show=False),
    ]

    def __init__(self, field: Attachments) -> None:
        """Belong to a field."""
        super().__init__(markup=False, compact=True)
        self._field = field

    def action_cursor_up(self) -> None:
        """Past the first one, back to the line."""
        if self.highlighted in (None, 0):
            self._field.enter_line()
        else:
            super().action_cursor_up()

    def action_cursor_down(self) -> None:
        """Past the last one, on to the next field."""
        if self.highlighted is None or self.highlighted == self.option_count - 1:
            step(self, 1)
        else:
            super().action_cursor_down()

    def on_key(self, event: events.Key) -> None:
        """What is typed or pasted here is a path for the line."""
        if event.is_printable:
            self._pass_on(event)

    def on_paste(self, event: events.Paste) -> None:
        """As `on_key`."""
        self._pass_on(event)

    def _pass_on(self, event: events.Key | events.Paste) -> None:
        self._field.enter_line()
        passed_on(self, event)

    def action_leave(self, delta: int) -> None:
        """On to the next field, or back."""
        step(self, delta)

    def action_remove(self) -> None:
        """Take the chosen file out of the note."""
        if self.highlighted is not None:
            self._field.take_out(self.highlighted)


class Attachments(Vertical):
    """The files of a note; `typed` and `entered()` are their entries, as an act carries them."""

    DEFAULT_CSS = """
    Attachments { height: auto; }
    Attachments FileList { height: auto; max-height: 6; border: none; padding: 0; display: none; }
    Attachments FileList { text-wrap: nowrap; text-overflow: ellipsis; }
    Attachments FileList.-shown { display: block; }
    Attachments #said { height: auto; color: $text-muted; display: none; }
    Attachments #said.-shown { display: block; }
    Attachments #said.-wrong { color: $text-error; }
    """

    def __init__(self, take_in: TakeIn, let_go: LetGo, clock: Callable[[], int] = instants.now) -> None:
        """Start without files; the first two are called in a thread, for one file after the other."""
        super().__init__()
        self._clock = clock
        self._take_in, self._let_go = take_in, let_go
        self._files: list[Entry] = []
        self._line = PathInput(self)
        self._list = FileList(self)
        self._said = Static("", id="said", markup=False)
        self._one_by_one = threading.Lock()
        self._written = ""
        """What stood in the line when Enter was pressed."""
        self._copying = 0
        """Files that were added and are not yet on disk."""

    def compose(self) -> ComposeResult:
        """The line for a path, the files, what is to be said of them."""
        yield self._line
        yield self._list
        yield self._said

    # -- as a control -------------------------------------------------------------------------------

    @property
    def typed(self) -> Any:
        """The entries, for a draft; None where there are none."""
        return [*self._files] or None

    @typed.setter
    def typed(self, typed: Any) -> None:
        self._files = list(typed or ())
        self._show()

    @property
    def copying(self) -> bool:
        """Whether a file was added that is not yet on disk."""
        return self._copying > 0

    def entered(self) -> Any:
        """The entries.

        Raises:
            ValueError: a file is still being copied, or a path was typed and not added.
        """
        if self.copying:
            raise ValueError("附件还在存，请稍候")
        if self._line.value.strip():
            raise ValueError("这个路径还没有添加，请按 Enter 添加，或清空")
        return [*self._files] or None

    # -- adding -------------------------------------------------------------------------------------

    def add_written(self) -> bool:
        """Enter: add what stands in the line."""
        self._written = self._line.value
        self._line.value = ""
        self.add(pasted.paths(self._written))
        return True

    def add(self, paths: Sequence[Path]) -> None:
        """Copy files, one after the other, and list each when it is on disk."""
        self._copying += len(paths)
        self._say(f"正在存 {len(paths)} 个附件 …")
        self._copy(paths)

    @work(thread=True, group="attachments")
    def _copy(self, paths: Sequence[Path]) -> None:
        with self._one_by_one:
            for path in paths:
                try:
                    entry = self._take_in(path, [*self._files], partial(self._progress, path.name))
                except _Left:
                    return
                except (NotTaken, OfficeError) as error:
                    self.app.call_from_thread(self._refused, str(error))
                else:
                    if not self.is_attached:
                        return self._let_go(entry["file"])
                    self.app.call_from_thread(self._taken, entry)

    def _progress(self, name: str, done: int, total: int | None) -> None:
        """Tell how far a large one is; leaving the form stops the copy."""
        if not self.is_attached:
            raise _Left
        if total is not None and total > LARGE:
            told = f"正在存 {name}  {said_size(done)} / {said_size(total)}"
            self.app.call_from_thread(self._say, told)

    def _taken(self, entry: Entry) -> None:
        self._copying -= 1
        self._files.append(entry)
        if not self._said.has_class("-wrong"):
            self._say("")
        self._show()
        self.post_message(Typed())

    def _refused(self, reason: str) -> None:
        """Say why; a path that was typed stands there again, to be mended."""
        self._copying -= 1
        self._say(f"! {reason}", wrong=True)
        if not self._line.value:
            self._line.typed = self._written
            self._line.cursor_position = len(self._written)
        self._written = ""

    # -- the line -----------------------------------------------------------------------------------

    def complete(self) -> bool:
        """Tab: go on with the path as far as it is clear; false where nothing fits."""
        longer, fitting = pasted.completed(self._line.value.strip())
        if not fitting:
            return False
        self._line.value = longer
        self._line.cursor_position = len(longer)
        several = len(fitting) > 1
        more = f" …… 共 {len(fitting)} 个" if len(fitting) > OFFERED else ""
        self._say("  ".join(fitting[:OFFERED]) + more if several else "")
        return True

    def enter_line(self) -> None:
        """To the line for a path, before any further key is looked at."""
        self.screen.set_focus(self._line)

    def enter_list(self) -> bool:
        """To the files, to take one out; false where there are none."""
        if not self._files:
            return False
        self._list.highlighted = 0
        self._list.focus()
        self._say("Delete 去掉选中的附件")
        return True

    # -- taking out ---------------------------------------------------------------------------------

    def take_out_last(self) -> bool:
        """Backspace in the empty line takes the last file out; false where there is none."""
        return bool(self._files) and self.take_out(len(self._files) - 1)

    def take_out(self, place: int) -> bool:
        """Take one out of the note; its copy goes, or with the next save where the draft still has it."""
        gone = self._files.pop(place)
        self._drop(gone["file"])
        self._say(f"已去掉 {gone['name']}")
        self._show()
        if not self._files:
            self.enter_line()
        self.post_message(Typed())
        return True

    @work(thread=True, group="attachments")
    def _drop(self, sha256: str) -> None:
        with self._one_by_one, suppress(OfficeError):  # What stays behind does no harm: the check-up tells.
            self._let_go(sha256)

    def _show(self) -> None:
        year = instants.day_of(self._clock()).year
        self._list.set_options(Option(said_entry(entry, year)) for entry in self._files)
        self._list.set_class(bool(self._files), "-shown")
        self._into_view()

    def _into_view(self) -> None:
        """The files stand below the line, and may be below the window."""
        if self.has_focus_within:
            self.call_after_refresh(self.scroll_visible, animate=False)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._said.update(text)
        self._said.set_class(bool(text), "-shown")
        self._said.set_class(wrong, "-wrong")
        self._into_view()
