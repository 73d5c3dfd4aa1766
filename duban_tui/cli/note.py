"""``duban note``: record a 核查记录 from a file or from standard input, with its attachments."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import instants
from db.terms import Finding, Handling
from duban_tui.cli.errors import CommandError
from duban_tui.cli.note_file import read
from duban_tui.cli.places import case_numbered, config_of, office_of

if TYPE_CHECKING:
    from db.office import Office
    from duban_tui.config import Evidence


def note(args: argparse.Namespace) -> None:
    """Record a verification note; its time is that of leaving, else of arriving, else now."""
    from db.actions import Action
    from db.journal import Act, record

    source, text = _given(args.file)
    with office_of(args, Action.VERIFY) as office:
        data = read(text, source, instants.now())
        case_id = case_numbered(office.writer, args.number)
        with _attached(office, _paths(args, data), config_of(args).evidence) as files:
            act = Act(
                Action.VERIFY, {**data, "evidence": files}, at=data.get("left_at") or data.get("arrived_at")
            )
            recorded = record(office, case_id, act)
    count = f"，附件 {len(files)} 件已存好" if files else ""
    print(f"已登记核查记录：{recorded.number}{_conclusion(data)}{count}")


def _paths(args: argparse.Namespace, data: dict[str, Any]) -> list[Path]:
    """The files to attach: those that the note names, from where it lies, then those of ``--attach``."""
    folder = Path(args.file).parent if args.file else Path()
    named = [folder / Path(one).expanduser() for one in data.pop("evidence", [])]
    return [*named, *(Path(one).expanduser() for one in args.attach)]


@contextmanager
def _attached(office: Office, paths: list[Path], limits: Evidence) -> Iterator[list[dict[str, Any]]]:
    """The files, taken in; if no note comes of it they are not kept."""
    from db.evidence.attachments import release
    from db.evidence.intake import Limits, take_in

    files: list[dict[str, Any]] = []
    try:
        for path in paths:
            files.append(
                take_in(office.home, path, Limits.of_mb(limits.max_file_mb, limits.max_note_mb), files)
            )
        yield files
    except BaseException:
        release(office.writer, office.home, [one["file"] for one in files])
        raise


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
