"""Every action that may be taken on a case, and the data each one carries.

One definition serves all: the door validates by it, the forms of the terminal and the keys of
``duban note`` are made from it, the journal knows by it which texts may have to be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from db import instants
from db.rules import Limit
from db.terms import Finding, Handling, Method, Term

MAX_LONG = 20_000
"""Characters in one text; the longest real letter seen had 7,883."""

MAX_SHORT = 200


class Action(Term):
    """A step in the life of a case. Stored by code; shown by label."""

    REGISTER = "register", "登记"
    REFUSE = "refuse", "不予受理"
    DISPATCH = "dispatch", "交办"
    SIGN = "sign", "签收"
    ACCEPT = "accept", "受理"
    RETURN = "return", "退回"
    RETURN_GRANT = "return_grant", "同意退回"
    RETURN_REJECT = "return_reject", "不同意退回"
    REASSIGN = "reassign", "改派"
    SUBDISPATCH = "subdispatch", "转下级"
    PROGRESS = "progress", "进展反馈"
    EXTEND = "extend", "延期申请"
    EXTEND_GRANT = "extend_grant", "延期批准"
    EXTEND_REJECT = "extend_reject", "延期拒绝"
    PAUSE = "pause", "暂停计时"
    RESUME = "resume", "恢复计时"
    SUBMIT = "submit", "办结申请"
    APPROVE = "approve", "审核通过"
    REDO = "redo", "退回重办"
    URGE = "urge", "催办"
    VERIFY = "verify", "核查"
    CORRECT = "correct", "更正"
    WITHDRAW = "withdraw", "撤回"
    CLAIM = "claim", "认领"
    RECALCULATE = "recalculate", "期限重算"
    UNDO = "undo", "撤销"
    SETTLE = "settle", "冲突处置"
    DETACH = "detach", "撤除附件"


def label_of(code: str) -> str:
    """The label of an action; the code itself where a newer version wrote one that we do not know."""
    try:
        return Action(code).label
    except ValueError:
        return code


class FieldSpec(NamedTuple):
    """One datum of an action."""

    name: str
    label: str
    kind: str = "text"
    """text, long, unit, units, time, day, limit, choice, bool, mapping, list, files."""
    required: bool = False
    choices: str = ""
    """For ``choice``: the name of a list in the rules, or of a term in `CHOICES`."""


CHOICES: dict[str, type[Term]] = {"methods": Method, "findings": Finding, "handlings": Handling}
"""Choices that are terms of the field; others are lists of the office's rules."""

CORRECTABLE: dict[str, str] = {
    "title": "事项",
    "place": "地点",
    "kind": "类别",
    "channel": "渠道",
    "category": "分类",
    "urgency": "紧急程度",
    "due": "应办结日",
    "confidential": "保密",
    "report": "举报",
    "supervised": "挂牌",
}
"""What a 更正 may change, and how it is called."""

