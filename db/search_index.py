"""What of a case may be found by the lookup box, and how it comes into the index and out of it.

What is found is the *masked* text: nobody finds a person by what is hidden. The index keeps no texts, only
lists of cases (`db.index`); but a case that was just written waits there with its own.

Its place is the case id with one bit on top while the case is open, so the order of the index is the
order of the answer: open cases newest first, then the rest newest first. The first page of a million
hits costs as much as that of fifty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from db.connection import Connection
from db.index import forgetting, waiting
from db.masking import mask_text

OPEN = 1 << 61
"""Set in the place of an open case. Case ids are below 2**53."""


def fold(text: str) -> str:
    """The form in which texts and queries are compared: NFKC, lower case, control characters as spaces."""
    if len(text) > QUERY and _each_by_itself().fullmatch(text):
        return text.translate(_FOLDED)
    return _folded(text)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    return plain if plain.isprintable() else re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", plain)


QUERY = 16
"""Characters up to which a text is folded as a whole: to compile a pattern for a query takes longer."""


@cache
def _each_by_itself() -> re.Pattern[str]:
    """Signs that no other changes, which nearly all texts are made of: folded five times as fast."""
    return re.compile(_BY_ITSELF)


_BY_ITSELF = "[ -~\\n·—‘’“”…℃、。《》「」『』【】〔〕\u3000\u4e00-\u9fff\uff01-\uff5e]*"


class _Folds(dict[int, str]):
    """What each sign is folded to, worked out once."""

    def __missing__(self, sign: int) -> str:
        self[sign] = folded = _folded(chr(sign))
        return folded


_FOLDED = _Folds()


def unchanged_by_others() -> Iterator[tuple[str, str]]:
    """Signs that are folded to one other or the same, whatever stands beside them; each with that."""
    for sign in map(chr, range(0x1_0000)):
        if _each_by_itself().fullmatch(sign) and len(folded := _folded(sign)) == 1:
            yield sign, folded


def searchable(text: str) -> str:
    """What of a text may be found: folded, with persons' numbers masked."""
    return mask_text(fold(text))


def words(query: str) -> list[str]:
    """The words of a query, each once, as they are compared; all of them must occur."""
    return list(dict.fromkeys(fold(query).split()))


def refresh(connection: Connection, case_id: int) -> None:
    """Index a case anew under the texts that stand in the office; inside the caller's transaction.

    The case row must be written before: a case stands among the open ones or not by its own row. It may
    have stood at either place.
    """
    place = place_of(connection, case_id)
    put(connection, place, all_texts_of_many(connection, [case_id])[case_id], place ^ OPEN)


def put_new(connection: Connection, cases: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Index cases that never stood in the index; inside the caller's transaction.

    Args:
        connection: a writer.
        cases: the place of each, and all texts by which it may be found, raw.
    """
    texts = indexed_each([each for _, each in cases])
    waiting.put_new(connection, [(place, text) for (place, _), text in zip(cases, texts, strict=True)])


def put(connection: Connection, place: int, texts: Iterable[str], before: int) -> None:
    """Index a known case anew, when its texts change, or its place as it closes or opens again.

    Args:
        connection: a writer, in a transaction.
        place: where it stands now.
        texts: all by which it may be found, raw.
        before: where it stood.
    """
    waiting.put(connection, place, indexed(texts))
    if before != place:
        waiting.drop(connection, [before])


def forget(connection: Connection, case_id: int) -> None:
    """Let nothing be left of what a case was indexed under before it was refreshed."""
    forgetting.forget(connection, (case_id, case_id | OPEN))


def indexed(texts: Iterable[str]) -> str:
    """All texts of a case as the index takes them: as `searchable`, with a space between."""
    return " ".join(map(searchable, texts))


MANY = 200
"""Cases from which on a table pays that is made when first asked for."""


def indexed_each(cases: Sequence[Sequence[str]]) -> list[str]:
    """What `indexed` says of the texts of each case."""
    if len(cases) < MANY:
        return list(map(indexed, cases))
    from db import many_texts

    return many_texts.indexed(cases)


def rank(case_id: int, *, is_open: bool) -> int:
    """Where a case stands in the order of the answer."""
    return case_id | OPEN if is_open else case_id


def place_of(connection: Connection, case_id: int) -> int:
    """Where a case stands in the order of the answer, by its own row."""
    row = connection.execute('SELECT open FROM "case" WHERE id = ?', (case_id,)).fetchone()
    return rank(case_id, is_open=row is not None and bool(row[0]))


_HEADS = 'SELECT id, title, place FROM "case" WHERE id IN ({})'
_CONTENTS = "SELECT case_id, kind, text FROM content WHERE case_id IN ({}) AND text IS NOT NULL"
_CONTENTS_OF_ONE = _CONTENTS.format("?")
_NUMBERS = "SELECT case_id, number FROM case_number WHERE case_id IN ({})"
_CLAIMED = """SELECT e.case_id, n.value ->> 1 FROM event e, json_each(e.data, '$.numbers') n
WHERE e.case_id IN ({}) AND e.action = 'register' AND instr(e.data, '"numbers"')"""
"""Numbers of sources as the case claims them: one that two cases claim stands with the other one's row."""


def texts_of_many(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """By case, the texts by which it may be found: title, place, what was written, numbers; raw.

    Every id is a key, also one that no case has.
    """
    texts: dict[int, list[str]] = {case_id: [] for case_id in case_ids}
    listed = ", ".join(map(str, case_ids))
    for case_id, title, place in connection.execute(_HEADS.format(listed)):
        texts[case_id] += (title, place)
    for case_id, kind, text in connection.execute(_CONTENTS.format(listed)):
        texts[case_id] += words_of(kind, text)
    for case_id, numbers in numbers_of_many(connection, case_ids).items():
        texts[case_id] += numbers
    return texts


def numbers_of_many(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """By case, the numbers that stand with it."""
    numbers: dict[int, list[str]] = {case_id: [] for case_id in case_ids}
    for case_id, number in connection.execute(_NUMBERS.format(", ".join(map(str, case_ids)))):
        numbers[case_id].append(number)
    return numbers


def all_texts_of_many(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """What cases are indexed under: their texts, and every number they claim, as when they were new."""
    texts = texts_of_many(connection, case_ids)
    for case_id, number in connection.execute(_CLAIMED.format(", ".join(map(str, case_ids)))):
        texts[case_id].append(number)
    return texts


def texts_of(connection: Connection, case_id: int) -> list[str]:
    """The texts by which one case may be found; see `texts_of_many`."""
    return texts_of_many(connection, [case_id])[case_id]


def written(connection: Connection, case_id: int) -> list[str]:
    """What was written of one case and stands in the office, as far as it may be found by that; raw."""
    rows = connection.execute(_CONTENTS_OF_ONE, (case_id,))
    return [word for _, kind, text in rows for word in words_of(kind, text)]


def words_of(kind: str, text: str) -> list[str]:
    """The searchable texts of a `content` row; an identity has none."""
    if kind == "submitter":
        return []
    if kind not in ("note", "evidence"):
        return [text]
    import json

    said = json.loads(text)
    return [said["name"]] if kind == "evidence" else list(_strings(said))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
    elif isinstance(value, list):
        for entry in value:
            yield from _strings(entry)
