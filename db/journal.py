"""THE write door: check, append, fold, index, commit, in one transaction.

Every step of every case comes through here: `record` for one, `record_batch` for many at once,
`record_batches` for thousands. Nothing is changed or removed: an error is put right by a further event.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from db import collector, entries
from db.act import Act as Act
from db.act import Recorded as Recorded
from db.act import Work as Work
from db.composer import Composer
from db.connection import Connection, OfficeError, driver, is_keyed, transaction
from db.entries import Entries
from db.errors import NotAllowed as NotAllowed
from db.evidence import attachments
from db.index import waiting
from db.keeping import upkeep

if TYPE_CHECKING:
    from db.ahead import Ahead
    from db.bulk import Bulk
    from db.office import Office


def open_case(office: Office, acts: Sequence[Act]) -> Recorded:
    """Register a case; the first act is 登记, others follow in the same transaction.

    Raises:
        NotAllowed: an act that the lifecycle or the officer's post refuses.
        ValueError: wrong or missing data; one Chinese line.
        OfficeError: the database refused. In every case nothing was written.
    """
    return record_batch(office, [(None, acts)])[0]


def record(office: Office, case_id: int, act: Act) -> Recorded:
    """Take one step on a case.

    Raises:
        NotAllowed: the lifecycle refuses the action now, or it is not for the officer's post.
        ValueError: wrong or missing data; one Chinese line.
        OfficeError: the database refused. In every case nothing was written.
    """
    return record_batch(office, [(case_id, (act,))])[0]


@collector.paused()
def record_batch(
    office: Office, work: Sequence[Work], *, imported: bool = False, bulk: Bulk | None = None
) -> list[Recorded]:
    """Write the acts of many cases in one transaction.

    Args:
        office: where to.
        work: what is done on each case.
        imported: history is never refused for its place in the lifecycle; it is applied and marked. Whoever
            may import may write all that a ledger proves.
        bulk: presses for the lookup what was written, beside the writing.

    Raises:
        NotAllowed, ValueError, OfficeError: as `record`; the whole batch is undone.
    """
    if not work:
        return []
    with transaction(office.writer) as connection:
        office.settle_calendar(connection)
        composer = Composer(office, connection, imported=imported)
        written = [composer.entries]
        for case_id, acts in work:
            if composer.holds(case_id):
                entries.write(connection, composer.taken(), office.identity_secret)
                written.append(composer.entries)
            composer.add(case_id, acts)
        entries.write(connection, composer.taken(), office.identity_secret)
    _tidy(office, written, bulk)
    return [recorded for one in written for recorded in one.recorded]


def record_batches(
    office: Office, batches: Iterable[Sequence[Work]], cases: int, *, imported: bool = False
) -> Generator[list[Recorded]]:
    """Write one batch after the other, each in one transaction, and tell what was written of each.

    Of many cases the work is shared: while a batch is written, the next one is composed, and what was
    written is pressed for the lookup, each in a process of its own.

    Args:
        office: where to.
        batches: of each case in them, what is done on it; asked for one ahead of what was written.
        cases: how many there are in all, about; of few, starting processes does not pay.
        imported: as `record_batch` has it.

    Raises:
        NotAllowed, ValueError, OfficeError: as `record`; the batch in hand is undone, those before it stand.
    """
    try:
        yield from _batch_by_batch(office, batches, cases, imported=imported)
    except (EOFError, ConnectionError) as error:  # One that did not start, or that makes the batches.
        raise OfficeError("一个帮手进程被系统终止，可能是内存不足，这一批没有写入") from error


def _batch_by_batch(
    office: Office, batches: Iterable[Sequence[Work]], cases: int, *, imported: bool
) -> Iterator[list[Recorded]]:
    from db.ahead import Ahead  # A desk's step needs no helpers.
    from db.bulk import bulk_for

    with bulk_for(cases) as bulk:
        if bulk is None or is_keyed(office.writer):
            for work in batches:
                yield record_batch(office, work, imported=imported, bulk=bulk)
        else:
            with Ahead(office, imported=imported) as ahead:
                yield from _one_ahead(office, iter(batches), ahead, bulk)


def _one_ahead(
    office: Office, batches: Iterator[Sequence[Work]], ahead: Ahead, bulk: Bulk
) -> Iterator[list[Recorded]]:
    work = next(batches, None)
    while work is not None:
        if not ahead.is_begun:
            ahead.begin(work)
        # What comes of known cases shows in the office only when it is written: until then none is planned.
        following = next(batches, None) if ahead.is_begun else None
        yield _written(office, work, following, ahead, bulk)
        work = next(batches, None) if following is None else following


@collector.paused()
def _written(
    office: Office, work: Sequence[Work], following: Sequence[Work] | None, ahead: Ahead, bulk: Bulk
) -> list[Recorded]:
    """Write a batch as it was composed ahead; if it was not, or others wrote meanwhile, compose it here."""
    composed = ahead.composed(following)
    if composed is not None and _stood(office, composed, ahead, bulk):
        return composed.recorded
    ahead.drop()
    return record_batch(office, work, imported=ahead.imported, bulk=bulk)


def _stood(office: Office, composed: Entries, ahead: Ahead, bulk: Bulk) -> bool:
    """Write entries that were composed ahead, unless the office has changed since."""
    with transaction(office.writer) as connection:
        if not ahead.holds(connection, composed):
            return False
        entries.write(connection, composed, office.identity_secret)
    _tidy(office, [composed], bulk)
    return True


def _tidy(office: Office, written: Sequence[Entries], bulk: Bulk | None) -> None:
    """What is done once entries are on disk."""
    if sum(len(one.recorded) for one in written) > 1:
        _settle(office.writer, bulk)
    if any(one.removes for one in written):
        attachments.finish(office.writer, office.home)


def _settle(connection: Connection, bulk: Bulk | None) -> None:
    """Press what waits. Where that fails, what was written stands all the same, and is found: it waits on."""
    with suppress(OfficeError, driver.Error, OSError):
        if bulk is not None:
            bulk.settle(connection)
        else:
            upkeep.settle(connection, waiting.AT_ONCE)
