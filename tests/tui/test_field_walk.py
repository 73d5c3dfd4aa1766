"""带件下乡, the whole way: an office and two encrypted laptops, three data folders, by files alone.

The programs are the real ones, each started anew; the laptop's keys go through a real terminal.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db import instants
from db.actions import Action
from db.home import path_of
from db.journal import Act, open_case, record
from db.office import Office
from db.terms import Via
from duban_tui.config import Config
from tests.tui.conftest import UNITS
from tests.tui.terminal import DUBAN, ROOT, Terminal
from tests.vaults import traces

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="tmux"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

TITLE = "老街化粪池外溢三个月"
WHO = {"name": "钱塘江", "phone": "13812345678"}
PASSPHRASE = "古南街道的石板路"
FINDING = "污水漫到学校门口"
UNFINISHED = "；正在拍照"


class World:
    """Three machines and the stick that goes between them."""

    def __init__(self, folder: Path, office: Path) -> None:
        """Name them; nothing is there yet but the office."""
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.office, self.anna, self.bert = office, folder / "anna", folder / "bert"
        self.env = {"XDG_CONFIG_HOME": str(folder / "config")}

    def duban(self, home: Path, *words: object, fails: bool = False, **more: str) -> str:
        """Run a command on one of them; what it said."""
        env = {**os.environ, **self.env, **more}
        if home != self.office:
            env["DUBAN_PASSPHRASE"] = PASSPHRASE
        done = subprocess.run(
            [*DUBAN, "--home", str(home), *map(str, words)],
            cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == (1 if fails else 0), done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def told(self, home: Path, *words: object) -> Any:
        """Run a command and read its JSON."""
        return json.loads(self.duban(home, *words, "--json"))


@pytest.fixture
def world(home: Path, tmp_path: Path) -> World:
    """An office and two laptops that are paired with it by codes read aloud."""
    made = World(tmp_path, home)
    units = tmp_path / "units.csv"
    units.write_text(UNITS, encoding="utf-8")
    for laptop, name in ((made.anna, "王五的笔记本"), (made.bert, "赵六的笔记本")):
        made.duban(laptop, "init", "--field", "--encrypt", "--units", units)
        _pair(made, laptop, name)
    return made


def _pair(world: World, laptop: Path, name: str) -> None:
    for here, there, called in ((world.office, laptop, "督查办"), (laptop, world.office, name)):
        card = world.stick / f"{called}.card"
        code = world.told(here, "pair", "card", "--to", card, "--name", called)["code"]
        world.duban(there, "pair", "add", card, "--code", code)


@pytest.fixture
def number(world: World, settings: Config) -> str:
    """A case whose unit says that it is done."""
    now = instants.now()
    facts = {"kind": "诉求", "title": TITLE, "body": "多次反映没有人来", "submitter": WHO}
    with Office.open(world.office, settings.rules, "张三") as office:
        (lead,) = office.writer.execute(
            "SELECT uid FROM unit JOIN unit_version ON unit_id = unit.id WHERE name = '古南街道'"
        ).fetchone()
        acts = [Act(Action.REGISTER, facts, at=now - 400), Act(Action.DISPATCH, {"lead": lead}, at=now - 300)]
        case = open_case(office, acts)
        record(office, case.case_id, Act(Action.ACCEPT, party=lead, via=Via.PHONE, at=now - 200))
        reply = Act(Action.SUBMIT, {"reply": "已清掏"}, party=lead, via=Via.PHONE, at=now - 100)
        record(office, case.case_id, reply)
    return case.number


@pytest.fixture
def terminal(world: World) -> Iterator[Terminal]:
    with Terminal(80, 24, world.env) as opened:
        yield opened


def test_the_whole_way(world: World, number: str, terminal: Terminal, settings: Config) -> None:
    take_along(world, number)
    record_in_the_field(world, terminal)
    note = world.stick / "note.toml"
    note.write_text('method = "走访"\nfindings = "住户说已清掏"\nfinding = "不属实"\n', encoding="utf-8")
    world.duban(world.bert, "note", number, "--file", note)
    close_at_the_office(world, settings)
    bring_home(world)
    a_cut_file_changes_nothing(world)
    see_and_settle(world, number, terminal)
    clean(world)
    a_lost_laptop_tells_nothing(world)


def take_along(world: World, number: str) -> None:
    for laptop, name in ((world.anna, "王五的笔记本"), (world.bert, "赵六的笔记本")):
        out = world.stick / f"{name}.bundle"
        world.duban(world.office, "bundle", "out", number, "--for", name, "--to", out)
        assert TITLE.encode() not in out.read_bytes()
        world.duban(laptop, "bundle", "in", out)
        assert all(item["ok"] for item in world.told(laptop, "bundle", "check"))
    other = world.duban(world.bert, "bundle", "in", world.stick / "王五的笔记本.bundle", fails=True)
    assert "不是给本机的" in other


def record_in_the_field(world: World, terminal: Terminal) -> None:
    """Unlock, find, write; the battery dies in the middle of a sentence; go on and submit."""
    unlock(world, terminal)
    terminal.press("F3")
    terminal.wait("输入就查")
    terminal.type("化粪池")
    terminal.wait("1 件", TITLE)
    terminal.press("Enter")
    terminal.wait("流程")
    assert WHO["name"] not in terminal.screen()
    terminal.press("F6")
    terminal.wait("草稿 还没有写")
    terminal.press("Right", *["Tab"] * 6)
    terminal.type(FINDING + UNFINISHED)
    terminal.wait(FINDING, "草稿 已存")
    terminal.kill()
    unlock(world, terminal)
    terminal.wait("草稿 1")
    terminal.press("F9")
    terminal.wait("命令名")
    terminal.type("草稿")
    terminal.wait("没有提交的核查记录")
    terminal.press("Enter")
    terminal.wait("草稿 1 份")
    terminal.press("Enter")
    terminal.wait(FINDING + UNFINISHED)
    terminal.press(*["Tab"] * 6)
    terminal.type("属实")
    terminal.wait("[属实]")
    terminal.press("F2")
    terminal.wait("再按 F2 照样提交")
    terminal.press("F2")
    terminal.wait("核查记录已提交")
    terminal.kill()


def unlock(world: World, terminal: Terminal) -> None:
    terminal.start("--home", str(world.anna))
    terminal.wait("办公库口令")
    assert TITLE not in terminal.screen()
    terminal.type(PASSPHRASE)
    terminal.press("Enter")
    terminal.wait(TITLE)


def close_at_the_office(world: World, settings: Config) -> None:
    with Office.open(world.office, settings.rules, "张三") as office:
        (case_id,) = office.writer.execute('SELECT id FROM "case"').fetchone()
        record(office, case_id, Act(Action.APPROVE, {"opinion": "同意"}))


def bring_home(world: World) -> None:
    for laptop, name in ((world.anna, "王五"), (world.bert, "赵六")):
        back = world.stick / f"{name}.back"
        world.duban(laptop, "bundle", "out", "--changes", "--to", back)
        world.duban(world.office, "bundle", "in", back)
        world.duban(laptop, "bundle", "in", f"{back}.receipt")
    again = world.duban(world.office, "bundle", "in", world.stick / "王五.back", fails=True)
    assert "已收过" in again


def a_cut_file_changes_nothing(world: World) -> None:
    whole = (world.stick / "赵六.back").read_bytes()
    (world.stick / "cut").write_bytes(whole[: len(whole) // 2])
    before = world.told(world.office, "doctor")["events"]
    assert "不完整" in world.duban(world.office, "bundle", "in", world.stick / "cut", fails=True)
    assert world.told(world.office, "doctor")["events"] == before


def see_and_settle(world: World, number: str, terminal: Terminal) -> None:
    """Closed here while found true there, and two findings that contradict: all are on the screen."""
    open_ones = world.told(world.office, "conflicts")["conflicts"]
    assert len(open_ones) >= 1
    terminal.start("--home", str(world.office))
    terminal.wait("冲突")
    terminal.press("F9")
    terminal.wait("命令名")
    terminal.type("冲突")
    terminal.wait("冲突")
    terminal.press("Enter")
    terminal.wait(TITLE, "属实")
    terminal.kill()
    world.duban(world.office, "settle", number, "--opinion", "现场为准，退回重办")
    assert world.told(world.office, "conflicts")["conflicts"] == []
    case = world.told(world.office, "show", number)
    assert len(case["notes"]) == 2
    assert world.told(world.office, "doctor")["sound"]


def clean(world: World) -> None:
    assert world.told(world.anna, "bundle", "clean", "--all")["kept"] == []
    assert world.told(world.anna, "find", "化粪池") == []
    assert world.told(world.anna, "doctor")["sound"]


def a_lost_laptop_tells_nothing(world: World) -> None:
    """Bert's still has the case: no word of it can be read, nor can the database be opened."""
    assert traces(world.bert, TITLE, "住户说已清掏", WHO["name"], WHO["phone"]) == []
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(path_of(world.bert)).execute('SELECT * FROM "case"')
    world.duban(world.office, "pair", "end", "赵六的笔记本")
    back = world.stick / "late"
    world.duban(world.bert, "note", world.told(world.bert, "find", "化粪池")[0]["number"], "--file",
                world.stick / "note.toml")  # fmt: skip
    world.duban(world.bert, "bundle", "out", "--changes", "--to", back)
    assert "配对已经终止" in world.duban(world.office, "bundle", "in", back, fails=True)
