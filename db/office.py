"""An office on disk: one folder with a database and this machine's key. Create, open, migrate."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType

from db import calendars, instants, taken_rules, vault
from db.calendars import ANNOUNCED
from db.connection import (
    PLAIN,
    SCHEMA_VERSION,
    Connection,
    OfficeError,
    Progress,
    explain,
    need_room,
    open_writer,
    size_of,
    transaction,
)
from db.connection import driver as sqlite
from db.device import Device, this_device
from db.durable import put_in_place
from db.errors import NotAllowed, reason
from db.evidence import attachments
from db.home import DATABASE, files_of, path_of, remove
from db.keeping import upkeep
from db.posts import Seat
from db.reads import desk
from db.rules import Rules
from db.terms import CopyKind, Post
from db.workdays import Calendar


class Calendars(dict[str, Calendar]):
    """Working-day calendars by revision, read from the office when first asked for."""

    def __init__(self, connection: Connection) -> None:
        """Read from `connection`."""
        super().__init__()
        self._connection = connection

    def __missing__(self, revision: str) -> Calendar:
        """Load a revision.

        Raises:
            CalendarError: the office does not hold it.
        """
        self[revision] = calendar = calendars.load(self._connection, revision)
        return calendar


class Office:
    """An office opened for writing. Use it as a context manager, or `close` it."""

    def __init__(
        self, home: Path, rules: Rules, officer: str, writer: Connection, post: Post = Post.DUTY
    ) -> None:
        """Wrap an open writer; use `create` or `open`."""
        self.home, self.rules, self.officer, self.writer = home, rules, officer, writer
        self.path = path_of(home)
        self.clock: Callable[[], int] = instants.now
        """The present instant; tests set their own."""
        self.calendars = Calendars(writer)
        with transaction(writer) as connection:
            self.kind = desk.kind_of(connection)
            self.rules = taken_rules.in_force(connection, rules)
            self.device: Device = this_device(
                home, connection, self.clock(), field=self.kind is CopyKind.FIELD
            )
            self._work_by(calendars.load(connection, _setting(connection, ANNOUNCED)))
            self.settle_calendar(connection)
            self.identity_secret = bytes.fromhex(_setting(connection, "identity_secret"))
            _take_seat(connection, officer, post, self.clock())

    @classmethod
    def create(
        cls,
        home: Path,
        rules: Rules,
        officer: str,
        units: Path | None = None,
        *,
        name: str = "督查办",
        kind: CopyKind = CopyKind.OFFICE,
        post: Post = Post.DUTY,
        passphrase: str | None = None,
    ) -> Office:
        """Make a new office with the packaged unit tree, or another table; or a field copy of one.

        Args:
            home: its folder.
            rules: what it works by.
            officer: who opens it.
            units: a unit table.
            name: of the office.
            kind: the office's own records, or a copy to take along.
            post: of the officer.
            passphrase: encrypts it, and is not kept: lost, the office is lost. None: not encrypted.

        Raises:
            OfficeError: there is one already, or the folder cannot be written.
            UnitTableError: the unit table is unusable; nothing stays behind.
        """
        path = path_of(home)
        for file in files_of(path):
            if file.exists():
                raise OfficeError(f"这里已有办公库：{file}。要新建请换一个 --home")
        if vault.is_sealed(home):
            raise OfficeError(f"这里有一个密钥匣：{vault.file_of(home)}。要新建请换一个 --home，或先移走它")
        try:
            home.mkdir(parents=True, exist_ok=True)
            if passphrase is None:
                _create_plain(path, name, units, kind)
            else:
                _create_encrypted(home, passphrase, name, units, kind)
        except OSError as error:
            raise OfficeError(
                f"建不了办公库：{reason(error)}（{error.filename or path}）。请检查目录权限"
            ) from error
        return cls.open(home, rules, officer, post)

    @classmethod
    def open(cls, home: Path, rules: Rules, officer: str, post: Post = Post.DUTY) -> Office:
        """Open an office for writing, migrating it where it was written by an older version.

        Args:
            home: the data folder.
            rules: the office's rules, from the config.
            officer: who writes. Where PINs are used, whoever opens it has had the PIN checked
                (`db.officers.pins.sign_in`).
            post: of an officer who never sat here before.

        Raises:
            OfficeError: missing, newer, locked, read-only, full or damaged; or an office that asks for a
                PIN does not know the officer.
        """
        path = path_of(home)
        writer = open_writer(path)
        try:
            migrate(writer, path)
            office = cls(home, rules, officer, writer, post)
            attachments.finish(writer, home)
            return office
        except sqlite.Error as error:
            writer.close()
            raise OfficeError(explain(error, path)) from error
        except BaseException:
            writer.close()
            raise

    @property
    def seat(self) -> Seat:
        """Who writes, with the post of this moment: a colleague may have changed it."""
        return desk.seat(self.writer, self.officer, self.clock())

    @property
    def post(self) -> Post:
        """The post of this moment."""
        return self.seat.post

    def require(self, deed: str) -> None:
        """Refuse what the officer's post does not allow: an action or a power of `db.posts`.

        Raises:
            NotAllowed: one Chinese line that names the post, and who may.
        """
        if (why := self.seat.why_not(deed)) is not None:
            raise NotAllowed(why)

    def settle_calendar(self, connection: Connection) -> None:
        """Work by what is announced, with the overrides of the config put over it.

        Every transaction that writes events asks for this: another process may have loaded a table, or
        our own last one may have been undone. A revision that an event will name is always kept.
        """
        revision = _setting(connection, ANNOUNCED)
        if revision != self.announced.revision:
            self._work_by(calendars.load(connection, revision))
        if self.calendar.revision != calendars.current_revision(connection):
            calendars.store(connection, self.calendar, source="config.toml [calendar]", now=self.clock())

    def _work_by(self, announced: Calendar) -> None:
        self.announced, self.calendar = announced, announced.with_overrides(self.rules.calendar_days)
        self.calendars[self.calendar.revision] = self.calendar

    def adopt(self, announced: Calendar, source: str) -> None:
        """Work by a newly announced calendar, with the office's own overrides; new events are judged by it.

        Raises:
            OfficeError: the database refused; the calendar of before is still in force.
        """
        with transaction(self.writer) as connection:
            calendars.store(connection, announced, source=source, now=self.clock())
            connection.execute("UPDATE setting SET value = ? WHERE name = ?", (announced.revision, ANNOUNCED))
            self.settle_calendar(connection)

    def work_by_taken(self, connection: Connection) -> None:
        """Work by the rules and the calendar that a bundle of the office brought; in its transaction."""
        self.rules = taken_rules.in_force(connection, self.rules)
        self._work_by(calendars.load(connection, _setting(connection, ANNOUNCED)))
        self.settle_calendar(connection)

    def close(self) -> None:
        """Leave index and statistics in order, unless somebody writes; close. May be called twice."""
        with suppress(sqlite.Error, OfficeError):
            self.writer.execute("PRAGMA busy_timeout=0")
            if self.writer.total_changes:
                upkeep.settle(self.writer)
            self.writer.execute("PRAGMA optimize")
        self.writer.close()

    def __enter__(self) -> Office:
        """The office itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def _setting(connection: Connection, name: str) -> str:
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise OfficeError(f"办公库缺少设置 {name}，可能已损坏，请用 duban restore 恢复备份")
    return str(row[0])


