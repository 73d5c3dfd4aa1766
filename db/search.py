"""What the index answers: the cases in which some words stand, open ones newest first, then the rest.

A word that is a key itself is answered by the index alone. Who stands under all keys of a longer one is
checked again in the texts, a batch at a time. Read in one transaction (`connection.snapshot`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice

from db.connection import Connection
from db.index import keys, pieces
from db.index.pieces import EVERYWHERE, Band
from db.index.waiting import Waiting
from db.masking import mask_text, may_be_masked
from db.search_index import (
    OPEN,
    all_texts_of_many,
    fold,
    numbers_of_many,
    texts_of_many,
    words,
)

LOOKED_UP = 24
"""Characters of a word that are looked up by keys; the check in the texts takes the whole word."""

FIRST_BATCH, LARGEST_BATCH = 52, 256
"""Cases whose texts are read at once; the first are a page of hits, which is all that most searches take."""


def candidates(
    connection: Connection,
    sought: Sequence[str],
    bands: Iterable[Band] = (EVERYWHERE,),
    waits: Waiting | None = None,
) -> Iterator[int]:
    """Places of all cases that may contain these words (see `search_index.words`), in their order.

    Lazy: only what is taken is looked for. A place is a case id, with `OPEN` set where the case is open.
    """
    for band in bands if sought else ():
        yield from pieces.candidates(connection, sought, keys_of(sought), band, waits)


def count(connection: Connection, sought: Sequence[str], bands: Iterable[Band]) -> int:
    """How many cases may contain these words; some are counted twice."""
    return sum(pieces.count(connection, sought, keys_of(sought), band) for band in bands)


def keys_of(sought: Iterable[str]) -> list[int]:
    """The keys in the index under all of which a case with these words stands; none for no words."""
    return list(dict.fromkeys(key for word in sought for key in keys.keys_of_word(word[:LOOKED_UP])))


def places(
    connection: Connection,
    query: str,
    *,
    bands: Iterable[Band] = (EVERYWHERE,),
    stop: Callable[[], bool] = bool,
) -> Iterator[int]:
    """Places of the cases in which every word of the query occurs, in their order.

    Args:
        connection: any connection to the office.
        query: as typed; nothing in it has a special meaning.
        bands: where to look, in the order of the answer.
        stop: asked before each batch of cases; true ends the search (a newer query was typed).
    """
    sought = words(query)
    return checked(connection, candidates(connection, sought, bands), sought, stop)


def checked(
    connection: Connection, found: Iterator[int], sought: Sequence[str], stop: Callable[[], bool] = bool
) -> Iterator[int]:
    """Those of some candidates in whose texts the words stand; see `places`."""
    unsure = [word for word in sought if not keys.is_exact(word)]
    for batch in in_batches(found):
        if stop():
            return
        yield from containing(connection, batch, unsure) if unsure else batch


def containing(connection: Connection, batch: Sequence[int], sought: Sequence[str]) -> Iterator[int]:
    """The places of a batch in whose texts all these words stand; one reading for all."""
    ids = [place & ~OPEN for place in batch]
    sure, read = set[int](), texts_of_many
    if any(map(_MAY_BE_A_NUMBER.search, sought)):
        numbers, read = numbers_of_many(connection, ids), all_texts_of_many
        sure = {case_id for case_id, texts in numbers.items() if contains(texts, sought)}
    texts = read(connection, [case_id for case_id in ids if case_id not in sure])
    found = {case_id for case_id in texts if contains(texts[case_id], sought)} | sure
    return (place for place in batch if place & ~OPEN in found)


def in_batches(found: Iterator[int]) -> Iterator[list[int]]:
    """Places by the batch, in their order; lazy."""
    size = FIRST_BATCH
    while batch := list(islice(found, size)):
        yield batch
        size = min(2 * size, LARGEST_BATCH)


def contains(texts: Iterable[str], sought: Iterable[str]) -> bool:
    """Whether each of these words occurs in one of the texts."""
    missing = set(sought)
    for text in texts:
        missing -= _standing_in(text, missing)
        if not missing:
            return True
    return not missing


def _standing_in(text: str, sought: Iterable[str]) -> set[str]:
    """Those of the words that stand in a text.

    Folding and masking a text costs more than all the rest. Neither changes what is `lasting`, so only texts
    are folded in which that of a word stands as written; and masked only for words that a mask could hide.
    """
    alike = _FOLDED_TO_THEM.search(text) is not None
    likely = [word for word in sought if alike or lasting(word) in text]
    if not alike and all(map(_is_ideographs, likely)):
        return set(likely)
    plain = fold(text)
    masked = mask_text(plain) if any(map(may_be_masked, likely)) else plain
    return {word for word in likely if word in masked}


@lru_cache(maxsize=64)
def lasting(word: str) -> str:
    """The longest part of a word that folding and masking leave alone, or hide whole; empty where none is.

    Ideographs are left alone. A mask shows of a number at most four digits together.
    """
    runs = ("".join(signs) for _, signs in groupby(word, _kind_of))
    return max((run for run in runs if _lasts(run)), key=len, default="")


# Not by patterns: `duban find` would compile each of them, over thousands of signs.
def _is_ideographs(word: str) -> bool:
    return min(word) >= "\u4e00" and max(word) <= "\u9fff"


def _kind_of(sign: str) -> int:
    return 1 if _is_ideographs(sign) else 2 if "0" <= sign <= "9" else 0


def _lasts(run: str) -> bool:
    kind = _kind_of(run[0])
    return kind == 1 or (kind == 2 and len(run) > SHOWN)


SHOWN = 4
"""Digits that a mask leaves together, at most."""

_MAY_BE_A_NUMBER = re.compile("[!-~]")

_FOLDED_TO_THEM = re.compile(
    "[\u2e80-\u2fdf\u3038-\u303a\u3190-\u33ff\uf900-\ufaff\U0001f200-\U0001f2ff\U0002f800-\U0002fa1f"
    "\xb2\xb3\xb9\xbc-\xbe\u2070-\u2089\u2150-\u215f\u2189\u2460-\u249b\u24ea"
    "\uff10-\uff19\U0001d7ce-\U0001d7ff\U0001f100-\U0001f10a\U0001fbf0-\U0001fbf9]"
    "|86[^0-9]{1,4}1"
)
"""Signs that are folded to ideographs or digits, as ⼭, ㈱, ①, ０; and the one bracket that a mask leaves out
between digits that it shows. A text with any of these has to be folded and masked."""


def find(connection: Connection, query: str) -> Iterator[int]:
    """Ids of the cases in which every word of the query occurs: open newest first, then the rest."""
    return (place & ~OPEN for place in places(connection, query))
