"""What a bundle carries, as one line of JSON each: machines, calendars, units, rules, events, texts."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from db import chain, contents
from db.actions import is_clean, is_countable
from db.bundle.pairing import OWN_DEVICES
from db.connection import Connection
from db.rules import Rules
from db.state import Step
from db.terms import CopyKind
from db.units import carry
from db.units.carry import Carried


class EventRecord(NamedTuple):
    """An event as it lies in the journal, without what is local."""

    case_uid: str
    id: str
    action: str
    data: str
    """Canonical JSON, as it is hashed."""
    by: str
    party: str | None
    via: str
    at: int | None
    recorded_at: int
    hlc: int
    device: str
    seq: int
    seen: str
    """JSON list."""
    prev_hash: str
    hash: str

    def step(self) -> Step:
        """As the fold takes it.

        Raises:
            ValueError, TypeError: it cannot be read.
        """
        return chain.read_step(self[1:13])

    @property
    def sound(self) -> bool:
        """Whether it says what its own hash says."""
        return chain.event_hash(self.step(), self.case_uid, self.data, self.prev_hash) == self.hash


class ContentRecord(NamedTuple):
    """A text, or the place of one: erased (`erased_at`), or not taken along (no text, not erased)."""

    case_uid: str
    id: str
    kind: str
    text: str | None
    salt: str
    sha256: str
    erased_at: int | None
    erased_why: str | None

    @property
    def sound(self) -> bool:
        """Whether the text is the one that its event sealed, and one that can be read."""
        return self.text is None or (
            contents.digest(self.salt, self.text) == self.sha256
            and contents.is_readable(self.kind, self.text)
        )


class CalendarRecord(NamedTuple):
    """A revision of the working-day calendar."""

    id: str
    source: str
    published_years: str
    days: list[list[Any]]
    """day, is a working day, name."""


class DeviceRecord(NamedTuple):
    """A machine that wrote some of the events; the sender vouches for it."""

    id: str
    prefix: str
    public_key: str
    name: str
    copy_kind: str
    """`terms.CopyKind`; never empty, so that nobody takes it for himself."""


class Terms(NamedTuple):
    """What the office works by; only an office says it, to its field copies."""

    announced: str
    """Calendar revision without the overrides of the config."""
    rules: dict[str, Any]
    """`Rules.to_data`."""


class Records(NamedTuple):
    """All of it."""

    devices: list[DeviceRecord]
    calendars: list[CalendarRecord]
    units: list[Carried]
    terms: Terms | None
    events: list[EventRecord]
    contents: list[ContentRecord]


_EVENTS = """SELECT case_uid, id, action, data, by, party, via, at, recorded_at, hlc, device, seq, seen,
prev_hash, hash FROM event WHERE case_id IN (SELECT value FROM json_each(?)) ORDER BY id"""

_CONTENTS = """SELECT e.uid, c.id, c.kind, c.text, c.salt, c.sha256, c.erased_at, c.erased_why
FROM content c JOIN "case" e ON e.id = c.case_id
WHERE c.case_id IN (SELECT value FROM json_each(?)) ORDER BY c.id"""

_OWN_SUBMITTERS = f"""SELECT data -> '$.submitter.content' FROM event
WHERE action = 'register' AND case_id IN (SELECT value FROM json_each(?)) AND device IN ({OWN_DEVICES})"""

LARGEST = 1_000_000_000
"""Bytes of the lines, unpacked: a million events."""

IDENTITY = "submitter"
"""The kind of a text that says who reported a case."""


def events_of(connection: Connection, case_ids: Sequence[int]) -> list[EventRecord]:
    """The whole journal of these cases, whoever wrote it."""
    return [EventRecord._make(row) for row in connection.execute(_EVENTS, (json.dumps(list(case_ids)),))]


def contents_of(
    connection: Connection, case_ids: Sequence[int], allowed: Collection[str] | None = ()
) -> list[ContentRecord]:
    """The texts of these cases; of 反映人 only the place.

    Args:
        connection: a reader.
        case_ids: which.
        allowed: ids of the identities that go along all the same; None = all.
    """
    found = (ContentRecord._make(row) for row in connection.execute(_CONTENTS, (json.dumps(list(case_ids)),)))
    return [
        one
        if one.kind != IDENTITY or allowed is None or one.id in allowed
        else one._replace(text=None, salt="")
        for one in found
    ]


def registered_here(connection: Connection, case_ids: Sequence[int]) -> set[str]:
    """Ids of the identities of these cases that were written down on this machine."""
    rows = connection.execute(_OWN_SUBMITTERS, (json.dumps(list(case_ids)),))
    return {json.loads(row[0]) for row in rows if row[0]}


def devices_of(connection: Connection, events: Iterable[EventRecord], kind: CopyKind) -> list[DeviceRecord]:
    """The machines that wrote these events; `kind` is what this one is."""
    wanted = json.dumps(sorted({event.device for event in events}))
    rows = connection.execute(
        """SELECT id, prefix, public_key, name, iif(copy_kind = '', ?, copy_kind) FROM device
        WHERE id IN (SELECT value FROM json_each(?))""",
        (str(kind), wanted),
    )
    return [DeviceRecord._make(row) for row in rows]


def calendars_of(
    connection: Connection, events: Iterable[EventRecord], also: Iterable[str] = ()
) -> list[CalendarRecord]:
    """The calendars that these events were judged by."""
    named = {json.loads(event.data).get("calendar") for event in events if '"calendar"' in event.data}
    found = []
    for revision in sorted({*named, *also} - {None}):
        row = connection.execute(
            "SELECT id, source, published_years FROM calendar_revision WHERE id = ?", (revision,)
        ).fetchone()
        days = connection.execute(
            "SELECT day, is_workday, name FROM calendar_day WHERE revision = ? ORDER BY day", (revision,)
        )
        if row is not None:
            found.append(CalendarRecord._make((*row, [list(day) for day in days])))
    return found


def hold_together(events: Iterable[EventRecord]) -> bool:
    """Whether events that stand next to each other on their machine join on, and no place is taken twice."""
    ordered = sorted(events, key=lambda event: (event.device, event.seq))
    for before, after in pairwise(ordered):
        if before.device == after.device and (
            before.seq == after.seq or (before.seq + 1 == after.seq and before.hash != after.prev_hash)
        ):
            return False
    return True


def units_in(events: Iterable[EventRecord]) -> set[str]:
    """The UIDs of units that these events speak of."""
    return {uid for event in events for uid in units_of(event)}


def units_of(event: EventRecord) -> set[str]:
    """The UIDs of units that an event speaks of."""
    data = json.loads(event.data)
    named = [event.party, *(data.get(name) for name in ("lead", "unit", "subject_unit"))]
    return {uid for uid in (*named, *data.get("assist", ())) if uid}


def pack(records: Records) -> bytes:
    """As they are sealed: lines of JSON, compressed."""
    lines = [chain.canonical({tag: list(one)}) for tag, ones in _tagged(records) for one in ones]
    return zlib.compress("\n".join(lines).encode())


def _tagged(records: Records) -> Iterator[tuple[str, Iterable[tuple[Any, ...]]]]:
    yield "device", records.devices
    yield "calendar", records.calendars
    yield "unit", records.units
    yield "terms", [] if records.terms is None else [records.terms]
    yield "event", records.events
    yield "content", records.contents


def unpack(data: bytes) -> Records:
    """The records again, each with the shape that the door takes.

    Raises:
        ValueError, TypeError, KeyError: the sender's version wrote something else.
    """
    records, terms = Records([], [], [], None, [], []), list[Terms]()
    into: dict[str, tuple[Callable[..., Any], list[Any]]] = {
        "device": (DeviceRecord, records.devices),
        "calendar": (CalendarRecord, records.calendars),
        "unit": (Carried, records.units),
        "terms": (Terms, terms),
        "event": (EventRecord, records.events),
        "content": (ContentRecord, records.contents),
    }
    for line in _unpacked(data).decode().split("\n"):
        for tag, values in json.loads(line).items() if line else ():
            make, ones = into[tag]
            ones.append(make(*values))
    if terms:
        Rules.from_data(terms[0].rules)
    if not all(map(_fits, records.events)):
        raise ValueError("an event that no door lets in")
    for unit in records.units:
        carry.check(unit)
    for device in records.devices:
        CopyKind(device.copy_kind)
    if not is_clean([list(device) for device in records.devices]):
        raise ValueError("a name that no machine has")
    return records._replace(terms=terms[0] if terms else None)


def _unpacked(data: bytes) -> bytes:
    """No more than fits: a few megabytes of nothing but one letter would fill all memory."""
    unpacking = zlib.decompressobj()
    lines = unpacking.decompress(data, LARGEST)
    if not unpacking.eof:
        raise ValueError("cut, or longer than any bundle")
    return lines


def _fits(event: EventRecord) -> bool:
    """Whether its numbers can be counted with, and its data are of a kind that the door lets in."""
    whole = all(type(one) is int for one in (event.recorded_at, event.hlc, event.seq, event.at or 0))
    data = json.loads(event.data)
    return (
        whole
        and is_countable(event.recorded_at)
        and (event.at is None or is_countable(event.at))
        and 0 <= event.hlc < 1 << 63
        and 0 < event.seq < 1 << 63
        and isinstance(data, dict)
        and is_clean([*event, data])
    )