def _take_seat(connection: Connection, officer: str, post: Post, now: int) -> None:
    """Remember an officer who sits down for the first time; the very first one can run the office."""
    if connection.execute("SELECT 1 FROM officer WHERE name = ?", (officer,)).fetchone() is not None:
        return
    if desk.held(connection, now):
        raise OfficeError(f"{officer} 不在本办名册上，请管理人员用 F9“人员”或 duban officers add 加上")
    seat = Seat(officer, post)
    if connection.execute("SELECT 1 FROM officer").fetchone() is None and not seat.may("register"):
        seat = seat._replace(post=Post.DUTY)
    connection.execute(
        "INSERT INTO officer (name, post, since, failures) VALUES (?, ?, ?, 0)",
        (officer, str(seat.post), now),
    )


def _create_plain(path: Path, name: str, units: Path | None, kind: CopyKind) -> None:
    fresh = path.with_name(f".{DATABASE}.new-{os.getpid()}")
    try:
        _build(fresh, name, units, kind, PLAIN)
        put_in_place(fresh, path)
    finally:
        remove(fresh)


def _create_encrypted(home: Path, passphrase: str, name: str, units: Path | None, kind: CopyKind) -> None:
    key, wrapped = vault.new(passphrase)
    vault.withdraw(home)
    try:
        _build(vault.fresh_of(home), name, units, kind, vault.derived(key, "database"))
        vault.put_in_force(home, key, wrapped)
        vault.settle(home)
    finally:
        vault.withdraw(home)


def _build(path: Path, name: str, units: Path | None, kind: CopyKind, key: bytes) -> None:
    from db import units as unit_tree  # pypinyin and the tree only when one is made

    announced = calendars.packaged()
    writer = open_writer(path, create=True, key=key)
    try:
        migrate(writer, path, key=key)
        with transaction(writer) as connection:
            connection.executemany(
                "INSERT INTO setting (name, value) VALUES (?, ?)",
                [
                    ("office_name", name),
                    ("identity_secret", secrets.token_hex(32)),
                    ("created_at", str(instants.now())),
                    (ANNOUNCED, announced.revision),
                    (desk.COPY_KIND, str(kind)),
                ],
            )
            calendars.store(connection, announced, source=announced.source, now=instants.now())
        unit_tree.load_first(writer, units)
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        writer.close()


def upgrade(path: Path, progress: Progress, *, key: bytes | None = None) -> None:
    """Bring an office of an older version up to this one, in one transaction, telling how far it is.

    Raises:
        OfficeError: as `migrate`.
    """
    with closing(open_writer(path, key=key)) as writer:
        migrate(writer, path, progress, key=key)


def migrate(
    writer: Connection,
    path: Path,
    progress: Progress = lambda done, total: None,
    *,
    key: bytes | None = None,
) -> None:
    """Bring the schema up to this version. Alembic is loaded only where it differs.

    `key` is as `connection.take_key` has it.

    Raises:
        OfficeError: the office was written by a newer version, or the log of the change has no room.
    """
    version = int(writer.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise OfficeError(
            f"办公库 {path} 由更新的版本写成（{version}＞{SCHEMA_VERSION}），请升级 duban 后再开"
        )
    if version < SCHEMA_VERSION:
        from db import migrations

        need_room(path.parent, size_of(writer), "升级")
        migrations.upgrade(path, progress, key=key)
