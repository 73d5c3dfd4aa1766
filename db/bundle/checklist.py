"""出发前核对: is what is taken along whole, and can the laptop be relied upon? Reads only, changes nothing.

The same list serves the office before a bundle is made and the laptop before it leaves.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from db import calendars, evidence, field_clock, instants
from db.bundle.attached import File, files_of
from db.connection import Connection
from db.errors import reason
from db.reads.desk import safety
from db.terms import CopyKind

ROOM_FOR_EVIDENCE = 2_000_000_000
"""Bytes that a day of photos and recordings may take on a laptop."""


class Item(NamedTuple):
    """One line of the list."""

    ok: bool
    label: str
    said: str
    mend: str = ""
    """What to do about it, where it is not in order."""


def check(
    connection: Connection,
    home: Path,
    kind: CopyKind,
    case_ids: Sequence[int],
    now: int,
    *,
    with_evidence: bool = True,
    folder: Path | None = None,
) -> list[Item]:
    """Look at everything that a laptop in a village cannot put right any more.

    Args:
        connection: of the office or the field copy.
        home: its data folder.
        kind: which of the two it is.
        case_ids: the cases that go along, or that are here.
        now: the present instant.
        with_evidence: whether files go along.
        folder: where the bundle will be written; None = nothing will be.
    """
    files = files_of(connection, case_ids)
    items = [
        _cases(connection, kind, case_ids),
        _evidence(home, kind, files, with_evidence=with_evidence),
        _calendar(connection, case_ids, now),
        _room(home, kind, folder, sum(file.size for file in files) if with_evidence else 0),
        _clock(connection, kind, now),
    ]
    if kind is CopyKind.FIELD:
        items.append(_drafts(connection))
    return items


def here(connection: Connection) -> list[int]:
    """Ids of all cases of a field copy: what its own check is about."""
    return [row[0] for row in connection.execute('SELECT id FROM "case"')]


_COUNTS = """SELECT count(*), coalesce(sum(confidential), 0), coalesce(sum(body_id IS NULL), 0)
FROM "case" WHERE id IN ({})"""


def _marks(case_ids: Sequence[int]) -> str:
    return ",".join(str(int(one)) for one in case_ids)


def _cases(connection: Connection, kind: CopyKind, case_ids: Sequence[int]) -> Item:
    count, confidential, bare = connection.execute(_COUNTS.format(_marks(case_ids))).fetchone()
    if not count:
        mend = "先选要带的事项" if kind is CopyKind.OFFICE else "先收办公室的下乡包"
        return Item(False, "事项", "一件也没有", mend)
    said = [f"{count} 件"]
    said += [f"其中保密 {confidential} 件"] if confidential else []
    said += [f"{bare} 件没有正文"] if bare else []
    return Item(True, "事项", "，".join(said))


def _evidence(home: Path, kind: CopyKind, files: Sequence[File], *, with_evidence: bool) -> Item:
    if not files:
        return Item(True, "附件", "这些事项没有附件")
    size = sum(file.size for file in files) / 1e6
    missing = sum(not evidence.has(home, file.sha256) for file in files)
    if not with_evidence:
        return Item(True, "附件", f"有 {len(files)} 个（{size:.1f} MB），不带")
    if missing:
        mend = "可运行 duban doctor 查看" if kind is CopyKind.OFFICE else "要看的话请办公室带附件重做一个包"
        return Item(False, "附件", f"{len(files)} 个，缺 {missing} 个文件", mend)
    return Item(True, "附件", f"{len(files)} 个（{size:.1f} MB），都在")


_LATEST = 'SELECT max(due_at), coalesce(sum(provisional), 0) FROM "case" WHERE open = 1 AND id IN ({})'


def _calendar(connection: Connection, case_ids: Sequence[int], now: int) -> Item:
    latest, provisional = connection.execute(_LATEST.format(_marks(case_ids))).fetchone()
    first = instants.day_of(now).year
    last = max(first, first if latest is None else instants.last_day_of(latest).year)
    years, known = range(first, last + 1), calendars.current(connection)
    unknown = [str(year) for year in years if not known.published(year)]
    if unknown or provisional:
        which = f"{'、'.join(unknown)} 年" if unknown else "来年"
        said = f"{which}的放假安排未公布" + (f"，{provisional} 件的期限暂定" if provisional else "")
        return Item(False, "日历", said, "公布后载入：duban calendar load")
    return Item(True, "日历", f"{'、'.join(map(str, years))} 年的放假安排已载入")


def _room(home: Path, kind: CopyKind, folder: Path | None, needed: int) -> Item:
    """Room where the bundle is written; on a laptop, for what will be recorded."""
    place = folder if folder is not None else home
    try:
        free = shutil.disk_usage(place).free
    except OSError as error:
        return Item(False, "空间", f"{place} 用不了：{reason(error)}", "请检查路径，或换一个地方")
    wanted = needed if kind is CopyKind.OFFICE else ROOM_FOR_EVIDENCE
    said = f"{place} 还剩 {free / 1e9:.1f} GB"
    if free < wanted:
        return Item(False, "空间", f"{said}，要 {wanted / 1e9:.1f} GB", "请腾出空间")
    return Item(True, "空间", said)


def _clock(connection: Connection, kind: CopyKind, now: int) -> Item:
    shown = f"{instants.local(now):%m-%d %H:%M}"
    mend = "请校准本机时间"
    if safety(connection).clock_set_back(now):
        return Item(False, "时钟", f"现在 {shown}，早于已有的记录", mend)
    if kind is CopyKind.OFFICE:
        return Item(True, "时钟", f"现在 {shown}，不早于已有的记录")
    earliest = field_clock.now(connection).earliest
    if earliest is None:
        return Item(False, "时钟", f"现在 {shown}，还没有与办公室对过时", "收一个办公室的包就对上了")
    if now < earliest - field_clock.TOLERANCE:
        return Item(False, "时钟", f"现在 {shown}，比办公室的时间慢", mend)
    return Item(True, "时钟", f"现在 {shown}，不早于办公室的时间")


def _drafts(connection: Connection) -> Item:
    count = safety(connection).drafts
    if count:
        return Item(False, "草稿", f"{count} 份没有提交，不会回传", "先提交或丢弃")
    return Item(True, "草稿", "没有未提交的")
