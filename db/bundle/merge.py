"""Events of another machine at the write door: union, then fold.

An event that is known already is simply not new, so the same bundle, or two that overlap, or any order of
them leave the same rows. Nothing here decides who is right: that is what the fold does, by causal order,
and what it cannot place is marked. What may not be true of an honest journal (one identity with two
contents, two events in one place of a chain) is refused, and then nothing was written.

All of it belongs inside the caller's transaction.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from db import calendars, chain, contents, ids, numbers, search_index, taken_rules
from db.case_ids import CaseIds
from db.connection import Connection
from db.directory import Directory
from db.errors import BundleRefused
from db.refold import refold
from db.rules import Rules
from db.terms import Outcome
from db.units import carry

if TYPE_CHECKING:
    from db.bundle.records import ContentRecord, DeviceRecord, EventRecord, Records, Terms
    from db.office import Office


class Merged(NamedTuple):
    """What taking in some records came to."""

    cases: dict[str, int]
    """UID → local id, of every case that was spoken of."""
    opened: list[str]
    """UIDs of cases that were not known."""
    new: list[EventRecord]
    known: list[str]
    """Ids of events that were here already."""
    conflicts: list[tuple[str, str]]
    """(id, why) of new events that the fold could not apply at their place."""
    new_units: set[str]


def merge(
    office: Office, connection: Connection, records: Records, *, authority: bool, mine: dict[str, str]
) -> Merged:
    """Take records in.

    Args:
        office: where to.
        connection: its writer, in a transaction.
        records: each verified by itself already.
        authority: they come from the office of this field copy: its units, rules and calendar hold.
        mine: id → hash of events of this machine that it once signed, and may have cleaned away since.

    Raises:
        BundleRefused: they contradict what is here; the transaction must be undone.
    """
    _devices(connection, records.devices)
    _calendars(connection, records)
    new_units = carry.take(connection, records.units, authority=authority)
    if authority and records.terms is not None:
        _terms(connection, records.terms)
    new, known = _sift(connection, records.events)
    for event in new:
        _hold_in_chain(connection, event, new, office.device.id, mine)
    opened = _open(connection, records.events)
    cases = _cases(connection, records.events) | opened
    _append(connection, new, cases)
    reworded = _texts(connection, records.contents, cases)
    touched = {event.case_uid for event in new} | reworded
    verdicts = _fold(office, connection, {uid: cases[uid] for uid in touched}, opened)
    _witness(connection, office, new)
    conflicts = [(event.id, verdicts[event.id]) for event in new if event.id in verdicts]
    return Merged(cases, list(opened), new, known, conflicts, new_units)


def _devices(connection: Connection, devices: Iterable[DeviceRecord]) -> None:
    for device in devices:
        connection.execute(
            """INSERT INTO device (id, prefix, public_key, name, copy_kind, recipient, first_seen)
            VALUES (?, ?, ?, ?, ?, '', ?) ON CONFLICT (id) DO NOTHING""",
            (*device, int(time.time())),
        )


def _calendars(connection: Connection, records: Records) -> None:
    """Revisions that are not here; each is named by its own hash."""
    import datetime as dt

    from db.workdays import Calendar

    for one in records.calendars:
        days = {dt.date.fromisoformat(day): (bool(work), str(name)) for day, work, name in one.days}
        years = {int(year) for year in one.published_years.split(",") if year}
        calendar = Calendar(days, years, source=one.source)
        if calendar.revision != one.id:
            raise BundleRefused("包里的工作日历与它的版本号不符，没有收")
        calendars.keep(connection, calendar, source=one.source, now=int(time.time()))


def _terms(connection: Connection, terms: Terms) -> None:
    """Keep what the office works by; `Office.work_by_taken` follows it once this is on disk."""
    taken_rules.keep(connection, Rules.from_data(terms.rules))
    connection.execute("UPDATE setting SET value = ? WHERE name = ?", (terms.announced, calendars.ANNOUNCED))


def _sift(connection: Connection, events: Sequence[EventRecord]) -> tuple[list[EventRecord], list[str]]:
    """New events, and the ids of known ones."""
    listed = json.dumps([event.id for event in events])
    here = dict(
        connection.execute(
            "SELECT id, hash FROM event WHERE id IN (SELECT value FROM json_each(?))", (listed,)
        ).fetchall()
    )
    for event in events:
        if here.get(event.id, event.hash) != event.hash:
            raise BundleRefused(
                f"流水 {event.id[:12]} 与本库的同一条不一样，没有收。请在两边运行 duban doctor"
            )
    return [event for event in events if event.id not in here], list(here)


_NEIGHBOURS = "SELECT seq, id, prev_hash, hash FROM event WHERE device = ? AND seq BETWEEN ? AND ?"


def _hold_in_chain(
    connection: Connection, event: EventRecord, new: Sequence[EventRecord], own: str, mine: dict[str, str]
) -> None:
    """An event against those before and after it on its machine, where they are at hand.

    Raises:
        BundleRefused: its place is taken, or it does not join on.
    """
    if event.device == own and mine.get(event.id) != event.hash:
        raise BundleRefused("包里有冒充本机的流水，没有收。请与发包的人核对")
    around = connection.execute(_NEIGHBOURS, (event.device, event.seq - 1, event.seq + 1))
    for seq, _, previous, digest in around:
        joined = (
            (seq == event.seq - 1 and digest == event.prev_hash)
            or (seq == event.seq + 1 and previous == event.hash)
        )  # fmt: skip
        if not joined:
            raise BundleRefused(
                f"设备 {event.device[:8]} 第 {event.seq} 条流水与本库的不相连，没有收。"
                "那台电脑的办公库可能被整个复制过，请在两边运行 duban doctor"
            )


def _cases(connection: Connection, events: Iterable[EventRecord]) -> dict[str, int]:
    listed = json.dumps(sorted({event.case_uid for event in events}))
    return dict(
        connection.execute(
            'SELECT uid, id FROM "case" WHERE uid IN (SELECT value FROM json_each(?))', (listed,)
        ).fetchall()
    )


def _open(connection: Connection, events: Sequence[EventRecord]) -> dict[str, int]:
    """Local ids for cases that were not known, in the order of their identities."""
    known, given = _cases(connection, events), CaseIds(connection)
    received: dict[str, int] = {}
    for event in events:
        if event.case_uid not in known:
            at = event.recorded_at if event.at is None else event.at
            first = event.action == "register"
            received[event.case_uid] = at if first else received.get(event.case_uid, at)
    return {uid: given.next(received[uid]) for uid in sorted(received)}


def _append(connection: Connection, events: Iterable[EventRecord], cases: dict[str, int]) -> None:
    connection.executemany(
        """INSERT INTO event (case_id, outcome, case_uid, id, action, data, by, party, via, at, recorded_at,
        hlc, device, seq, seen, prev_hash, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [(cases[event.case_uid], str(Outcome.APPLIED), *event) for event in events],
    )


