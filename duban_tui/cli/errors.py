"""Errors an officer can mend, told in one line; anything else is a defect and keeps its traceback."""

from __future__ import annotations

from pathlib import Path

from db.connection import driver, explain
from db.errors import reason
from db.home import path_of


class CommandError(Exception):
    """A command cannot be done; the message is one line: what, where, how to mend."""


def told(error: Exception, home: Path) -> str | None:
    """The one line for an error of a command on the office in `home`; None for a defect of the program."""
    if _is_ours(error) or _speaks_chinese(error):
        return " ".join(str(error).split())
    if isinstance(error, driver.Error):
        return explain(error, path_of(home))
    if isinstance(error, OverflowError):
        return "日期超出可以推算的范围，请检查年份和时限"
    if isinstance(error, OSError):
        where = f"：{error.filename}" if error.filename else ""
        return f"文件读写出错{where}，{reason(error)}。请检查路径、权限和磁盘空间"
    return None


def _is_ours(error: Exception) -> bool:
    """An exception class of this project: its message is written to be shown."""
    return type(error).__module__.partition(".")[0] in ("db", "duban_tui")


def _speaks_chinese(error: Exception) -> bool:
    """A `ValueError` that one of our functions raised with its line, and not Python itself."""
    return isinstance(error, ValueError) and any("\u4e00" <= char <= "\u9fff" for char in str(error))
