"""``duban note``: record a 核查记录 from a file or from standard input."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from db import instants
from db.terms import Finding, Handling
from duban_tui.cli.errors import CommandError
from duban_tui.cli.note_file import read
from duban_tui.cli.places import case_numbered, office_of


def note(args: argparse.Namespace) -> None:
    """Record a verification note; its time is that of leaving, else of arriving, else now."""
    from db.actions import Action
    from db.journal import Act, record

    source, text = _given(args.file)
    with office_of(args, Action.VERIFY) as office:
        data = read(text, source, instants.now())
        case_id = case_numbered(office.writer, args.number)
        act = Act(Action.VERIFY, data, at=data.get("left_at") or data.get("arrived_at"))
        recorded = record(office, case_id, act)
    print(f"已登记核查记录：{recorded.number}{_conclusion(data)}")


def _given(file: str | None) -> tuple[str, str]:
    """Where the note is from, and its text.

    Raises:
        CommandError: nothing was given, or it is no UTF-8 text.
    """
    if file is None and sys.stdin.isatty():
        raise CommandError("没有核查记录：请用 --file 指定文件，或从标准输入送入（duban note 编号 < 文件）")
    try:
        if file is None:
            return "标准输入", sys.stdin.buffer.read().decode("utf-8")
        return file, Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CommandError(f"{file or '标准输入'}：不是 UTF-8 文本，请另存为 UTF-8") from None


def _conclusion(data: dict[str, Any]) -> str:
    words = [
        next(member.label for member in term if data[name] in (member.value, member.label))
        for name, term in (("finding", Finding), ("handling", Handling))
        if data.get(name)
    ]
    return f"（{'，'.join(words)}）" if words else ""
