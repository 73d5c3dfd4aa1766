"""The tables. SQLModel defines them here and nowhere else; migrations are held equal by a test.

Instants are integers (seconds, UTC; see `db.instants`), days are ISO text, public identities are
UUIDs written as 32 hex digits, and `id` columns are local integers that never leave the machine.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Setting(SQLModel, table=True):
    """Facts about this office copy: its name, the key of the search hashes, the last clock seen."""

    name: str = Field(primary_key=True)
    value: str


class Device(SQLModel, table=True):
    """A machine that wrote events, or that we are paired with; its key file lies outside the database."""

    id: str = Field(primary_key=True)
    """UUID hex."""
    prefix: str = ""
    """Put before numbers where several machines give them out."""
    public_key: str
    """Ed25519, hex: what it signs is from it."""
    first_seen: int
    name: str = ""
    """As people call it: 王五的笔记本."""
    copy_kind: str = ""
    """`terms.CopyKind` of another machine; empty: this one, or what it was before it moved."""
    recipient: str = ""
    """age recipient (X25519): what is sealed to it, only it can open."""
    paired_at: int | None = None
    revoked_at: int | None = None
    """Lost or handed back: from then on nothing is taken from it or sealed to it."""


class Officer(SQLModel, table=True):
    """Whoever acts at this desk."""

    name: str = Field(primary_key=True)
    post: str
    """`terms.Post`: what he or she may do and see."""
    since: int
    pin: str | None = None
    """Argon2id in PHC form; null = sits down without one."""
    failures: int = 0
    """Wrong tries since the last right one."""
    wait_until: int | None = None
    """After too many wrong tries: none is taken before."""
    left_on: str | None = None
    """ISO day from which he or she no longer works here."""


class Unit(SQLModel, table=True):
    """The identity of a unit through renaming, moving and recoding."""

    __table_args__ = (Index("unit_ended", "ended_on", sqlite_where=text("ended_on IS NOT NULL")),)

    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(unique=True)
    successor_id: int | None = Field(default=None, foreign_key="unit.id")
    """Who goes on with its cases after it ended."""
    ended_on: str | None = None
    """First day on which the unit no longer is; null while it lives."""


class UnitVersion(SQLModel, table=True):
    """What a unit was called and where it stood, from a day (included) to a day (excluded)."""

    __tablename__ = "unit_version"
    __table_args__ = (
        Index("unit_version_current", "parent_id", sqlite_where=text("valid_to IS NULL")),
        Index("unit_version_unit", "unit_id"),
        Index("unit_version_name", "name"),
        Index("unit_version_short_name", "short_name"),
        Index("unit_version_code", "code"),
        Index("unit_version_initials", "initials"),
    )

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    code: str | None = None
    name: str
    short_name: str
    """As written in daily use: 市人力社保局, 三江街道."""
    initials: str
    """Pinyin initials of the full name, lower case."""
    parent_id: int | None = Field(default=None, foreign_key="unit.id")
    level: int
    kind: str
    valid_from: str | None = None
    """ISO day; null = always."""
    valid_to: str | None = None
    """ISO day, excluded; null = still."""
    merge_pending: bool = False
    """待归并: its parent ended and has a successor, but no table has said where it belongs."""


class UnitAlias(SQLModel, table=True):
    """Another written name of a unit; `scope_id` limits it to names below one unit."""

    __tablename__ = "unit_alias"
    __table_args__ = (UniqueConstraint("name", "unit_id"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    unit_id: int = Field(foreign_key="unit.id")
    scope_id: int | None = Field(default=None, foreign_key="unit.id")
    source: str


ALARM_COLUMNS = ("running", "paused_at", "accepted_at", "accept_by", "urgent_from", "urgent_muted")
"""What the alarm of an open case is read from, besides its due date. They stand in the indexes of the
open cases, so that counting alarms reads one small index and never the table."""

OPEN = text("open = 1")
"""Only open cases: tens of thousands, however many years the office holds."""

QUEUE_COLUMNS = ("stage", "pending", "unclaimed")
"""What else a list of open cases is narrowed by; in its indexes too, and empty in most rows."""

SCOPE_COLUMNS = ("l2", "l3", "l4", "due_at", *ALARM_COLUMNS, *QUEUE_COLUMNS)
"""All that a list of open cases is narrowed by, at the end of the indexes that hold its orders."""


class Case(SQLModel, table=True):
    """The fold of a case's events. Nothing writes here but the journal (and `units` its roll-up)."""

    __tablename__ = "case"
    __table_args__ = (
        Index("case_open_due", "due_at", "id", *ALARM_COLUMNS, *QUEUE_COLUMNS, sqlite_where=OPEN),
        Index("case_open_l2", "l2", "due_at", "id", *ALARM_COLUMNS, *QUEUE_COLUMNS, "l3", sqlite_where=OPEN),
        Index("case_open_l3", "l3", "due_at", "id", *ALARM_COLUMNS, *QUEUE_COLUMNS, "l4", sqlite_where=OPEN),
        Index("case_open_l4", "l4", "due_at", "id", *ALARM_COLUMNS, *QUEUE_COLUMNS, sqlite_where=OPEN),
        Index("case_open_newest", "id", *SCOPE_COLUMNS, sqlite_where=OPEN),
        Index("case_open_updated", "updated_at", "id", *SCOPE_COLUMNS, sqlite_where=OPEN),
        Index("case_open_number", "number", "id", *SCOPE_COLUMNS, sqlite_where=OPEN),
        Index("case_open_unit", "unit_id", "id", *SCOPE_COLUMNS, sqlite_where=OPEN),
        # Every index ends with the row id, so within a scope these hold the order of time.
        Index("case_all", "open"),
        Index("case_l2", "l2", "open"),
        Index("case_l3", "l3", "open"),
        Index("case_l4", "l4", "open"),
        Index("case_pending", "pending", "id", "l2", "l3", "l4", sqlite_where=text("pending IS NOT NULL")),
        Index(
            "case_unclaimed", "unclaimed", "id", "l2", "l3", "l4", sqlite_where=text("unclaimed IS NOT NULL")
        ),
        Index("case_conflicts", "conflicts", "l2", "l3", "l4", sqlite_where=text("conflicts > 0")),
        CheckConstraint("open IN (0, 1)"),
    )

    id: int = Field(primary_key=True)
    """(received second << 20) | counter: time order, local, remade by rebuild."""
    uid: str = Field(unique=True)
    number: str = Field(unique=True)
    """This office's own number."""

    kind: str
    channel: str
    category: str
    urgency: str
    title: str
    place: str
    body_id: str | None = None
    """The `content` row that holds the text."""
    reply_id: str | None = None
    received_at: int
    registered_at: int

    stage: str
    open: bool
    """False in the final stages."""
    pending: str | None = None
    """The desk's own queue, see `terms.Pending`."""

    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    """主办."""
    l2: int | None = None
    l3: int | None = None
    l4: int | None = None
    unclaimed: str | None = None
    """A unit name as written in a ledger that fits no known unit (待认领)."""
    subject_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    """被反映单位."""

    running: bool
    """The clock runs: delivered, not stopped, not paused, not closed. Alarms are read only then."""
    delivered_at: int | None = None
    """送达."""
    signed_at: int | None = None
    accepted_at: int | None = None
    accept_by: int | None = None
    """Exclusive end of the last day on which acceptance is in time."""
    urgent_from: int | None = None
    due_at: int | None = None
    """Exclusive end of the due day (24:00 or closing time), or an instant for limits in hours."""
    due_first: int | None = None
    """The first due date, kept for the statistics."""
    due_rule: int | None = None
    """What the rule itself says, where a ledger or a correction said otherwise."""
    due_source: str | None = None
    limit_text: str = ""
    """As shown: 5工作日."""
    urgent_muted: bool = False
    provisional: bool = False
    """暂定: the date touches a year whose holidays are not published."""
    calendar: str | None = None
    """Revision of the working-day calendar that computed the dates."""
    paused_at: int | None = None
    stopped_at: int | None = None
    """办结申请."""
    closed_at: int | None = None
    on_time: bool | None = None
    """办结申请 that was passed against the due date; null while open or without a due date."""

    confidential: bool = False
    """保密."""
    report: bool = False
    """举报: the reporter is never shown to the unit it is about."""
    supervised: bool = False
    """挂牌."""
    odd_dates: bool = False
    """An impossible date was taken from a ledger, such as due before dispatch."""
    urged: int = 0
    extended: int = 0
    returned: int = 0
    redone: int = 0
    notes: int = 0
    conflicts: int = 0
    """Contradictions that nobody has settled yet (`db.conflicts`)."""
    updated_at: int
    """`recorded_at` of its newest event."""


