"""``duban note --attach``, ``evidence`` and ``detach``: files go in with a note, are listed, come out, go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from db import evidence, vault
from db.connection import open_reader, path_of
from tests.cli.conftest import Run


@pytest.fixture
def number(office: Path) -> str:
    """A case without notes."""
    row = open_reader(path_of(office)).execute('SELECT number FROM "case" WHERE notes = 0 LIMIT 1').fetchone()
    return str(row[0])


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    """A folder with a note and what was recorded on the spot."""
    folder = tmp_path / "现场 材料"
    folder.mkdir()
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:01:05 14:20:00"
    Image.new("RGB", (20, 20), "red").save(folder / "路灯 13812345678.jpg", exif=exif)
    (folder / "录音.m4a").write_bytes(b"\0\0\0\x18ftypM4A sound")
    (folder / "note.toml").write_text('method = "暗访"\nevidence = ["路灯 13812345678.jpg"]\n', "utf-8")
    return folder


def test_files_go_in_with_the_note_and_are_shown_masked(
    run: Run, office: Path, number: str, visit: Path
) -> None:
    ended = run("note", number, "--file", visit / "note.toml", "--attach", visit / "录音.m4a", home=office)
    assert ended.status == 0, ended.err
    assert "附件 2 件已存好" in ended.out
    shown = run("show", number, home=office).out
    assert "13812345678" not in shown
    assert "附件 路灯 138****5678.jpg" in shown
    assert "image/jpeg  2026-01-05 14:20（EXIF）" in shown
    (note,) = json.loads(run("show", number, "--json", home=office).out)["notes"]
    photo, sound = note["evidence"]
    assert (photo["type"], photo["taken_at"]) == ("image/jpeg", "2026-01-05T14:20:00+08:00")
    assert (sound["type"], sound["taken_from"], sound["removed_at"]) == ("audio/mp4", "文件时间", None)
    assert json.loads(run("evidence", number, "--json", home=office).out)[0] == {**photo, "path": None}
    assert run("doctor", home=office).out.endswith("、2 个附件，一切完好\n")


def test_they_come_out_whole_and_overwrite_nothing(
    run: Run, office: Path, number: str, visit: Path, tmp_path: Path
) -> None:
    run("note", number, "--file", visit / "note.toml", "--attach", visit / "录音.m4a", home=office)
    out = tmp_path / "out"
    out.mkdir()
    (out / "录音.m4a").write_bytes(b"another")
    ended = run("evidence", number, "--to", out, home=office)
    assert "已取出 2 个" in ended.out
    assert "没有加密" not in ended.out
    assert (out / "录音.m4a").read_bytes() == b"another"
    assert (out / "录音 (2).m4a").read_bytes() == (visit / "录音.m4a").read_bytes()
    assert sorted(path.name for path in out.iterdir())[0].startswith("录音")
    again = json.loads(run("evidence", number, "--to", out, "--json", home=office).out)
    assert Path(again[1]["path"]) == out / "录音 (2).m4a", "what lies there already is not written again"


def test_one_is_taken_away_with_a_reason(run: Run, office: Path, number: str, visit: Path) -> None:
    run("note", number, "--file", visit / "note.toml", home=office)
    (file,) = json.loads(run("evidence", number, "--json", home=office).out)
    assert run("detach", number, file["file"][:8], home=office).status == 2, "without a reason"
    ended = run("detach", number, file["file"][:8], "--reason", "拍到无关人员", home=office)
    assert ended.out.startswith(f"已撤除附件：{number}  路灯 138****5678.jpg（")
    assert not evidence.has(office, file["file"])
    shown = run("show", number, home=office).out
    assert "附件 已撤除" in shown
    assert "：拍到无关人员" in shown
    assert "路灯 138" not in shown
    assert "不是这件事项的附件" in run("detach", number, "路灯.jpg", "--reason", "x", home=office).err


@pytest.mark.parametrize(
    ("attached", "said"),
    [("没有.jpg", "没有这个文件"), ("", "是文件夹"), ("录音.m4a", "已经添加过了（录音.m4a）")],
)
def test_what_cannot_be_attached_is_said_and_nothing_is_kept(
    run: Run, office: Path, number: str, visit: Path, attached: str, said: str
) -> None:
    files = ["--attach", visit / "录音.m4a", "--attach", visit / attached]
    ended = run("note", number, "--file", visit / "note.toml", *files, home=office)
    assert ended.status == 1
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert json.loads(run("show", number, "--json", home=office).out)["notes"] == []
    assert list(evidence.stored(office)) == []


def test_a_note_that_is_refused_keeps_no_files(run: Run, office: Path, number: str, visit: Path) -> None:
    (visit / "note.toml").write_text('method = "看看"\nevidence = ["录音.m4a"]', "utf-8")
    assert run("note", number, "--file", visit / "note.toml", home=office).status == 1
    assert list(evidence.stored(office)) == []
    (visit / "note.toml").write_text('method = "暗访"\nevidence = "录音.m4a"', "utf-8")
    assert "应是文件的路径" in run("note", number, "--file", visit / "note.toml", home=office).err


def test_limits_are_those_of_the_config(
    run: Run, office: Path, number: str, visit: Path, tmp_path: Path
) -> None:
    config = tmp_path / "own.toml"
    config.write_text("[evidence]\nmax_file_mb = 1\n", "utf-8")
    (visit / "录音.m4a").write_bytes(b"x" * 1_200_000)
    ended = run(
        "--config", config, "note", number, "--file", visit / "note.toml", "--attach", visit / "录音.m4a",
        home=office,
    )  # fmt: skip
    assert "录音.m4a 有 1.2 MB，一个附件最大 1.0 MB" in ended.err


def test_a_restore_says_which_files_it_did_not_find(
    run: Run, office: Path, number: str, visit: Path, tmp_path: Path
) -> None:
    run("note", number, "--file", visit / "note.toml", home=office)
    (tmp_path / "backups").mkdir()
    assert run("backup", tmp_path / "backups", home=office).status == 0
    (copy,) = (tmp_path / "backups").glob("*.db")
    other = tmp_path / "other"
    assert run("restore", copy, home=other).err == ""
    assert run("evidence", number, "--to", tmp_path / "out", home=other).status == 0
    alone = tmp_path / "alone" / "b.db"
    alone.parent.mkdir()
    copy.rename(alone)
    assert "有 1 个附件没有找到" in run("restore", alone, home=tmp_path / "third").err


def test_what_leaves_an_encrypted_office_in_clear_is_said(
    run: Run, office: Path, number: str, visit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("note", number, "--file", visit / "note.toml", home=office)
    monkeypatch.setattr(vault, "is_sealed", lambda home: True)
    monkeypatch.setattr(vault, "database_key", lambda home: None)
    monkeypatch.setattr(vault, "unseal", lambda home, data, about: data)
    assert "没有加密" in run("evidence", number, "--to", tmp_path / "out", home=office).out


def test_the_files_of_an_undone_note_are_told_apart(run: Run, office: Path, number: str, visit: Path) -> None:
    run("note", number, "--file", visit / "note.toml", home=office)
    assert "记录已撤销" not in run("evidence", number, home=office).out
    assert run("undo", number, home=office).status == 0
    assert "记录已撤销" in run("evidence", number, home=office).out
    (file,) = json.loads(run("evidence", number, "--json", home=office).out)
    assert (file["undone"], file["removed_at"]) == (True, None)
