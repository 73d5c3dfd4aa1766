"""A morning at the desk in a real terminal; the power is cut in the middle of a sentence."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db import drafts, instants
from db.actions import Action
from db.connection import open_reader
from db.home import path_of
from db.journal import Act, open_case
from db.office import Office
from duban_tui import config
from tests.tui.terminal import Terminal

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="tmux"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

TITLE = "老街路灯不亮"
LOG = "路灯杆三根歪斜"
FINDINGS = ["灯不亮已半个月。", "居民说“多次反映”——没有人来。", "街道答复：配件未到"]
UNFINISHED = "；这句话正在写"


@pytest.fixture
def number(home: Path, settings: config.Config) -> str:
    """A case handed over a minute ago, by the clock of this machine: its state is 报到."""
    now = instants.now()
    facts = {
        "kind": "诉求",
        "channel": "12345",
        "category": "城市管理",
        "title": TITLE,
        "body": "夜间行人摔倒。",
    }
    with Office.open(home, settings.rules, "李四") as office:
        (lead,) = office.writer.execute(
            "SELECT uid FROM unit JOIN unit_version ON unit_id = unit.id WHERE name = '古南街道'"
        ).fetchone()
        acts = [Act(Action.REGISTER, facts, at=now - 120), Act(Action.DISPATCH, {"lead": lead}, at=now - 60)]
        return open_case(office, acts).number


@pytest.fixture(params=["80x24", "160x48"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal of the size most have, and a large one."""
    columns, rows = map(int, request.param.split("x"))
    with Terminal(columns, rows, {"XDG_CONFIG_HOME": str(tmp_path / "config")}) as opened:
        yield opened


def test_a_walk_with_a_power_cut(terminal: Terminal, home: Path, number: str) -> None:
    terminal.start("--home", str(home))
    terminal.wait(TITLE, "> 报到", "报到 1")
    look_up_the_case(terminal)
    begin_the_note(terminal, home)
    terminal.kill()

    terminal.start("--home", str(home))
    terminal.wait("草稿 1")
    find_the_draft(terminal)
    submit_the_note(terminal, number)
    accept_for_the_unit(terminal)
    terminal.press("Escape")
    terminal.wait(TITLE, "- 在办", "在办 1", "报到 0")


def look_up_the_case(terminal: Terminal) -> None:
    terminal.press("F3")
    terminal.wait("输入就查")
    terminal.type("路灯")
    terminal.wait("1 件", TITLE)
    terminal.press("Enter")
    terminal.wait("流程", "夜间行人摔倒")


def begin_the_note(terminal: Terminal, home: Path) -> None:
    terminal.press("F6")
    terminal.wait("草稿 还没有写")
    terminal.press("Right", *["Tab"] * 2)
    terminal.type("老街 12 号旁")
    terminal.press(*["Tab"] * 3)
    terminal.type(LOG)
    terminal.wait(LOG)
    terminal.press("Tab")
    terminal.paste("\n".join(FINDINGS))
    terminal.wait(*FINDINGS)
    terminal.type(UNFINISHED)
    terminal.wait(UNFINISHED, "草稿 已存")
    terminal.until(lambda: UNFINISHED in saved_findings(home), "the last words on disk")


def saved_findings(home: Path) -> str:
    """What a power cut would leave of the findings."""
    with closing(open_reader(path_of(home))) as reader:
        return "".join(draft.data.get("findings", "") for draft in drafts.unfinished(reader))


def find_the_draft(terminal: Terminal) -> None:
    terminal.press("F9")
    terminal.wait("命令名")
    terminal.type("草稿")
    terminal.wait("没有提交的核查记录")
    terminal.press("Enter")
    terminal.wait("草稿 1 份", TITLE)
    terminal.press("Enter")
    terminal.wait("[暗访]", "老街 12 号旁", LOG, *FINDINGS[:2], FINDINGS[2] + UNFINISHED)


def submit_the_note(terminal: Terminal, number: str) -> None:
    terminal.press("F2")
    terminal.wait("再按 F2 照样提交")
    terminal.press("F2")
    terminal.wait("核查记录已提交", number)
    terminal.press("Escape")
    terminal.wait("> 报到", "报到 1")
    terminal.press("Enter")
    terminal.wait("流程", "核查", FINDINGS[0])


def accept_for_the_unit(terminal: Terminal) -> None:
    terminal.press("F8")
    terminal.wait("▸ 受理")
    terminal.press("Down", "Enter")
    terminal.wait("发生时间", "受理")
    terminal.press("F2")
    terminal.wait("已写入", "- 在办")
