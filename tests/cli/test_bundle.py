"""The whole way on the command line: pair, take along, record, bring home, acknowledge, forget."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db.bundle import card
from db.keeping import daily
from tests.cli.conftest import Ended, Run

NOTE = 'method = "走访"\nfindings = "路灯未修"\n'


@pytest.fixture(autouse=True)
def _quick_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "ITERATIONS", 1)
    monkeypatch.setattr(card, "MEMORY_KIB", 64)


Do = Callable[..., Ended]


@pytest.fixture
def laptop(run: Run, office: Path, tmp_path: Path) -> Path:
    """A field copy that is paired with the demo office."""
    units = tmp_path / "units.csv"
    units.write_text("code,name,parent_code,level\n50,重庆市,,1\n", encoding="utf-8")
    home = tmp_path / "laptop"
    made = run("init", "--field", "--units", units, home=home)
    assert re.search(r"外勤副本.*编号以 [A-Z]{4}- 开头", made.out)
    for here, there, name in ((office, home, "督查办"), (home, office, "王五的笔记本")):
        shown = run("pair", "card", "--to", tmp_path / "card", "--name", name, "--json", home=here)
        code = json.loads(shown.out)["code"]
        wrong = run("pair", "add", tmp_path / "card", "--code", "0000 0000 0000", home=there)
        assert (wrong.status, "核对码不一样" in wrong.err) == (1, True)
        assert run("pair", "add", tmp_path / "card", "--code", code, home=there).status == 0
    return home


def told(ended: Ended) -> Any:
    assert ended.status == 0, ended.err
    return json.loads(ended.out)


@pytest.fixture
def number(run: Run, office: Path) -> str:
    """A case that a unit works on."""
    found = told(run("find", "的", "--json", home=office))
    return str(next(one["number"] for one in found if one["stage"] == "办理中"))


def test_the_whole_way(run: Run, office: Path, laptop: Path, number: str, tmp_path: Path) -> None:
    out, back = tmp_path / "下乡.bundle", tmp_path / "回传.bundle"
    made = told(
        run(
            "bundle",
            "out",
            number,
            "--to",
            out,
            "--for",
            "王五的笔记本",
            "--confidential",
            "--json",
            home=office,
        )
    )
    assert (made["kind"], made["cases"], made["identities"]) == ("下乡包", [number], 0)
    outside = told(run("bundle", "show", out, "--json", home=office))
    assert (outside["opened"], outside["to"]) == (False, "王五的笔记本")
    assert "cases" not in outside
    inside = told(run("bundle", "show", out, "--json", home=laptop))
    assert (inside["opened"], inside["cases"]) == (True, [number])
    assert told(run("find", number, "--json", home=laptop)) == []
    rehearsed = told(run("bundle", "in", out, "--dry-run", "--json", home=laptop))
    taken = told(run("bundle", "in", out, "--json", home=laptop))
    assert {**taken, "dry_run": True} == rehearsed
    there, here = (told(run("show", number, "--json", home=home)) for home in (office, laptop))
    there["facts"]["submitter"] = ""  # Who reported it stays at the office.
    assert here == there
    again = run("bundle", "in", out, home=laptop)
    assert (again.status, "已收过" in again.err) == (1, True)

    note = tmp_path / "note.toml"
    note.write_text(NOTE, encoding="utf-8")
    assert run("note", number, "--file", note, home=laptop).status == 0
    assert run("bundle", "out", "--changes", "--to", back, home=laptop).status == 0
    kept = run("bundle", "clean", "--all", home=laptop)
    assert "留下" in kept.out
    arrived = told(run("bundle", "in", back, "--json", home=office))
    assert arrived["new"] == 1
    assert Path(arrived["receipt"]).exists()
    lost = run("bundle", "in", back, "--receipt", tmp_path / "again", home=office)
    assert (lost.status, "回执重新写到" in lost.out) == (0, True)
    assert "路灯未修" in run("show", number, home=office).out
    assert run("bundle", "in", tmp_path / "again", home=laptop).status == 0
    states = [(one["kind"], one["state"]) for one in told(run("bundle", "list", "--json", home=laptop))]
    assert set(states) == {("下乡包", "已收"), ("回执", "已收"), ("回传包", "有回执")}
    at_home = [one["state"] for one in told(run("bundle", "list", "--json", home=office)) if one["outgoing"]]
    assert any("有回传" in state for state in at_home)
    cleaned = told(run("bundle", "clean", number, "--json", home=laptop))
    assert cleaned["cleaned"] == [number]
    assert told(run("find", number, "--json", home=laptop)) == []
    for one in (office, laptop):
        assert run("doctor", home=one).status == 0


def test_what_is_cleaned_is_still_in_the_daily_backups(
    run: Run, office: Path, laptop: Path, number: str, tmp_path: Path
) -> None:
    run("bundle", "out", number, "--for", "王五的笔记本", "--to", tmp_path / "x", home=office)
    run("bundle", "in", tmp_path / "x", home=laptop)
    copy = daily.copy_of(laptop, laptop / daily.FOLDER, 0)
    copy.parent.mkdir()
    assert "每日备份" not in run("bundle", "clean", "--all", "--dry-run", home=laptop).out
    copy.touch()
    assert "每日备份 1 份里还有旧文字" in run("bundle", "clean", "--all", home=laptop).out


def test_a_list_by_its_name_and_unit(run: Run, office: Path, laptop: Path, tmp_path: Path) -> None:
    counted = told(run("board", "--json", home=office))
    made = told(
        run(
            "bundle", "out", "--list", "警报", "--to", tmp_path / "x", "--for", "王五的笔记本",
            "--confidential", "--json", home=office,
        )
    )  # fmt: skip
    assert len(made["cases"]) == counted["alarms"]["警报"]
    without = told(
        run(
            "bundle",
            "out",
            "--list",
            "警报",
            "--to",
            tmp_path / "z",
            "--for",
            "王五的笔记本",
            "--json",
            home=office,
        )
    )
    assert sorted([*without["cases"], *without["left_behind"]]) == sorted(made["cases"])
    for name in ("待核查", "办理中", "办结待审核"):
        ended = run(
            "bundle", "out", "--list", name, "--to", tmp_path / name, "--for", "王五的笔记本",
            "--confidential", home=office,
        )  # fmt: skip
        assert ended.status == 0, ended.err
    people = run("bundle", "list", home=office)
    assert people.out.count("在外") == 5


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("out", "--to", "x"), "--for"),
    (("out", "--to", "x", "--for", "没有这台", "1"), "没有与“没有这台”配对"),
    (("out", "--to", "x", "--for", "王五的笔记本"), "请写事项编号"),
    (("out", "--to", "x", "--for", "王五的笔记本", "--list", "没有"), "没有“没有”这份名单"),
    (("out", "--to", "x", "--for", "王五的笔记本", "0-0"), "没有编号为"),
    (("out", "--to", "x", "--changes"), "办公室派件"),
    (("out", "--to", "x", "--changes", "--evidence"), "不用再选"),
    (("in", "no-such-file"), "读不了"),
    (("show", "no-such-file"), "读不了"),
    (("clean", "--all"), "只有外勤副本"),
    (("clean",), "--all"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_cannot_be_done_is_said_in_one_line(
    run: Run, office: Path, laptop: Path, words: tuple[str, ...], said: str
) -> None:
    ended = run("bundle", *words, home=office)
    assert ended.status == 1
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_lost_laptop_gets_and_brings_nothing(
    run: Run, office: Path, laptop: Path, number: str, tmp_path: Path
) -> None:
    run("bundle", "out", number, "--to", tmp_path / "lost", "--for", "王五的笔记本", home=office)
    ended = run("pair", "end", "王五的笔记本", home=office)
    assert ended.status == 0
    assert f"下乡包在外：{number}" in ended.out
    listed = told(run("pair", "list", "--json", home=office))
    assert listed[0]["revoked_at"] is not None
    refused = run("bundle", "out", number, "--to", tmp_path / "x", "--for", "王五的笔记本", home=office)
    assert (refused.status, "已经终止" in refused.err) == (1, True)
    assert not (tmp_path / "x").exists()


def test_a_bundle_can_be_looked_at_where_there_is_no_office(
    run: Run, office: Path, laptop: Path, number: str, tmp_path: Path
) -> None:
    run(
        "bundle",
        "out",
        number,
        "--to",
        tmp_path / "x",
        "--for",
        "王五的笔记本",
        "--confidential",
        home=office,
    )
    seen = run("bundle", "show", tmp_path / "x", home=tmp_path / "nowhere")
    assert seen.status == 0
    assert "封着" in seen.out
    assert number not in seen.out
    assert "签名和内容核对无误" in run("bundle", "show", tmp_path / "x", home=laptop).out


def test_a_restored_machine_says_with_whom_to_pair_again(run: Run, laptop: Path, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "copy", home=laptop).status == 0
    told = run("restore", tmp_path / "copy", home=tmp_path / "fresh").out
    assert "要重新配对：督查办" in told
