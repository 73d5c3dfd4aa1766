"""Texts folded and masked at once: to the sign what each would become by itself."""

from __future__ import annotations

from itertools import cycle, islice

from hypothesis import example, given
from hypothesis import strategies as st

from db import many_texts, search_index
from db.index import columns

PHONES = st.sampled_from(
    [
        "13812345678",
        "１３８１２３４５６７８",
        "023-67895678",
        "50010119900307123X",
        "138 1234 5678",
        "①3812345678",
    ]
)
PIECES = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="路灯不亮，。（）ＡＢab12３…℃①é\u0301𠀀\x00\n \ud800", max_size=12),
    PHONES,
)
TEXTS = st.lists(PIECES, max_size=6).map("".join)


@given(cases=st.lists(st.lists(TEXTS, max_size=5), max_size=8))
@example(cases=[])
@example(cases=[[]])
@example(cases=[["电话1381234", "5678"], ["", "无"]])
def test_each_becomes_what_it_is_by_itself(cases: list[list[str]]) -> None:
    assert many_texts.indexed(cases) == [search_index.indexed(texts) for texts in cases]


def test_more_than_is_folded_at_once() -> None:
    texts = islice(cycle(["路灯，" * 500, "电话 13812345678。" * 9, "Ｎｏ.①"]), 100)
    cases = [[text, "老街"] for text in texts]
    assert sum(len(text) for case in cases for text in case) > columns.PART
    assert search_index.indexed_each(cases * 2) == [search_index.indexed(texts) for texts in cases * 2]
