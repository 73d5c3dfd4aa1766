"""``duban officers``, and signing in for every command that shows or changes cases."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from db.connection import open_reader
from db.home import path_of
from db.officers import pins
from tests.cli.conftest import Ended, Run

PIN = "中山路18号"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A try costs nothing here."""
    for name, value in (("ITERATIONS", 1), ("LANES", 1), ("MEMORY_KIB", 8)):
        monkeypatch.setattr(pins, name, value)


@pytest.fixture
def pin_file(tmp_path: Path) -> Path:
    """张三's PIN in a file."""
    path = tmp_path / "pin.txt"
    path.write_text(f"{PIN}\n", encoding="utf-8")
    return path


@pytest.fixture
def asking(run: Run, office: Path, pin_file: Path) -> Path:
    """An office in which 张三, the only officer, has a PIN."""
    ended = run("officers", "pin", "张三", "--pin-file", pin_file, "--officer", "张三", home=office)
    assert ended.out == (
        "已设登录口令：张三\n打开值班台、运行命令都要登录\n"
        "只有 张三 能管人员；再给一名主任或系统管理员设登录口令，忘了才有人重设\n"
    )
    return office


def signed(run: Run, office: Path, pin: Path, *words: object, name: str = "张三") -> Ended:
    return run("--officer", name, "--pin-file", pin, *words, home=office)


def number_in(office: Path) -> str:
    connection = open_reader(path_of(office))
    (number,) = connection.execute('SELECT number FROM "case" WHERE stage = ?', ("handling",)).fetchone()
    connection.close()
    return str(number)


def test_without_pins_nothing_is_asked(run: Run, office: Path) -> None:
    assert run("board", home=office).status == 0
    listed = json.loads(run("officers", "list", "--json", home=office).out)
    assert [(row["name"], row["post"], row["pin"]) for row in listed] == [("张三", "值班员", False)]


@pytest.mark.parametrize(
    "words",
    [
        ("find", "路灯"),
        ("board",),
        ("officers", "list"),
        ("export", "x.csv"),
        ("units", "list"),
        (),
        ("encrypt", "--passphrase-file", __file__),
        ("recovery", "open", "x", "--to", "y", "--new-passphrase-file", __file__),
    ],
    ids=lambda words: " ".join(words[:2]) or "desk",
)
def test_every_command_that_shows_something_asks_who_it_is(
    run: Run, asking: Path, words: tuple[str, ...]
) -> None:
    ended = run(*words, home=asking)
    assert ended.status == 1
    assert ended.out == ""
    assert "这个办公库要登录：请加 --officer 姓名 --pin-file 文件" in ended.err


@pytest.mark.parametrize("words", [("doctor",), ("where",), ("calendar", "show", "2026")], ids=" ".join)
def test_what_shows_no_case_asks_nothing(run: Run, asking: Path, words: tuple[str, ...]) -> None:
    assert run(*words, home=asking).status == 0


def test_a_pin_comes_from_a_file_from_stdin_or_the_environment(
    run: Run, asking: Path, pin_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed(run, asking, pin_file, "board").status == 0
    assert run("board", "--officer", "张三", "--pin-file", pin_file, home=asking).status == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PIN}\nrest".encode())))
    assert run("board", "--officer", "张三", "--pin-file", "-", home=asking).status == 0
    assert sys.stdin.buffer.read() == b"rest"
    monkeypatch.setenv("DUBAN_PIN", PIN)
    assert run("board", "--officer", "张三", home=asking).status == 0