FIELDS: dict[Action, tuple[FieldSpec, ...]] = {
    Action.REGISTER: (
        FieldSpec("kind", "类别", "choice", True, "kinds"),
        FieldSpec("channel", "渠道", "choice", False, "channels"),
        FieldSpec("category", "分类", "choice", False, "categories"),
        FieldSpec("urgency", "紧急程度", "choice", False, "urgencies"),
        FieldSpec("title", "事项", "text", True),
        FieldSpec("body", "内容", "long"),
        FieldSpec("place", "地点"),
        FieldSpec("numbers", "来源编号", "list"),
        FieldSpec("submitter", "反映人", "mapping"),
        FieldSpec("subject_unit", "被反映单位", "unit"),
        FieldSpec("report", "举报", "bool"),
        FieldSpec("confidential", "保密", "bool"),
    ),
    Action.REFUSE: (
        FieldSpec("reason", "理由", "choice", True, "refuse_reasons"),
        FieldSpec("detail", "说明", "long"),
    ),
    Action.DISPATCH: (
        FieldSpec("lead", "主办单位", "unit"),
        FieldSpec("lead_text", "主办单位（原文）"),
        FieldSpec("assist", "协办单位", "units"),
        FieldSpec("limit", "办理时限", "limit"),
        FieldSpec("due", "应办结", "day"),
        FieldSpec("due_source", "期限来源"),
        FieldSpec("requirement", "办理要求", "long"),
    ),
    Action.SIGN: (),
    Action.ACCEPT: (),
    Action.RETURN: (
        FieldSpec("reason", "退回理由", "choice", True, "return_reasons"),
        FieldSpec("detail", "说明", "long"),
    ),
    Action.RETURN_GRANT: (),
    Action.RETURN_REJECT: (FieldSpec("reason", "不同意的理由", "text", True),),
    Action.REASSIGN: (
        FieldSpec("lead", "改派给", "unit", True),
        FieldSpec("assist", "协办单位", "units"),
        FieldSpec("reason", "改派理由", "text", True),
    ),
    Action.SUBDISPATCH: (
        FieldSpec("unit", "下级单位", "unit", True),
        FieldSpec("due", "要求反馈日", "day"),
    ),
    Action.PROGRESS: (FieldSpec("text", "进展情况", "long", True),),
    Action.EXTEND: (
        FieldSpec("reason", "延期理由", "text", True),
        FieldSpec("until", "申请延至", "day", True),
    ),
    Action.EXTEND_GRANT: (
        FieldSpec("until", "批准延至", "day", True),
        FieldSpec("opinion", "批准意见"),
    ),
    Action.EXTEND_REJECT: (FieldSpec("opinion", "不予延期的理由", "text", True),),
    Action.PAUSE: (
        FieldSpec("reason", "暂停理由", "choice", True, "pause_reasons"),
        FieldSpec("informed_on", "书面告知日", "day", True),
    ),
    Action.RESUME: (),
    Action.SUBMIT: (
        FieldSpec("reply", "办理情况", "long", True),
        FieldSpec("finding", "是否属实", "choice", False, "findings"),
    ),
    Action.APPROVE: (FieldSpec("opinion", "审核意见"),),
    Action.REDO: (
        FieldSpec("reason", "退回重办的理由", "text", True),
        FieldSpec("limit", "重办时限", "limit"),
        FieldSpec("due", "重办应办结", "day"),
        FieldSpec("due_source", "期限来源"),
    ),
    Action.URGE: (
        FieldSpec("way", "方式", "choice", False, "urge_ways"),
        FieldSpec("whom", "对象"),
        FieldSpec("text", "内容", "text", True),
        FieldSpec("answer", "答复"),
    ),
    Action.VERIFY: (
        FieldSpec("method", "核查方式", "choice", True, "methods"),
        FieldSpec("arrived_at", "到达", "time"),
        FieldSpec("left_at", "离开", "time"),
        FieldSpec("place", "地点"),
        FieldSpec("people", "走访对象", "list"),
        FieldSpec("identity_shown", "表明身份", "bool"),
        FieldSpec("log", "现场记录", "list"),
        FieldSpec("findings", "核查情况", "long"),
        FieldSpec("finding", "结论", "choice", False, "findings"),
        FieldSpec("handling", "处理", "choice", False, "handlings"),
        FieldSpec("corrects", "更正的记录"),
        FieldSpec("evidence", "附件", "files"),
    ),
    Action.CORRECT: (
        FieldSpec("field", "更正项", "choice", True, "correctable"),
        FieldSpec("value", "改为", "text", True),
        FieldSpec("reason", "理由", "text", True),
    ),
    Action.WITHDRAW: (FieldSpec("reason", "撤回理由", "text", True),),
    Action.CLAIM: (
        FieldSpec("name", "原文单位名", "text", True),
        FieldSpec("unit", "认领单位", "unit", True),
    ),
    Action.RECALCULATE: (FieldSpec("reason", "原因"),),
    Action.UNDO: (
        FieldSpec("event", "撤销的步骤", "text", True),
        FieldSpec("reason", "撤销理由"),
    ),
    Action.SETTLE: (
        FieldSpec("events", "冲突的步骤", "list", True),
        FieldSpec("keep", "以此为准"),
        FieldSpec("opinion", "处置意见", "text", True),
    ),
    Action.DETACH: (
        FieldSpec("file", "附件", "text", True),
        FieldSpec("reason", "撤除理由", "text", True),
    ),
}
"""The data of each action, in the order in which a form asks for it."""

LINE = FieldSpec("line", "台账行", "long")
"""Carried by any act that a ledger proved: which facts of which ledger line it stands for, as short
hashes, so that the same ledger read again adds nothing. No form asks for it."""

CLOCK = FieldSpec("clock", "外勤计时", "list")
"""Carried by any act that is recorded on a field copy: what its clocks said (`db.field_clock`). No form
asks for it."""

PERSONAL_NOTE_FIELDS = ("place", "people", "log", "findings")
"""Parts of a 核查记录 that are kept apart as one erasable text."""


PERSONAL_FILE_FIELDS = ("name", "type", "taken_at", "taken_from")
"""What is said of an attached file and kept apart as one erasable text; its hash and size stay."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no text means to say: half characters, which no file can hold, and what would steer a terminal."""


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_clean(value: Any) -> bool:
    """Whether no text in a value read from JSON holds what this door takes away."""
    if isinstance(value, str):
        return value.isprintable() or _CONTROLS.search(value) is None
    if isinstance(value, dict):
        return all(map(is_clean, value)) and all(map(is_clean, value.values()))
    return not isinstance(value, list) or all(map(is_clean, value))


def _on_one_line(value: Any) -> str:
    return _short(value).replace("\n", " ")


def _short(value: Any) -> str:
    return _text(value, MAX_SHORT)


