"""What other programs are measured on says what the office says, and is renewed when the office changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench import copies
from db import demo, search_index
from db.actions import Action
from db.journal import Act, record
from db.office import Office
from duban_tui import config


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A small demo office."""
    with Office.create(tmp_path_factory.mktemp("home"), config.load().rules, "张三") as opened:
        demo.fill(opened, 60, 1)
        yield opened


def test_the_text_has_a_line_for_every_case_with_all_its_words(office: Office, tmp_path: Path) -> None:
    copies.as_text(office.writer, tmp_path / "cases.txt")
    lines = (tmp_path / "cases.txt").read_text(encoding="utf-8").splitlines()
    case_ids = [row[0] for row in office.writer.execute('SELECT id FROM "case" ORDER BY id DESC')]
    assert len(lines) == len(case_ids) > 0
    for line, case_id in zip(lines, case_ids, strict=True):
        texts = search_index.texts_of(office.writer, case_id)
        assert all(" ".join(text.split()) in line for text in texts), case_id


def test_the_table_has_the_newest_cases_with_body_and_reply(office: Office, tmp_path: Path) -> None:
    copies.as_table(office.writer, tmp_path / "cases.db", 20)
    with closing(sqlite3.connect(tmp_path / "cases.db")) as plain:
        copied = plain.execute("SELECT id, number, title, body, reply FROM cases ORDER BY id DESC").fetchall()
    cases = 'SELECT id, number, title FROM "case" ORDER BY id DESC LIMIT 20'
    assert [row[:3] for row in copied] == office.writer.execute(cases).fetchall()
    assert all(row[3] for row in copied)
    assert any(row[4] for row in copied)


def test_a_copy_is_made_once_and_again_after_a_change_or_a_break(office: Office, tmp_path: Path) -> None:
    made = list[Path]()

    def write(path: Path) -> None:
        made.append(path)
        path.write_text("begun")
        if len(made) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copies.kept(office.writer, tmp_path, "cases.txt", write)
    first = copies.kept(office.writer, tmp_path, "cases.txt", write)
    assert copies.kept(office.writer, tmp_path, "cases.txt", write) == first
    assert len(made) == 2
    (case_id,) = office.writer.execute("SELECT id FROM \"case\" WHERE stage = 'handling' LIMIT 1").fetchone()
    record(office, case_id, Act(Action.PROGRESS, {"text": "已派人到现场查看。"}))
    second = copies.kept(office.writer, tmp_path, "cases.txt", write)
    assert list(tmp_path.iterdir()) == [second]
    assert second != first
