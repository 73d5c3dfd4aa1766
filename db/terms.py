"""The field's words, each defined once: an English code that is stored, a Chinese label that is shown.

The three axes of a case are apart on purpose and never one enum: `Stage` (where it stands in the
lifecycle), `Alarm` (its deadline against now, computed and never stored) and flags with counters.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Self


class Term(StrEnum):
    """A stored code with the label the screen shows."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        """Make a member that compares and stores as its code.

        `label` may be left out only because `Stage("closed")`, a look-up, is typed by this signature.
        """
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class Stage(Term):
    """Where a case stands in its lifecycle."""

    REGISTERED = "registered", "待交办"
    DISPATCHED = "dispatched", "待签收"
    SIGNED = "signed", "待受理"
    HANDLING = "handling", "办理中"
    SUBMITTED = "submitted", "待审核"
    CLOSED = "closed", "办结"
    REFUSED = "refused", "不予受理"
    WITHDRAWN = "withdrawn", "已撤回"


FINAL_STAGES = (Stage.CLOSED, Stage.REFUSED, Stage.WITHDRAWN)
"""Stages in which nothing is awaited from anybody."""


class Alarm(Term):
    """The deadline state of a case at a moment; every case is in exactly one. Worst first."""

    OVERDUE = "overdue", "警报"
    URGENT = "urgent", "紧急"
    WARNING = "warning", "预警"
    DELIVERED = "delivered", "报到"
    NORMAL = "normal", "在办"
    PAUSED = "paused", "暂停"
    DONE = "done", "办结"


class Pending(Term):
    """What of a case lies on the office's own desk, waiting for its decision."""

    DISPATCH = "dispatch", "待交办"
    RETURN = "return", "退回待定"
    EXTENSION = "extension", "延期待批"
    REVIEW = "review", "办结待审核"


UNCLAIMED_LABEL = "待认领"
"""The fifth queue of the desk: cases whose written unit name fits no known unit."""


class Role(Term):
    """What a unit is to a case."""

    LEAD = "lead", "主办"
    ASSIST = "assist", "协办"
    SUB = "sub", "转办"


class Via(Term):
    """The way in which an act reached this desk."""

    DESK = "desk", "本台"
    PHONE = "phone", "电话"
    SYSTEM = "system", "系统"
    PAPER = "paper", "纸质"
    LEDGER = "ledger", "台账"


class Outcome(Term):
    """What the fold made of an event at its place."""

    APPLIED = "applied", "生效"
    VOID = "void", "不适用"
    UNDONE = "undone", "已撤销"


class DueSource(Term):
    """Where the due date of a case comes from."""

    RULE = "rule", "按时限"
    LEDGER = "ledger", "台账"
    MANUAL = "manual", "更正"
    EXTENDED = "extended", "延期"


class Method(Term):
    """How a verification was done (政府督查工作条例 art. 12, and the office's practice)."""

    COVERT = "covert", "暗访"
    VISIT = "visit", "走访"
    INSPECT = "inspect", "实地检查"
    MEETING = "meeting", "座谈"
    INTERVIEW = "interview", "访谈"
    PHONE = "phone", "电话"
    FILES = "files", "调阅"
    HEARING = "hearing", "听取汇报"


class Finding(Term):
    """Whether what was reported is true, as the verification found."""

    TRUE = "true", "属实"
    MOSTLY = "mostly", "基本属实"
    PARTLY = "partly", "部分属实"
    FALSE = "false", "不属实"
    UNPROVEN = "unproven", "查无实据"
    FIXED = "fixed", "已整改"


class Handling(Term):
    """What follows from a verification."""

    AT_ONCE = "at_once", "立行立改"
    WITHIN = "within", "限期整改"
    TRANSFER = "transfer", "移送"
    SUPERVISE = "supervise", "建议挂牌督办"
    POLICY = "policy", "政策建议"
    PRAISE = "praise", "表扬"
    NONE = "none", "无需处理"


class Post(Term):
    """Who sits at the desk; what each may do and see is one table (`db.posts`)."""

    DIRECTOR = "director", "主任"
    DUTY = "duty", "值班员"
    INSPECTOR = "inspector", "督查员"
    CALLER = "caller", "回访员"
    READER = "reader", "只读"
    ADMIN = "admin", "系统管理员"


class CopyKind(Term):
    """What a copy of the records is: the office's own, or one taken along into the field."""

    OFFICE = "office", "办公室"
    FIELD = "field", "外勤副本"


class BundleKind(Term):
    """What a bundle between two machines carries."""

    CASES = "cases", "下乡包"
    CHANGES = "changes", "回传包"
    RECEIPT = "receipt", "回执"


class MarkKind(Term):
    """Why somebody should look at an event that was taken in from another machine."""

    OFFICER_LEFT = "officer_left", "记录人已离岗"
    OFFICER_UNKNOWN = "officer_unknown", "记录人不在本办名册"
    UNIT_ENDED = "unit_ended", "单位已撤销"
    UNIT_UNKNOWN = "unit_unknown", "单位不在本办单位树"
    CLOCK = "clock", "外勤时钟不准"


class UnitLevel(IntEnum):
    """The four tiers 市—区县—镇街—村社."""

    CITY = 1
    DISTRICT = 2
    TOWNSHIP = 3
    VILLAGE = 4


DIVISION_KIND = "行政区划"
"""The kind of unit that a table of administrative divisions speaks for; others are kept apart by kind."""
