"""What a row of a ledger proves.

| the row has | which proves | at |
|---|---|---|
| any of it, the case being new | 登记 | 登记/录入/留言时间, else 交办时间 |
| a text that differs from those known | 进展反馈 (台账载) | unknown |
| 是否保密 = 保密 | 保密 (更正, the case being known) | unknown |
| unit, 交办时间, deadline, reply or a state beyond 待办 | 交办 | 交办时间 |
| … and 重办, or sent after the case was answered | 退回重办 | 交办时间 |
| a changed deadline of a line already known | 更正 of 应办结日 | unknown |
| 签收时间 · 受理时间, 处理中, or a reply | 签收 · 受理 | as written |
| 办理轨迹, 进展, 备注, 回访 | 进展反馈 | unknown |
| 督办意见, 提交督办时间 | 催办 | 提交督办时间 |
| 延期时间, 是否延时 | 延期申请, 延期批准 | unknown |
| 是否退单, 回复类型 = 回退 | 退回 | 回复时间 |
| reply, 回单时间 | 办结申请 | 回单时间, else 结案时间 |
| 结案, 已办结, 已办理, Closed, 结案时间 | 审核通过, once every line of the case is closed | 结案时间 |
| 重办派单时间, 重办原因, 重办部门回复 | 退回重办, 办结申请 | 重办派单时间 |

Each is a `Fact` with marks (short hashes) that go into the event: the same fact read again is known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from db.exchange.lines import Line
from db.terms import Term

_HEADS = re.compile(r"【[^】]*】|[\s*，。,.；;：:！!]")


class Proof(Term):
    """A kind of fact."""

    TOLD = "told", "内容"
    SECRET = "secret", "保密"
    SENT = "sent", "交办"
    SIGNED = "signed", "签收"
    ACCEPTED = "accepted", "受理"
    NOTED = "noted", "进展"
    URGED = "urged", "催办"
    EXTENDED = "extended", "延期"
    RETURNED = "returned", "退回"
    REPLIED = "replied", "答复"
    CLOSED = "closed", "结案"


class Fact(NamedTuple):
    """Something a row proves."""

    proof: Proof
    at: int | None
    line: Line
    marks: tuple[str, ...]
    text: str = ""
    """The words of it, where the line has more than one of the kind."""
    redo: bool = False
    """SENT: sent out again, as 重办."""


class Progress(Term):
    """How far a line has come, by its written state."""

    CLOSED = "closed", "结案"
    REPLIED = "replied", "已答复"
    HANDLING = "handling", "办理中"
    SENT = "sent", "待办"
    UNKNOWN = "unknown", ""


_STATES = tuple(
    (re.compile(words, re.IGNORECASE), reached)
    for words, reached in (
        ("待审|待结|待回访|待评价|阶段性|已回复|已答复|^完成$|已处置|已反馈|已解决", Progress.REPLIED),
        ("未办结|未完成|未结|在办|处理中|办理中|处置中|正在|推进中|已受理|核查中", Progress.HANDLING),
        ("待|未|open|新建|创建|已派|已转|已交办", Progress.SENT),
        ("结案|办结|已办|办毕|完成|销号|归档|^是$|closed|resolved", Progress.CLOSED),
    )
)
"""Words of a written state, read from top to bottom: 未办结 is not 办结."""


def progress_of(line: Line) -> Progress:
    """How far the line has come."""
    if line.closed is not None:
        return Progress.CLOSED
    for pattern, reached in _STATES:
        if pattern.search(line.state):
            return reached
    return Progress.UNKNOWN


def mark(*parts: object) -> str:
    """The short hash by which a fact is known again."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=6).hexdigest()


def told_mark(line: Line) -> str:
    """The mark of what a row tells, without the tags that each office puts before it."""
    return mark(Proof.TOLD, _HEADS.sub("", line.body or line.title))


def facts(line: Line) -> list[Fact]:
    """What a row proves, in the order of a case's life."""
    found = [*_told(line)]
    if line.redo and line.replied is not None and line.replied < (line.dispatched or 0):
        found += [*_replied(line), *_sent(line), *_handled(line), *_closed(line)]
    else:
        found += [*_sent(line), *_handled(line), *_replied(line), *_again(line), *_closed(line)]
    return found


