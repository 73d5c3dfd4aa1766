"""The part of the application that holds the office: reading, writing, and noticing what changed."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.app import App
from textual.events import Event, InputEvent
from textual.timer import Timer
from textual.worker import get_current_worker

from db import calendars, instants, taken_rules, vault
from db.connection import Connection, OfficeError, driver, explain, open_reader
from db.home import path_of
from db.posts import Power, Seat
from db.reads import desk
from db.workdays import Calendar
from duban_tui import locations
from duban_tui.config import Config
from duban_tui.messages import CaseChanged, OfficeChanged, TimePassed

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from db.journal import Recorded
    from db.keeping.presence import Hold
    from db.office import Office
    from duban_tui.aftercare import DailyBackup

POLL_SECONDS = 1.0
"""How often the desk looks whether somebody else wrote, and whether a minute went by."""

REST_SECONDS = 3.0
"""How long keyboard and mouse must rest before the lookup index is tended."""

LONG_REST_SECONDS = 20.0
"""How long they must rest before the daily backup is begun."""

SAID_SECONDS = 8.0
"""How long a line stays that nobody asked for."""

LOOK_BACK_AFTER = 0.25
"""Seconds from the start of the clocks to a look at what was left behind: the board comes first."""


class OfficeApp(App[None]):
    """An application on one office."""

    def __init__(self, home: Path, config: Config) -> None:
        """Take the data folder and the settings; nothing is opened yet."""
        super().__init__()
        self.home, self.config = home, config
        self._readers = threading.local()
        self._opened: list[Connection] = []
        self._shut = False
        self.locked = False
        """Whoever comes has to say who he is before anything is shown or done."""
        self.signed_in: str | None = None
        """Who gave a PIN; None where the office asks for none."""
        self.begun = False
        """The board was opened."""
        self._seat: Seat | None = None
        self._clock: Timer | None = None
        self._office: Office | None = None
        self._seen_version = -1
        self._seen_minute = -1
        self._last_input, self._last_moment = time.monotonic(), 0
        self._untended = True
        """The lookup index may want tending: after a step, and at the start for what others left."""
        self._presence: Hold | None = None
        self._daily: DailyBackup | None = None
        self._ended = False

    @property
    def reader(self) -> Connection:
        """A read-only connection that belongs to the calling thread.

        Raises:
            OfficeError: there is no office, it cannot be read, or the desk is locked.
        """
        held: Connection | None = getattr(self._readers, "connection", None)
        if held is None:
            if self._shut:
                raise OfficeError("值班台已锁")
            held = self._readers.connection = open_reader(path_of(self.home), closed_elsewhere=True)
            self._opened.append(held)
        return held

    def close_connections(self) -> None:
        """Close the office in every thread; the caller saw to it that none reads or writes."""
        self._shut = True
        self.close_office()
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._readers = threading.local()

    def reopen(self) -> None:
        """From now on the office may be read again."""
        self._shut, self._seat = False, None

    # -- who sits here ------------------------------------------------------------------------------

    def asks_who(self) -> bool:
        """Whether there is a passphrase or a PIN to ask for."""
        return vault.is_sealed(self.home) or bool(desk.held(self.reader, self.now()))

    @property
    def officer(self) -> str:
        """Who acts: whoever signed in, else the one in the settings."""
        return self.signed_in or self.config.officer.name

    @property
    def seat(self) -> Seat:
        """What the officer may do; read again when somebody wrote.

        Raises:
            OfficeError: the office cannot be read.
        """
        if self._seat is None:
            post = self.config.officer.post
            if not path_of(self.home).exists():
                return Seat(self.officer, post)
            self._seat = desk.seat(self.reader, self.officer, self.now(), post)
        return self._seat

    @property
    def sees_identity(self) -> bool:
        """Whether the officer may find cases by who reported them: the settings and the post allow it."""
        return self.config.officer.sees_identity and self.seat.may(Power.IDENTITY)

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

            self._office = Office.open(self.home, self.config.rules, self.officer, self.config.officer.post)
        return self._office

    def another_office(self) -> Office:
        """The office opened for writing once more, for work in a thread of its own; a context manager.

        Raises:
            OfficeError: it cannot be written.
        """
        from db.office import Office

        return Office.open(self.home, self.config.rules, self.officer, self.config.officer.post)

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
        self.post_message(CaseChanged(recorded.case_id))
        return recorded

    def close_office(self) -> None:
        """Close what was opened for writing."""
        if self._office is not None:
            self._office.close()
            self._office = None

    def leave_office(self) -> None:
        """The desk ends as it should: close the office, and leave no sign of having been here."""
        self._ended = True
        if self._presence is not None:
            self._presence.release()
        self.close_office()

    def _handle_exception(self, error: Exception) -> None:
        """End with one line instead of a traceback; what is not the office's fault goes to the log."""
        cause = getattr(error, "error", error)
        self._keep_what_is_typed()
        if self.is_headless or not isinstance(cause, Exception):
            super()._handle_exception(error)
        elif isinstance(cause, OfficeError):
            self.exit(return_code=1, message=str(cause))
        elif isinstance(cause, driver.Error):
            self.exit(return_code=1, message=explain(cause, path_of(self.home)))
        else:
            log = locations.log(self.home)
            with suppress(OSError), log.open("a", encoding="utf-8") as file:
                file.write(f"{instants.iso(instants.now())}\n{self._traced(cause)}\n")
            self.exit(return_code=1, message=f"程序出错，已退出；写下的都已保存。详情见 {log}")

    def _keep_what_is_typed(self) -> None:
        """Write what stands in open forms as drafts, whatever has broken besides."""
        from duban_tui.screens.base import DeskScreen

        for screen in self._screen_stack:
            if isinstance(screen, DeskScreen):
                with suppress(Exception):
                    screen.unsaved()

    def _traced(self, cause: Exception) -> str:
        """Where a defect happened; of an encrypted office without its message, which may quote a case."""
        if not vault.is_sealed(self.home):
            return "".join(traceback.format_exception(cause))
        return "".join(traceback.format_tb(cause.__traceback__)) + type(cause).__name__

    def start_clocks(self) -> None:
        """From now on notice what others write, and that time goes by."""
        self._work_by_the_office()
        self._seen_version = self._data_version()
        self._seen_minute = self.now() // 60
        self._last_moment = self.now()
        self._clock = self.set_interval(POLL_SECONDS, self._look_around)
        if self._presence is None:  # A desk that was unlocked has looked already.
            self.set_timer(LOOK_BACK_AFTER, self._look_back)

    def stop_clocks(self) -> None:
        """A locked desk notices nothing."""
        if self._clock is not None:
            self._clock.stop()
            self._clock = None

    @work(thread=True, group="aftercare")
    def _look_back(self) -> None:
        """Say what an earlier desk left behind; from then on this one would leave a sign of its own."""
        from duban_tui import aftercare

        self._presence, killed = aftercare.look_back(self.home, self.config.backup, self._say)
        if self._ended and self._presence is not None:
            self._presence.release()
        self._daily = aftercare.DailyBackup(self.home, self.config.backup, self._say)
        if killed:
            aftercare.look_through(self.home, self._say, self._still_wanted())

    def _say(self, line: str, severity: SeverityLevel) -> None:
        """Tell it beside the work, from any thread."""
        self.notify(line, severity=severity, timeout=SAID_SECONDS, markup=False)

    def _still_wanted(self) -> Callable[[], bool]:
        worker = get_current_worker()
        return lambda: not (self._ended or worker.is_cancelled)

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
            self._work_by_the_office()
            self.tell_changed()
        if (self._left_alone() or self.seat.left_on) and self.asks_who():
            self.call_later(self.lock_desk)
        if self._untended and self._at_rest():
            self._untended = False
            self._tend()
        if self._daily is not None and self._at_rest(LONG_REST_SECONDS) and self._daily.begins(self.now()):
            self._back_up(self._daily)

    def _work_by_the_office(self) -> None:
        """On a field copy, offer what the office offers: its kinds, lists and limits came in a bundle."""
        rules = taken_rules.in_force(self.reader, self.config.rules)
        if rules != self.config.rules:
            self.config = self.config._replace(rules=rules)
            self.__dict__.pop("calendar", None)

    async def on_event(self, event: Event) -> None:
        """Remember when the officer last did something."""
        if isinstance(event, InputEvent):
            self._last_input, self._last_moment = time.monotonic(), self.now()
        await super().on_event(event)

    def _left_alone(self) -> bool:
        """Nobody touched anything for so long that the desk locks itself.

        Two clocks are asked: one stands still while a laptop sleeps, the other may be set.
        """
        idle = max(time.monotonic() - self._last_input, self.now() - self._last_moment)
        return 0 < self.config.security.lock_minutes * 60 <= idle

    async def lock_desk(self) -> None:
        """Hide everything and close the office, until somebody says who he is."""
        raise NotImplementedError

    def _at_rest(self, seconds: float | None = None) -> bool:
        return time.monotonic() - self._last_input > (REST_SECONDS if seconds is None else seconds)

    @work(thread=True, group="daily_backup")
    def _back_up(self, daily: DailyBackup) -> None:
        """Make today's copy; the first line says so as soon as it stands."""
        daily.make(self.now(), self._still_wanted())

    @work(thread=True, group="upkeep")
    def _tend(self) -> None:
        """Put the lookup index in order after what was saved, until the next key."""
        from db.keeping import upkeep

        worker = get_current_worker()
        try:
            done = upkeep.tend(path_of(self.home), wanted=lambda: self._at_rest() and not worker.is_cancelled)
        except OfficeError:
            return  # Nothing that the officer could mend, and nothing is lost.
        self._untended = self._untended or not done

    def tell_changed(self) -> None:
        """Somebody wrote, or somebody else sits down: read again, also what the officer may do."""
        self._seat = None
        self._tell(OfficeChanged())

    def _tell(self, message: OfficeChanged | TimePassed) -> None:
        for screen in self.screen_stack:
            screen.post_message(type(message)())

    def on_case_changed(self, message: CaseChanged) -> None:
        """A step was written here: every screen reads again."""
        self._untended = True
        for screen in self.screen_stack:
            screen.post_message(CaseChanged(message.case_id))
