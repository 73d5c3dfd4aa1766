"""The form of one action, made from the data it carries; whatever a unit did is entered as its act."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from db import instants
from db.actions import FIELDS, Action
from db.alarms import outlasts_due
from db.deadlines import clock
from db.drafts import Draft
from db.lifecycle import OFFICE, RULES, UNIT
from db.reads import case as reads
from db.reads.case import CaseFacts
from db.rules import Limit
from db.terms import DueSource, Via
from duban_tui.controls import Units, field_for
from duban_tui.screens.form import FormScreen
from duban_tui.undoing import say_saved
from duban_tui.widgets.choice import Choice
from duban_tui.widgets.field import Field
from duban_tui.widgets.time_input import TimeInput
from duban_tui.widgets.unit_picker import UnitPicker
from duban_tui.wording import WEEKDAYS

if TYPE_CHECKING:
    from db.journal import Recorded
    from db.office import Office

HIDDEN = ("lead_text", "due_source", "corrects")
"""Data that the form fills in itself."""

WAYS = (Via.PHONE, Via.SYSTEM, Via.PAPER)
"""How a unit's act reaches the desk."""

DEADLINE_ACTIONS = (Action.DISPATCH, Action.REASSIGN)


class ActionScreen(FormScreen):
    """One action on one case."""

    form_name = "action"

    def __init__(self, case_id: int, action: Action, draft: Draft | None = None) -> None:
        """Open the form of `action`."""
        super().__init__(case_id, draft)
        self.action = action
        self._units = Units(lambda: self.desk.reader)
        self._claimed = 0

    @property
    def facts(self) -> CaseFacts:
        """The case as it stands."""
        assert self.case_id is not None
        facts = reads.facts(self.desk.reader, self.case_id, self.desk.now())
        assert facts is not None
        return facts

    def heading(self) -> str:
        """The action and the case."""
        facts = self.facts
        return f"{self.action.label}  {facts.number}  {facts.title}"

    def draft_data(self) -> dict[str, Any]:
        """The fields, and which action they belong to."""
        return {**super().draft_data(), "action": self.action.value}

    def fields(self) -> Iterator[Field]:
        """The data of the action; for a unit's act also which unit, how it came in; when it happened."""
        who = RULES[self.action].who
        for spec in FIELDS[self.action]:
            if spec.name == "lead":
                picker = UnitPicker(self._units.suggest, self._units.known, free_text=not spec.required)
                yield Field(spec.name, spec.label, picker, required=spec.required)
            elif spec.name not in HIDDEN:
                yield field_for(spec, self.desk, self._units)
        if self.action is Action.CLAIM:
            yield Field("under", "或新增于", UnitPicker(self._units.suggest, self._units.known))
        if who is UNIT:
            yield from self._party_fields()
        label = "发生时间" if who is not OFFICE else "时间"
        yield Field("at", label, TimeInput(self.desk.now(), clock=self.desk.now), required=True)

    def _party_fields(self) -> Iterator[Field]:
        assert self.case_id is not None
        parts = reads.parts(self.desk.reader, self.case_id)
        units = {part.uid: part.unit for part in parts if part.uid and part.ended_at is None}
        if units:
            lead = next(iter(units))
            yield Field("party", "单位", Choice([(str(uid), name) for uid, name in units.items()], lead))
        yield Field("via", "来自", Choice([(str(way.value), way.label) for way in WAYS], Via.PHONE.value))

    def on_mount(self) -> None:
        """Fill in what is known already."""
        if self.action is Action.CLAIM:
            self.form.field("name").control.typed = self.facts.unclaimed or ""
            self.form.field("unit").required = False

    def understand(self) -> None:
        """Say what due date would follow."""
        if self.action not in DEADLINE_ACTIONS:
            return
        rules, facts = self.desk.config.rules, self.facts
        limit = rules.limit_for(facts.kind, facts.category, facts.urgency)
        start = self.form.understood("at") or self.desk.now()
        written = self.form.understood("limit") if self.action is Action.DISPATCH else None
        due = self.form.understood("due") if self.action is Action.DISPATCH else None
        if written:
            limit = Limit.parse(written, same_day=limit.same_day, roll=limit.roll)
        said = str(limit)
        if facts.due_at is not None:  # The clock of the case goes on, whoever has it: after a 退回 too.
            due, said = facts.due_at, f"{facts.limit_text}，照旧"
        dates = clock(start, limit, self.desk.calendar, rules.deadlines, due_at=due)
        below = self.form.field("at")
        if not below.wrong:
            below.remark(due_line(said, dates.due_at, dates.accept_by, dates.provisional))

    def submit(self, entered: dict[str, Any]) -> Recorded | None:
        """Write the act."""
        from db.journal import Act, record

        if self.action is Action.CLAIM:
            return self._claim(entered)
        at, party, via = (entered.pop(name, None) for name in ("at", "party", "via"))
        lead = self.form.field("lead").control if self.action is Action.DISPATCH else None
        if lead is not None and entered["lead"] is None:
            entered["lead_text"] = lead.text
        if entered.get("due") and self.action is Action.DISPATCH:
            entered["due_source"] = DueSource.MANUAL.value
        act = Act(self.action, entered, party=party, via=Via(via or Via.DESK.value), at=at)
        return self.write(lambda office: record(office, self.case_id or 0, act))

    def _claim(self, entered: dict[str, Any]) -> Recorded | None:
        from db import claims

        name, unit, under = entered["name"], entered["unit"], entered["under"]
        if unit is None and under is None:
            self.form.field("unit").remark("选一个已有的单位，或在下一栏选新单位的上级", wrong=True)
            return None

        def step(office: Office) -> Recorded:
            claimed = claims.claim(office, name, unit=unit, under=under)
            self._claimed = len(claimed)
            return next((one for one in claimed if one.case_id == self.case_id), claimed[0])

        return self.write(step)

    def done(self, recorded: Recorded) -> None:
        """Say that it stands."""
        others = f"，同名的另有 {self._claimed - 1} 件一并认领" if self._claimed > 1 else ""
        say_saved(self.desk, f"{self.action.label}  {recorded.number}  已写入{others}", recorded.case_id)
        super().done(recorded)


def due_line(limit: str, due_at: int | None, accept_by: int | None, provisional: bool) -> str:
    """``5工作日：应于 11-30 周一 办结，11-25 前受理``."""
    if due_at is None:
        return f"{limit}：没有应办结日"
    due = instants.last_day_of(due_at)
    accept = f"，{instants.last_day_of(accept_by):%m-%d} 前受理" if accept_by is not None else ""
    if outlasts_due(accept_by, due_at):
        accept = "，早于受理期限，以办结为准"
    marked = "（暂定）" if provisional else ""
    return f"{limit}：应于 {due:%m-%d} 周{WEEKDAYS[due.weekday()]} 办结{accept}{marked}"
