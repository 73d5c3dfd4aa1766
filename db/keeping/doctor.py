"""The check-up: pages, hash chain, texts, and whether every row is the fold of its events.

Read in slices, so that an office in use goes on, its log stays short, and the memory is that of some
hundred cases. What a chain cannot show: that its last events are missing together with all that was made
of them, as in an older copy of the office. The numbers of what was handed over to others would.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from db import chain, closed
from db.bundle import book
from db.bundle.pairing import OWN_DEVICES
from db.connection import Connection, Progress, size_of
from db.connection import driver as sqlite
from db.effects import Calendars
from db.evidence import check as evidence_check
from db.keeping.case_check import REBUILD, RESTORE, CaseCheck, Finding

__all__ = ["Checkup", "Finding", "Report", "check"]

LINKS = 20_000
"""Links of a chain read at a time."""

MOST = 1000
"""So many findings say enough: the rest of the office is not looked at."""

PAGE_SPEED = 150e6
"""Bytes a second in which pages are checked: 80 from a cold disk, 430 from memory were measured."""

SAMPLE = 200
"""Cases that are checked to say how long all of them will take."""


class Report(NamedTuple):
    """The result of a check-up, also of one that was stopped."""

    cases: int
    events: int
    findings: list[Finding]
    """At most about `MOST`."""
    files: int = 0
    """Attachments that were read."""

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return not self.findings


_SILENT: Progress = lambda done, total: None  # noqa: E731


def check(connection: Connection, calendars: Calendars, progress: Progress = _SILENT) -> Report:
    """Read the whole office and compare, telling (cases checked, all cases) to `progress`.

    Changes nothing; may be interrupted at any time.
    """
    return Checkup(connection, calendars).run(progress)


class Checkup:
    """A check-up that can be asked how long it will take, stopped, and asked how far it came."""

    def __init__(self, connection: Connection, calendars: Calendars, home: Path | None = None) -> None:
        """Read with `connection`; it may be a writer's, outside a transaction.

        Args:
            connection: to the office.
            calendars: of the office.
            home: where its attachments lie; without it they are left out.
        """
        self.connection, self.calendars, self.home = connection, calendars, home
        self.total = int(connection.execute('SELECT count(*) FROM "case"').fetchone()[0])
        self._report = Report(0, 0, [])

    @property
    def report(self) -> Report:
        """What was checked and found so far."""
        return self._report

    def estimate(self) -> float:
        """Seconds that it will take, by the speed of a slice; 0 where the office is small or damaged."""
        try:
            cases = CaseCheck(self.connection, self.calendars)
            first = cases.after(-1, SAMPLE)  # Reads calendars and the like, which is done once.
            begun = time.perf_counter()
            stretch = None if first is None else cases.after(first.last, SAMPLE)
            spent = time.perf_counter() - begun
            size = size_of(self.connection)
            files = 0 if self.home is None else evidence_check.size_of(self.connection)
        except sqlite.Error:
            return 0.0
        reading = files / evidence_check.SPEED
        if stretch is None:
            return float(reading)
        return float(spent * self.total / stretch.cases + size / PAGE_SPEED + reading)

    def run(self, progress: Progress = _SILENT, files: Progress = _SILENT) -> Report:
        """Check everything; what damaged pages hold is not compared.

        Args:
            progress: told (cases checked, all cases).
            files: told (attachments read, all attachments), after that.

        Raises:
            KeyboardInterrupt: stopped by Ctrl+C, also in the middle of a long statement; see `report`.
        """
        with _stoppable(self.connection):
            self._found(_pages(self.connection))
            if self._report.sound:
                self._found(_links(self.connection))
                self._cases(progress)
                self._found(_wholes(self.connection))
                self._files(files)
        return self._report

    def _files(self, progress: Progress) -> None:
        if self.home is None:
            return

        def tell(done: int, total: int) -> None:
            self._report = self._report._replace(files=done)
            progress(done, total)

        self._found(evidence_check.check(self.connection, self.home, tell))

    def _found(self, findings: Iterator[Finding]) -> None:
        for finding in findings:
            self._report.findings.append(finding)
            if len(self._report.findings) >= MOST:
                return

    def _cases(self, progress: Progress) -> None:
        cases, last = CaseCheck(self.connection, self.calendars), -1
        while len(self._report.findings) < MOST and (stretch := cases.after(last)) is not None:
            last = stretch.last
            self._report.findings.extend(stretch.findings)
            self._report = self._report._replace(
                cases=self._report.cases + stretch.cases, events=self._report.events + stretch.events
            )
            progress(min(self._report.cases, self.total), self.total)


@contextmanager
def _stoppable(connection: Connection) -> Iterator[None]:
    """Let Ctrl+C end a statement that runs for minutes: Python sees it only when it is called back."""
    connection.set_progress_handler(lambda: 0, 2_000)
    try:
        yield
    except sqlite.OperationalError as error:
        if "interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise
    finally:
        connection.set_progress_handler(None, 0)


def _pages(connection: Connection) -> Iterator[Finding]:
    for (line,) in connection.execute("PRAGMA quick_check(5)"):
        if line != "ok":
            yield Finding("数据页", str(line), RESTORE)
    for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Finding(f"表 {table}", f"有行指向不存在的 {parent}", RESTORE)


_DEVICES = "SELECT device FROM event WHERE device > ? ORDER BY device LIMIT 1"
_CHAIN = "SELECT seq, prev_hash, hash, id FROM event WHERE device = ? AND seq > ? ORDER BY seq LIMIT ?"


def _links(connection: Connection) -> Iterator[Finding]:
    """Every event with the one before it on its device; across gaps, with the signed lists of bundles.

    Of another machine only a part is here, and of this one a field copy may have cleaned a part away: then
    the event, or at least the hash before it, stands in a list that its sender signed.
    """
    vouched, broken = book.vouched(connection)
    for bundle in broken:
        yield Finding(f"下乡包 {bundle[-8:]}", "所存清单的签名对不上", RESTORE)
    hashes = set(vouched.values())
    own = {row[0] for row in connection.execute(OWN_DEVICES)}
    device = ""
    while row := connection.execute(_DEVICES, (device,)).fetchone():
        device, seq, previous = row[0], 0, chain.GENESIS
        while links := connection.execute(_CHAIN, (device, seq, LINKS)).fetchall():
            for at, claimed, digest, event in links:
                where, listed = f"设备 {device[:8]} 第 {at} 条流水", vouched.get(event) == digest
                if at == seq + 1 and claimed != previous:
                    yield Finding(where, "与前一条不相连", RESTORE)
                elif at != seq + 1 and not listed and claimed not in hashes:
                    yield Finding(where, f"前面缺 {at - seq - 1} 条", RESTORE)
                elif device not in own and not listed:
                    yield Finding(where, "来自别的电脑，却不在任何一个签过名的下乡包里", RESTORE)
                seq, previous = at, digest


def _wholes(connection: Connection) -> Iterator[Finding]:
    """What is kept of all cases together."""
    for _, kept, counted in closed.wrong(connection)[:1]:
        yield Finding("办结件数", f"记的是 {kept:,}，实有 {counted:,}", REBUILD)
