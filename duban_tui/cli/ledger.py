"""``duban import`` and ``duban export``: ledgers of cases in, lists out."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from db import instants
from db.exchange import ledger
from db.exchange.columns import parse_map
from db.exchange.export import export_cases
from db.exchange.ledger import Preview, Progress
from db.exchange.tally import Counts
from db.posts import Power
from db.reads import lookup
from db.reads.board import ListQuery, Scope
from db.terms import Alarm
from duban_tui.cli import INTERRUPTED
from duban_tui.cli.errors import CommandError
from duban_tui.cli.output import print_json
from duban_tui.cli.places import config_of, office_of, reader_of, unit_named
from duban_tui.cli.progress import progress_line, show_progress

NAMES_SHOWN = 12
"""Unclaimed unit names that are listed."""


def import_ledger(args: argparse.Namespace) -> int:
    """Take a ledger in, or with ``--dry-run`` say what that would do."""
    how: dict[str, Any] = {"sheet": args.sheet, "source": args.source, "mapping": parse_map(args.map)}
    path = Path(args.file)
    if args.dry_run:
        with progress_line():
            seen = ledger.preview(
                reader_of(args, Power.IMPORT), config_of(args).rules, path, on_progress=_show, **how
            )
        _tell(args, seen.counts, seen)
        return 0
    with office_of(args, Power.IMPORT) as office, progress_line():
        done = ledger.import_ledger(office, path, on_progress=_show, **how)
    _tell(args, done, None)
    return INTERRUPTED if done.stopped else 0


def _show(progress: Progress) -> None:
    kept = "，已写入的保留" if progress.phase == "写入" else ""
    show_progress(f"{progress.phase}（Ctrl+C 停止{kept}）", progress.done, progress.total)


def _tell(args: argparse.Namespace, counts: Counts, seen: Preview | None) -> None:
    if args.json:
        print_json(_as_json(counts, seen))
        return
    if seen is not None:
        _print_preview(seen)
    verb = "将" if seen else "已"
    print(
        f"共 {counts.rows:,} 行：{verb}新增 {counts.added:,}，{verb}补充 {counts.updated:,}，"
        f"未变 {counts.unchanged:,}，退回 {counts.rejected:,}；承办单位不明 {counts.unclaimed:,} 件"
    )
    for reason, number in counts.reasons.items():
        print(f"  退回 {number:,} 行：{reason}")
    _print_names(counts.names)
    if counts.rejects_file is not None:
        print(f"退回的行和原因：{counts.rejects_file}")
    if counts.stopped:
        print(_stopped(counts))


def _stopped(counts: Counts) -> str:
    """What stands after Ctrl+C, and how to go on."""
    done = counts.added + counts.updated + counts.unchanged
    if not done:
        return "已停止：什么都没有写入。"
    rest = counts.rows - counts.rejected - done
    return f"已停止：{done:,} 行已写入，其余 {rest:,} 行没有；再次导入同一文件会接着补上其余的。"


def _print_names(names: Mapping[str, int]) -> None:
    for name, number in list(names.items())[:NAMES_SHOWN]:
        print(f"  待认领 {number:,} 件：{name}")
    if len(names) > NAMES_SHOWN:
        print(f"  …… 另有 {len(names) - NAMES_SHOWN} 个单位名")


def _print_preview(seen: Preview) -> None:
    print(f"{seen.path.name}  编码 {seen.encoding}  工作表 {seen.sheet}  表头第 {seen.header_row} 行")
    if len(seen.sheets) > 1:
        print(f"  工作表有：{'、'.join(seen.sheets)}（用 --sheet 选）")
    print("  取用：" + "，".join(f"{name}→{label}" for name, label in seen.columns if label))
    unused = [name for name, label in seen.columns if label is None]
    if unused:
        print(f"  不取：{'、'.join(unused)}（用 --map 列=项 指定）")
    for sample in seen.samples:
        print(f"  第 {sample.row} 行：" + "；".join(f"{label} {text}" for label, text in sample.facts))


def _as_json(counts: Counts, seen: Preview | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rows": counts.rows,
        "added": counts.added,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "unclaimed": counts.unclaimed,
        "rejects_file": None if counts.rejects_file is None else str(counts.rejects_file),
        "reasons": dict(counts.reasons),
        "unclaimed_names": dict(counts.names),
        "stopped": counts.stopped,
    }
    if seen is not None:
        told |= {"encoding": seen.encoding, "sheet": seen.sheet, "header_row": seen.header_row}
        told["columns"] = {name: label for name, label in seen.columns if label}
    return told


def write_list(args: argparse.Namespace) -> None:
    """Write the cases of a unit, an alarm, with some words anywhere in them; open ones first."""
    connection, now = reader_of(args, Power.EXPORT), instants.now()
    unit = None if args.unit is None else unit_named(connection, args.unit)
    query = ListQuery(
        scope=Scope() if unit is None else Scope(unit.id, unit.level),
        alarm=None if args.alarm is None else _alarm(args.alarm),
        open_only=False,
    )
    listed = lookup.ids(connection, args.query or "", now=now, within=query)
    with progress_line():
        count = export_cases(connection, Path(args.file), listed, now, partial(show_progress, "导出"))
    print(f"已导出 {count:,} 件：{args.file}")


def _alarm(word: str) -> Alarm:
    for alarm in Alarm:
        if word in (alarm.label, alarm.value):
            return alarm
    raise CommandError(f"没有“{word}”这个状态，可用：{'、'.join(alarm.label for alarm in Alarm)}")