class ClosedCount(SQLModel, table=True):
    """How many closed cases a unit holds with all below it: too many to count each time (`db.closed`)."""

    __tablename__ = "closed_count"

    unit_id: int = Field(primary_key=True)
    """An `l2`, `l3` or `l4` of cases; 0 = all cases."""
    closed: int


class CaseNumber(SQLModel, table=True):
    """Every number a case is known by: ours (scheme ``本台``) and every source's."""

    __tablename__ = "case_number"
    __table_args__ = (Index("case_number_number", "number"), Index("case_number_case", "case_id"))

    scheme: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    case_id: int = Field(foreign_key="case.id")


class Assignment(SQLModel, table=True):
    """A unit's part in a case, with its own clock."""

    __table_args__ = (Index("assignment_case", "case_id"), Index("assignment_unit", "unit_id"))

    case_id: int = Field(primary_key=True, foreign_key="case.id")
    seq: int = Field(primary_key=True)
    """Order within the case."""
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    unit_text: str | None = None
    """As written, while no known unit fits."""
    role: str
    delivered_at: int | None = None
    signed_at: int | None = None
    accepted_at: int | None = None
    accept_by: int | None = None
    urgent_from: int | None = None
    due_at: int | None = None
    replied_at: int | None = None
    ended_at: int | None = None
    """Returned, reassigned or withdrawn: no longer this unit's."""


