"""A ledger of cases in: read and sort its rows, compare them with the office, write what is new.

Nothing is written before every row was read. Then whole batches are written, each in one transaction:
whatever interrupts the import, what is in the office is complete, and the same file brings the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from db import collector
from db.act import Act
from db.act import Work as CaseWork
from db.actions import Action
from db.connection import Connection, OfficeError, is_keyed
from db.exchange import history, samples
from db.exchange.errors import LedgerError
from db.exchange.lines import Line, Refused
from db.exchange.plan import PlannedAct, Planner, Standing
from db.exchange.rejects import Rejects
from db.exchange.scratch import Scratch
from db.exchange.table import Ledger, open_ledger
from db.exchange.tally import Counts, Tally, Work
from db.home import REJECTS
from db.rules import Rules
from db.terms import Via

if TYPE_CHECKING:
    from db.office import Office

BATCH = 2_000
"""Cases written in one transaction: a second or two of work, and the index has fewer pieces to merge."""

_READ_STEP = 2_000
"""Rows read between two calls of the progress callback."""


class Stopped(Exception):
    """Raised by a progress callback to stop an import between two batches."""


class Progress(NamedTuple):
    """How far an import is."""

    phase: str
    """读取, 比对 (of a preview) or 写入."""
    done: int
    """Rows."""
    total: int | None
    """Rows that will count; unknown while reading."""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do; nothing was written."""

    path: Path
    encoding: str
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    """From 1; the lower one of a header of two rows."""
    columns: tuple[tuple[str, str | None], ...]
    """Column name → label of its field; None: the column is not taken."""
    samples: tuple[samples.Sample, ...]
    counts: Counts


