"""``python -m tests.faults --kills 500``: the full count, as a table by kind of work."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.kills import Kind, Outcome, kill_once
from tests.faults.work import kinds, make

HEAD = ("kind", "kills", "acknowledged", "lost", "typing lost p95 / max (ms)", "left behind", "said")


def main() -> int:
    """Kill, print the table; 1 where anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", help="only this one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duban-faults-") as folder:
        materials = Path(folder) / "materials"
        materials.mkdir()
        chosen = [kind for kind in kinds(make(materials)) if args.kind in (None, kind.name)]
        results = {kind.label: _kill(kind, Path(folder), args, len(chosen)) for kind in chosen}
    _print(results)
    return int(any(outcome.lost for outcomes in results.values() for outcome in outcomes))


def _kill(kind: Kind, folder: Path, args: argparse.Namespace, of: int) -> list[Outcome]:
    seeds = (f"{args.seed}/{kind.name}/{number}" for number in range(-(-args.kills // of)))
    return [kill_once(kind, folder / seed.replace("/", "-"), seed) for seed in seeds]


def _print(results: dict[str, list[Outcome]]) -> None:
    print("| " + " | ".join(HEAD) + " |")
    print("|" + "---|" * len(HEAD))
    for label, outcomes in results.items():
        print("| " + " | ".join(_row(label, outcomes)) + " |")


def _row(label: str, outcomes: list[Outcome]) -> list[str]:
    typing = sorted(one.typing_lost for one in outcomes if one.typing_lost is not None)
    late = f"{typing[int(len(typing) * 0.95)]:.0f} / {typing[-1]:.0f}" if typing else ""
    counts = (len(outcomes), sum(one.acked for one in outcomes), sum(one.lost for one in outcomes))
    left, said = sum(one.left for one in outcomes), sum(one.said for one in outcomes)
    return [label, *(f"{count:,}" for count in counts), late, str(left), str(said)]


if __name__ == "__main__":
    sys.exit(main())