class Event(SQLModel, table=True):
    """One step, only ever appended (see `db.journal`)."""

    __table_args__ = (
        Index("event_case", "case_id", "id"),
        UniqueConstraint("device", "seq"),
    )

    id: str = Field(primary_key=True)
    """UUIDv7 hex."""
    case_id: int
    """Local roll-up of `case_uid`; not part of the hash."""
    case_uid: str
    action: str
    data: str
    """JSON object. Long texts and identities stand in `content`; here are their salted hashes."""
    by: str
    """The officer."""
    party: str | None = None
    """UID of the unit whose act it is; null = this office."""
    via: str
    at: int | None = None
    """When it happened; null where a ledger does not say."""
    recorded_at: int
    hlc: int
    """Hybrid logical clock: milliseconds << 16 | counter."""
    device: str
    seq: int
    seen: str
    """JSON list: the heads of the case's events that the author had."""
    prev_hash: str
    hash: str
    outcome: str
    """Written by the fold only; not part of the hash."""
    why: str | None = None
    """Why it is 不适用."""


class Content(SQLModel, table=True):
    """A text that may have to be forgotten: erasing it leaves this row as a tombstone."""

    id: str = Field(primary_key=True)
    """UUIDv7 hex."""
    case_id: int = Field(index=True)
    kind: str
    """body, reply, note, submitter …"""
    text: str | None
    salt: str
    sha256: str
    """Of salt and text, as the event holds it."""
    erased_at: int | None = None
    erased_why: str | None = None


class Note(SQLModel, table=True):
    """核查记录: the fold of a verification event, for lists and statistics; its text is a `content`."""

    __table_args__ = (Index("note_case", "case_id"),)

    event_id: str = Field(primary_key=True)
    case_id: int = Field(foreign_key="case.id")
    content_id: str
    method: str
    finding: str | None = None
    handling: str | None = None
    arrived_at: int | None = None
    left_at: int | None = None
    by: str
    corrects: str | None = None
    """The note that this one corrects; a submitted note is never changed."""
    corrected_by: str | None = None


