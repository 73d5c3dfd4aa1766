"""核查记录: one column in the order of the visit, and what it still lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import drafts
from db.actions import FIELDS, Action, FieldSpec
from db.connection import Progress
from db.drafts import Draft
from db.evidence.intake import Entry, Limits, take_in
from db.home import path_of
from db.reads import case as reads
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.controls import Units, field_for
from duban_tui.screens.form import FormScreen
from duban_tui.undoing import say_saved
from duban_tui.widgets.attachments import Attachments
from duban_tui.widgets.field import Field
from duban_tui.widgets.long_text import LogText
from duban_tui.widgets.time_input import TimeInput

if TYPE_CHECKING:
    from db.journal import Recorded

ORDER = (
    "method", "arrived_at", "place", "people", "identity_shown", "log", "findings", "left_at",
    "finding", "handling", "evidence",
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
        self._leaves_copies = False
        """The officer was told that files are still being copied."""

    def fields(self) -> Iterator[Field]:
        """Method and arrival first, the conclusion last."""
        specs = {spec.name: spec for spec in FIELDS[Action.VERIFY]}
        for name in ORDER:
            yield self._field(specs[name])

    def _field(self, spec: FieldSpec) -> Field:
        if spec.name == "log":
            return Field(spec.name, spec.label, LogText(self.desk.now))
        if spec.kind == "files":
            return Field(spec.name, spec.label, Attachments(self._take_in, self._let_go, self.desk.now))
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

    def _take_in(self, path: Path, held: Sequence[Entry], progress: Progress) -> Entry:
        limits = self.desk.config.evidence
        in_bytes = Limits.of_mb(limits.max_file_mb, limits.max_note_mb)
        return take_in(self.desk.home, path, in_bytes, held, progress)

    def _let_go(self, sha256: str) -> None:
        drafts.let_go(path_of(self.desk.home), [sha256])

    @property
    def _copying(self) -> bool:
        return any(each.copying for each in self.query(Attachments))

    def unsaved(self) -> str | None:
        """A file that is still being copied would be lost as well."""
        return super().unsaved() or ("附件还没有存完" if self._copying else None)

    def action_back(self) -> None:
        """Esc: not before the files are copied, unless it is pressed again."""
        if self._copying and not self._leaves_copies:
            self._leaves_copies = True
            self.refuse("附件还在存，请稍候；再按一次 Esc 就不存了")
        else:
            super().action_back()

    def wanted(self) -> list[str]:
        """Every field that is blank; not each visit brings a photo home."""
        return [
            field.label
            for field in self.form.fields()
            if field.key != "evidence" and self.form.understood(field.key) in (None, [])
        ]

    def wished(self) -> list[str]:
        """附件, while there are none."""
        return [field.label for field in self.form.fields() if field.key == "evidence" and field.blank]

    def submit(self, entered: dict[str, Any]) -> Recorded | None:
        """Write the record; its time is that of leaving, else of arriving."""
        from db.journal import Act, record

        data = {**entered, "corrects": self._corrects}
        at = entered["left_at"] or entered["arrived_at"]
        act = Act(Action.VERIFY, data, at=at)
        return self.write(lambda office: record(office, self.case_id or 0, act))

    def done(self, recorded: Recorded) -> None:
        """Say that it stands."""
        say_saved(self.desk, f"核查记录已提交  {recorded.number}", recorded.case_id)
        super().done(recorded)

    def action_another(self) -> None:
        """Ctrl+N: keep this draft and begin a further record of the same case."""
        assert self.case_id is not None
        failed = self.save_now()
        if failed:
            self.refuse(f"草稿没有存上：{failed}")
            return
        self.app.switch_screen(NoteScreen(self.case_id, fresh=True))
