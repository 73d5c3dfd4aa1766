"""One line on a step of the flow: whom, until when, what was said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from db import instants
from db.actions import CORRECTABLE, Action
from db.evidence.media_type import said_size, said_type
from db.reads.names import UnitNames
from db.rules import Limit
from db.terms import Finding, Handling, Method

Data = dict[str, Any]
"""The data of an event, as it stands in the journal."""

_SPOKEN = ("way", "whom", "reason", "detail", "text", "answer", "reply", "opinion")
"""Fields whose words are shown as they are."""

_GLANCE = 60
"""Characters of a note's findings in the flow; the note itself stands below it, whole."""


def summary(action: Action, data: Data, texts: dict[str, str], names: UnitNames) -> str:
    """The line for a step; `texts` are the case's content rows by id."""
    said = _TELLERS.get(action, _spoken)(data, texts, names)
    return "，".join(one for one in said if one)


def note_parts(text: str) -> Data:
    """The erasable part of a note: place, people, log, findings; empty where it was erased."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return {"findings": text} if text else {}
    return parsed if isinstance(parsed, dict) else {}


def _text(data: Data, name: str, texts: dict[str, str]) -> str:
    value = data.get(name)
    return texts.get(value["content"], "") if isinstance(value, dict) else str(value or "")


def _day(data: Data, name: str) -> str:
    return instants.last_day_of(data[name]).isoformat() if data.get(name) else ""


def _spoken(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    return [_text(data, name, texts) for name in _SPOKEN]


def _registered(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    numbers = "、".join(f"{scheme} {number}" for scheme, number in data.get("numbers", []))
    return [data.get("channel", ""), numbers]


def _dispatched(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    assist = "、".join(map(names.of, data.get("assist", [])))
    due = f"应于 {_day(data, 'due')} 办结" if data.get("due") else f"时限 {Limit.from_data(data['rule'])}"
    return [
        f"主办 {names.of(data.get('lead')) or data.get('lead_text', '')}",
        f"协办 {assist}" if assist else "",
        due,
        _text(data, "reason", texts),
        _text(data, "requirement", texts),
    ]


def _passed_down(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    return [names.of(data["unit"]), f"{_day(data, 'due')} 前反馈" if data.get("due") else ""]


def _extended(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    return [f"延至 {_day(data, 'until')}", *_spoken(data, texts, names)]


def _verified(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    words = [Method(data["method"]).label]
    words += [Finding(data["finding"]).label] if data.get("finding") else []
    words += [Handling(data["handling"]).label] if data.get("handling") else []
    words += ["更正前一条"] if data.get("corrects") else []
    words += [f"附件 {len(data['evidence'])} 件"] if data.get("evidence") else []
    findings = str(note_parts(_text(data, "note", texts)).get("findings", "")).strip()
    first = findings.partition("\n")[0].rstrip()[:_GLANCE]
    return [" · ".join(words), first if first == findings else f"{first}…"]


def _corrected(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    return [fact(data), str(data.get("reason", ""))]


def fact(data: Data) -> str:
    """The fact that a step sets: ``应办结日 → 2026-11-30``."""
    value = data["value"]
    if data["field"] == "due":
        value = _day(data, "value")
    elif isinstance(value, bool):
        value = "是" if value else "否"
    return f"{CORRECTABLE[data['field']]} → {value}"


def _undone(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    return [str(data.get("event", "")), str(data.get("reason", ""))]


def _settled(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    """Named steps stand in words here: `flow` knows them."""
    kept = f"以{data['keep']}为准：{fact(data)}" if "field" in data else ""
    return [str(data["events"]), kept, str(data.get("opinion", ""))]


def _claimed(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    return [f"“{data['name']}”即 {names.of(data['unit'])}"]


def _detached(data: Data, texts: dict[str, str], names: UnitNames) -> list[str]:
    kind = said_type(data.get("type", ""))
    return [f"{kind} {said_size(data['size'])}" if "size" in data else kind, str(data["reason"])]


_TELLERS: dict[Action, Callable[[Data, dict[str, str], UnitNames], list[str]]] = {
    Action.REGISTER: _registered,
    Action.DISPATCH: _dispatched,
    Action.REASSIGN: _dispatched,
    Action.SUBDISPATCH: _passed_down,
    Action.EXTEND: _extended,
    Action.EXTEND_GRANT: _extended,
    Action.VERIFY: _verified,
    Action.CORRECT: _corrected,
    Action.CLAIM: _claimed,
    Action.UNDO: _undone,
    Action.SETTLE: _settled,
    Action.DETACH: _detached,
}
