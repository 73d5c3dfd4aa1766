"""Make ``docs/KEYS.md``, the table of keys, from the commands that the terminal offers.

Run it after a change of `duban_tui.commands`: ``python -m scripts.make_keys``. A test holds both equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from duban_tui import commands
from duban_tui.commands import Command, Place

TARGET = Path(__file__).resolve().parents[1] / "docs" / "KEYS.md"

HEAD = """\
# 按键

由 `python -m scripts.make_keys` 从 `duban_tui/commands.py` 生成，不要手改。程序里按 F1 看同一份。

- 中文输入法开着时，字母到不了程序：用 F 键、方向键、Enter、数字，或按 F9 从全部命令里找（认拼音首字母）。
- 标点和字母的全角形式（`？` `／` `：` `ｙ` ……）同样有效。
- 换按键：在自己的 config.toml 的 `[keys]` 里写 `命令名 = "按键"`，如 `lookup = "f3 /"`。
- 现在不能用的命令变暗，按了会说为什么。
"""


def render() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for place in Place for line in _group(place))])


def _group(place: Place) -> Iterator[str]:
    """The commands of a place under its heading."""
    yield from (f"## {place.value}", "", "| 按键 | 命令 | 作用 | 命令名 |", "|---|---|---|---|")
    yield from map(_row, commands.of(place))
    yield ""


def _row(command: Command) -> str:
    keys = " ".join(f"`{key}`" for key in command.shown_keys.split()) or "F9 里找"
    return f"| {keys} | {command.label} | {command.tooltip} | `{command.id}` |"


def main() -> None:
    """Write the page."""
    TARGET.write_text(render(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
