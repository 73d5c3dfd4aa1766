"""What is said about bundles, on the screen and on the command line alike; a list of lines each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from db import instants
from db.bundle.marks import told
from db.terms import BundleKind

if TYPE_CHECKING:
    from db.bundle.book import Entry
    from db.bundle.checklist import Item
    from db.bundle.cleanup import Candidate, Cleaned
    from db.bundle.pack import Packed
    from db.bundle.take import Taken

SHOWN = 20
"""Lines of a list that is told to people."""


def minute(instant: int | None) -> str:
    """``2026-11-22 09:10``; nothing for an unknown one."""
    return "" if instant is None else f"{instants.local(instant):%Y-%m-%d %H:%M}"


def checked(items: Iterable[Item]) -> Iterator[str]:
    """The list before leaving: what is in order, and how to mend what is not."""
    for item in items:
        mend = f"。{item.mend}" if item.mend else ""
        yield f"{'✓' if item.ok else '!'} {item.label}  {item.said}{mend}"


def left_behind(numbers: Sequence[str]) -> Iterator[str]:
    """The 保密 cases of a list that do not go along."""
    if numbers:
        yield f"! 保密件不带：{_some(numbers)}。确须带出请选带保密件（--confidential）"


def packed(done: Packed, path: Path) -> Iterator[str]:
    """What went into a bundle, and what to do with it."""
    listed = done.manifest
    kind = BundleKind(listed.envelope["kind"])
    yield f"已做好{kind.label}：{path}（{done.size / 1e6:.1f} MB），给“{listed.envelope['receiver_name']}”"
    who = f"，含反映人 {listed.identities} 件" if listed.identities else "，不含反映人"
    yield f"{len(listed.cases)} 件事项，{len(listed.events)} 条记录，{len(listed.evidence)} 个附件{who}"
    if done.missing:
        yield f"缺 {len(done.missing)} 个附件文件：本机没有或已损坏，没带上；可运行 duban doctor 查看"
    if kind is BundleKind.CHANGES:
        yield "交给办公室收下后，把回执带回来收；收到回执以前什么都不要删"


def taken(done: Taken, *, dry_run: bool) -> Iterator[str]:
    """What taking a bundle in came to, or would come to."""
    will = "将" if dry_run else "已"
    if done.receipt is not None:
        yield from _receipt(done, will)
        return
    kind = BundleKind(done.envelope.kind)
    yield f"{will}收“{done.sender}”的{kind.label}（{minute(done.envelope.made_at)} 做的）"
    opened = sum(new for _, _, new in done.cases)
    yield (
        f"{len(done.cases)} 件事项（新 {opened} 件），{will}新增 {done.new} 条记录，"
        f"{done.known} 条早已有，{done.evidence} 个附件"
    )
    for mark in done.marks[:SHOWN]:
        yield f"  ! {told(mark.kind, mark.detail)}（已收，请核对）"
    if len(done.marks) > SHOWN:
        yield f"  …… 另有 {len(done.marks) - SHOWN} 处标记"
    for _, why in done.conflicts[:SHOWN]:
        yield f"  ✗ 不适用：{why}（已收，不起作用）"


def to_hand_back(receipt: Path) -> str:
    """What to do with a receipt that was written."""
    return f"回执：{receipt}。请让做这个包的人带回，他的电脑收下回执后才可以清理"


def _receipt(done: Taken, will: str) -> Iterator[str]:
    said = done.receipt
    assert said is not None
    yield f"{will}收“{done.sender}”的回执：{len(said.new)} 条新收，{len(said.known)} 条办公室早已有"
    for _, kind, detail in said.marked[:SHOWN]:
        yield f"  ! {told(kind, detail)}（办公室已收，会核对）"
    for _, why in said.conflicts[:SHOWN]:
        yield f"  ✗ 不适用：{why}"
    yield "这些记录办公室都有了，可以清理"


def cleaned(done: Cleaned, copies: Sequence[Path] = (), *, dry_run: bool) -> Iterator[str]:
    """What was forgotten, and what stays and why; `copies` are the daily backups, which forget nothing."""
    will = "将" if dry_run else "已"
    yield f"{will}清理 {len(done.gone)} 件：{_some([one.number for one in done.gone])}"
    if done.log_left:
        yield "! 另有窗口开着办公库，日志里还留有旧文字：请都关上，再清理一次"
    for one in done.kept:
        yield f"  留下 {one.number}：{why_kept(one)}"
    if done.gone and copies:
        yield f"! 每日备份 {len(copies)} 份里还有旧文字，不要了请删去：{copies[0].parent}"


def why_kept(one: Candidate) -> str:
    """Why a case is not cleaned, and what to do."""
    if one.unsent:
        return f"还有 {one.unsent} 条记录或附件没有回执，请先回传"
    return f"草稿还没有提交：{'、'.join(one.drafts)}"


def _some(numbers: Sequence[str]) -> str:
    more = f" 等 {len(numbers)} 件" if len(numbers) > SHOWN else ""
    return ("、".join(numbers[:SHOWN]) + more) or "没有可以清理的"


def state(one: Entry) -> str:
    """Where a bundle of the book stands."""
    if not one.outgoing:
        return "已收"
    if one.kind == BundleKind.RECEIPT:
        return "已写"
    if one.kind == BundleKind.CASES:
        if one.returned_at is not None:
            return f"{minute(one.returned_at)} 有回传"
        return "对方已收，在外" if one.acknowledged_at is not None else "在外"
    return "有回执" if one.acknowledged_at is not None else "还没有回执"


def held(one: Entry) -> str:
    """How many cases a bundle of the book holds; a receipt holds none."""
    return "" if one.kind == BundleKind.RECEIPT else f"{len(one.cases)} 件"


def awaited(entries: Iterable[Entry]) -> Iterator[str]:
    """What a machine has of us without an answer: what is at stake when a pairing with it ends."""
    for one in entries:
        if one.is_open:
            yield f"! {minute(one.made_at)} 的{BundleKind(one.kind).label}{state(one)}：{_some(one.cases)}"


def entry(one: Entry) -> str:
    """One line of the book of bundles."""
    at = minute(one.made_at if one.outgoing else one.taken_at)
    way = "发给" if one.outgoing else "收自"
    said = (at, f"{way}“{one.name}”", BundleKind(one.kind).label, held(one), state(one))
    return "  ".join(filter(None, said))
