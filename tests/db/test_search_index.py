"""Whatever a substring search over the masked texts would find, the index finds, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as driver

from db import search_index
from db.connection import Connection
from db.index import merging, pressing, waiting
from db.index.schema import SCHEMA
from db.keeping import reindex
from db.search import candidates, contains, find, places
from db.search_index import searchable, words

TABLES = (
    'CREATE TABLE "case" (id INTEGER PRIMARY KEY, title TEXT, place TEXT, open INTEGER)',
    "CREATE TABLE case_number (scheme TEXT, number TEXT, case_id INTEGER)",
    "CREATE TABLE event (case_id INTEGER, action TEXT, data TEXT)",
    "CREATE TABLE content (id INTEGER PRIMARY KEY, case_id INTEGER, kind TEXT, text TEXT)",
)


@pytest.fixture
def office() -> Iterator[Connection]:
    """The tables that the index reads, empty."""
    connection = _office()
    yield connection
    connection.close()


def _office() -> Connection:
    connection = driver.connect(":memory:", isolation_level=None)
    for statement in (*TABLES, *SCHEMA):
        connection.execute(statement)
    return connection


def _add(connection: Connection, case_id: int, *texts: str, opened: bool = False, title: str = "") -> None:
    connection.execute('INSERT INTO "case" VALUES (?, ?, ?, ?)', (case_id, title, "", opened))
    connection.executemany(
        "INSERT INTO content (case_id, kind, text) VALUES (?, 'body', ?)", [(case_id, text) for text in texts]
    )
    search_index.refresh(connection, case_id)


def _found(connection: Connection, query: str) -> list[int]:
    return list(find(connection, query))


@pytest.mark.parametrize(
    "query",
    ["路", "路灯", "路灯不", "路灯不亮", "亮。", "。", "3号", "３号楼", "ab", "abc", "ABCD", "三峡 路灯"],
)
def test_a_piece_of_any_length_is_found(office: Connection, query: str) -> None:
    _add(office, 1, "三峡广场3号楼路灯不亮。abcd")
    _add(office, 2, "噪声扰民")
    assert _found(office, query) == [1]


@pytest.mark.parametrize("query", ["灯路", "不灯", "亮路", "三峡 噪声", "adc", "abd", "路灯 x"])
def test_what_does_not_stand_there_is_not_found(office: Connection, query: str) -> None:
    _add(office, 1, "三峡广场路灯不亮", "abcd bd")
    _add(office, 2, "噪声扰民")
    assert _found(office, query) == []


def test_words_may_stand_in_different_texts_but_no_word_across_two(office: Connection) -> None:
    _add(office, 1, "正文写路灯", "答复写修复", title="标题甲")
    assert _found(office, "标题 路灯 修复") == [1]
    assert _found(office, "灯答") == []


def test_open_cases_come_first_and_newest_first(office: Connection) -> None:
    for case_id, opened in ((1, True), (2, False), (3, True), (4, False)):
        _add(office, case_id, "路灯不亮", opened=opened)
    assert _found(office, "路灯") == [3, 1, 4, 2]
    office.execute('UPDATE "case" SET open = 0 WHERE id = 3')
    search_index.refresh(office, 3)
    assert _found(office, "路灯不亮") == [1, 4, 3, 2]


def test_a_case_put_again_is_found_by_its_new_words_only(office: Connection) -> None:
    _add(office, 1, "路灯不亮", opened=True)
    office.execute("UPDATE content SET text = '井盖丢失'")
    search_index.refresh(office, 1)
    assert _found(office, "路灯") == []
    assert _found(office, "井盖") == [1]
    waiting.drop(office, [1, 1 | search_index.OPEN])
    assert _found(office, "井盖") == []


def test_nobody_is_found_by_what_is_masked(office: Connection) -> None:
    _add(office, 1, "电话13867895678，座机023-67891111")
    office.execute(
        "INSERT INTO content (case_id, kind, text) VALUES (1, 'submitter', '{\"name\": \"赵钱孙\"}')"
    )
    search_index.refresh(office, 1)
    for query in ("13867895678", "6789", "8678", "789", "67891111", "赵钱孙", "赵"):
        assert _found(office, query) == []
    assert _found(office, "138****5678") == [1]


def test_a_note_is_found_by_its_words_and_not_by_its_fields(office: Connection) -> None:
    _add(office, 1)
    note = '{"findings": "\\u8def\\u706f", "log": [["09:00", "到达现场"]], "people": []}'
    office.execute("INSERT INTO content (case_id, kind, text) VALUES (1, 'note', ?)", (note,))
    search_index.refresh(office, 1)
    assert _found(office, "路灯 现场") == [1]
    assert _found(office, "findings") == []


@pytest.mark.parametrize(
    "query",
    ['A"B', "NOT", "路灯-不亮", "路灯:不亮", "a*", "(", "'", '"', "\\", "x OR y", "^a", "a\x00b"],
)
def test_nothing_typed_has_a_meaning_of_its_own(office: Connection, query: str) -> None:
    _add(office, 1, "平常的文字")
    _add(office, 2, f"前{query}后")
    assert _found(office, query) == [2]


def test_nothing_typed_finds_nothing(office: Connection) -> None:
    _add(office, 1, "路灯")
    assert _found(office, "") == _found(office, " \x00　\ud800") == []


def test_a_case_of_before_1970_is_found_too(office: Connection) -> None:
    _add(office, 0, "路灯不亮")
    assert _found(office, "路灯") == [0]
    pressing.press(office)
    assert _found(office, "路灯") == [0]


def test_a_newer_query_stops_the_older(office: Connection) -> None:
    for case_id in range(1, 200):
        _add(office, case_id, "路灯不亮")
    left = iter([False, False, True])
    assert 0 < len(list(places(office, "路灯不亮", stop=lambda: next(left)))) < 199


def test_merging_changes_no_answer(office: Connection) -> None:
    for case_id in range(1, 200):
        _add(office, case_id, f"路灯{case_id}")
        if case_id % 20 == 0:
            pressing.press(office)
    assert merging.merge(office)
    assert len(_found(office, "路灯")) == 199


alphabet = st.sampled_from("路灯不亮三峡广场ab1２３-。，*\"' \n")
texts = st.text(alphabet, max_size=30)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(texts, min_size=1, max_size=3), min_size=1, max_size=6),
    st.text(alphabet, min_size=1, max_size=5),
    st.data(),
)
def test_the_index_and_a_plain_search_agree(cases: list[list[str]], typed: str, data: st.DataObject) -> None:
    office = _office()
    opened = [data.draw(st.booleans()) for _ in cases]
    for case_id, written in enumerate(cases, 1):
        _add(office, case_id, *written, opened=opened[case_id - 1])
    sought = words(typed)
    hits = [
        case_id
        for case_id, written in enumerate(cases, 1)
        if sought and all(any(word in searchable(text) for text in written) for word in sought)
    ]
    expected = sorted(hits, key=lambda case_id: (opened[case_id - 1], case_id), reverse=True)
    assert _found(office, typed) == expected
    assert set(hits) <= {place & ~search_index.OPEN for place in candidates(office, sought)}
    office.close()


def test_all_words_must_be_contained() -> None:
    assert contains(["路灯", "井盖"], ["路", "盖"])
    assert not contains(["路灯"], ["路", "盖"])


def test_an_index_made_anew_answers_the_same(office: Connection) -> None:
    for case_id in range(1, 40):
        _add(office, case_id, f"路灯不亮{case_id}", opened=case_id % 3 == 0)
    before = [_found(office, query) for query in ("路", "灯不亮", "不亮3", "亮39")]
    reindex.remake(office)
    assert [_found(office, query) for query in ("路", "灯不亮", "不亮3", "亮39")] == before


def test_a_text_is_folded_wherever_folding_makes_an_ideograph() -> None:
    for code in range(sys.maxunicode + 1):
        sign = chr(code)
        made = set(search_index.fold(sign)) - {sign}
        for ideograph in (each for each in made if "\u4e00" <= each <= "\u9fff"):
            assert contains([f"老{sign}街"], [ideograph]), hex(code)
        if "\u4e00" <= sign <= "\u9fff":
            assert search_index.fold(sign) == sign
