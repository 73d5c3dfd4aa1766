"""PINs: kept as Argon2id, checked at the price of a wait that grows with every wrong try.

The try is written down before it is looked at, so that neither killing the program nor trying in several
at once gives a free one. A wait ends at an instant; a clock set back begins it anew and never shortens it.
"""

from __future__ import annotations

import os
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from db import instants
from db.connection import Connection, open_writer, transaction
from db.errors import NotAllowed, OfficeError
from db.ids import uuid7

SHORTEST = 6
"""Characters of a PIN."""

FREE_TRIES = 4
"""Wrong tries that cost nothing but their time; from the next one on each is followed by a wait."""

FIRST_WAIT, LONGEST_WAIT = 30, 1800
"""Seconds after the fifth wrong try, doubled with each further one; not longer than half an hour."""

ITERATIONS, LANES, MEMORY_KIB = 3, 4, 131_072
"""Argon2id (RFC 9106): about 0.3 s a try."""

SIGN_IN = "登录"
"""What an `access_log` line is about."""


class WrongPin(OfficeError):
    """Not the PIN, or too soon after too many wrong ones."""

    def __init__(self, message: str, wait: int = 0) -> None:
        """Say it in one line; `wait` is the number of seconds before the next try is taken."""
        super().__init__(message)
        self.wait = wait


class _Kept(NamedTuple):
    """What is known of an officer who tries."""

    pin: str
    failures: int
    """This try counted as a wrong one."""


def accept(pin: str, name: str) -> str:
    """The PIN as it is kept and compared: a full-width digit from an input method counts as the plain one.

    Raises:
        ValueError: too short, or the first that anybody would try.
    """
    plain = normalize("NFKC", pin)
    if len(plain) < SHORTEST:
        raise ValueError(f"登录口令至少 {SHORTEST} 位，现有 {len(plain)} 位")
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    if steps in ({0}, {1}, {-1}) or len(set(plain)) < 3 or name.casefold() in plain.casefold():
        raise ValueError("登录口令太好猜：不要用一个字重复、顺着数的（如 111111、123456），也不要用姓名")
    return plain


def protect(pin: str) -> str:
    """What is kept of a PIN: Argon2id in PHC form."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    return Argon2id(
        salt=os.urandom(16), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB
    ).derive_phc_encoded(pin.encode())


def sign_in(path: Path, name: str, pin: str, now: int) -> None:
    """Check a PIN. A right one ends the count of wrong ones.

    An unknown name takes as long as a wrong PIN and is answered like a first wrong one.

    Args:
        path: the database of the office.
        name: who wants to sit down.
        pin: as it was typed.
        now: the present instant.

    Raises:
        WrongPin: it is another one, or it is too soon.
        OfficeError: the database refused.
    """
    with closing(open_writer(path)) as connection:
        kept = _begin(connection, name, now)
        if not _matches(normalize("NFKC", pin), kept):
            raise _wrong(connection, name, 1 if kept is None else kept.failures, now)
        with transaction(connection):
            connection.execute("UPDATE officer SET failures = 0, wait_until = NULL WHERE name = ?", (name,))


def _wrong(connection: Connection, name: str, failures: int, now: int) -> WrongPin:
    wait = wait_after(failures)
    if not wait:
        return WrongPin(f"姓名或登录口令不对；再错 {FREE_TRIES + 1 - failures} 次要等一会儿")
    _log(connection, name, now, f"登录口令连续输错 {failures} 次")
    return WrongPin(f"姓名或登录口令不对，请等 {told(wait)}再试", wait)


def wait_after(failures: int) -> int:
    """Seconds before the next try is taken."""
    beyond = failures - FREE_TRIES
    return 0 if beyond <= 0 else min(FIRST_WAIT << min(beyond - 1, 10), LONGEST_WAIT)


def told(seconds: int) -> str:
    """``30 秒``, ``2 分钟``."""
    return f"{seconds} 秒" if seconds < 60 or seconds % 60 else f"{seconds // 60} 分钟"


def _begin(connection: Connection, name: str, now: int) -> _Kept | None:
    """Count this try as wrong until it is proved right; None for somebody who cannot sign in.

    Raises:
        WrongPin: the wait after the last wrong try is not over.
    """
    today = instants.day_of(now).isoformat()
    with transaction(connection):
        row = connection.execute(
            """SELECT pin, failures, wait_until FROM officer
            WHERE name = ? AND pin IS NOT NULL AND (left_on IS NULL OR left_on > ?)""",
            (name, today),
        ).fetchone()
        if row is None:
            return None
        pin, failures, until = row
        wait = remaining(failures, until, now)
        if not wait:
            failures += 1
            until = now + wait_after(failures)
        elif until is not None and until - now > wait:  # The clock was set back.
            until = now + wait
        connection.execute(
            "UPDATE officer SET failures = ?, wait_until = ? WHERE name = ?", (failures, until, name)
        )
    if wait:
        raise WrongPin(f"登录口令输错太多次，请等 {told(wait)}再试", wait)
    return _Kept(pin, failures)


def remaining(failures: int, until: int | None, now: int) -> int:
    """Seconds still to wait: never longer than so many wrong tries deserve, whatever the clock was set to."""
    return 0 if until is None else max(0, min(until - now, wait_after(failures)))


def _matches(pin: str, kept: _Kept | None) -> bool:
    """Both ways derive one key at the same cost."""
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    if kept is None:
        protect(pin)
        return False
    try:
        Argon2id.verify_phc_encoded(pin.encode(), kept.pin)
    except InvalidKey:
        return False
    return True


def _log(connection: Connection, name: str, now: int, reason: str) -> None:
    with transaction(connection):
        connection.execute(
            "INSERT INTO access_log (id, at, officer, case_id, what, reason) VALUES (?, ?, ?, 0, ?, ?)",
            (uuid7(), now, name, SIGN_IN, reason),
        )


def owner_may(home: Path, others: list[str]) -> None:
    """Whether a forgotten PIN may be replaced without the old one: by the account that owns the folder.

    That account can replace the whole file anyway. It is refused while somebody else could do it in the
    ordinary way, so that nobody takes a colleague's place behind the back of a manager.

    Args:
        home: the data folder.
        others: who else has a PIN and manages the officers.

    Raises:
        NotAllowed: another account owns the folder, or there are others.
    """
    if others:
        raise NotAllowed(f"请{'、'.join(others)}登录后重设登录口令")
    account = getattr(os, "getuid", None)  # Windows has none: there the folder's rights decide.
    if account is not None and home.stat().st_uid != account():
        raise NotAllowed(f"只有数据目录 {home} 的属主账号可以不用原登录口令重设")