_KNOWN_TEXT = "SELECT case_id, sha256, text IS NULL, erased_at FROM content WHERE id = ?"


def _texts(connection: Connection, carried: Iterable[ContentRecord], cases: dict[str, int]) -> set[str]:
    """Take texts in; UIDs of cases whose words changed. An erased text never comes back."""
    changed = set()
    for one in carried:
        row = connection.execute(_KNOWN_TEXT, (one.id,)).fetchone()
        if row is None:
            connection.execute(
                """INSERT INTO content (case_id, id, kind, text, salt, sha256, erased_at, erased_why)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                (cases[one.case_uid], *one[1:]),
            )
            changed.add(one.case_uid)
            continue
        case_id, sha256, missing, erased = row
        if (case_id, sha256) != (cases[one.case_uid], one.sha256):
            raise BundleRefused(f"文字 {one.id[:12]} 与本库的同一条不一样，没有收。请在两边运行 duban doctor")
        if erased is None and one.erased_at is not None:
            contents.erase(connection, one.id, now=one.erased_at, why=one.erased_why or "")
            changed.add(one.case_uid)
        elif erased is None and missing and one.text is not None:
            connection.execute(
                "UPDATE content SET text = ?, salt = ? WHERE id = ?", (one.text, one.salt, one.id)
            )
            changed.add(one.case_uid)
    return changed


def _fold(
    office: Office, connection: Connection, cases: dict[str, int], opened: dict[str, int]
) -> dict[str, str]:
    """Write the rows of cases anew; event id → why, of events that could not be applied."""
    directory = Directory(connection)
    listed = sorted((case_id, uid) for uid, case_id in cases.items())
    folded = refold(connection, office.calendars, directory, office.identity_secret, listed)
    for one in folded:
        search_index.refresh(connection, one.case_id)
        if one.uid in opened:
            numbers.pass_by(connection, one.state, office.rules, office.device.prefix)
    return {
        verdict.step.id: verdict.why or ""
        for one in folded
        for verdict in one.verdicts
        if verdict.outcome is Outcome.VOID
    }


def _witness(connection: Connection, office: Office, events: Iterable[EventRecord]) -> None:
    """Our next act comes after all that was read here; a clock far ahead is not followed."""
    clock = before = chain.own_tip(connection, office.device.id).hlc
    for event in events:
        clock = ids.witness(clock, event.hlc, office.clock() * 1000)
    if clock > before:
        connection.execute(
            """INSERT INTO setting (name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
            (chain.WITNESSED, str(clock)),
        )
