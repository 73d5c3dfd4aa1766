"""What became of the rows and cases of a ledger, counted as they are done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from db.exchange.lines import Line
from db.exchange.plan import PlannedAct
from db.exchange.rejects import Rejects


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows. Each data row counts once in added, updated, unchanged or rejected."""

    rows: int = 0
    added: int = 0
    """Opened a case."""
    updated: int = 0
    """Added something to a case."""
    unchanged: int = 0
    rejected: int = 0
    unclaimed: int = 0
    """Cases of this ledger without a known unit."""
    queued: int = 0
    """Those of them that have a written name to be claimed: 待认领."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Why rows were rejected, with how many."""
    names: Mapping[str, int] = field(default_factory=dict)
    """Unit names that nothing fits, with how many cases."""
    rejects_file: Path | None = None
    stopped: bool = False
    """Interrupted: whole batches are in, the rest is not."""


class Work(NamedTuple):
    """What the ledger adds to one case."""

    case_id: int | None
    """None opens a case."""
    lines: Sequence[Line]
    acts: Sequence[PlannedAct]
    telling: set[int]
    """Rows that add anything."""
    unit_known: bool
    written: str | None
    """The name to be claimed, where the unit is not known."""


class Tally:
    """Counts rows and cases as they are done."""

    def __init__(self) -> None:
        self.rows = self._added = self._updated = self._unclaimed = 0
        self._names: Counter[str] = Counter()

    def add(self, work: Work) -> None:
        """A case that is done."""
        self.rows += len(work.lines)
        opened = work.case_id is None
        self._added += opened
        self._updated += len(work.telling) - opened
        self._unclaimed += not work.unit_known
        if work.written is not None:
            self._names[work.written] += 1

    def counts(self, read: int, rejects: Rejects) -> Counts:
        """The sum."""
        return Counts(
            rows=read,
            added=self._added,
            updated=self._updated,
            unchanged=self.rows - self._added - self._updated,
            rejected=rejects.count,
            unclaimed=self._unclaimed,
            queued=self._names.total(),
            reasons=dict(rejects.reasons),
            names=dict(self._names.most_common()),
        )
