"""Whoever acts at this desk: on the list, with a post, perhaps with a PIN; off it again.

A PIN tells colleagues at one desk apart; what keeps the files from strangers is the vault. As soon as one
officer has a PIN, everybody signs in with one. Every change is checked as a whole before it stands
(`_keep_in_order`), so that nobody can shut himself or the office out, and leaves a line in `access_log`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from db import instants
from db.connection import Connection, transaction
from db.errors import NotAllowed
from db.ids import uuid7
from db.officers.pins import accept, protect
from db.posts import Power, Seat
from db.terms import Post

if TYPE_CHECKING:
    from db.office import Office

LONGEST_NAME = 20
"""Characters; also what fits a flow's column."""

CHANGE = "人员"
"""What an `access_log` line is about; it belongs to no case, so its `case_id` is 0."""

_NO_CASE = 0


class OfficerRow(NamedTuple):
    """One line of the list."""

    name: str
    post: str
    """`terms.Post` code."""
    since: int
    has_pin: bool
    failures: int
    wait_until: int | None
    left_on: str | None
    """ISO day from which he or she no longer works here."""

    def works_on(self, day: dt.date) -> bool:
        """Whether he or she works here on a day."""
        return self.left_on is None or day.isoformat() < self.left_on


def roster(connection: Connection) -> list[OfficerRow]:
    """Everybody who ever sat at the desk, those who left at the end."""
    rows = connection.execute(
        """SELECT name, post, since, pin IS NOT NULL, failures, wait_until, left_on FROM officer
        ORDER BY left_on IS NOT NULL, since, name"""
    )
    return [OfficerRow._make([*row[:3], bool(row[3]), *row[4:]]) for row in rows]


def signers(connection: Connection, day: dt.date) -> list[OfficerRow]:
    """Those who can sign in: they work here and have a PIN. Where there are none, nobody is asked."""
    return [row for row in roster(connection) if row.has_pin and row.works_on(day)]


def managers(connection: Connection, day: dt.date) -> list[str]:
    """Names of those who can sign in and manage the officers."""
    able = signers(connection, day)
    posts = frozenset(Post(row.post) for row in able)
    return [row.name for row in able if Seat(row.name, Post(row.post), posts).may(Power.OFFICERS)]


def asked(connection: Connection, day: dt.date) -> list[str]:
    """What the PINs of this moment mean for everybody, in Chinese: said whenever one is set or taken away."""
    able = managers(connection, day)
    if not able:
        return ["没有人设登录口令：打开值班台、运行命令都不用登录"]
    said = ["打开值班台、运行命令都要登录"]
    bare = [row.name for row in roster(connection) if row.works_on(day) and not row.has_pin]
    if bare:
        said.append(f"还没有登录口令、登录不了的：{'、'.join(bare)}")
    if len(able) == 1:
        said.append(f"只有 {able[0]} 能管人员；再给一名主任或系统管理员设登录口令，忘了才有人重设")
    return said


def add(office: Office, name: str, post: Post, pin: str | None = None) -> None:
    """Put somebody on the list; whoever had left comes back, without the old PIN.

    Raises:
        NotAllowed: not for this officer's post; or he or she is on the list already.
        ValueError: an unusable name or PIN; one Chinese line.
        OfficeError: the database refused.
    """
    name = _name(name)
    kept = None if pin is None else protect(accept(pin, name))
    with _changing(office, name, f"加入，{post.label}{_with_pin(kept)}") as connection:
        known = _row(connection, name)
        if known is not None and known.works_on(_today(office)):
            raise NotAllowed(f"{name} 已在名册上（{Post(known.post).label}）")
        connection.execute(
            """INSERT INTO officer (name, post, since, pin, failures) VALUES (?, ?, ?, ?, 0)
            ON CONFLICT (name) DO UPDATE SET post = excluded.post, pin = excluded.pin, failures = 0,
            wait_until = NULL, left_on = NULL""",
            (name, str(post), office.clock(), kept),
        )


