"""What is checked in the texts themselves: the quick way says what folding and masking all of them says."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from db.search import contains
from db.search_index import fold, searchable

PIECES = (
    "路灯", "解放路", "不亮", "，", "。", "(", "（", ")", "）", "-", "—", " ", "　", ".", "/", "*", "x", "X",
    "86", "+86", "0086", "138", "１３８", "1234", "5678", "12345678", "80002", "2026", "2026-000123",
    "50022219900101123X", "023", "67895678", "电话", "身份证", "工单", "①", "⼭", "㈱", "²", "０", "１", "½",
    "ＡＢ", "ab", "Ⅷ",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)


@given(st.lists(texts, min_size=1, max_size=3), st.data())
@example(["请拨86(138)12345678"], None)
def test_the_quick_way_is_no_other_way(written: list[str], data: st.DataObject | None) -> None:
    shown = [searchable(text) for text in written]
    for source in (*shown, *map(fold, written)):
        for word in pieces(source, data):
            assert contains(written, [word]) == any(word in text for text in shown), word


def pieces(text: str, data: st.DataObject | None) -> list[str]:
    """Words that stand in a text, or all of its pieces where nothing is drawn."""
    if data is None:
        return [text[at:end] for at in range(len(text)) for end in range(at + 1, len(text) + 1)]
    start = data.draw(st.integers(0, len(text)))
    return [text[start : start + length] for length in (1, 2, 3, 5, 8) if start + length <= len(text)]


def _slowly(text: str) -> str:
    return "".join(
        " " if sign < " " or sign == "\x7f" or "\ud800" <= sign <= "\udfff" else sign
        for sign in unicodedata.normalize("NFKC", text)
    ).lower()


@given(st.one_of(st.text(), texts, st.text("路A，．～\u0301\u3099\u1161\uac00ｶﾞ…℃\n　Σς")))
def test_folding_sign_by_sign_is_no_other_way(text: str) -> None:
    assert fold(text) == _slowly(text)


def test_every_sign_is_folded_as_unicode_has_it() -> None:
    for code in range(sys.maxunicode + 1):
        assert fold(chr(code)) == _slowly(chr(code)), hex(code)
