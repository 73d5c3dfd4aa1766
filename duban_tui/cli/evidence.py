"""``duban evidence`` and ``duban detach``: the attachments of a case listed, copied out, taken away."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from db import evidence as store
from db import instants, vault
from db.connection import Connection
from db.evidence.media_type import said_size
from db.reads.evidence import AttachmentRow, attachments
from duban_tui.cli.errors import CommandError
from duban_tui.cli.output import minute, print_json
from duban_tui.cli.places import case_numbered, home_of, office_of, reader_of

SHORTEST = 4
"""Digits of a file's hash that are enough to name it."""

SHOWN = 12
"""Digits of it that are shown."""


def evidence(args: argparse.Namespace) -> None:
    """List the attachments of a case; copy them out where a folder is named."""
    connection = reader_of(args)
    case_id = case_numbered(connection, args.number)
    files = attachments(connection, case_id)
    written = {} if args.to is None else _copy_out(connection, case_id, home_of(args), Path(args.to))
    if args.json:
        print_json([{**file_line(file), "path": _path(written, file)} for file in files])
        return
    if not files:
        print("没有附件")
    for file in files:
        print(f"{file.sha256[:SHOWN]}  {said_file(file)}")
    if written:
        clear = "；写出的没有加密" if vault.is_sealed(home_of(args)) else ""
        print(f"已取出 {len(written)} 个到 {args.to}，哈希已核对{clear}")


def detach(args: argparse.Namespace) -> None:
    """Take an attachment away; its tombstone stays."""
    from db.actions import Action
    from db.journal import Act, record

    with office_of(args) as office:
        case_id = case_numbered(office.writer, args.number)
        file = _named(office.writer, case_id, args.file)
        act = Act(Action.DETACH, {"file": file.sha256, "reason": args.reason})
        recorded = record(office, case_id, act)
    print(f"已撤除附件：{recorded.number}  {file.name}（{said_size(file.size)}，{file.type}）")


def _path(written: dict[str, Path], file: AttachmentRow) -> str | None:
    return str(written[file.sha256]) if file.live and file.sha256 in written else None


def file_line(file: AttachmentRow) -> dict[str, Any]:
    """An attachment as programs get it."""
    return {
        "file": file.sha256,
        "note": file.event_id,
        "name": file.name,
        "type": file.type,
        "size": file.size,
        "taken_at": instants.iso(file.taken_at),
        "taken_from": file.taken_from or None,
        "by": file.by,
        "attached_at": instants.iso(file.attached_at),
        "removed_at": instants.iso(file.removed_at),
        "removed_by": file.removed_by or None,
        "removed_why": file.removed_why or None,
        "undone": file.undone,
    }


def said_file(file: AttachmentRow) -> str:
    """An attachment, or its tombstone, in a line."""
    about = f"{said_size(file.size)}  {file.type}"
    if not file.live:
        return f"已撤除  {about}  {minute(file.removed_at)}  {file.removed_by}：{file.removed_why}"
    taken = minute(file.taken_at)
    undone = "  记录已撤销" if file.undone else ""
    return f"{file.name}  {about}  {f'{taken}（{file.taken_from}）' if taken else '时间不详'}{undone}"


def _named(connection: Connection, case_id: int, written: str) -> AttachmentRow:
    """The one attachment that a name or the beginning of a hash means.

    Raises:
        CommandError: none does, or several do.
    """
    shown = attachments(connection, case_id)
    named = zip(shown, attachments(connection, case_id, masked=False), strict=True)
    fits = {
        file.sha256: file
        for file, plain in named
        if file.live and (written in (file.name, plain.name) or _begins(file.sha256, written))
    }
    if len(fits) == 1:
        return next(iter(fits.values()))
    said = "对应不止一个附件，请用文件码" if fits else "不是这件事项的附件"
    raise CommandError(f"“{written}”{said}，可用 duban evidence 编号 查看")


def _begins(sha256: str, written: str) -> bool:
    return len(written) >= SHORTEST and sha256.startswith(written.lower())


def _copy_out(connection: Connection, case_id: int, home: Path, folder: Path) -> dict[str, Path]:
    """Write every file that is there into a folder, under its own name; nothing is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    for file in attachments(connection, case_id, masked=False):
        if file.live and file.sha256 not in written:
            written[file.sha256] = store.write_out(store.read(home, file.sha256), folder, file.name)
    return written
