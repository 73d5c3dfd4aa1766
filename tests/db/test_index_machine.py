"""Whatever is written, pressed, merged and swept by two at once, a plain dictionary says the same."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as driver

from db import search_index
from db.connection import Connection, transaction
from db.index import choosing, columns, forgetting, merging, pieces, pressing, waiting, writing
from db.index.schema import SCHEMA
from db.search import find
from db.search_index import OPEN, indexed, rank, searchable, words

TABLES = (
    'CREATE TABLE "case" (id INTEGER PRIMARY KEY, title TEXT, place TEXT, open INTEGER)',
    "CREATE TABLE case_number (scheme TEXT, number TEXT, case_id INTEGER)",
    "CREATE TABLE event (case_id INTEGER, action TEXT, data TEXT)",
    "CREATE TABLE content (id INTEGER PRIMARY KEY, case_id INTEGER, kind TEXT, text TEXT)",
)
STEPS = 60
QUERIES = ("路", "灯不", "a", "ab", "12ab", "路灯不亮", "b1 灯", "2路", "𠮷灯a")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks, rows and pieces of a few cases, so that all their edges are met."""
    monkeypatch.setattr(columns, "BLOCK", 150)
    monkeypatch.setattr(merging, "SLICE", 1)
    for each in (pieces, writing):
        monkeypatch.setattr(each, "A_ROW", 3)
    for name, value in (("FEW", 3), ("MOST", 40), ("LARGE", 30)):
        monkeypatch.setattr(choosing, name, value)


class Machine:
    """An index on which two connections work, and what it should say."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.chance = chance
        self.desk, self.other = self._open(path), self._open(path)
        for statement in (*TABLES, *SCHEMA):
            self.desk.execute(statement)
        self.cases: dict[int, tuple[str, bool]] = {}
        self.next_id = 0
        self.held: list[tuple[Connection, list[waiting.Row], list[tuple[int, bytes]]]] = []

    @staticmethod
    def _open(path: Path) -> Connection:
        connection = driver.connect(str(path), isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        return connection

    def step(self, *, nested: bool = False) -> None:
        """Something that happens."""
        ways = [self.add, self.add, self.change, self.change, self.take_out, self.begin_press, self.end_press]
        self.chance.choice(ways if nested else [*ways, self.merge, self.merge, self.sweep])()

    def text(self) -> str:
        return "".join(self.chance.choices("路灯不亮ab12𠮷 ", k=self.chance.randrange(9)))

    def add(self) -> None:
        added = []
        with transaction(self.desk):
            for _ in range(self.chance.randint(1, 6)):
                case_id, text, is_open = self.next_id, self.text(), self.chance.random() < 0.5
                self.next_id += self.chance.randint(1, 3)
                self.desk.execute('INSERT INTO "case" VALUES (?, ?, ?, ?)', (case_id, text, "", is_open))
                added.append((rank(case_id, is_open=is_open), indexed([text, ""])))
                self.cases[case_id] = (text, is_open)
            waiting.put_new(self.desk, added)

    def change(self) -> None:
        if not self.cases:
            return
        case_id = self.chance.choice(list(self.cases))
        text, was_open = self.cases[case_id]
        text, is_open = (self.text(), was_open) if self.chance.random() < 0.5 else (text, not was_open)
        self.desk.execute("BEGIN IMMEDIATE")
        self.desk.execute('UPDATE "case" SET title = ?, open = ? WHERE id = ?', (text, is_open, case_id))
        if self.chance.random() < 0.5:
            places = rank(case_id, is_open=is_open), rank(case_id, is_open=was_open)
            search_index.put(self.desk, places[0], [text, ""], places[1])
        else:
            search_index.refresh(self.desk, case_id)
        if self.chance.random() < 0.2:
            forgetting.forget(self.desk, (case_id, case_id | OPEN))
        if self.chance.random() < 0.2:
            self.desk.execute("ROLLBACK")
        else:
            self.desk.execute("COMMIT")
            self.cases[case_id] = (text, is_open)

    def take_out(self) -> None:
        if self.cases and self.chance.random() < 0.3:
            case_id = self.chance.choice(list(self.cases))
            with transaction(self.desk):
                self.desk.execute('DELETE FROM "case" WHERE id = ?', (case_id,))
                waiting.drop(self.desk, (case_id, case_id | OPEN))
            del self.cases[case_id]

    def begin_press(self) -> None:
        """Two may have read the same rows."""
        who = self.chance.choice((self.desk, self.other))
        rows = waiting.oldest(who, self.chance.randint(1, 15))
        if rows and len(self.held) < 2:
            made = list(columns.blocks_of(columns.entries_of(waiting.texts_in_order(rows))))
            self.held.append((who, rows, made))

    def end_press(self) -> None:
        if self.held:
            who, rows, made = self.held.pop(self.chance.randrange(len(self.held)))
            pressing.replace(who if not who.in_transaction else self.desk, rows, made)

    def merge(self) -> None:
        def meanwhile() -> bool:
            for _ in range(self.chance.randrange(3)):
                self.step(nested=True)
            return self.chance.random() > 0.02

        merging.merge(self.other, meanwhile)

    def sweep(self) -> None:
        merging.sweep(self.desk)

    def check(self) -> None:
        for query in QUERIES:
            sought = words(query)
            hits = [
                (is_open, case_id)
                for case_id, (text, is_open) in self.cases.items()
                if all(word in searchable(text) for word in sought)
            ]
            assert list(find(self.desk, query)) == [case_id for _, case_id in sorted(hits, reverse=True)]
        places = sorted(rank(case_id, is_open=is_open) for case_id, (_, is_open) in self.cases.items())
        assert sorted(pieces.placed(self.desk, pieces.EVERYWHERE)) == places
        if places:
            band = pieces.Band(self.chance.choice(places), self.chance.choice(places))
            within = [place for place in places if band.first <= place < band.end]
            assert sorted(pieces.placed(self.desk, band)) == within


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_the_index_says_what_a_dictionary_says(folder: Path, chance: random.Random) -> None:
    path = folder / f"{len(list(folder.iterdir()))}.db"
    machine = Machine(path, chance)
    with closing(machine.desk), closing(machine.other):
        for step in range(STEPS):
            machine.step()
            if step % 5 == 0:
                machine.check()
        machine.check()
