"""``duban show``: one case with its facts, its flow and its notes; all texts masked."""

from __future__ import annotations

import argparse
from typing import Any

from db import instants
from db.actions import label_of
from db.reads import board, case, flow
from db.reads.case import CaseFacts
from db.reads.evidence import AttachmentRow, attachments
from db.reads.flow import NoteRow, TimelineRow
from db.terms import Alarm, DueSource, Finding, Handling, Method, Outcome, Pending, Stage, Term, Via
from duban_tui.cli.evidence import file_line, said_file
from duban_tui.cli.output import case_line, day, minute, print_json
from duban_tui.cli.places import case_numbered, reader_of

_FLAGS = {"confidential": "保密", "report": "举报", "supervised": "挂牌", "odd_dates": "日期存疑"}
_COUNTERS = {
    "urged": "催办",
    "extended": "延期",
    "returned": "退回",
    "redone": "重办",
    "notes": "核查",
    "conflicts": "冲突",
}
_PLAIN = (
    "number", "title", "kind", "channel", "category", "urgency", "place", "submitter", "body", "reply",
    "unit", "unclaimed", "subject", "provisional", "on_time", *_FLAGS, *_COUNTERS,
)  # fmt: skip
_MOMENTS = (
    "received_at", "registered_at", "delivered_at", "signed_at", "accepted_at", "paused_at", "stopped_at",
    "closed_at", "updated_at",
)  # fmt: skip
_DAYS = ("due_at", "due_first", "due_rule", "accept_by")


def show(args: argparse.Namespace) -> None:
    """Print one case."""
    connection, now = reader_of(args), instants.now()
    case_id = case_numbered(connection, args.number)
    facts = case.facts(connection, case_id, now)
    assert facts is not None
    steps, notes = flow.timeline(connection, case_id), flow.notes(connection, case_id)
    files = attachments(connection, case_id)
    if args.json:
        (row,) = board.rows(connection, [case_id], now)
        print_json({
            **case_line(row),
            "facts": _facts_json(facts),
            "flow": [_step_json(step) for step in steps],
            "notes": [_note_json(note, files) for note in notes],
        })  # fmt: skip
        return
    _print_facts(facts)
    _print_flow(steps)
    _print_notes(notes, files)


def _label(term: type[Term], code: str | None) -> str | None:
    return None if code is None else term(code).label


def _facts_json(facts: CaseFacts) -> dict[str, Any]:
    urgent = facts.urgent_from
    return {
        **{name: getattr(facts, name) for name in _PLAIN},
        **{name: instants.iso(getattr(facts, name)) for name in _MOMENTS},
        **{name.removesuffix("_at"): day(getattr(facts, name)) for name in _DAYS},
        "urgent_from": None if urgent is None else instants.day_of(urgent).isoformat(),
        "limit": facts.limit_text or None,
        "due_source": _label(DueSource, facts.due_source),
        "stage": Stage(facts.stage).label,
        "alarm": Alarm(facts.alarm).label,
        "pending": _label(Pending, facts.pending),
        "numbers": [{"scheme": scheme, "number": number} for scheme, number in facts.numbers],
    }


def _step_json(step: TimelineRow) -> dict[str, Any]:
    return {
        "at": instants.iso(step.at),
        "recorded_at": instants.iso(step.recorded_at),
        "action": label_of(step.action),
        "by": step.by,
        "party": step.party or None,
        "via": Via(step.via).label,
        "summary": step.summary,
        "outcome": Outcome(step.outcome).label,
        "why": step.why,
        "marks": step.marks,
    }


def _note_json(note: NoteRow, files: list[AttachmentRow]) -> dict[str, Any]:
    return {
        "id": note.event_id,
        "method": Method(note.method).label,
        "arrived_at": instants.iso(note.arrived_at),
        "left_at": instants.iso(note.left_at),
        "place": note.place,
        "people": note.people,
        "log": note.log,
        "findings": note.findings,
        "finding": _label(Finding, note.finding),
        "handling": _label(Handling, note.handling),
        "by": note.by,
        "corrects": note.corrects,
        "corrected_by": note.corrected_by,
        "evidence": [file_line(file) for file in files if file.event_id == note.event_id],
    }


def _print_facts(facts: CaseFacts) -> None:
    print(f"{facts.number}  {facts.title}")
    print(f"{Alarm(facts.alarm).label} · {Stage(facts.stage).label} · {_due_words(facts)}")
    about = (facts.channel, facts.kind, facts.category, facts.urgency, facts.place)
    print(" · ".join(filter(None, about)))
    print(f"主办 {facts.unit or '—'}" + (f"  反映人 {facts.submitter}" if facts.submitter else ""))
    flags = [label for name, label in _FLAGS.items() if getattr(facts, name)]
    counters = [
        f"{label} {getattr(facts, name)}" for name, label in _COUNTERS.items() if getattr(facts, name)
    ]
    if flags or counters:
        print("  ".join([*flags, *counters]))
    for scheme, number in facts.numbers:
        print(f"{scheme} {number}")
    for name, text in (("内容", facts.body), ("答复", facts.reply)):
        if text:
            print(f"\n{name}\n  {text}")


def _due_words(facts: CaseFacts) -> str:
    if facts.due_at is None:
        return f"时限 {facts.limit_text}" if facts.limit_text else "没有期限"
    return f"应于 {day(facts.due_at)} 办结（{facts.limit_text}{'，暂定' if facts.provisional else ''}）"


def _print_flow(steps: list[TimelineRow]) -> None:
    print("\n流程")
    for step in steps:
        who = step.party or step.by
        why = f"（{Outcome(step.outcome).label}：{step.why}）" if step.why else ""
        why += "".join(f"（{mark}）" for mark in step.marks)
        when = minute(step.at) or "时间不详"
        print(f"  {when:<16}  {label_of(step.action)}  {who}  {step.summary}{why}".rstrip())


def _print_notes(notes: list[NoteRow], files: list[AttachmentRow]) -> None:
    if notes:
        print("\n核查记录")
    for note in notes:
        found = [Method(note.method).label, _label(Finding, note.finding), _label(Handling, note.handling)]
        concluded = " · ".join(filter(None, found))
        print(f"  {minute(note.arrived_at)}  {concluded}  {note.by}  {note.place}".rstrip())
        for line in (note.findings, *(" ".join(map(str, entry)) for entry in note.log)):
            if line:
                print(f"    {line}")
        for file in files:
            if file.event_id == note.event_id:
                print(f"    附件 {said_file(file)}")
