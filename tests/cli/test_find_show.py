"""``duban find`` and ``duban show``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from db.connection import open_reader
from db.home import path_of
from tests.cli.conftest import Run


def one(home: Path, sql: str) -> str:
    """The first value that a query gives."""
    return str(open_reader(path_of(home)).execute(sql).fetchone()[0])


def test_find_gives_lines_with_the_words_of_the_screen(run: Run, demo_office: Path) -> None:
    ended = run("find", "的", "--limit", 5, "--json", home=demo_office)
    found = json.loads(ended.out)
    assert ended.status == 0
    assert len(found) == 5
    assert all(list(line) == ["number", "title", "unit", "stage", "alarm", "due"] for line in found)
    assert {line["alarm"] for line in found} <= {"警报", "紧急", "预警", "报到", "在办", "暂停", "办结"}
    assert all(line["due"] is None or re.fullmatch(r"\d{4}-\d\d-\d\d", line["due"]) for line in found)


def test_find_by_number_and_by_a_part_of_the_text(run: Run, demo_office: Path) -> None:
    number = one(demo_office, 'SELECT number FROM "case" ORDER BY id DESC LIMIT 1')
    title = one(demo_office, 'SELECT title FROM "case" ORDER BY id DESC LIMIT 1')
    assert json.loads(run("find", number, "--json", home=demo_office).out)[0]["number"] == number
    found = json.loads(run("find", title[3:9], "--json", home=demo_office).out)
    assert number in [line["number"] for line in found]


def test_find_understands_initials_of_a_unit(run: Run, demo_office: Path) -> None:
    found = json.loads(run("find", "qjq", "--json", home=demo_office).out)
    within = one(
        demo_office,
        """SELECT count(*) FROM "case" JOIN unit_version v ON v.unit_id = l2 WHERE v.name = '綦江区'""",
    )
    assert (len(found) > 0) == (int(within) > 0)


def test_find_lists_all_units_that_initials_may_mean_and_says_so(run: Run, demo_office: Path) -> None:
    ended = run("find", "qjq", "--limit", 200, home=demo_office)
    assert ended.err == "“qjq”读作：綦江区（含下级）、黔江区（含下级）\n"
    assert "綦江区" in ended.out
    assert "黔江区" in ended.out


def test_find_says_that_there_is_more_but_to_programs_nothing(run: Run, demo_office: Path) -> None:
    cut = run("find", "的", "--limit", 2, home=demo_office)
    assert cut.err == "只列出前 2 件，还有更多：用 --limit 多列，或再加字词\n"
    assert run("find", "的", "--limit", 2, "--json", home=demo_office).err == ""
    assert run("find", "的", "--limit", 1_000, home=demo_office).err == ""


def test_nothing_found_is_no_error(run: Run, demo_office: Path) -> None:
    assert run("find", "没有这样的文字", "--json", home=demo_office) == (0, "[]\n", "")
    ended = run("find", "没有这样的文字", home=demo_office)
    assert ended.status == 0
    assert "没有找到" in ended.out


def test_open_cases_come_first(run: Run, demo_office: Path) -> None:
    found = json.loads(run("find", "的", "--limit", 200, "--json", home=demo_office).out)
    closed = [line["alarm"] == "办结" for line in found]
    assert closed == sorted(closed)


def test_show_holds_facts_flow_and_notes(run: Run, demo_office: Path) -> None:
    number = one(demo_office, 'SELECT number FROM "case" WHERE notes > 0 LIMIT 1')
    shown = json.loads(run("show", number, "--json", home=demo_office).out)
    assert shown["number"] == shown["facts"]["number"] == number
    assert [step["action"] for step in shown["flow"]][:2] == ["登记", "交办"]
    assert shown["flow"][0]["at"].endswith("+08:00")
    assert shown["notes"][0]["findings"]
    text = run("show", number, home=demo_office).out
    assert "流程" in text
    assert "核查记录" in text


def test_show_takes_any_number_of_a_case(run: Run, demo_office: Path) -> None:
    source = one(demo_office, "SELECT number FROM case_number WHERE scheme <> '本台' LIMIT 1")
    shown = json.loads(run("show", source, "--json", home=demo_office).out)
    assert source in [entry["number"] for entry in shown["facts"]["numbers"]]


def test_show_of_an_unknown_number_tells_how_to_find_it(run: Run, demo_office: Path) -> None:
    ended = run("show", "1999-000001", home=demo_office)
    assert (ended.status, ended.out) == (1, "")
    assert "duban find" in ended.err


@pytest.mark.parametrize("command", [("find", "的", "--limit", "300"), ("export", "list.csv")], ids=str)
def test_nobody_is_shown(
    run: Run, demo_office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    out = run(*command, home=demo_office).out + "".join(
        one.read_text("utf-8") for one in tmp_path.glob("*.csv")
    )
    assert not re.search(r"1[3-9]\d0000\d{4}", out)


def test_no_telephone_number_stands_in_any_case_shown(run: Run, demo_office: Path) -> None:
    reader = open_reader(path_of(demo_office))
    told = reader.execute(
        """SELECT number FROM "case" JOIN content c ON c.id = body_id
           WHERE c.text LIKE '%联系电话%' LIMIT 3"""
    ).fetchall()
    assert told
    for (number,) in told:
        said = run("show", number, "--json", home=demo_office).out
        assert not re.search(r"(?<!\d)1[3-9]\d0000\d{4}(?!\d)", said)
