"""What the READMEs say exists, and every command that exists stands in them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from duban_tui.cli.parser import build

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh-CN.md")
PAGES = (*READMES, "CONTRIBUTING.md", "docs/ARCHITECTURE.md", "docs/DATA-MODEL.md")


def children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The sub-commands of a parser by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def commands(parser: argparse.ArgumentParser, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that can be run, as its words."""
    for name, child in children(parser).items():
        yield from commands(child, (*above, name)) if children(child) else [(*above, name)]


@pytest.mark.parametrize("page", READMES)
def test_every_command_stands_in_the_readme(page: str) -> None:
    table = "\n".join(re.findall(r"^\| `duban.*$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE))
    missing = [words for words in commands(build()) if not in_table(words, table)]
    assert missing == []


def in_table(words: tuple[str, ...], table: str) -> bool:
    """``duban units load`` · ``list`` names the second by its last word."""
    head, *rest = words
    rows = [row for row in table.splitlines() if f"`duban {head}" in row]
    return any(all(re.search(rf"[` ]{word}[` ]", row) for word in rest) for row in rows)


@pytest.mark.parametrize("page", READMES)
def test_the_readme_names_only_commands_that_exist(page: str) -> None:
    known = {words[0] for words in commands(build())}
    named = set(
        re.findall(r"(?:`|^ +(?:\S*[\\/])?)duban ([a-z]+)", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    )
    assert named <= known


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    targets = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("page", READMES)
def test_the_readme_shows_screens(page: str) -> None:
    shown = re.findall(r"!\[[^]]+\]\((docs/screens/[a-z-]+\.svg)\)", (ROOT / page).read_text("utf-8"))
    assert len(shown) >= 3
    assert [name for name in shown if not (ROOT / name).is_file()] == []


def test_a_picture_asks_nothing_of_a_network() -> None:
    addresses = {
        address
        for picture in (ROOT / "docs/screens").glob("*.svg")
        for address in re.findall(r"\w+://[^\s\"')]+", picture.read_text("utf-8"))
    }
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of the format, never asked


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_that_are_named_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(
        re.findall(r"`make ([a-z-]+)|^    make ([a-z-]+)", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    )
    assert {one or other for one, other in named} <= targets
