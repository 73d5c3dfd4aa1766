"""The JSON of events: the same bytes as of every version before, since hashes stand on them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from db.actions import Action
from db.chain import canonical
from db.terms import Stage

TEXT = st.text()
DATA = st.dictionaries(
    TEXT,
    st.recursive(
        TEXT | st.integers() | st.booleans() | st.none() | st.sampled_from([*Action, *Stage]),
        lambda one: st.lists(one) | st.lists(one).map(tuple) | st.dictionaries(TEXT, one),
        max_leaves=8,
    ),
)


@given(DATA)
def test_it_is_what_the_standard_library_writes(data: dict[str, Any]) -> None:
    assert canonical(data) == json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_numbers_beyond_64_bits_and_names_that_are_numbers_are_written_too() -> None:
    assert canonical({"a": 2**80}) == f'{{"a":{2**80}}}'
    assert canonical({1: "a"}) == '{"1":"a"}'  # type: ignore[dict-item]
