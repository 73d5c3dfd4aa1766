"""密级 marks, and words that are none."""

from __future__ import annotations

import pytest

from db.exchange import secrecy


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("机密★1年", "机密"),
        ("关于某事\n秘密 ★ 10年", "秘密"),
        ("绝密\n关于某事的报告", "绝密"),
        ("【秘密】\n关于某事", "秘密"),
        ("机 密", "机密"),
        ("\n\t密级：机密\n正文", "机密"),
    ],
)
def test_a_mark_in_a_text_is_found(text: str, level: str) -> None:
    assert secrecy.in_texts(["一般", text]) == level


@pytest.mark.parametrize(
    "text",
    [
        "手机密码忘了",
        "公开的秘密",
        "商业机密为由拒绝",
        "秘密会所扰民",
        "国家机密吗？",
        "关于某事\n秘密",
        "保密",
        "绝密纸条",
    ],
)
def test_the_bare_words_are_no_mark(text: str) -> None:
    assert secrecy.in_texts([text]) is None


@pytest.mark.parametrize(
    ("value", "level"), [("秘密", "秘密"), ("机密★10年", "机密"), ("是", "涉密"), ("国家秘密", "秘密")]
)
def test_a_field_says_its_level(value: str, level: str) -> None:
    assert secrecy.in_field(value) == level


@pytest.mark.parametrize("value", ["", "公开", "内部", "无", "非密", "否", "非国家秘密", "不涉及秘密"])
def test_a_field_that_says_none(value: str) -> None:
    assert secrecy.in_field(value) is None
