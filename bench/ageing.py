"""Growing old: an office after very many updates, before and after. ``python -m bench.ageing``.

Works on a copy of an office and leaves it behind, aged. What is written is what a day brings: progress,
urging, notes, replies handed in, approved and sent back, on cases drawn from all of them.
"""

from __future__ import annotations

import argparse
import random
import time
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.make_office import opened
from bench.measure import each
from db import instants
from db.actions import Action
from db.connection import open_reader
from db.home import files_of, path_of
from db.index import waiting
from db.journal import Act, NotAllowed, record, record_batch
from db.keeping import upkeep
from db.office import Office
from db.reads import board
from db.reads.board import Scope
from db.reads.lookup import search
from db.terms import Method

BATCH = 200
"""Updates in one transaction while the office is aged."""

REST_EVERY, REST_SECONDS = 10, 0.2
"""Single saves between two idle moments, and how long these are: a very busy desk."""

QUERIES = ("路灯", "化粪池", "噪声扰民", "綦江 路灯", "龙湖 物业费", "的", "停车 收费")

_TEXTS = (
    "已派人到现场查看，三日内修复。",
    "经与物业公司协商，同意本周内更换损坏的灯具并清理化粪池。",
    "现场核实反映属实，已责令施工单位整改，夜间停止作业。",
    "多次联系反映人未接听，已发短信告知办理情况。",
)


class Saves(NamedTuple):
    """How long single saves took, in milliseconds."""

    number: int
    median: float
    p95: float
    p999: float
    worst: float

    def __str__(self) -> str:
        """One line."""
        return (
            f"{self.number:,} saves: median {self.median:.2f}, p95 {self.p95:.2f}, "
            f"p99.9 {self.p999:.1f}, worst {self.worst:.1f} ms"
        )


_FACTS = """SELECT c.stage, (SELECT uid FROM unit u WHERE u.id = c.unit_id) FROM "case" c WHERE c.id = ?"""


def acts(office: Office, chosen: random.Random) -> Iterator[tuple[int, Act]]:
    """Endless updates that the lifecycle allows, each on a case drawn at random from all."""
    cases = array("q", (row[0] for row in office.writer.execute('SELECT id FROM "case"')))
    while True:
        case_id = cases[chosen.randrange(len(cases))]
        stage, unit = office.writer.execute(_FACTS, (case_id,)).fetchone()
        yield case_id, _act(stage, unit, chosen)


def _act(stage: str, unit: str | None, chosen: random.Random) -> Act:
    text = f"{chosen.choice(_TEXTS)}第{chosen.randint(1, 99_999)}号回执。"
    if stage == "handling" and unit is not None and chosen.random() < 0.5:
        return Act(Action.PROGRESS, {"text": text}, party=unit)
    if stage in ("dispatched", "signed", "handling"):
        return Act(Action.URGE, {"way": "电话", "text": text})
    if stage == "submitted":
        return Act(Action.APPROVE, {"opinion": "同意"})
    if stage == "closed" and chosen.random() < 0.1:
        return Act(Action.REDO, {"reason": "反映人回访不满意", "limit": "5工作日"})
    return Act(Action.VERIFY, {"method": str(Method.INSPECT), "findings": text})


def save_one_by_one(office: Office, count: int, chosen: random.Random, seconds: float) -> Saves:
    """Record single steps as a desk does, resting after every `REST_EVERY`, for so long at most."""
    times, begun = list[float](), time.perf_counter()
    for case_id, act in acts(office, chosen):
        start = time.perf_counter()
        try:
            record(office, case_id, act)
        except NotAllowed:
            continue
        times.append((time.perf_counter() - start) * 1e3)
        if len(times) % REST_EVERY == 0:
            rest = time.perf_counter() + REST_SECONDS
            upkeep.tend(office.path, wanted=lambda: time.perf_counter() < rest)  # noqa: B023
        if len(times) == count or time.perf_counter() - begun > seconds:
            break
    times.sort()
    return Saves(len(times), *(times[int((len(times) - 1) * part)] for part in (0.5, 0.95, 0.999, 1)))


def age(office: Office, count: int, chosen: random.Random, seconds: float) -> tuple[int, float, int]:
    """Write so many updates in batches; (written, seconds, largest log in bytes)."""
    log, peak, written = files_of(office.path)[1], 0, 0
    source, begun = acts(office, chosen), time.perf_counter()
    while written < count and time.perf_counter() - begun < seconds:
        batch = dict(next(source) for _ in range(BATCH))
        try:
            record_batch(office, [(case_id, (act,)) for case_id, act in batch.items()])
            written += len(batch)
        except NotAllowed:
            pass
        peak = max(peak, log.stat().st_size)
    return written, time.perf_counter() - begun, peak


def readings(home: Path) -> str:
    """What a reader feels: lookups and the board, in milliseconds."""
    connection = open_reader(path_of(home))
    now = instants.now()
    for query in QUERIES:
        search(connection, query, now=now, limit=50)
    looked = each(lambda query: search(connection, query, now=now, limit=50), QUERIES * 10)
    counted = each(lambda _: board.counts(connection, Scope(), now), range(20))
    (pieces,) = connection.execute("SELECT count(*) FROM lookup_piece").fetchone()
    waits = waiting.count(connection)
    connection.close()
    return (
        f"lookup {looked.median:.2f} (p95 {looked.p95:.2f}), board {counted.median:.2f} ms, "
        f"index in {pieces:,} pieces, {waits:,} wait, {path_of(home).stat().st_size / 2**20:,.0f} MiB"
    )


def main() -> None:
    """Age one office and print what changed."""
    parser = argparse.ArgumentParser(prog="python -m bench.ageing", description=__doc__)
    parser.add_argument("home", type=Path, help="a copy of an office; it is written to")
    parser.add_argument("--updates", type=int, default=1_000_000)
    parser.add_argument("--saves", type=int, default=2_000, help="single saves that are timed")
    parser.add_argument("--seconds", type=float, default=3600, help="no part goes on for longer")
    args = parser.parse_args()
    chosen = random.Random(1)
    with opened(args.home) as office:
        print("before:", readings(args.home))
        print("before:", save_one_by_one(office, args.saves, chosen, args.seconds), flush=True)
        written, took, peak = age(office, args.updates, chosen, args.seconds)
        print(f"{written:,} updates, {written / took:,.0f} a second, log at most {peak / 2**20:.0f} MiB")
        print("after: ", readings(args.home))
        print("after: ", save_one_by_one(office, args.saves, chosen, args.seconds), flush=True)
    begun = time.perf_counter()
    while not upkeep.tend(path_of(args.home), wanted=lambda: True):
        pass
    print(f"rested {time.perf_counter() - begun:.0f} s:", readings(args.home))


if __name__ == "__main__":
    main()
