"""The lookup finds what a plain substring search over the masked texts finds: no case less, none more."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from db import search_index
from db.connection import Connection
from db.index import merging, pressing
from db.index.schema import SCHEMA
from db.reads import narrowed
from db.reads.board import ListQuery, Scope
from db.reads.lookup import ids
from db.search import find
from db.search_index import searchable, words
from db.terms import Alarm
from tests.db import small_db

CASES = 700
QUERIES = 10_000
LOOKED_AT = 40
"""Hits compared for each query: their order is part of the answer."""

_WRITTEN = """路灯不亮|噪声扰民|占道经营
|下水道堵塞|井盖丢失|拖欠工资|违章搭建|公交改线|停水停电|物业收费|老街三号楼|人和街道
|三峡广场|大湾镇政府|2026年3月|ＡＢ12栋|a3|号|，|。|：|（电话13812345678）|023-67891234|“高空抛物”|12345热线|km²
|工单202611240000296995|尾号8008|0026-|20260026| |反映人表示|现场查看|已办结|请尽快|。已|，请|138****5678|①"""
_PIECES = _WRITTEN.split("|")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Cases of mixed pieces, a tenth of them open, in three units of very different size."""
    connection = small_db.create(tmp_path_factory.mktemp("many") / "office.db")
    for statement in SCHEMA:
        connection.execute(statement)
    chance = random.Random(5)
    connection.execute("BEGIN")
    for unit_id, level in ((1, 1), (2, 2), (3, 2), (4, 2)):
        small_db.add_unit(connection, unit_id, f"单位{unit_id}", None if level == 1 else 1, level)
    for case_id in range(1, CASES + 1):
        title, body, reply = ("".join(chance.choices(_PIECES, k=count)) for count in (3, 12, 8))
        district = chance.choices((2, 3, 4), (80, 19, 1))[0]
        small_db.add_case(
            connection, case_id, title=title, place=chance.choice(_PIECES), open=case_id % 10 == 0,
            stage="closed" if case_id % 10 else "handling",
            unit_id=district, l2=district, due_at=small_db.NOW + chance.randrange(-9, 9),
        )  # fmt: skip
        number = {"scheme": "本台", "number": f"2026-{case_id:06d}", "case_id": case_id}
        small_db.insert(connection, "case_number", **number)
        for kind, text in (("body", body), ("reply", reply)):
            row = {"id": f"{kind}{case_id}", "case_id": case_id, "kind": kind, "text": text}
            small_db.insert(connection, "content", **row, salt="", sha256="")
        search_index.refresh(connection, case_id)
        if case_id % 60 == 0 and case_id < 650:
            pressing.press(connection)
            merging.merge(connection)
    connection.execute("COMMIT")
    yield connection
    connection.close()


class Oracle:
    """The masked texts in plain memory, in the order of the answer."""

    def __init__(self, connection: Connection) -> None:
        newest_first = range(CASES, 0, -1)
        ordered = sorted(newest_first, key=lambda case_id: case_id % 10 != 0)
        self.texts = {
            case_id: "\n".join(map(searchable, search_index.texts_of(connection, case_id)))
            for case_id in ordered
        }

    def find(self, query: str) -> list[int]:
        sought = words(query)
        found = [each for each, text in self.texts.items() if all(word in text for word in sought)]
        return found if sought else []


@pytest.fixture(scope="module")
def oracle(many: Connection) -> Oracle:
    return Oracle(many)


@pytest.fixture(scope="module")
def typed(oracle: Oracle) -> Callable[[random.Random], str]:
    """What somebody may type: pieces of texts, halves that never stood together, numbers, several words."""
    everything = "\n".join(oracle.texts.values())
    characters = sorted(set(everything))

    def piece(chance: random.Random, longest: int = 8) -> str:
        start = chance.randrange(len(everything) - longest)
        return everything[start : start + chance.randint(1, longest)]

    def draw(chance: random.Random) -> str:
        kind = chance.randrange(8)
        if kind == 0:
            return "".join(chance.choices(characters, k=chance.randint(1, 4)))
        if kind == 1:
            return "".join(chance.choices("0123456789", k=chance.randint(1, 6)))
        if kind == 2:
            return piece(chance, 4) + piece(chance, 4)
        if kind == 3:
            return " ".join(piece(chance, 5) for _ in range(chance.randint(2, 3)))
        return piece(chance).upper() if kind == 4 else piece(chance)

    return draw


def test_nothing_that_a_plain_search_finds_is_missed(
    many: Connection, oracle: Oracle, typed: Callable[[random.Random], str]
) -> None:
    chance = random.Random(7)
    answered = 0
    for turn in range(QUERIES):
        query = typed(chance)
        expected = oracle.find(query)
        assert list(islice(find(many, query), LOOKED_AT)) == expected[:LOOKED_AT], query
        if turn % 100 == 0 and query.strip():
            assert sorted(ids(many, query, now=small_db.NOW)) == sorted(expected), query
        answered += bool(expected)
    assert QUERIES // 4 < answered < QUERIES * 19 // 20


_LISTS = (
    ListQuery(Scope(2, 2), open_only=False),
    ListQuery(Scope(4, 2), open_only=False),
    ListQuery(Scope(3, 2)),
    ListQuery(alarm=Alarm.OVERDUE),
    ListQuery(Scope(2, 2), alarm=Alarm.DONE),
    ListQuery(stage="handling", open_only=False),
    ListQuery(stage="signed", open_only=False),
    ListQuery(stage="closed", open_only=False),
)


@pytest.mark.parametrize(
    ("short", "known", "queries"),
    [(0, 0, 150), (0, 10**6, 150), (10**6, 10**6, 15)],
    ids=["row", "ids", "texts"],
)
def test_a_list_is_searched_alike_by_either_way(
    many: Connection, oracle: Oracle, typed: Callable[[random.Random], str],
    monkeypatch: pytest.MonkeyPatch, short: int, known: int, queries: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(narrowed, "SHORT", short)
    monkeypatch.setattr(narrowed, "KNOWN", known)
    monkeypatch.setattr(narrowed, "DEARER", 0 if short else 30)
    listed = [
        set(many.execute(_LISTED.format(terms), {"now": small_db.NOW}).fetchall())
        for terms in ("l2 = 2", "l2 = 4", "l2 = 3 AND open", "due_at <= :now AND open", "l2 = 2 AND NOT open",
                      "open", "0", "NOT open")
    ]  # fmt: skip
    chance = random.Random(11)
    for _ in range(queries):
        query = typed(chance)
        everywhere = oracle.find(query)
        for within, members in zip(_LISTS, listed, strict=True):
            if words(query):
                expected = [case_id for case_id in everywhere if (case_id,) in members]
                assert list(ids(many, query, now=small_db.NOW, within=within)) == expected, (query, within)


_LISTED = 'SELECT id FROM "case" WHERE {}'