def _long(value: Any) -> str:
    return _text(value, MAX_LONG)


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise ValueError("应为文字")
    if len(value) > longest:
        raise ValueError(f"最多 {longest} 字，现有 {len(value)} 字")
    return value.strip() if value.isprintable() else _clean(value)  # Nearly all are lines like any other.


def _instant(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not is_countable(value):
        raise ValueError("应为时间")
    return value


EARLIEST, LATEST = instants.at(1900, 1, 1), instants.at(2200, 1, 1)
"""The times a case may carry; a calendar can count from each to the end of any limit."""


def is_countable(instant: int) -> bool:
    """Whether an instant lies within the years that can be counted in."""
    return EARLIEST <= instant < LATEST


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("应为是或否")
    return value


def _limit(value: Any) -> str:
    return str(Limit.parse(_short(value)))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise ValueError("应为列表")
    return [_entry(entry) for entry in value]


def _entry(value: Any) -> Any:
    """An entry of a list: a text, a number, or a list of them (编号与来源, 时间与记录)."""
    if isinstance(value, (list, tuple)):
        return _list(value)
    return _long(value) if isinstance(value, str) else value


def _units(value: Any) -> list[str]:
    return [_short(entry) for entry in _list(value)]


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("应为一组键值")
    return {str(key): _short(str(entry)) for key, entry in value.items() if entry}


_SHA256 = re.compile("[0-9a-f]{64}")


def is_sha256(value: Any) -> bool:
    """Whether this is the hash of a file as it is written everywhere."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _files(value: Any) -> list[dict[str, Any]]:
    """Attached files: each a mapping with all of ``file``, ``size`` and `PERSONAL_FILE_FIELDS`."""
    if not isinstance(value, (list, tuple)):
        raise ValueError("应为列表")
    files = [_file(entry) for entry in value]
    if len({one["file"] for one in files}) < len(files):
        raise ValueError("有同一个文件写了两次")
    return files


def _file(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) != {"file", "size", *PERSONAL_FILE_FIELDS}:
        raise ValueError(f"每一件应有 file、size、{'、'.join(PERSONAL_FILE_FIELDS)}")
    size, taken_at = value["size"], value["taken_at"]
    if not is_sha256(value["file"]):
        raise ValueError("file 应为文件的 SHA-256")
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ValueError("size 应为字节数")
    said = {name: _on_one_line(value[name]) for name in ("name", "type", "taken_from")}
    taken = None if taken_at is None else _instant(taken_at)
    return {"file": value["file"], "size": size, **said, "taken_at": taken}


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "text": _on_one_line,
    "long": _long,
    "choice": _short,
    "unit": _short,
    "units": _units,
    "time": _instant,
    "day": _instant,
    "limit": _limit,
    "bool": _bool,
    "list": _list,
    "files": _files,
    "mapping": _mapping,
}


_CODES = {
    name: {str(said): str(member.value) for member in term for said in (member.label, member.value)}
    for name, term in CHOICES.items()
}
"""For each of `CHOICES`: code or label of a term → its code."""


def _term(choices: str, value: Any) -> str:
    code = _CODES[choices].get(_short(value))
    if code is not None:
        return code
    raise ValueError(f"只能是：{'、'.join(member.label for member in CHOICES[choices])}")


class _Rule(NamedTuple):
    """How one datum is checked."""

    spec: FieldSpec
    check: Callable[[Any], Any]


def _rule(spec: FieldSpec) -> _Rule:
    return _Rule(spec, partial(_term, spec.choices) if spec.choices in CHOICES else _CHECKS[spec.kind])


_RULES = {
    action: {spec.name: _rule(spec) for spec in (*fields, LINE, CLOCK)} for action, fields in FIELDS.items()
}
_REQUIRED = {action: tuple(spec for spec in fields if spec.required) for action, fields in FIELDS.items()}


def validate(action: Action, data: Mapping[str, Any]) -> dict[str, Any]:
    """Check and tidy the data of an action; empty fields are left out.

    Raises:
        ValueError: an unknown field, a missing one or a wrong value; one Chinese line that names it.
    """
    rules = _RULES[action]
    clean: dict[str, Any] = {}
    for name, value in data.items():
        rule = rules.get(name)
        if rule is None:
            known = "、".join(spec.name for spec in FIELDS[action])
            raise ValueError(f"{action.label}没有“{name}”这一项，可用的有：{known}")
        if value is not None and value != "" and value != []:
            try:
                clean[name] = rule.check(value)
            except ValueError as error:
                spec = rule.spec
                raise ValueError(f"{action.label}的“{spec.label}”（{spec.name}）{error}") from None
    for spec in _REQUIRED[action]:
        if clean.get(spec.name, "") == "":
            raise ValueError(f"{action.label}缺“{spec.label}”（{spec.name}）")
    return clean