class Attachment(SQLModel, table=True):
    """Evidence of a note; the file lies in the office's evidence folder under its hash."""

    __table_args__ = (
        Index("attachment_case", "case_id"),
        Index("attachment_event", "event_id"),
        Index("attachment_removed", "sha256", sqlite_where=text("removed_by IS NOT NULL")),
    )

    sha256: str = Field(primary_key=True)
    """Of the file."""
    event_id: str = Field(primary_key=True)
    """The 核查 that it was attached to."""
    case_id: int
    content_id: str
    """The `content` row (JSON: name, media type, time taken and how that is known)."""
    size: int
    """Bytes."""
    removed_by: str | None = None
    """The 撤除附件 that took the file away; this row is the tombstone."""


class Bundle(SQLModel, table=True):
    """A 下乡包 that went out or came in, with the signed list of what was in it."""

    __table_args__ = (Index("bundle_device", "device", "made_at"),)

    id: str = Field(primary_key=True)
    """UUIDv7 hex, given by its sender."""
    kind: str
    """`terms.BundleKind`."""
    outgoing: bool
    device: str = Field(foreign_key="device.id")
    """Who it was made for, or who made it."""
    made_at: int
    """By the sender's clock."""
    taken_at: int | None = None
    """When it was taken in here; null for one that went out."""
    manifest: str
    """JSON as it was signed; among others the hash of every event in it."""
    signature: str
    """Ed25519 of the sender over the manifest, hex."""
    acknowledged_at: int | None = None
    """For one that went out: when the receiver's receipt was read here."""


class BundleCase(SQLModel, table=True):
    """A case that a bundle carries."""

    __tablename__ = "bundle_case"
    __table_args__ = (Index("bundle_case_case", "case_id"),)

    bundle_id: str = Field(primary_key=True, foreign_key="bundle.id")
    case_id: int = Field(primary_key=True)


class Mark(SQLModel, table=True):
    """What the office should know about an event that came from elsewhere; it was taken in all the same."""

    __table_args__ = (Index("mark_case", "case_id"),)

    event_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """`terms.MarkKind`."""
    case_id: int
    detail: str
    bundle_id: str


class Submitter(SQLModel, table=True):
    """反映人, apart from the case: masked for lists, keyed hashes for exact search."""

    __table_args__ = (
        Index("submitter_name", "name_key"),
        Index("submitter_phone", "phone_key"),
        Index("submitter_id_number", "id_key"),
    )

    case_id: int = Field(primary_key=True, foreign_key="case.id")
    content_id: str
    """The `content` row (JSON: name, phone, id_number, address)."""
    masked: str
    """张** 138****1234"""
    name_key: str | None = None
    phone_key: str | None = None
    id_key: str | None = None


class Draft(SQLModel, table=True):
    """What is being typed and not yet submitted; local to this machine, never in the journal."""

    id: str = Field(primary_key=True)
    form: str
    """note, intake, action."""
    case_id: int | None = None
    title: str
    """Shown in the list of drafts."""
    data: str
    """JSON of the form."""
    started_at: int
    saved_at: int
    officer: str = ""
    """Who types it; empty = from before officers signed in."""


class Link(SQLModel, table=True):
    """One case to another: 重复, 并入, 专题, 回头看."""

    case_id: int = Field(primary_key=True, foreign_key="case.id")
    other_id: int = Field(primary_key=True, foreign_key="case.id")
    kind: str = Field(primary_key=True)


class CalendarRevision(SQLModel, table=True):
    """A working-day calendar, named by the hash of its days. Revisions are never changed."""

    __tablename__ = "calendar_revision"

    id: str = Field(primary_key=True)
    """SHA-256 hex of the canonical days."""
    source: str
    published_years: str
    """Comma-separated years whose holidays are published."""
    loaded_at: int
    current: bool


class CalendarDay(SQLModel, table=True):
    """A day that differs from Monday-to-Friday, in one revision."""

    __tablename__ = "calendar_day"

    revision: str = Field(primary_key=True, foreign_key="calendar_revision.id")
    day: str = Field(primary_key=True)
    is_workday: bool
    name: str


class AccessLog(SQLModel, table=True):
    """Who saw whose identity, when and why (个人信息保护法 art. 51)."""

    __tablename__ = "access_log"

    id: str = Field(primary_key=True)
    at: int
    officer: str
    case_id: int
    what: str
    reason: str
