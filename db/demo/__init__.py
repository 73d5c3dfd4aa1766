"""A demo office: invented cases on the real unit tree, in every stage and alarm as of now.

The same seed, number of cases and moment give the same cases. They come in through the journal like
any other; a generation that was broken off goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING

from db.demo import scenes
from db.demo.cast import Cast
from db.demo.chance import Chance
from db.demo.lives import Life
from db.demo.offices import grow
from db.demo.plan import BODY, Plan, agree, is_complete, written
from db.demo.timing import Timing
from db.instants import DAY_SECONDS, day_of, start_of
from db.new_cases import NewCases

if TYPE_CHECKING:
    from db.act import Act
    from db.office import Office

__all__ = ["BATCH", "BODY", "Plan", "Progress", "fill", "is_complete", "written"]

Progress = Callable[[int, int], None]
"""Called with (cases written, all cases)."""

BATCH = 4000
"""Cases in one transaction."""

OPEN_SHARE, MOST_OPEN = 0.12, 40_000
"""How many cases are open; a large office has many years behind it, not many more on its desk."""

CASES_A_YEAR = 510_000
"""What comes in within a year; a small demo still shows one year."""


def fill(
    office: Office,
    cases: int,
    seed: int = 1,
    *,
    body: int = BODY,
    units: int = 0,
    mix: str = "demo",
    progress: Progress | None = None,
) -> None:
    """Fill an office with invented cases up to `cases`, and remember its plan.

    Args:
        office: empty, or one that this was broken off in.
        cases: how many there are at the end.
        seed: of the chance; the same gives the same.
        body: median length of a body in characters.
        units: departments are added until the tree has so many; 0: the tree stays as it is.
        mix: what became of the closed cases, see `scenes.MIXES`.
        progress: called after every batch.

    Raises:
        ValueError: the office holds other cases; one Chinese line.
        OfficeError: the database refused; whole batches before stay.
    """
    from db.journal import record_batches

    plan = agree(office.writer, Plan(cases, seed, office.clock(), body, units, mix))
    grow(office.writer, plan.units)
    author = _Author(office, plan)
    done = written(office.writer)
    with (
        closing(_batches(author, done)) as batches,
        closing(record_batches(office, batches, plan.cases - done)) as recording,
    ):
        for recorded in recording:
            done += len(recorded)
            if progress is not None:
                progress(done, plan.cases)


def _batches(author: _Author, done: int) -> Generator[NewCases]:
    """The acts of the cases that are not written yet; of many, made in a process beside the writing."""
    from db.beside import Beside
    from db.bulk import WORTH_A_PROCESS

    spans = [(at, min(at + BATCH, author.plan.cases)) for at in range(done, author.plan.cases, BATCH)]
    if author.plan.cases - done < WORTH_A_PROCESS:
        yield from map(author.batch, spans)
        return
    with Beside(author.batch) as helper:
        helper.ask(spans[0])
        for span in spans[1:]:
            batch = helper.answer()
            helper.ask(span)
            yield batch
        yield helper.answer()


class _Author:
    """Writes case after case: the closed ones by time, then the open ones by time."""

    def __init__(self, office: Office, plan: Plan) -> None:
        self.plan, self.mix = plan, scenes.MIXES[plan.mix]
        self.chance = Chance()
        """Begins anew with each case, which takes less than another `Chance` for each."""
        self.cast = Cast(office.writer, office.rules, Random(plan.seed))
        self.timing = Timing(office.calendar, office.rules.deadlines, plan.now)
        open_cases = min(max(round(plan.cases * OPEN_SHARE), min(len(scenes.OPEN), plan.cases)), MOST_OPEN)
        self.closed = plan.cases - open_cases
        self.deck = scenes.deck(Random(plan.seed), open_cases)
        self.order = sorted(range(open_cases), key=lambda place: self._open(place)[0].at or 0)

    def batch(self, span: tuple[int, int]) -> NewCases:
        """The acts of the cases from one serial number to before another."""
        return NewCases.of(map(self.acts, range(*span)))

    def acts(self, serial: int) -> Sequence[Act]:
        """The acts of the case of that serial number, 0 the first."""
        return self._closed(serial) if serial < self.closed else self._open(self.order[serial - self.closed])

    def _life(self, serial: int) -> Life:
        self.chance.seed(self.plan.seed * 1_000_000_007 + serial)
        return Life(self.chance, self.cast, self.timing, body=self.plan.body, wide=self.mix.wide)

    def _open(self, place: int) -> list[Act]:
        life = self._life(self.closed + place)
        scenes.play_open(life, self.deck[place], self.closed + place)
        return life.acts

    def _closed(self, serial: int) -> list[Act]:
        life = self._life(serial)
        span = max(self.plan.cases / CASES_A_YEAR, 1) * 365 * DAY_SECONDS
        begun = self.plan.now - int(span * (1 - serial / self.closed))
        latest = min(begun, self.plan.now - scenes.longest(life))
        workday = self.timing.calendar.next_workday(day_of(latest))
        scenes.play_closed(life, serial, self.timing.within(life.rng, start_of(workday)), self.mix)
        return life.acts
