"""``duban undo``: one's last step taken back. ``duban conflicts``, ``duban settle``: contradictions."""

from __future__ import annotations

import argparse
from typing import Any

from db import instants
from db.actions import label_of
from db.reads import conflicts
from db.reads.conflicts import ConflictRow, MarkRow, Side
from db.reads.flow import brief
from db.terms import Outcome
from duban_tui.cli.errors import CommandError
from duban_tui.cli.output import minute, print_json
from duban_tui.cli.places import case_numbered, office_of, reader_of

SHORT = 8
"""So many last characters of an event id tell the steps of one case apart."""


def undo(args: argparse.Namespace) -> None:
    """Take the last step of a case back."""
    from db.actions import Action
    from db.journal import Act, record
    from db.reads.undoing import last_step

    with office_of(args) as office:
        case_id = case_numbered(office.writer, args.number)
        last = last_step(office.writer, case_id, office.officer, office.device.id)
        if last.step is None or last.why_not is not None:
            raise CommandError(f"不能撤销：{last.why_not}")
        data = {"event": last.step.event_id, "reason": args.reason}
        recorded = record(office, case_id, Act(Action.UNDO, data))
    print(f"已撤销：{recorded.number}  {brief(last.step)}  {last.step.summary}".rstrip())


def settle(args: argparse.Namespace) -> None:
    """Settle the conflicts of a case: those without a value to keep, or the ones about a kept value."""
    from db.actions import Action
    from db.journal import Act, record

    with office_of(args) as office:
        case_id = case_numbered(office.writer, args.number)
        chosen, keep = _chosen(conflicts.of_case(office.writer, case_id), args)
        events = list(dict.fromkeys(event for row in chosen for event in row.events))
        data = {"events": events, "keep": keep, "opinion": args.opinion}
        recorded = record(office, case_id, Act(Action.SETTLE, data))
        left = len(conflicts.of_case(office.writer, case_id))
    more = f"，还有 {left} 个" if left else ""
    print(f"已处置：{recorded.number}{more}")


def _chosen(rows: list[ConflictRow], args: argparse.Namespace) -> tuple[list[ConflictRow], str | None]:
    """The conflicts meant, and the full id of the step to keep.

    Raises:
        CommandError: there are none, or what to keep is not said or fits none.
    """
    if not rows:
        raise CommandError(f"{args.number} 没有待处置的冲突")
    values = {one.event_id: one for row in rows for one in row.keeps}
    if args.keep is None:
        chosen = [row for row in rows if not row.keeps]
        if not chosen:
            offered = "；".join(f"{_short(one.event_id)} {one.words}" for one in values.values())
            raise CommandError(f"两处定得不一样，请用 --keep 写明以哪一步为准：{offered}")
        return chosen, None
    found = [event for event in values if event.endswith(args.keep)]
    if len(found) != 1:
        raise CommandError(f"没有可以保留的步骤 {args.keep}，可用 duban conflicts 查看步骤编号")
    return [row for row in rows if row.keeps and found[0] in row.events], found[0]


def _short(event: str) -> str:
    return event[-SHORT:]


def list_conflicts(args: argparse.Namespace) -> None:
    """Print the open conflicts of the office and the marks on what came from elsewhere."""
    connection = reader_of(args)
    rows, marks = conflicts.open_ones(connection), conflicts.marks(connection)
    if args.json:
        print_json(
            {"conflicts": [_conflict_json(row) for row in rows], "marks": [_mark_json(one) for one in marks]}
        )
        return
    print(f"冲突 {len(rows)} 个" if rows else "没有冲突")
    for row in rows:
        _print_conflict(row)
    if marks:
        print(f"\n留意 {len(marks)} 条")
    for one in marks:
        print(f"  {one.number}  {one.title}\n    {one.step}  {one.machine}  {one.said}")


def _print_conflict(row: ConflictRow) -> None:
    print(f"\n{row.number}  {row.title}\n  {row.says}")
    for side in row.sides:
        _print_side(side)
    keep = f" --keep {_short(row.keeps[0].event_id)}" if row.keeps else ""
    print(f"  处置：duban settle {row.number} --opinion 意见{keep}")


def _print_side(side: Side) -> None:
    step = side.step
    when = minute(step.at) or minute(step.recorded_at)
    action = label_of(step.action) + ("（不适用）" if step.outcome == Outcome.VOID else "")
    print(
        f"  - {_short(step.event_id)}  {when}  {side.machine}  {step.by}  {action}  {step.summary}".rstrip()
    )
    if side.unseen:
        print(f"    {side.unseen}")


def _conflict_json(row: ConflictRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": row.title,
        "conflict": row.says,
        "sides": [_side_json(side) for side in row.sides],
        "events": row.events,
        "keep_one_of": [one.event_id for one in row.keeps],
    }


def _side_json(side: Side) -> dict[str, Any]:
    step = side.step
    return {
        "event": step.event_id,
        "machine": side.machine,
        "by": step.by,
        "party": step.party or None,
        "at": instants.iso(step.at),
        "recorded_at": instants.iso(step.recorded_at),
        "action": label_of(step.action),
        "summary": step.summary,
        "outcome": Outcome(step.outcome).label,
        "why": step.why,
        "unseen": side.unseen or None,
    }


def _mark_json(mark: MarkRow) -> dict[str, Any]:
    return {
        "number": mark.number,
        "title": mark.title,
        "step": mark.step,
        "machine": mark.machine,
        "recorded_at": instants.iso(mark.recorded_at),
        "mark": mark.said,
    }
