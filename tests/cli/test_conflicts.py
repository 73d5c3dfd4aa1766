"""``duban undo``, ``duban conflicts``, ``duban settle``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db.actions import Action
from db.journal import Act, record
from db.office import Office
from duban_tui import config
from tests.cli.conftest import Run
from tests.db import two_offices


@pytest.fixture
def case(office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The number of a case in hand, to which two machines gave another title."""
    settings = config.load()
    monkeypatch.setattr(two_offices, "RULES", settings.rules)
    with Office.open(office, settings.rules, settings.officer.name) as here:
        row = here.writer.execute(
            "SELECT id, number FROM \"case\" WHERE stage = 'handling' LIMIT 1"
        ).fetchone()
        with two_offices.taken_along(here, tmp_path / "field", "王五的笔记本") as field:
            for copy, title in ((here, "甲街路灯"), (field, "乙街路灯")):
                data = {"field": "title", "value": title, "reason": "写错"}
                record(copy, row[0], Act(Action.CORRECT, data))
            two_offices.bring(field, here)
    return str(row[1])


def test_a_conflict_is_listed_with_both_sides_and_settled(run: Run, office: Path, case: str) -> None:
    told = json.loads(run("conflicts", "--json", home=office).out)
    (conflict,) = told["conflicts"]
    assert (conflict["number"], conflict["conflict"]) == (case, "“事项”两处定得不一样")
    assert [side["summary"] for side in conflict["sides"]] == [
        "事项 → 甲街路灯，写错",
        "事项 → 乙街路灯，写错",
    ]
    assert conflict["sides"][0]["unseen"] == "记录时还没有看到王五的笔记本的 1 条"
    assert told["marks"] == []
    refused = run("settle", case, "--opinion", "以甲为准", home=office)
    assert (refused.status, "--keep" in refused.err) == (1, True)
    keep = conflict["keep_one_of"][0]
    assert run("settle", case, "--opinion", "x", "--keep", "zzz", home=office).status == 1
    settled = run("settle", case, "--opinion", "以甲为准", "--keep", keep[-8:], home=office)
    assert (settled.status, settled.out) == (0, f"已处置：{case}\n")
    assert "没有冲突" in run("conflicts", home=office).out
    assert json.loads(run("show", case, "--json", home=office).out)["title"] == "甲街路灯"
    assert "没有待处置的冲突" in run("settle", case, "--opinion", "x", home=office).err


def test_people_read_who_said_what_and_how_to_settle_it(run: Run, office: Path, case: str) -> None:
    out = run("conflicts", home=office).out
    assert "冲突 1 个" in out
    assert "王五的笔记本" in out
    assert f"duban settle {case} --opinion 意见 --keep" in out
    assert "冲突 1" in run("board", home=office).out


def test_the_last_step_is_taken_back_once(run: Run, office: Path, case: str) -> None:
    assert "别的机器同时记了步骤" in run("undo", case, home=office).err
    keep = json.loads(run("conflicts", "--json", home=office).out)["conflicts"][0]["keep_one_of"][0]
    run("settle", case, "--opinion", "以甲为准", "--keep", keep, home=office)
    undone = run("undo", case, "--reason", "写错了", home=office)
    assert (undone.status, undone.out.startswith(f"已撤销：{case}  冲突处置")) == (0, True)
    again = run("undo", case, home=office)
    assert (again.status, again.err) == (1, "duban: 不能撤销：上一步已经撤销，更早的请用更正\n")
    assert "冲突 1 个" in run("conflicts", home=office).out
