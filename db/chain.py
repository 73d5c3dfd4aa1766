"""The hash chain: what an event's hash covers, and how events are read back from the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from db.connection import Connection
from db.state import Step

GENESIS = ""
"""Stands before the first event of a device."""


class Link(NamedTuple):
    """The end of this device's chain."""

    seq: int
    hash: str
    hlc: int


def tip(connection: Connection, device: str) -> Link:
    """Where the chain of a device ends."""
    row = connection.execute(
        "SELECT seq, hash, hlc FROM event WHERE device = ? ORDER BY seq DESC LIMIT 1", (device,)
    ).fetchone()
    return Link(0, GENESIS, 0) if row is None else Link(*row)


WITNESSED = "clock_seen"
"""The setting that keeps the furthest logical clock of another machine that ours has to be past."""

CUT = "chain_end:"
"""With a device id: the setting that keeps where its chain ended when its events were cleaned away."""


def own_tip(connection: Connection, device: str) -> Link:
    """Where the chain of this machine goes on: past all it wrote, and in time past all it has read."""
    link = tip(connection, device)
    named = (CUT + device, WITNESSED)
    kept = dict(connection.execute("SELECT name, value FROM setting WHERE name IN (?, ?)", named).fetchall())
    if CUT + device in kept:
        link = max(link, Link(*json.loads(kept[CUT + device])))
    return link._replace(hlc=max(link.hlc, int(kept.get(WITNESSED, 0))))


def keep_tip(connection: Connection, device: str) -> None:
    """Remember where the chain of this machine ends, before its last events are cleaned away."""
    link = own_tip(connection, device)
    connection.execute(
        """INSERT INTO setting (name, value) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
        (CUT + device, json.dumps(link)),
    )


def tips(connection: Connection) -> dict[str, Link]:
    """Where the chain of every device that the office knows ends."""
    return {device: tip(connection, device) for (device,) in connection.execute("SELECT id FROM device")}


def canonical(data: dict[str, Any]) -> str:
    """The JSON of an event's data, as it is stored and hashed: keys in order, no spaces, UTF-8 as it is."""
    return _encode(data).decode()


def _encode(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # A number of more than 64 bits, or a name that is no text.
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def listed(ids: Sequence[str]) -> str:
    """The JSON of event ids (hex digits): what an event had seen, as it is stored."""
    return _encode(ids).decode()


AFTER_DATA = Step._fields.index("data") + 1
"""The fields of a step from here on are hashed as they are."""


def event_hash(step: Step, case_uid: str, data: str, previous: str) -> str:
    """SHA-256 over the header, the data (with the hashes of its texts) and the hash before it."""
    header = [previous, step.id, case_uid, step.action, data, *step[AFTER_DATA:]]
    return hashlib.sha256(_encode(header)).hexdigest()


_STEPS = """SELECT id, action, data, by, party, via, at, recorded_at, hlc, device, seq, seen
FROM event WHERE case_id = ? ORDER BY id"""


def steps_of(connection: Connection, case_id: int) -> list[Step]:
    """All events of a case, in no promised order; `db.fold` orders them."""
    return [read_step(row) for row in connection.execute(_STEPS, (case_id,))]


def read_step(row: tuple[Any, ...]) -> Step:
    """An event row (columns as in `Step`) as the fold takes it."""
    return Step._make((*row[:2], orjson.loads(row[2]), *row[3:11], tuple(orjson.loads(row[11]))))