def preview(
    connection: Connection,
    rules: Rules,
    path: Path,
    *,
    sheet: str | None = None,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> Preview:
    """Say what an import would do, by reading all of the file; a reading connection will do.

    Raises:
        LedgerError: the file cannot be taken at all.
        Stopped: by the callback.
    """
    ledger = open_ledger(path, sheet=sheet, source=source, mapping=mapping)
    shown = samples.first(ledger)
    rejects = Rejects(path, ledger.columns.names, None)
    tally = Tally()
    with Scratch(in_memory=is_keyed(connection)) as scratch:
        read = _read(ledger, scratch, rejects, on_progress)
        for at, work in enumerate(map(_plan(ledger, connection, rules), scratch.cases()), start=1):
            tally.add(work)
            if on_progress is not None and (at % BATCH == 0 or tally.rows == read - rejects.count):
                on_progress(Progress("比对", tally.rows, read - rejects.count))
    return Preview(
        path=path,
        encoding=ledger.sheet.encoding,
        sheet=ledger.sheet.name,
        sheets=ledger.sheets,
        header_row=ledger.header.below,
        columns=ledger.columns.labelled,
        samples=shown,
        counts=tally.counts(read, rejects),
    )


def import_ledger(
    office: Office,
    path: Path,
    *,
    sheet: str | None = None,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> Counts:
    """Take a ledger into the office.

    Ctrl+C, or a callback that raises `Stopped`, ends it between two batches; the counts say so. Rows
    that are not taken are written beside the file, or to ``<home>/rejects``; an encrypted office keeps no
    such rows in its folder.

    Raises:
        LedgerError: the file cannot be taken at all; nothing was written.
        OfficeError: the database refused; the message says how many rows are in.
    """
    ledger = open_ledger(path, sheet=sheet, source=source, mapping=mapping)
    fallback = path.parent if is_keyed(office.writer) else office.home / REJECTS
    rejects = Rejects(path, ledger.columns.names, fallback)
    tally, read, stopped = Tally(), 0, False
    try:
        with collector.paused(), Scratch(in_memory=is_keyed(office.writer)) as scratch:
            read = _read(ledger, scratch, rejects, on_progress)
            plan = _plan(ledger, office.writer, office.rules)
            _write(office, _batches(scratch.cases(), plan), tally, read - rejects.count, on_progress)
    except (KeyboardInterrupt, Stopped):
        stopped = True
    except BaseException as error:
        with suppress(LedgerError):
            _put_rejects(rejects, wanted=tally.rows > 0)
        if isinstance(error, OfficeError) and tally.rows:
            raise OfficeError(f"{error}。此前的 {tally.rows:,} 行已写入，再导入同一文件会接着补上") from error
        raise
    kept = _put_rejects(rejects, wanted=tally.rows > 0 or not stopped)
    return replace(tally.counts(read, rejects), rejects_file=kept, stopped=stopped)


def _put_rejects(rejects: Rejects, *, wanted: bool) -> Path | None:
    """An import that wrote nothing leaves no rejects file either."""
    if wanted:
        return rejects.keep()
    rejects.drop()
    return None


def _read(ledger: Ledger, scratch: Scratch, rejects: Rejects, on_progress: OnProgress | None) -> int:
    """Read and check every row; how many there were."""
    rows = 0
    for rows, found in enumerate(ledger.lines(), start=1):
        if isinstance(found, Refused):
            rejects.add(found)
        else:
            scratch.add(ledger.reader.identities(found), found)
        if on_progress is not None and rows % _READ_STEP == 0:
            on_progress(Progress("读取", rows, None))
    return rows


Plan = Callable[[Sequence[Line]], Work]
"""The lines of a case → what they add to it, as the office is at this moment."""


def _plan(ledger: Ledger, connection: Connection, rules: Rules) -> Plan:
    planner = Planner(rules, history.Units(connection).uid)

    def plan(lines: Sequence[Line]) -> Work:
        numbers = [*dict.fromkeys(one for line in lines for one in ledger.reader.identities(line))]
        case_id = history.find(connection, numbers)
        held = None if case_id is None else history.held(connection, case_id)
        standing = Standing() if held is None else held.standing
        acts, telling = planner.acts(lines, numbers, standing)
        return Work(case_id, lines, acts, telling, *_unit_after(held, acts))

    return plan


def _unit_after(held: history.Held | None, acts: Sequence[PlannedAct]) -> tuple[bool, str | None]:
    """Whether the unit of a case is known once the acts are in, and its written name where not."""
    if held is not None and (held.unit_id is not None or held.unclaimed is not None):
        return held.unit_id is not None, held.unclaimed
    for act in acts:
        if act.action is Action.DISPATCH:
            return act.data["lead"] is not None, act.data["lead_text"] or None
    return False, None


def _write(
    office: Office, batches: Iterator[list[Work]], tally: Tally, total: int, on_progress: OnProgress | None
) -> None:
    from db.journal import record_batches

    planned: deque[list[Work]] = deque()
    try:
        with closing(record_batches(office, _acts(batches, planned), total, imported=True)) as written:
            for _ in written:
                for work in planned.popleft():
                    tally.add(work)
                if on_progress is not None:
                    on_progress(Progress("写入", tally.rows, total))
    except ValueError as error:
        where = f"第 {planned[0][0].lines[0].row} 行起的一批" if planned else "台账"
        raise LedgerError(f"{where}没有写入：{error}") from error


def _acts(batches: Iterator[list[Work]], planned: deque[list[Work]]) -> Iterator[list[CaseWork]]:
    """What is to be written of each batch; the batches that are not written yet are kept in `planned`."""
    for batch in batches:
        planned.append(batch)
        yield [
            (work.case_id, [Act(act.action, act.data, act.party, Via.LEDGER, act.at) for act in work.acts])
            for work in batch
            if work.acts
        ]


def _batches(cases: Iterator[list[Line]], plan: Plan) -> Iterator[list[Work]]:
    """The works of a ledger, `BATCH` together, each planned when its batch is asked for."""
    waiting = next(cases, None)
    while waiting is not None:
        batch, waiting = _batch(waiting, cases, plan)
        yield batch


def _batch(
    lines: list[Line] | None, cases: Iterator[list[Line]], plan: Plan
) -> tuple[list[Work], list[Line] | None]:
    """A batch, and the lines it could not take: of a case that it holds already, under another number."""
    batch, held = list[Work](), set[int]()
    while lines is not None and len(batch) < BATCH:
        work = plan(lines)
        if work.case_id is not None:
            if work.case_id in held:
                break
            held.add(work.case_id)
        batch.append(work)
        lines = next(cases, None)
    return batch, lines
