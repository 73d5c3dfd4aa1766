"""Which files of evidence a case has, by its events alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from db.actions import Action
from db.bundle.records import EventRecord


class File(NamedTuple):
    """A file that a 核查记录 names and no later step took away."""

    sha256: str
    event_id: str


def files_of(events: Iterable[EventRecord]) -> list[File]:
    """The files of these cases, each once, in the order of their hashes."""
    found: dict[str, File] = {}
    detached = set()
    for event in events:
        data = json.loads(event.data)
        if event.action == Action.DETACH:
            detached.add(data.get("file"))
        for one in data.get("evidence", ()) if event.action == Action.VERIFY else ():
            if isinstance(one, dict) and isinstance(one.get("file"), str):
                found.setdefault(one["file"], File(one["file"], event.id))
    return [found[sha256] for sha256 in sorted(found.keys() - detached)]
