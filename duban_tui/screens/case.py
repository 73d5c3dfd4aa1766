"""One case: facts, text, flow, records, the line of days, and what may be done now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.events import Click
from textual.widgets import Static

from db import instants
from db.connection import OfficeError
from db.evidence.media_type import said_size, said_type
from db.lifecycle import allowed
from db.office import Calendars
from db.posts import Seat
from db.reads import case as reads
from db.reads import flow
from db.reads.case import CaseFacts, PartRow
from db.reads.evidence import AttachmentRow, attachments
from db.reads.flow import NoteRow
from db.terms import Alarm, Finding, Handling, Method, Role, Stage
from duban_tui import commands
from duban_tui.commands import Place
from duban_tui.messages import CaseChanged, OfficeChanged, TimePassed
from duban_tui.screens.base import DeskScreen
from duban_tui.screens.note import NoteScreen
from duban_tui.widgets import alarm
from duban_tui.widgets.due_trace import DayLine
from duban_tui.widgets.timeline import Timeline, show_at
from duban_tui.wording import time_left

COUNTERS = (("urged", "催办"), ("extended", "延期"), ("returned", "退回"), ("redone", "重办"))
FLAGS = (("confidential", "保密"), ("report", "举报"), ("supervised", "挂牌"), ("odd_dates", "日期存疑"))


class CaseScreen(DeskScreen[None]):
    """A case, read whole; it reads again when something was written or a minute went by."""

    CSS_PATH = "../styles/case.tcss"
    PLACES = (Place.RECORDS,)
    BINDINGS = commands.bindings(*PLACES)

    def __init__(self, case_id: int) -> None:
        """Show a case."""
        super().__init__()
        self.case_id = case_id
        self.days = DayLine()
        self.timeline = Timeline()
        self.offered = Static("", id="actions", markup=False)

    def compose(self) -> ComposeResult:
        """Head, the line of days, text and flow side by side (or below one another), what may be done."""
        yield Static("", id="title", markup=False)
        yield Static("", id="facts", markup=False)
        yield self.days
        with Container(id="panes"):
            with VerticalScroll(id="matter"):
                yield Static("事项", classes="section")
                yield Static("", id="text", markup=False)
            with Container(id="flow"):
                yield Static("流程", classes="section")
                with VerticalScroll():
                    yield self.timeline
        yield self.offered

    def on_mount(self) -> None:
        """Read, and let the arrows scroll the text."""
        self.read()
        self.query_one("#matter").focus()

    @property
    def current_case(self) -> int | None:
        """This case."""
        return self.case_id

    def on_case_changed(self, message: CaseChanged) -> None:
        """A step was written here."""
        if message.case_id == self.case_id:
            self.read()

    def on_office_changed(self, _message: OfficeChanged) -> None:
        """Somebody else wrote."""
        self.read()

    def on_time_passed(self, _message: TimePassed) -> None:
        """An alarm may have changed."""
        self.read()

    async def on_click(self, event: Click) -> None:
        """A click on the line of actions is F8, one on the line of days F7."""
        clicked, _region = self.get_widget_at(*event.screen_offset)
        if clicked is self.days:
            await self.desk.action_command("due")
        elif clicked is self.offered:
            await self.desk.action_command("handle")

    def action_correct_note(self) -> None:
        """Ctrl+N: a further record that corrects the last one; a submitted record itself never changes."""
        standing = [note for note in flow.notes(self.desk.reader, self.case_id) if not note.corrected_by]
        if not standing:
            self.notify("还没有核查记录可更正，按 F6 写一条", severity="warning", timeout=4)
            return
        self.app.push_screen(NoteScreen(self.case_id, corrects=standing[-1].event_id))

    def read(self) -> None:
        """Read the case and show it."""
        reader, now = self.desk.reader, self.desk.now()
        try:
            facts = reads.facts(reader, self.case_id, now)
            if facts is None:
                self.query_one("#title", Static).update("没有这件事项，可能已被移走。按 Esc 返回")
                return
            trace = reads.trace(reader, self.case_id, Calendars(reader), now)
            steps, notes = flow.timeline(reader, self.case_id), flow.notes(reader, self.case_id)
            parts, files = reads.parts(reader, self.case_id), attachments(reader, self.case_id)
        except OfficeError as error:
            self.query_one("#title", Static).update(str(error))
            return
        left = time_left(facts, self.desk.calendar, now)
        self.query_one("#title", Static).update(_title(facts, left))
        self.query_one("#facts", Static).update(_facts(facts, parts))
        self.query_one("#text", Static).update(_matter(facts, notes, files, instants.day_of(now).year))
        self.offered.update(_actions(facts, self.desk.seat))
        self.days.show(trace, now)
        self.timeline.show(steps, now)


def _title(facts: CaseFacts, left: str) -> Content:
    """Number, title, alarm; a case that was never accepted says so too."""
    state = alarm.content(facts.alarm)
    second = ""
    if facts.running and facts.accepted_at is None and facts.alarm in (Alarm.OVERDUE, Alarm.URGENT):
        second = " · 未受理"
    said = "" if left == Alarm(facts.alarm).label else f" · {left}"
    return Content.assemble((facts.number, "bold"), "  ", state, f"{said}{second}  ", (facts.title, "bold"))


def _facts(facts: CaseFacts, parts: list[PartRow]) -> str:
    assists = [part.unit for part in parts if part.role == Role.ASSIST and part.ended_at is None]
    lower = [part.unit for part in parts if part.role == Role.SUB and part.ended_at is None]
    lead = f"主办 {facts.unit}" if facts.unit else "未定主办"
    said = [f"{Stage(facts.stage).label}", f"{lead}（待认领）" if facts.unclaimed else lead]
    said += [f"协办 {'、'.join(assists)}"] if assists else []
    said += [f"转办 {'、'.join(lower)}"] if lower else []
    said += [" · ".join(word for word in (facts.kind, facts.category, facts.channel, facts.urgency) if word)]
    said += [label for name, label in FLAGS if getattr(facts, name)]
    said += [f"{label}{count}" for name, label in COUNTERS if (count := getattr(facts, name))]
    said += [f"⚑ 冲突 {facts.conflicts}"] if facts.conflicts else []
    return "   ".join(said)


def _matter(facts: CaseFacts, notes: list[NoteRow], files: list[AttachmentRow], year: int) -> Content:
    """What was reported, by whom, what was answered, what was found."""
    lines = [Content(facts.body or facts.title), Content("")]
    for label, value in (
        ("地点", facts.place),
        ("反映人", f"{facts.submitter}（Shift+F6 显示，留痕）" if facts.submitter else "没有登记"),
        ("被反映", facts.subject),
        (
            "来源",
            "、".join(f"{scheme} {number}" for scheme, number in facts.numbers if number != facts.number),
        ),
        ("收到", show_at(facts.received_at, year)),
    ):
        if value:
            lines.append(_labelled(label, value))
    if facts.reply:
        lines += [Content(""), Content.styled("答复", "bold"), Content(facts.reply)]
    hint = f"（Ctrl+N 更正最后一条{'，F12 看附件' if files else ''}）" if notes else ""
    lines += [Content(""), Content.styled(f"核查记录 {len(notes)} 条{hint}", "bold")]
    for note in notes:
        lines += _note(note, year)
        lines += [_file(file, year) for file in files if file.event_id == note.event_id]
    return Content("\n").join(lines)


def _labelled(label: str, value: str) -> Content:
    return Content.assemble((f"{label} ", "$text-muted"), value)


def _note(note: NoteRow, year: int) -> list[Content]:
    """One record; a corrected one says that it was."""
    words = [Method(note.method).label]
    words += [Finding(note.finding).label] if note.finding else []
    words += [Handling(note.handling).label] if note.handling else []
    head = f"{show_at(note.arrived_at, year)}  {note.by}  {' · '.join(words)}"
    marked = "（已被更正）" if note.corrected_by else "（更正前一条）" if note.corrects else ""
    lines = [Content.assemble("- ", (head, "bold"), (marked, "$text-warning"))]
    people = "、".join(str(person) for person in note.people)
    lines += [
        _labelled(label, value) for label, value in (("  地点", note.place), ("  走访", people)) if value
    ]
    lines += [Content(f"  {time} {text}") for time, text in note.log]
    return lines + ([Content(f"  {note.findings}")] if note.findings else [])


def _file(file: AttachmentRow, year: int) -> Content:
    """An attachment below its record, or what is left of it."""
    kind, size = said_type(file.type), said_size(file.size)
    if not file.live:
        told = f"{kind} {size} 已由 {file.removed_by} 撤除：{file.removed_why}"
        return Content.assemble(("  附件 ", "$text-muted"), (told, "$text-muted"))
    time = f"  {show_at(file.taken_at, year)}（{file.taken_from}）" if file.taken_at else ""
    return _labelled("  附件", f"{kind} {file.name}  {size}{time}")


def _actions(facts: CaseFacts, seat: Seat) -> Content:
    offered = " · ".join(action.label for action in allowed(facts) if seat.may(action))
    return Content.assemble(("F8 办理  ", "bold"), (offered, "$text-muted"))