def test_a_terminal_is_no_pipe(run: Run, asking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    ended = run("board", "--officer", "张三", "--pin-file", "-", home=asking)
    assert ended.status == 1
    assert "标准输入是终端" in ended.err


def test_a_wrong_pin_is_one_line_and_in_the_end_a_wait(
    run: Run, asking: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_PIN", "不对不对不对")
    said = [run("board", "--officer", "张三", home=asking).err for _ in range(6)]
    assert said[0] == "duban: 姓名或登录口令不对；再错 4 次要等一会儿\n"
    assert said[4] == "duban: 姓名或登录口令不对，请等 30 秒再试\n"
    assert re.fullmatch(r"duban: 登录口令输错太多次，请等 (30|29|28) 秒再试\n", said[5])


def test_the_officer_of_an_event_is_whoever_signed_in(
    run: Run, asking: Path, pin_file: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "li.txt"
    theirs.write_text("902735\n", encoding="utf-8")
    added = signed(run, asking, pin_file, "officers", "add", "李四", "--post", "督查员", "--pin-file", theirs)
    assert added.out.startswith("已加入：李四（督查员，有登录口令）\n")
    note = tmp_path / "note.toml"
    note.write_text('method = "暗访"\nfindings = "路灯已亮"\n', encoding="utf-8")
    number = number_in(asking)
    done = signed(run, asking, theirs, "note", number, "--file", note, name="李四")
    assert done.status == 0
    shown = json.loads(signed(run, asking, theirs, "show", number, "--json", name="李四").out)
    assert shown["flow"][-1]["by"] == "李四"
    refused = signed(run, asking, theirs, "units", "add", "某局", "--under", "重庆市", name="李四")
    assert refused.err == "duban: 督查员不能“单位管理”，须由主任、值班员、系统管理员办理\n"


def test_the_post_holds_without_pins_too(run: Run, office: Path, tmp_path: Path) -> None:
    run("officers", "add", "李四", "--post", "督查员", "--officer", "张三", home=office)
    number = number_in(office)
    for words in (("export", tmp_path / "x.csv"), ("evidence", number, "--to", tmp_path / "files")):
        ended = run("--officer", "李四", *words, home=office)
        assert ended.err == "duban: 督查员不能“导出清单”，须由主任、值班员办理\n"
    assert not list(tmp_path.glob("x.csv"))
    assert run("--officer", "李四", "evidence", number, home=office).status == 0
    assert run("--officer", "李四", "bundle", "list", home=office).status == 0


def test_an_administrator_sees_no_case(run: Run, asking: Path, pin_file: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "qian.txt"
    theirs.write_text("902735\n", encoding="utf-8")
    signed(run, asking, pin_file, "officers", "add", "钱工", "--post", "系统管理员", "--pin-file", theirs)
    for words in (("board",), ("find", "路灯"), ("show", number_in(asking)), ()):
        ended = signed(run, asking, theirs, *words, name="钱工")
        assert ended.out == ""
        assert "系统管理员不能“查看事项”" in ended.err
    assert signed(run, asking, theirs, "officers", "post", "张三", "主任", name="钱工").status == 0
    listed = json.loads(signed(run, asking, theirs, "officers", "list", "--json", name="钱工").out)
    assert {row["name"]: row["post"] for row in listed} == {"张三": "主任", "钱工": "系统管理员"}


def test_a_forgotten_pin_is_replaced_by_the_owner_of_the_folder(
    run: Run, asking: Path, tmp_path: Path, pin_file: Path
) -> None:
    fresh = tmp_path / "fresh.txt"
    fresh.write_text("902735\n", encoding="utf-8")
    assert run("officers", "pin", "张三", "--pin-file", fresh, home=asking).status == 1
    assert run("officers", "pin", "张三", "--pin-file", fresh, "--as-owner", home=asking).status == 0
    assert signed(run, asking, fresh, "board").status == 0
    assert signed(run, asking, pin_file, "board").status == 1
    connection = open_reader(path_of(asking))
    (reason,) = connection.execute("SELECT reason FROM access_log WHERE reason LIKE '%机主%'").fetchone()
    connection.close()
    assert reason == "张三：设登录口令（机主代设，没有用原口令）"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("officers", "add", "李四", "--post", "科员"), "没有“科员”这个岗位，可用：主任、值班员"),
        (("officers", "end", "无此人"), "名册上没有 无此人"),
        (("officers", "end", "张三"), "至少要留一名主任或值班员"),
        (("officers", "pin", "张三", "--pin-file", "没有.txt"), "没有.txt"),
    ],
)
def test_a_mistake_is_one_chinese_line(run: Run, office: Path, words: tuple[str, ...], said: str) -> None:
    ended = run(*words, "--officer", "张三", home=office)
    assert ended.status == 1
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1


def test_setting_and_clearing_at_once_is_wrong_usage(run: Run, office: Path) -> None:
    both = run("officers", "pin", "张三", "--clear", "--pin-file", "x", home=office)
    neither = run("officers", "pin", "张三", home=office)
    assert (both.status, neither.status) == (2, 2)
    assert "不能一起用" in both.err
    assert "要写其中一个" in neither.err
