"""A secret that a command is given in a file or through a pipe: never typed, never an argument."""

from __future__ import annotations

import sys
from pathlib import Path

from duban_tui.cli.errors import CommandError


def read_secret(file: str, secret: str) -> str:
    """The first line of a file, or of standard input for ``-``, whose next line is left to the next reader.

    Args:
        file: a path or ``-``.
        secret: what it is, as messages name it: 办公库口令 or 登录口令.

    Raises:
        CommandError: empty, no UTF-8, or nobody is at the other end of the pipe.
        OSError: the file cannot be read.
    """
    if file == "-" and sys.stdin.isatty():
        raise CommandError(f"标准输入是终端：命令不提问，请把{secret}从管道或文件送入")
    where = "标准输入" if file == "-" else file
    try:
        line = _first_line(file).decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise CommandError(f"{where}：不是 UTF-8 文本，请另存为 UTF-8") from None
    if not line:
        raise CommandError(f"{where}：第一行是空的，请写上{secret}")
    return line


def _first_line(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.readline()
    with Path(file).open("rb") as stream:
        return stream.readline()
