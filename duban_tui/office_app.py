"""The part of the application that holds the office: reading, writing, and noticing what changed."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.app import App
from textual.events import Event, InputEvent
from textual.worker import get_current_worker

from db import calendars, instants, vault
from db.connection import Connection, OfficeError, driver, explain, open_reader, path_of
from db.workdays import Calendar
from duban_tui import locations
from duban_tui.config import Config
from duban_tui.messages import CaseChanged, OfficeChanged, TimePassed

if TYPE_CHECKING:
    from db.journal import Recorded
    from db.office import Office

POLL_SECONDS = 1.0
"""How often the desk looks whether somebody else wrote, and whether a minute went by."""

REST_SECONDS = 3.0
"""How long keyboard and mouse must rest before the lookup index is tended."""


class OfficeApp(App[None]):
    """An application on one office."""

    def __init__(self, home: Path, config: Config) -> None:
        """Take the data folder and the settings; nothing is opened yet."""
        super().__init__()
        self.home, self.config = home, config
        self._readers = threading.local()
        self._office: Office | None = None
        self._seen_version = -1
        self._seen_minute = -1
        self._last_input = time.monotonic()
        self._untended = False

    @property
    def reader(self) -> Connection:
        """A read-only connection that belongs to the calling thread.

        Raises:
            OfficeError: there is no office, or it cannot be read.
        """
        held: Connection | None = getattr(self._readers, "connection", None)
        if held is None:
            held = self._readers.connection = open_reader(path_of(self.home))
        return held

    @cached_property
    def calendar(self) -> Calendar:
        """The working-day calendar that is in force here, with the overrides of the config."""
        return calendars.current(self.reader).with_overrides(self.config.rules.calendar_days)

    def now(self) -> int:
        """The present instant; tests put their own here."""
        return instants.now()

    def office(self) -> Office:
        """The office opened for writing, on first use; from the main thread only.

        Raises:
            OfficeError: it cannot be written.
        """
        if self._office is None:
            from db.office import Office

            self._office = Office.open(self.home, self.config.rules, self.config.officer.name)
        return self._office

    def write(self, step: Callable[[Office], Recorded]) -> Recorded | None:
        """Take one step at the write door and tell every screen; a refusal is told in one line.

        Returns:
            What was recorded; ``None`` when nothing was, and the officer has been told why.
        """
        from db.journal import NotAllowed

        try:
            recorded = step(self.office())
        except (OfficeError, NotAllowed, ValueError) as error:
            self.notify(str(error), title="没有写入", severity="error", markup=False)
            return None
        self._untended = True
        self.post_message(CaseChanged(recorded.case_id))
        return recorded

    def close_office(self) -> None:
        """Close what was opened for writing."""
        if self._office is not None:
            self._office.close()

    def _handle_exception(self, error: Exception) -> None:
        """End with one line instead of a traceback; what is not the office's fault goes to the log."""
        cause = getattr(error, "error", error)
        if self.is_headless or not isinstance(cause, Exception):
            super()._handle_exception(error)
        elif isinstance(cause, OfficeError):
            self.exit(return_code=1, message=str(cause))
        elif isinstance(cause, driver.Error):
            self.exit(return_code=1, message=explain(cause, path_of(self.home)))
        else:
            log = locations.log(self.home)
            with log.open("a", encoding="utf-8") as file:
                file.write(f"{instants.iso(instants.now())}\n{self._traced(cause)}\n")
            self.exit(return_code=1, message=f"程序出错，已退出；写下的都已保存。详情见 {log}")

    def _traced(self, cause: Exception) -> str:
        """Where a defect happened; of an encrypted office without its message, which may quote a case."""
        if not vault.is_sealed(self.home):
            return "".join(traceback.format_exception(cause))
        return "".join(traceback.format_tb(cause.__traceback__)) + type(cause).__name__

    def start_clocks(self) -> None:
        """From now on notice what others write, and that time goes by."""
        self._seen_version = self._data_version()
        self._seen_minute = self.now() // 60
        self.set_interval(POLL_SECONDS, self._look_around)

    @work(thread=True, group="warm_up")
    def warm_up(self) -> None:
        """Load what writing needs, half a second and 40 MB, while a form is being filled in."""
        import db.journal  # noqa: F401

    def _data_version(self) -> int:
        return int(self.reader.execute("PRAGMA data_version").fetchone()[0])

    def _look_around(self) -> None:
        """Notice what others wrote, and that time goes by."""
        minute = self.now() // 60
        if minute != self._seen_minute:
            self._seen_minute = minute
            self._tell(TimePassed())
        version = self._data_version()
        if version != self._seen_version:
            self._seen_version = version
            self._tell(OfficeChanged())
        if self._untended and self._at_rest():
            self._untended = False
            self._tend()

    async def on_event(self, event: Event) -> None:
        """Remember when the officer last did something."""
        if isinstance(event, InputEvent):
            self._last_input = time.monotonic()
        await super().on_event(event)

    def _at_rest(self) -> bool:
        return time.monotonic() - self._last_input > REST_SECONDS

    @work(thread=True, group="upkeep")
    def _tend(self) -> None:
        """Put the lookup index in order after what was saved, until the next key."""
        from db import upkeep

        worker = get_current_worker()
        try:
            done = upkeep.tend(path_of(self.home), wanted=lambda: self._at_rest() and not worker.is_cancelled)
        except OfficeError:
            return  # Nothing that the officer could mend, and nothing is lost.
        self._untended = self._untended or not done

    def _tell(self, message: OfficeChanged | TimePassed) -> None:
        for screen in self.screen_stack:
            screen.post_message(type(message)())

    def on_case_changed(self, message: CaseChanged) -> None:
        """A step was written here: every screen reads again."""
        for screen in self.screen_stack:
            screen.post_message(CaseChanged(message.case_id))
