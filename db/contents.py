"""Texts that may have to be forgotten (个人信息保护法 art. 47): apart from the chain, once each.

An event holds ``{"content": id, "sha256": hash}``. The hash is salted, so that a short text (a name, a
phone number) cannot be guessed from it after the row was erased.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from db import search_index
from db.actions import FIELDS, PERSONAL_FILE_FIELDS, PERSONAL_NOTE_FIELDS, Action, is_clean, is_countable
from db.chain import canonical
from db.connection import Connection
from db.ids import uuid7


class Sealed(NamedTuple):
    """A `content` row to be written with an event."""

    id: str
    kind: str
    text: str
    salt: str
    sha256: str


def digest(salt: str, text: str) -> str:
    """The hash by which an event knows a text."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def seal(kind: str, text: str) -> Sealed:
    """Give a text an identity and a salted hash."""
    salt = os.urandom(16).hex()
    return Sealed(uuid7(), kind, text, salt, digest(salt, text))


def reference(sealed: Sealed) -> dict[str, str]:
    """What the event holds instead of the text."""
    return {"content": sealed.id, "sha256": sealed.sha256}


def references(data: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    """What of an event's data points to a text that stands apart, also within lists."""
    for value in data.values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict) and "content" in one:
                yield one


_APART: dict[Action, tuple[str, ...]] = {
    action: tuple(spec.name for spec in fields if spec.kind in ("long", "mapping"))
    for action, fields in FIELDS.items()
    if action is not Action.VERIFY
}
"""Fields that hold texts which may have to be forgotten, each by itself; those of a 核查 are one text."""


def take_out(action: Action, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Sealed]]:
    """Part the data of an act into what the chain may hold and the texts that stand apart."""
    names = _APART.get(action)
    if names is None:
        return _note_taken_out(data)
    kept, sealed = dict(data), list[Sealed]()
    for name in names:
        if name in kept:
            value = kept[name]
            sealed.append(seal(name, value if isinstance(value, str) else canonical(value)))
            kept[name] = reference(sealed[-1])
    return kept, sealed


def _note_taken_out(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Sealed]]:
    kept = dict(data)
    personal = {name: kept.pop(name) for name in PERSONAL_NOTE_FIELDS if name in kept}
    sealed = [seal("note", canonical(personal))]
    kept["note"] = reference(sealed[0])
    if "evidence" in kept:
        files = kept["evidence"]
        said = [canonical({name: one[name] for name in PERSONAL_FILE_FIELDS}) for one in files]
        sealed += [seal("evidence", text) for text in said]
        kept["evidence"] = [
            {"file": one["file"], "size": one["size"]} | reference(each)
            for one, each in zip(files, sealed[1:], strict=True)
        ]
    return kept, sealed


def is_readable(kind: str, text: str) -> bool:
    """Whether a text from elsewhere has the shape that `take_out` gives one of its kind."""
    if kind not in ("note", "evidence", "submitter"):
        return is_clean(text)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and is_clean(said) and (kind != "evidence" or _names_a_file(said))


def _names_a_file(said: Mapping[str, Any]) -> bool:
    at = said.get("taken_at")
    return all(isinstance(said.get(name), str) for name in ("name", "type", "taken_from")) and (
        at is None or (type(at) is int and is_countable(at))
    )


CONTENT_INSERT = "INSERT INTO content (id, case_id, kind, text, salt, sha256) VALUES (?, ?, ?, ?, ?, ?)"
"""Takes what `row` gives."""


def row(case_id: int, sealed: Sealed) -> tuple[Any, ...]:
    """The row of `content` of a text of a case."""
    return sealed.id, case_id, sealed.kind, sealed.text, sealed.salt, sealed.sha256


def erase(connection: Connection, content_id: str, *, now: int, why: str) -> None:
    """Forget a text, and all that was made of it to find it by; inside the caller's transaction.

    The row stays as a tombstone and the chain still verifies.
    """
    connection.execute("PRAGMA secure_delete=ON")  # Else the words stay in the free pages of the file.
    connection.execute(
        "UPDATE content SET text = NULL, salt = '', erased_at = ?, erased_why = ? WHERE id = ?",
        (now, why, content_id),
    )
    connection.execute("DELETE FROM submitter WHERE content_id = ?", (content_id,))
    for (case_id,) in connection.execute(
        "SELECT case_id FROM content WHERE id = ?", (content_id,)
    ).fetchall():
        search_index.refresh(connection, case_id)
        search_index.forget(connection, case_id)
