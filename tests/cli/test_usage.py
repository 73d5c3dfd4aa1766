"""Help, wrong usage, and errors: Chinese, one line, the right exit status."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from duban_tui.cli.parser import build, function_of
from tests.cli.conftest import Run


def _commands(parser: argparse.ArgumentParser, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from _commands(child, (*above, name))
            return
    yield above


COMMANDS = list(_commands(build()))


@pytest.mark.parametrize("words", [(), ("units",), ("calendar",), *COMMANDS], ids=" ".join)
def test_every_command_explains_itself_in_chinese(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words, "--help")
    assert ended.status == 0
    assert ended.out.startswith("用法：duban")
    assert not re.search(r"usage:|options:|positional arguments|show this|show program|None", ended.out)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_leads_to_a_function(words: tuple[str, ...]) -> None:
    parser = build()
    for word in words:
        (group,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
        parser = group.choices[word]
    assert callable(function_of(argparse.Namespace(run=parser.get_default("run"))))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bord"], "没有“bord”这个命令，是不是“board”？"),
        (["units", "loda"], "是不是“load”？"),
        (["find"], "缺少 文字"),
        (["deadline", "2026-02-13"], "缺少 时限"),
        (["board", "--unti", "綦江区"], "看不懂 --unti"),
        (["find", "路灯", "--limit", "很多"], "--limit 要写整数，不能是“很多”"),
        (["board", "--unit"], "--unit 后面要写一个值"),
        (["completion", "fish"], "没有“fish”"),
    ],
)
def test_wrong_usage_is_one_chinese_line(run: Run, arguments: list[str], said: str) -> None:
    ended = run(*arguments)
    assert ended.status == 2
    assert ended.out == ""
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert "--help" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [["find", "路灯"], ["show", "1"], ["board"], ["doctor"], ["backup", "x.db"], ["units", "list"]],
)
def test_without_an_office_commands_say_how_to_make_one(run: Run, arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.status, ended.out) == (1, "")
    assert "duban init" in ended.err
    assert ended.err.count("\n") == 1


def test_home_may_stand_before_and_after_the_command(run: Run, demo_office: Path) -> None:
    before = run("--home", demo_office, "board", "--json", "--at", "2026-11-23")
    after = run("board", "--json", "--at", "2026-11-23", "--home", demo_office)
    assert before.status == after.status == 0
    assert before.out == after.out


def test_a_wrong_setting_is_named_with_the_nearest_right_one(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "my.toml"
    wrong.write_text("[deadlines]\nurgent_dayz = 2\n", encoding="utf-8")
    ended = run("deadline", "2026-02-13", "5工作日", "--config", wrong)
    assert ended.status == 1
    assert str(wrong) in ended.err
    assert "urgent_days" in ended.err
    assert ended.err.count("\n") == 1


def test_version(run: Run) -> None:
    assert run("--version").out.startswith("duban")


def test_completion_knows_the_commands(run: Run) -> None:
    for shell in ("bash", "zsh", "tcsh"):
        ended = run("completion", shell)
        assert ended.status == 0
        assert "deadline" in ended.out
