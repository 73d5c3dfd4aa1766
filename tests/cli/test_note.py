"""``duban note``: a record of a visit from a file or a pipe."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from db.connection import open_reader
from db.home import path_of
from tests.cli.conftest import Run

NOTE = """\
method = "暗访"
arrived_at = 2026-01-05T14:00:00
left_at = "2026-01-05 15:10"
place = "三江街道老街"
people = ["居民 2 人（匿名）"]
identity_shown = false
log = [["14:05", "到达现场"], ["14:20", "路灯 3 盏不亮"]]
findings = "三盏路灯不亮，居民称已有半个月"
finding = "属实"
handling = "立行立改"
"""


@pytest.fixture
def number(office: Path) -> str:
    """A case without notes."""
    row = open_reader(path_of(office)).execute('SELECT number FROM "case" WHERE notes = 0 LIMIT 1').fetchone()
    return str(row[0])


def test_a_note_from_a_file_stands_in_the_case(run: Run, office: Path, number: str, tmp_path: Path) -> None:
    file = tmp_path / "note.toml"
    file.write_text(NOTE, encoding="utf-8")
    ended = run("note", number, "--file", file, home=office)
    assert ended.status == 0
    assert f"{number}（属实，立行立改）" in ended.out
    (note,) = json.loads(run("show", number, "--json", home=office).out)["notes"]
    assert (note["method"], note["finding"], note["handling"]) == ("暗访", "属实", "立行立改")
    assert note["arrived_at"] == "2026-01-05T14:00:00+08:00"
    assert note["log"] == [["14:05", "到达现场"], ["14:20", "路灯 3 盏不亮"]]


def test_a_note_from_a_pipe_in_json_with_chinese_keys(
    run: Run, office: Path, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(
        {"核查方式": "电话", "核查情况": "电话联系反映人，称已修好", "结论": "fixed"}, ensure_ascii=False
    )
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert run("note", number, home=office).status == 0
    (note,) = json.loads(run("show", number, "--json", home=office).out)["notes"]
    assert (note["method"], note["finding"]) == ("电话", "已整改")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "是空的"),
        ("method = ", "TOML 写法有误，第 1 行"),
        ('{"method": }', "JSON 写法有误（第 1 行第 12 列）"),
        ('methd = "暗访"', "没有“methd”这一项，是不是“method”？"),
        ('method = "看看"', "只能是：暗访、走访"),
        ('place = "老街"', "缺“核查方式”（method）"),
        ('method = "暗访"\nplace = 3', "“place”应是文字"),
        ('method = "暗访"\narrived_at = "中午前后"', "“arrived_at”看不懂时间"),
        ('method = "暗访"\nidentity_shown = "也许"', "“identity_shown”应是 true 或 false"),
        ('method = "暗访"\npeople = [1, 2]', "“people”应是一份名单"),
        ('method = "暗访"\nlog = [["14:05"]]', "“log”的每一行应是"),
        ('method = "暗访"\n"核查方式" = "走访"', "写了两次"),
        ('method = "暗访"\narrived_at = "2099-01-01 08:00"', "还没有到"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    run: Run, office: Path, number: str, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "note.toml"
    file.write_text(text, encoding="utf-8")
    ended = run("note", number, "--file", file, home=office)
    assert (ended.status, ended.out) == (1, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert json.loads(run("show", number, "--json", home=office).out)["notes"] == []


def test_a_file_that_is_not_there_or_no_text(run: Run, office: Path, number: str, tmp_path: Path) -> None:
    assert "文件读写出错" in run("note", number, "--file", tmp_path / "no.toml", home=office).err
    (tmp_path / "gbk.toml").write_bytes('method = "暗访"'.encode("gbk"))
    assert "不是 UTF-8" in run("note", number, "--file", tmp_path / "gbk.toml", home=office).err


def test_the_form_in_the_help_can_be_used_as_it_stands(
    run: Run, office: Path, number: str, tmp_path: Path
) -> None:
    lines = run("note", "--help").out.splitlines()
    form = [line for line in lines if line.startswith('  "') and "附件" not in line]
    (tmp_path / "note.toml").write_text("\n".join(form), encoding="utf-8")
    ended = run("note", number, "--file", tmp_path / "note.toml", home=office)
    assert ended.status == 0, ended.err
    bare = tmp_path / "bare.toml"
    bare.write_text('核查方式 = "暗访"', encoding="utf-8")
    assert "中文的项名也要加引号" in run("note", number, "--file", bare, home=office).err
