"""A ledger that is measured: a CSV file as a hotline exports it: ``python -m bench.ledger_file FILE``.

The columns are those of a department's ledger of hotline orders; texts are those of the demo, units
those of the shipped tree as people write them. Every row is made from its number alone, so a file of
500,000 rows begins with the rows of one of 5,000, and a later export of the same ledger differs in
nothing but the orders that were answered since.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from db import instants
from db.demo import people, texts
from db.units import packaged, packaged_departments
from db.units.names import short_name

COLUMNS = (
    "客服单编号", "12345工单编号", "来电类别", "紧急程度", "求助内容", "事发地点", "联系人", "联系电话",
    "热线派单时间", "12345到期时间", "责任部门", "工单状态", "责任部门回复内容", "责任部门回单时间",
    "结案时间", "是否提交督办", "督办意见", "是否重办", "重办原因", "备注",
)  # fmt: skip

BEGAN = instants.at(2021, 1, 4, 8, 0)
EVERY = 330
"""Seconds from one row to the next: 500,000 of them fill five years."""

SECOND_SHARE, OPEN_SHARE, URGED_SHARE, UNKNOWN_SHARE = 0.04, 0.02, 0.05, 0.01
ANSWERED_LATER = 100
"""One row in so many is under way in the first export and answered in the later one."""


class Names:
    """Units of the shipped tree, as ledgers write them: 渝北区大湾镇, 大湾镇人民政府, 市住房城乡建委."""

    def __init__(self) -> None:
        """Read the tables once."""
        rows = packaged().rows
        self._townships = [
            (rows[row.parent].name, row.name)
            for row in rows
            if row.level == 3 and isinstance(row.parent, int)
        ]
        self._departments = [
            row.short_name or short_name(row.name, 2) for row in packaged_departments().rows if not row.parent
        ]

    def one(self, rng: Random) -> tuple[str, str]:
        """A unit as written, and the short name of a place where it is at work."""
        district, township = rng.choice(self._townships)
        drawn = rng.random()
        if drawn < UNKNOWN_SHARE:
            return f"{district}临时专班", district
        if drawn < 0.15:
            return district, district
        if drawn < 0.25:
            return rng.choice(self._departments), district
        written = f"{district}{township}" + ("人民政府" if drawn > 0.9 and township.endswith("镇") else "")
        return written, township


def rows(count: int, *, seed: int = 1, later: bool = False) -> Iterator[Sequence[str]]:
    """The data rows; `later` gives the same ledger exported again when one in a hundred was answered."""
    names = Names()
    previous = ""
    for at in range(count):
        rng = Random(f"{seed}-{at}")
        again = rng.random() < SECOND_SHARE and previous != ""
        sent = BEGAN + at * EVERY + rng.randrange(EVERY)
        number = previous if again else f"{instants.local(sent):%y%m%d%H%M%S}{at % 10**6:06d}"
        is_open = rng.random() < OPEN_SHARE or (at % ANSWERED_LATER == 37 and not later)
        yield _row(rng, names, at, number, sent, again=again, is_open=is_open)
        previous = number


def _row(
    rng: Random, names: Names, at: int, number: str, sent: int, *, again: bool, is_open: bool
) -> Sequence[str]:
    unit, where = names.one(rng)
    topic = rng.choice(texts.topics())
    story = texts.write(rng, topic, where, sent)
    who = people.reporter(rng, where)
    answered = sent + rng.randint(3_600, 6 * 86_400)
    urged = rng.random() < URGED_SHARE
    return (
        f"RC{at:010d}", number, "咨询" if rng.random() < 0.1 else "诉求", "紧急" if urged else "一般",
        story.body, story.place, who.get("name", ""), who["phone"], _time(sent), _time(sent + 5 * 86_400),
        unit, "主办处理中" if is_open else "结案", "" if is_open else story.reply,
        "" if is_open else _time(answered), "" if is_open else _time(answered + 7_200),
        "是" if urged else "否", "请抓紧办理并回复来电人。" if urged else "",
        "是" if again else "否", "来电人对答复不满意" if again else "", "",
    )  # fmt: skip


def _time(instant: int) -> str:
    return instants.local(instant).strftime("%Y/%m/%d %H:%M:%S")


def write(path: Path, count: int, *, seed: int = 1, later: bool = False, encoding: str = "utf-8-sig") -> Path:
    """Write the ledger as a CSV file."""
    with path.open("w", encoding=encoding, newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        lines.writerows(rows(count, seed=seed, later=later))
    return path


def main() -> None:
    """Write one ledger from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger_file", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--later", action="store_true", help="the same ledger, exported again later")
    parser.add_argument("--encoding", default="utf-8-sig", help="utf-8-sig or gb18030")
    args = parser.parse_args()
    began = dt.datetime.now()
    write(args.file, args.rows, later=args.later, encoding=args.encoding)
    print(f"{args.file}: {args.rows:,} rows, {dt.datetime.now() - began}", file=sys.stderr)


if __name__ == "__main__":
    main()
