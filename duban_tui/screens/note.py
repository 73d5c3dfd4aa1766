"""核查记录: one column in the order of the visit, and what it still lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from db import drafts
from db.actions import FIELDS, Action, FieldSpec
from db.drafts import Draft
from db.reads import case as reads
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.controls import Units, field_for
from duban_tui.screens.form import FormScreen
from duban_tui.widgets.field import Field
from duban_tui.widgets.long_text import LogText
from duban_tui.widgets.time_input import TimeInput

if TYPE_CHECKING:
    from db.journal import Recorded

ORDER = (
    "method", "arrived_at", "place", "people", "identity_shown", "log", "findings", "left_at",
    "finding", "handling",
)  # fmt: skip
"""The fields of `Action.VERIFY` in the order of a visit."""


class NoteScreen(FormScreen):
    """A record of one visit. A submitted one is only ever corrected by a further one."""

    PLACES = (Place.FORM, Place.NOTE)
    BINDINGS = commands.bindings(Place.NOTE)
    form_name = "note"
    lists_missing = True

    def __init__(
        self, case_id: int, draft: Draft | None = None, *, corrects: str | None = None, fresh: bool = False
    ) -> None:
        """Write on a case: go on with its newest draft, unless a `fresh` record is asked for.

        Args:
            case_id: the case.
            draft: the draft to go on with.
            corrects: event id of the record that this one corrects.
            fresh: begin a further record although there is a draft.
        """
        super().__init__(case_id, draft)
        self._corrects, self._fresh = corrects, fresh

    def fields(self) -> Iterator[Field]:
        """Method and arrival first, the conclusion last."""
        specs = {spec.name: spec for spec in FIELDS[Action.VERIFY]}
        for name in ORDER:
            yield self._field(specs[name])

    def _field(self, spec: FieldSpec) -> Field:
        if spec.name == "log":
            return Field(spec.name, spec.label, LogText(self.desk.now))
        if spec.kind == "time":
            arrived = self.desk.now() if spec.name == "arrived_at" else None
            return Field(spec.name, spec.label, TimeInput(arrived, clock=self.desk.now, enter_is_now=True))
        return field_for(spec, self.desk, Units(lambda: self.desk.reader))

    def on_mount(self) -> None:
        """Go on with the newest draft of this case, if there is one."""
        assert self.case_id is not None
        if self._draft is None and not self._fresh and not self._corrects:
            kept = [
                one
                for one in drafts.unfinished(self.desk.reader, self.case_id, self.desk.signed_in)
                if one.form == self.form_name
            ]
            self._draft = kept[0] if kept else None
        if self._draft is not None:
            self._corrects = self._draft.data.get("corrects")

    def heading(self) -> str:
        """Which case the record is about."""
        return f"{'更正' if self._corrects else ''}核查记录  {self.draft_title()}"

    def draft_title(self) -> str:
        """The case."""
        assert self.case_id is not None
        facts = reads.facts(self.desk.reader, self.case_id, self.desk.now())
        return "" if facts is None else f"{facts.number}  {facts.title}"

    def draft_data(self) -> dict[str, Any]:
        """The fields, and which record this one corrects."""
        return {**super().draft_data(), "corrects": self._corrects}

    def wanted(self) -> list[str]:
        """Every field that is blank."""
        return [field.label for field in self.form.fields() if self.form.understood(field.key) in (None, [])]

    def submit(self, entered: dict[str, Any]) -> Recorded | None:
        """Write the record; its time is that of leaving, else of arriving."""
        from db.journal import Act, record

        data = {**entered, "corrects": self._corrects}
        at = entered["left_at"] or entered["arrived_at"]
        act = Act(Action.VERIFY, data, at=at)
        return self.write(lambda office: record(office, self.case_id or 0, act))

    def done(self, recorded: Recorded) -> None:
        """Say that it stands."""
        self.app.notify(f"核查记录已提交  {recorded.number}", timeout=4, markup=False)
        super().done(recorded)

    def action_another(self) -> None:
        """Ctrl+N: keep this draft and begin a further record of the same case."""
        assert self.case_id is not None
        failed = self.save_now()
        if failed:
            self.refuse(f"草稿没有存上：{failed}")
            return
        self.app.switch_screen(NoteScreen(self.case_id, fresh=True))
