"""argparse in Chinese: help with Chinese headings, and usage errors in one Chinese line."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

from duban_tui.cli.cells import cells

argparse._ = lambda text: text  # type: ignore[attr-defined]
# No catalogue is asked: what argparse says itself stays English until `_ERRORS` puts it into Chinese.

_ERRORS = (
    (r"the following arguments are required: (?P<name>.+)", "缺少 {name}"),
    (r"argument (?P<name>.+?): expected one argument", "{name} 后面要写一个值"),
    (r"argument (?P<name>.+?): expected at least one argument", "{name} 后面至少要写一个值"),
    (r"argument (?P<name>.+?): invalid int value: '(?P<value>.*)'", "{name} 要写整数，不能是“{value}”"),
    (r"argument (?P<name>.+?): ignored explicit argument '(?P<value>.*)'", "{name} 后面不能带值“{value}”"),
    (r"one of the arguments (?P<name>.+) is required", "要写其中一个：{name}"),
    (r"argument (?P<name>.+?): not allowed with argument (?P<value>.+)", "{name} 和 {value} 不能一起用"),
    (r"unrecognized arguments: (?P<name>.+)", "看不懂 {name}"),
    (r"argument (?P<name>.+?): (?P<value>.+)", "{name}：{value}"),
)
_LONGEST_COMMAND = 18
"""Cells for the first column of a list of commands; argparse itself forgets how deep they stand."""

_CHOICE = re.compile(r"argument (?P<name>.+?): invalid choice: '(?P<value>.*?)'.*", re.DOTALL)


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` that speaks Chinese."""

    def __init__(self, **settings: Any) -> None:
        """Take what `argparse.ArgumentParser` takes; ``-h`` is added with a Chinese text."""
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=_Formatter, **settings)
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong, on stderr, and exit with 2."""
        said = self._in_chinese(message).replace(", ", "、")
        self.exit(2, f"duban: {said}{'' if said.endswith('？') else '。'}用法见 {self.prog} --help\n")

    def _in_chinese(self, message: str) -> str:
        if match := _CHOICE.fullmatch(message):
            return self._unknown(match["name"], match["value"])
        for pattern, line in _ERRORS:
            if match := re.fullmatch(pattern, message, re.DOTALL):
                return line.format(**match.groupdict())
        return message

    def _unknown(self, name: str, written: str) -> str:
        import difflib

        for action in self._actions:
            if action.choices is not None and name in (action.metavar, *action.option_strings, action.dest):
                known = [str(choice) for choice in action.choices]
                close = difflib.get_close_matches(written, known, n=1, cutoff=0.5)
                hint = f"，是不是“{close[0]}”？" if close else f"，可用的有：{'、'.join(known)}"
                return f"没有“{written}”这个{name}{hint}"
        return f"{name} 不能是“{written}”"

    def format_help(self) -> str:
        """The help, its columns aligned by cells."""
        return "\n".join(map(_aligned, super().format_help().split("\n")))


_COLUMNS = re.compile(r"( {2,}\S.*?)( {2,})(\S.*)")


def _aligned(line: str) -> str:
    """A line of two columns, the second moved to where it belongs when cells are counted."""
    match = _COLUMNS.fullmatch(line)
    if match is None:
        return line
    gap = len(match[2]) - (cells(match[1]) - len(match[1]))
    return f"{match[1]}{' ' * max(gap, 2)}{match[3]}"


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """The usage line under a Chinese heading; columns counted in cells, not characters."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=100)
        self._action_max_length = _LONGEST_COMMAND

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Head the usage with 用法."""
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)
