"""登记: a new case; its due date is worked out and similar open cases are shown while one types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.widgets import Static

from db.actions import FIELDS, Action
from db.connection import OfficeError
from db.deadlines import clock
from db.drafts import Draft
from db.reads import similar
from db.reads.board import CaseRow
from db.rules import Limit
from db.terms import DueSource
from duban_tui.controls import EndOfDay, Units, field_for, options
from duban_tui.screens.action import due_line
from duban_tui.screens.form import FormScreen
from duban_tui.widgets.choice import Choice, YesNo
from duban_tui.widgets.field import Field
from duban_tui.widgets.line_input import LineInput
from duban_tui.widgets.time_input import LimitInput, TimeInput
from duban_tui.widgets.unit_picker import UnitPicker, UnitsPicker

if TYPE_CHECKING:
    from db.journal import Act, Recorded

SUBMITTER = (("name", "反映人"), ("phone", "电话"), ("id_number", "证件号"), ("address", "住址"))
"""What is asked of a 反映人; all of it may stay blank."""

ID_LENGTHS = (15, 18)
"""Digits of an identity number, the old and the present one; what holds letters is another document."""

SIMILAR = 4
"""Similar cases shown before saving."""

SIMILAR_AFTER = 0.3
"""Seconds without a key press after which similar cases are looked for."""

MIN_WORDS = 4
"""Characters of a title that say enough to look for similar cases."""


class IntakeScreen(FormScreen):
    """Everything of a new case, and its 交办 where the unit is known already."""

    form_name = "intake"

    def __init__(self, draft: Draft | None = None) -> None:
        """Open blank, or go on with a draft."""
        super().__init__(None, draft)
        self._units = Units(lambda: self.desk.reader)
        self._looked_for = ""
        self._similar: list[CaseRow] = []
        self._due_line = ""

    def heading(self) -> str:
        """What this is."""
        return "登记新事项"

    def draft_title(self) -> str:
        """The title as far as it is typed."""
        return str(self.form.understood("title") or "未写事项")

    def compose(self) -> ComposeResult:
        """The form, and above its foot what is similar."""
        for widget in super().compose():
            if widget.id == "refusal":
                yield Static("", id="remarks", markup=False)
            yield widget

    def fields(self) -> Iterator[Field]:
        """Facts, reporter, then the unit and its limit."""
        rules = self.desk.config.rules
        own = {spec.name: spec for spec in FIELDS[Action.REGISTER]}
        known, suggest = self._units.known, self._units.suggest

        def of(name: str) -> Field:
            return field_for(own[name], self.desk, self._units)

        yield of("title")
        yield of("body")
        yield of("place")
        yield Field("kind", "类别", Choice(options(rules, "kinds"), rules.kinds[0].name), required=True)
        yield Field("channel", "渠道", Choice(options(rules, "channels"), rules.channels[0]))
        yield of("category")
        first = next(iter(rules.urgencies), None)
        yield Field("urgency", "紧急程度", Choice(options(rules, "urgencies"), first))
        yield Field("source_number", "来源编号", LineInput(placeholder="原工单编号，没有就空着"))
        for name, label in SUBMITTER:
            yield Field(name, label, LineInput())
        yield of("subject_unit")
        yield Field("report", "举报", YesNo())
        yield Field("confidential", "保密", YesNo())
        yield Field("at", "收到", TimeInput(self.desk.now(), clock=self.desk.now), required=True)
        yield Field("lead", "主办单位", UnitPicker(suggest, known, free_text=True))
        yield Field("assist", "协办单位", UnitsPicker(suggest, known))
        yield Field("limit", "办理时限", LimitInput())
        yield Field("due", "应办结", EndOfDay(rules, self.desk.now))
        handed = {spec.name: spec for spec in FIELDS[Action.DISPATCH]}
        yield field_for(handed["requirement"], self.desk, self._units)

    def understand(self) -> None:
        """The limit and due date that follow; similar cases once the title rests."""
        rules, understood = self.desk.config.rules, self.form.understood
        kind, category, urgency = (understood(name) or "" for name in ("kind", "category", "urgency"))
        limit = rules.limit_for(kind, category, urgency) if kind else rules.kinds[0].limit
        written = understood("limit")
        if written:
            limit = Limit.parse(written, same_day=limit.same_day, roll=limit.roll)
        start = self.desk.now()
        dates = clock(start, limit, self.desk.calendar, rules.deadlines, due_at=understood("due"))
        later = "" if self._has_lead() else "（不填主办单位就存为待交办）"
        self._due_line = due_line(str(limit), dates.due_at, dates.accept_by, dates.provisional) + later
        self._show_remarks()
        self.set_timer(SIMILAR_AFTER, self._look_for_similar)

    def _has_lead(self) -> bool:
        return bool(self.form.field("lead").control.text)

    def _show_remarks(self) -> None:
        lines = [self._due_line]
        lines += [f"可能重复 {len(self._similar)} 件（未办结）："] if self._similar else []
        lines += [f"  {one.number}  {one.title}  {one.unit}" for one in self._similar]
        self.query_one("#remarks", Static).update("\n".join(lines))

    def _look_for_similar(self) -> None:
        """Look once the title rests: a timer of an earlier key press finds it changed already."""
        title = str(self.form.understood("title") or "")
        if not self.is_attached or title == self._looked_for:
            return
        self._looked_for = title
        reader, now = self.desk.reader, self.desk.now()
        enough = len(title) >= MIN_WORDS
        try:
            self._similar = similar.open_cases(reader, title, now=now, limit=SIMILAR) if enough else []
        except OfficeError as error:
            self.notify(str(error), title="查不了重复", severity="warning", markup=False)
        self._show_remarks()

    def doubts(self, entered: dict[str, Any]) -> list[str]:
        """A telephone number without digits, an identity number of the wrong length."""
        phone, number = str(entered["phone"] or ""), str(entered["id_number"] or "")
        doubts = ["电话里没有数字"] if phone and not re.search(r"\d", phone) else []
        if re.fullmatch(r"\d+[Xx]?", number) and len(number) not in ID_LENGTHS:
            doubts.append(f"证件号有 {len(number)} 位，身份证号是 18 位")
        return doubts

    def submit(self, entered: dict[str, Any]) -> Recorded | None:
        """Register, and hand over in the same transaction where a unit is named."""
        from db.journal import open_case

        acts = self._acts(entered)
        return self.write(lambda office: open_case(office, acts))

    def _acts(self, entered: dict[str, Any]) -> list[Act]:
        from db.journal import Act

        who = {name: entered[name] for name, _label in SUBMITTER if entered[name]}
        names = [spec.name for spec in FIELDS[Action.REGISTER] if spec.name in entered]
        facts = {name: entered[name] for name in names} | {"submitter": who or None}
        if entered["source_number"]:
            facts["numbers"] = [[entered["channel"] or "来源", entered["source_number"]]]
        acts = [Act(Action.REGISTER, facts, at=entered["at"])]
        if self._has_lead():
            lead = entered["lead"]
            handed = {name: entered[name] for name in ("assist", "limit", "due", "requirement")}
            handed |= {"lead": lead} if lead else {"lead_text": self.form.field("lead").control.text}
            handed |= {"due_source": DueSource.MANUAL.value} if entered["due"] else {}
            acts.append(Act(Action.DISPATCH, handed))
        return acts

    def done(self, recorded: Recorded) -> None:
        """Say the number; the new case opens."""
        self.app.notify(f"已登记  {recorded.number}", timeout=6, markup=False)
        super().done(recorded)
        self.desk.open_case(recorded.case_id)
