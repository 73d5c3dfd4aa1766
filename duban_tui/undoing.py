"""撤销上一步: what it would take back, the question before it, and the word on it after every saved step."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from db import instants
from db.actions import Action, label_of
from db.device import known_id
from db.reads.undoing import LastStep, last_step, stage_without
from db.terms import Stage
from duban_tui.widgets.timeline import show_at

if TYPE_CHECKING:
    from db.reads.flow import TimelineRow
    from duban_tui.app import DubanApp


SAVED_SECONDS = 10.0
"""So long a saved step is spoken of, and the key means that step, wherever the cursor went meanwhile."""


class Saved(NamedTuple):
    """The step that was just saved here."""

    case_id: int
    until: float
    """By the monotonic clock."""


def say_saved(desk: DubanApp, said: str, case_id: int) -> None:
    """Say that a step stands, and by which key it is taken back."""
    key = desk.commands["undo"].shown_key
    desk.just_saved = Saved(case_id, time.monotonic() + SAVED_SECONDS)
    desk.notify(f"{said}，{key} 撤销" if key else said, timeout=SAVED_SECONDS, markup=False)


def meant(desk: DubanApp, selected: int | None) -> int | None:
    """The case whose last step the key means: the one just saved, else the one selected."""
    saved = desk.just_saved
    return saved.case_id if saved is not None and time.monotonic() < saved.until else selected


def why_not(desk: DubanApp, selected: int | None) -> str | None:
    """Why there is nothing to take back; ``None`` = there is."""
    case_id = meant(desk, selected)
    return "先选中一件事项" if case_id is None else last_of(desk, case_id).why_not


def last_of(desk: DubanApp, case_id: int) -> LastStep:
    """The step of a case that would be taken back now."""
    return last_step(desk.reader, case_id, desk.officer, known_id(desk.home) or "")


def ask(desk: DubanApp, case_id: int) -> None:
    """Say what will be undone and ask; or say why nothing can be."""
    last = last_of(desk, case_id)
    step = last.step
    if step is None or last.why_not is not None:
        desk.notify(f"撤销：{last.why_not}", severity="warning", timeout=4, markup=False)
        return
    desk.show(
        "confirm", _question(desk, case_id, step),
        then=lambda yes: _take_back(desk, case_id, step) if yes else None,
    )  # fmt: skip


def _question(desk: DubanApp, case_id: int, step: TimelineRow) -> str:
    from db.office import Calendars
    from db.reads.case import facts

    case, now = facts(desk.reader, case_id, desk.now()), desk.now()
    assert case is not None
    at = show_at(step.at, instants.day_of(now).year)
    lines = [
        f"撤销 {case.number} 的最后一步：",
        f"{at}  {label_of(step.action)}  {step.summary}".rstrip(),
    ]
    before = stage_without(desk.reader, case_id, step.event_id, Calendars(desk.reader))
    if before != case.stage:
        lines.append(f"环节从“{Stage(case.stage).label}”回到“{Stage(before).label}”。")
    return "\n".join([*lines, "撤销了的步骤仍留在流程里。"])


def _take_back(desk: DubanApp, case_id: int, step: TimelineRow) -> None:
    from db.journal import Act, record

    act = Act(Action.UNDO, {"event": step.event_id})
    recorded = desk.write(lambda office: record(office, case_id, act))
    if recorded is not None:
        desk.just_saved = None
        desk.notify(f"已撤销  {recorded.number}  {label_of(step.action)}", timeout=4, markup=False)