def _told(line: Line) -> Iterator[Fact]:
    if line.body or line.title:
        yield Fact(Proof.TOLD, None, line, (told_mark(line),))
    if line.confidential:
        yield Fact(Proof.SECRET, None, line, (mark(Proof.SECRET, line.key),))


def _sent(line: Line) -> Iterator[Fact]:
    said = line.unit or line.dispatched or line.due or line.limit or line.reply or line.replied
    if said or progress_of(line) is not Progress.UNKNOWN:
        marks = (mark(Proof.SENT, line.key, line.unit), mark("due", line.key, line.due, line.limit))
        yield Fact(Proof.SENT, line.dispatched, line, marks, redo=line.redo and line.redo_time is None)


def _handled(line: Line) -> Iterator[Fact]:
    if line.signed is not None:
        yield Fact(Proof.SIGNED, line.signed, line, (mark(Proof.SIGNED, line.key),))
    handled = progress_of(line) not in (Progress.UNKNOWN, Progress.SENT)
    if line.accepted is not None or handled or (_answered(line) and not line.redo):
        yield Fact(Proof.ACCEPTED, line.accepted, line, (mark(Proof.ACCEPTED, line.key),))
    notes = {"办理轨迹": line.track, "进展": line.progress, "备注": line.remark, "回访": line.callback}
    for label, text in notes.items():
        if text:
            yield _fact_of(Proof.NOTED, line, text, f"{label}：{text}")
    if line.urged or line.urge_text or line.urge_time is not None:
        marks = (mark(Proof.URGED, line.key, line.urge_text, line.urge_time),)
        yield Fact(Proof.URGED, line.urge_time, line, marks)
    if line.extended or line.extend_until is not None or "延" in line.reply_kind:
        yield Fact(Proof.EXTENDED, None, line, (mark(Proof.EXTENDED, line.key, line.extend_until),))
    if line.returned or "退" in line.reply_kind:
        yield Fact(Proof.RETURNED, line.replied, line, (mark(Proof.RETURNED, line.key, line.return_reason),))


def _fact_of(proof: Proof, line: Line, told: str, text: str) -> Fact:
    """A fact without a time that is known again by its words."""
    return Fact(proof, None, line, (mark(proof, line.key, told),), text)


def _answered(line: Line) -> bool:
    asks_otherwise = "退" in line.reply_kind or "延" in line.reply_kind
    return not asks_otherwise and bool(line.reply or line.replied is not None)


def _replied(line: Line) -> Iterator[Fact]:
    if _answered(line):
        at = line.closed if line.replied is None else line.replied
        text = line.reply or (line.track if line.redo else "")
        yield Fact(Proof.REPLIED, at, line, (mark(Proof.REPLIED, line.key, text, at),), text)


def _again(line: Line) -> Iterator[Fact]:
    """The second leg of a row that tells of 派单 and 重办 side by side."""
    if line.redo_time is not None or line.redo_reply:
        marks = (mark(Proof.SENT, "redo", line.key, line.redo_time),)
        yield Fact(Proof.SENT, line.redo_time, line, marks, redo=True)
    if line.redo_note:
        yield _fact_of(Proof.NOTED, line, line.redo_note, f"重办：{line.redo_note}")
    if line.redo_reply:
        yield _fact_of(Proof.REPLIED, line, line.redo_reply, line.redo_reply)


def _closed(line: Line) -> Iterator[Fact]:
    if progress_of(line) is Progress.CLOSED:
        yield Fact(Proof.CLOSED, line.closed, line, (mark(Proof.CLOSED, line.key, line.closed),))


def in_time(lines: list[Line]) -> list[Fact]:
    """The facts of all lines of a case, oldest first.

    A fact without a time keeps its place behind the one before it in its line; so does one that
    would run backwards.
    """
    timed = []
    for line in lines:
        reached = -1 if line.began is None else min(line.began, line.replied or line.began)
        for fact in facts(line):
            reached = max(reached, -1 if fact.at is None else fact.at)
            timed.append((reached, fact))
    return [fact for _, fact in sorted(timed, key=lambda one: one[0])]
