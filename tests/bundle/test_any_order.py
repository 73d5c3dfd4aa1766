"""Union of events, then fold: whoever meets whom first, all end with the same rows."""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from db.actions import Action
from db.bundle.pack import pack_cases, pack_changes
from db.bundle.take import take
from db.errors import BundleRefused
from db.journal import Act, NotAllowed, record
from db.office import Office
from db.reads import lookup
from db.terms import CopyKind, Via
from tests.bundle.conftest import World, open_one, pair, paired, sound, start, told, uid_of
from tests.db.conftest import MONDAY

WORDS = ("路灯", "井盖", "河道", "围挡")

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("office", "anna", "bert")),
        st.sampled_from(
            ("open", "note", "urge", "submit", "redo", "withdraw", "correct", "lend", "bring", "same number")
        ),
        st.integers(0, 7),
    ),
    min_size=4,
    max_size=14,
)
"""Who does what to which case, in which order."""


@contextmanager
def three(templates: dict[CopyKind, Path]) -> Iterator[tuple[World, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        office = start(templates[CopyKind.OFFICE], where / "office", "张三")
        anna = start(templates[CopyKind.FIELD], where / "anna", "王五")
        bert = start(templates[CopyKind.FIELD], where / "bert", "赵六")
        pair(office, "督查办", anna, "王五的笔记本")
        pair(office, "督查办", bert, "赵六的笔记本")
        try:
            yield World(office, anna, bert), where
        finally:
            for machine in (office, anna, bert):
                machine.close()


class Life:
    """Three machines that go on by steps; a step that cannot be taken is left out."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder, self.names = world, folder, itertools.count()
        self.moment = MONDAY
        for machine in world:
            machine.clock = lambda: self.moment

    def take_step(self, who: str, what: str, which: int) -> None:
        self.moment += 60 * (which + 1)
        machine: Office = getattr(self.world, who)
        if what == "open":
            open_one(machine, WORDS[which % 4])
        elif what == "same number":
            open_one(machine, WORDS[which % 4], numbers=[["12345", f"A-{which % 2}"]])
        elif what == "lend":
            self.lend(self.world.anna if which % 2 else self.world.bert)
        elif what == "bring":
            self.bring(self.world.anna if which % 2 else self.world.bert)
        else:
            self.act(machine, what, which)

    def act(self, machine: Office, what: str, which: int) -> None:
        cases = [row[0] for row in machine.writer.execute('SELECT id FROM "case" ORDER BY uid')]
        if not cases:
            return
        unit = uid_of(machine, "古南街道")
        acts = {
            "note": Act(Action.VERIFY, {"method": "走访", "findings": f"看见第 {self.moment} 处"}),
            "urge": Act(Action.URGE, {"text": "请抓紧"}),
            "submit": Act(Action.SUBMIT, {"reply": f"已办 {self.moment}"}, party=unit, via=Via.PHONE),
            "redo": Act(Action.REDO, {"reason": "没有修好"}),
            "withdraw": Act(Action.WITHDRAW, {"reason": "重复"}),
            "correct": Act(Action.CORRECT, {"field": "title", "value": f"改 {self.moment}", "reason": "x"}),
        }
        try:
            record(machine, cases[which % len(cases)], acts[what])
        except NotAllowed:
            return

    def lend(self, laptop: Office) -> None:
        office = self.world.office
        cases = [row[0] for row in office.writer.execute('SELECT id FROM "case"')]
        if cases:
            path = self.folder / f"{next(self.names)}"
            pack_cases(office, paired(office, laptop), cases, path)
            take(laptop, path)

    def bring(self, laptop: Office) -> None:
        path = self.folder / f"{next(self.names)}"
        try:
            pack_changes(laptop, paired(laptop, self.world.office), path)
        except BundleRefused:
            return  # Nothing to bring.
        take(self.world.office, path)


def found(machine: Office) -> list[list[str]]:
    """What the lookup box finds by each word, without an order."""
    return [
        sorted(row.number for row in lookup.search(machine.writer, word, now=MONDAY).hits)
        for word in (*WORDS, "看见", "已办", "A-0")
    ]


@example(steps=[("office", "same number", 0)] * 2 + [("anna", "same number", 0), ("bert", "open", 1)], seed=0)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, seed=st.integers(0, 1000))
def test_in_any_order_all_machines_end_alike(
    templates: dict[CopyKind, Path], steps: list[tuple[str, str, int]], seed: int
) -> None:
    with three(templates) as (world, folder):
        life = Life(world, folder)
        for step in steps:
            life.take_step(*step)
        laptops = [world.anna, world.bert]
        random.Random(seed).shuffle(laptops)
        for laptop in laptops:
            life.bring(laptop)
        for laptop in laptops:
            life.lend(laptop)
        assert told(world.anna) == told(world.office)
        assert told(world.bert) == told(world.office)
        assert found(world.anna) == found(world.bert) == found(world.office)
        assert sound(*world)
