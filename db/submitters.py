"""反映人: kept apart from the case, masked by default, found only by exact keyed hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from db.connection import Connection
from db.ids import uuid7
from db.masking import identity_key, mask_name, mask_phone

SUBMITTER = "反映人"
"""What an officer saw, in `access_log`."""

SUBMITTER_INSERT = """INSERT INTO submitter (case_id, content_id, masked, name_key, phone_key, id_key)
VALUES (?, ?, ?, ?, ?, ?)"""
"""Takes what `submitter_row` gives."""


def submitter_row(case_id: int, content_id: str, who: Mapping[str, Any], secret: bytes) -> tuple[Any, ...]:
    """The row of `submitter`: masked text and keys of name, phone and identity number."""
    name, phone, number = (str(who.get(key, "")).strip() for key in ("name", "phone", "id_number"))
    masked = " ".join(part for part in (mask_name(name), mask_phone(phone)) if part)
    keys = [identity_key(secret, value) if value else None for value in (name, phone, number)]
    return (case_id, content_id, masked, *keys)


def reveal(connection: Connection, case_id: int, *, officer: str, reason: str, now: int) -> dict[str, str]:
    """Show who reported a case; leaves a line in `access_log`. Inside the caller's transaction.

    Returns:
        name, phone, id_number, address, as far as given.

    Raises:
        ValueError: no reason given, or nobody is recorded.
    """
    if not reason.strip():
        raise ValueError("请写明查看反映人的理由")
    row = connection.execute(
        "SELECT c.text FROM submitter s JOIN content c ON c.id = s.content_id WHERE s.case_id = ?", (case_id,)
    ).fetchone()
    if row is None or row[0] is None:
        raise ValueError("本件没有登记反映人，或已按规定删除")
    _log(connection, case_id, officer, reason.strip(), now)
    return {str(key): str(value) for key, value in json.loads(row[0]).items()}


def found(connection: Connection, case_id: int, *, officer: str, query_kind: str, now: int) -> None:
    """Note that a case was opened after it was found by the identity of who reported it.

    Whoever finds a case by a phone number learns whose it is, also while the screen shows it masked.
    Leaves a line in `access_log`, inside the caller's transaction.

    Args:
        connection: the writer.
        case_id: the case.
        officer: who opened it.
        query_kind: what the case was found by, as in 按反映人快查; never what was typed.
        now: the present instant.
    """
    _log(connection, case_id, officer, f"按{query_kind}快查", now)


def carried(connection: Connection, case_id: int, *, officer: str, reason: str, to: str, now: int) -> None:
    """Note that who reported a case left this machine in a bundle; inside the caller's transaction.

    Raises:
        ValueError: no reason given.
    """
    if not reason.strip():
        raise ValueError("请写明带出反映人的理由")
    _log(connection, case_id, officer, f"随下乡包带给{to}：{reason.strip()}", now)


def _log(connection: Connection, case_id: int, officer: str, reason: str, now: int) -> None:
    connection.execute(
        "INSERT INTO access_log (id, at, officer, case_id, what, reason) VALUES (?, ?, ?, ?, ?, ?)",
        (uuid7(), now, officer, case_id, SUBMITTER, reason),
    )