def set_pin(office: Office, name: str, pin: str | None, *, as_owner: bool = False) -> None:
    """Give an officer a new PIN, or take it away (None); one's own needs no further right.

    Args:
        office: opened by whoever does it.
        name: whose PIN.
        pin: the new one.
        as_owner: done without the old one, by the owner of the folder (`db.officers.pins.owner_may`); the log
            says so.

    Raises:
        NotAllowed, ValueError, OfficeError: as `add`.
    """
    kept = None if pin is None else protect(accept(pin, name))
    what = ("清除登录口令" if kept is None else "设登录口令") + (
        "（机主代设，没有用原口令）" if as_owner else ""
    )
    with _changing(office, name, what) as connection:
        _known(connection, name, _today(office))
        connection.execute(
            "UPDATE officer SET pin = ?, failures = 0, wait_until = NULL WHERE name = ?", (kept, name)
        )


def set_post(office: Office, name: str, post: Post) -> None:
    """Give an officer another post, from now on.

    Raises:
        NotAllowed, OfficeError: as `add`.
    """
    with _changing(office, name, f"岗位改为{post.label}", own=False) as connection:
        _known(connection, name, _today(office))
        connection.execute("UPDATE officer SET post = ? WHERE name = ?", (str(post), name))


def end(office: Office, name: str, on: dt.date | None = None) -> None:
    """Take an officer off the list from a day on (default: today); what he or she recorded stays.

    Raises:
        NotAllowed, OfficeError: as `add`.
    """
    day = (on or _today(office)).isoformat()
    with _changing(office, name, f"自 {day} 起离岗", own=False) as connection:
        _known(connection, name, _today(office))
        connection.execute("UPDATE officer SET left_on = ? WHERE name = ?", (day, name))


@contextmanager
def _changing(office: Office, name: str, what: str, *, own: bool = True) -> Iterator[Connection]:
    """One change: by somebody who may, in order as a whole, with its line in the log, or not at all."""
    with transaction(office.writer) as connection:
        seat = office.seat
        if not (own and name == seat.name and seat.left_on is None):
            office.require(Power.OFFICERS)
        yield connection
        _keep_in_order(connection, seat.name)
        connection.execute(
            "INSERT INTO access_log (id, at, officer, case_id, what, reason) VALUES (?, ?, ?, ?, ?, ?)",
            (uuid7(), office.clock(), office.officer, _NO_CASE, CHANGE, f"{name}：{what}"),
        )


def _keep_in_order(connection: Connection, doer: str) -> None:
    """Somebody can always work on cases; with PINs, manage the officers; and the doer can come back."""
    staying = [row for row in roster(connection) if row.left_on is None]
    if not any(Seat(row.name, Post(row.post)).may("register") for row in staying):
        raise NotAllowed("至少要留一名主任或值班员，否则没有人能办理事项；请先加上接替的人")
    asked = [row for row in staying if row.has_pin]
    if asked and doer in {row.name for row in staying} - {row.name for row in asked}:
        raise NotAllowed(f"有人设了登录口令就都要登录：请先给自己（{doer}）设登录口令，否则自己就登录不了")
    posts = frozenset(Post(row.post) for row in asked)
    if asked and not any(Seat(row.name, Post(row.post), posts).may(Power.OFFICERS) for row in asked):
        raise NotAllowed(
            "有人设了登录口令，就要有一名主任、系统管理员或值班员能登录来管人员；请先给他设登录口令"
        )


def _row(connection: Connection, name: str) -> OfficerRow | None:
    return next((row for row in roster(connection) if row.name == name), None)


def _known(connection: Connection, name: str, day: dt.date) -> None:
    row = _row(connection, name)
    if row is None:
        raise NotAllowed(f"名册上没有 {name}，可用 duban officers list 查看")
    if not row.works_on(day):
        raise NotAllowed(f"{name} 已于 {row.left_on} 离岗；回来了请重新加入")


def _name(written: str) -> str:
    name = " ".join(written.split())
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ValueError(f"姓名要写 1 到 {LONGEST_NAME} 个字")
    return name


def _today(office: Office) -> dt.date:
    return instants.day_of(office.clock())


def _with_pin(kept: str | None) -> str:
    return "" if kept is None else "，设登录口令"
