"""撤销: the last step taken back as long as nobody built on it. Pure, and the same on every machine.

A 撤销 is an event like any other: the step that it takes back stays in the journal, marked 已撤销, and
changes nothing. It holds only where its author had seen that step as the last one and nobody, on any
machine, had seen the step when writing another. Otherwise it is 不适用, and the step stands. Two machines
that take the same step back agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.actions import Action
from db.state import Step
from db.terms import Outcome, Via

Marks = dict[str, tuple[Outcome, str | None]]
"""Step → what became of it without being taken, and why."""

_FINAL: Mapping[str, str] = {
    Action.REGISTER: "登记不能撤销，请用撤回",
    Action.UNDO: "上一步已经撤销，更早的请用更正",
    Action.DETACH: "附件已经撤除，不能恢复",
}
"""Steps that nothing takes back, and what an officer is told."""

BUILT_ON = "已有后续步骤，请用更正"
"""Why a step that is not the last one any more stands."""


def judge(steps: Sequence[Step]) -> Marks:
    """The steps that are undone, and the 撤销 that take nothing back.

    Args:
        steps: of one case, in the order of the fold.
    """
    undos = [step for step in steps if step.action == Action.UNDO]
    if not undos:
        return {}
    by_id = {step.id: step for step in steps}
    marks: Marks = {}
    for undo in undos:
        why = _vain(undo, by_id, steps)
        if why is not None:
            marks[undo.id] = Outcome.VOID, why
        else:
            marks.setdefault(_target(undo), (Outcome.UNDONE, f"由{undo.by}撤销"))
    return marks


def _target(undo: Step) -> str:
    data: Any = undo.data  # Of a step that nobody has checked yet.
    named = data.get("event") if isinstance(data, dict) else None
    return named if isinstance(named, str) else ""


def _vain(undo: Step, by_id: Mapping[str, Step], steps: Sequence[Step]) -> str | None:
    """Why a 撤销 takes nothing back; ``None`` = it does."""
    target = by_id.get(_target(undo))
    if target is None:
        return "要撤销的步骤不在本件中"
    if undo.seen != (target.id,):
        return "记下撤销时，它已不是最后一步"
    return _lasting(target) or (BUILT_ON if _built_on(target, steps) else None)


def _lasting(target: Step) -> str | None:
    if target.via == Via.LEDGER:
        return "台账导入的步骤不能撤销，请用更正"
    return _FINAL.get(target.action)


def _built_on(target: Step, steps: Sequence[Step]) -> bool:
    """Whether anybody had seen the step when writing another than its 撤销."""
    return any(target.id in step.seen and not _takes_back(step, target) for step in steps)


def _takes_back(step: Step, target: Step) -> bool:
    return step.action == Action.UNDO and _target(step) == target.id and step.seen == (target.id,)


def undoable(
    steps: Sequence[Step], heads: Sequence[str], officer: str, device: str
) -> tuple[str, str | None]:
    """The step that an officer at a machine could take back now, and why not.

    Args:
        steps: of one case.
        heads: those that nobody has built upon.
        officer: who asks.
        device: where.

    Returns:
        Its id, empty where there is no last step; and the reason in Chinese, ``None`` = it can be undone.
    """
    if len(heads) != 1:
        return "", "别的机器同时记了步骤，没有唯一的最后一步"
    last = next(step for step in steps if step.id == heads[0])
    return last.id, _lasting(last) or _not_yours(last, officer, device)


def _not_yours(last: Step, officer: str, device: str) -> str | None:
    if last.by != officer:
        return f"上一步由{last.by}记下，只有本人能撤销"
    return None if last.device == device else "上一步不是在本机记下的"
