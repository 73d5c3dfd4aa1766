"""Words beyond the topics, for offices that are measured: a lookup is as quick as its words are rare.

Some thousand letters of citizens hold 3,800 characters and 190,000 pairs of neighbours, few in most of them
and most in few. Stories from a handful of topics hold a twentieth of that, so the measured offices mix them
with words drawn from a dictionary by Zipf's law. What these say makes no sense, and need not.
"""

from __future__ import annotations

from functools import cache
from operator import add
from random import Random

_LENGTHS = (2, 3)
_HEAD = 20
"""Zipf's law without its first words, which are in every text as it is."""
_BITS = 18
_DRAWN = 1 << _BITS
"""Places in the table from which words are drawn; the rarest word has one."""


def clauses(rng: Random, characters: int) -> str:
    """Clauses of about so many characters, each of four words."""
    couples, draw, last = _couples(), rng.getrandbits, _DRAWN - 1
    told, length = [], 0
    while length < characters:
        bits = draw(2 * _BITS)
        clause = couples[bits >> _BITS] + couples[bits & last]
        told.append(clause)
        length += len(clause) + 1
    return "，".join(told)


def word(rng: Random) -> str:
    """One word."""
    return _table()[int(rng.random() * _DRAWN)]


@cache
def _couples() -> tuple[str, ...]:
    """Words in twos: each word twice as often as in the table, beside others each time."""
    first, second = list(_table()), list(_table())
    rng = Random(0)
    rng.shuffle(first)
    rng.shuffle(second)
    return tuple(map(add, first, second))


@cache
def _table() -> tuple[str, ...]:
    """Every word as often as it shall be drawn."""
    from pypinyin.phrases_dict import phrases_dict

    words = sorted(phrase for phrase in phrases_dict if len(phrase) in _LENGTHS and _is_common(phrase))
    Random(0).shuffle(words)
    weights = [1 / (rank + _HEAD) for rank in range(len(words))]
    total = sum(weights)
    table = [
        word for word, weight in zip(words, weights, strict=True) for _ in range(_places(weight / total))
    ]
    return tuple((table + words)[:_DRAWN])


def _places(share: float) -> int:
    return max(1, int(share * _DRAWN))


def _is_common(phrase: str) -> bool:
    """Whether all its characters are of the 3,755 that GB/T 2312 calls the first level."""
    try:
        encoded = phrase.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return all(0xB0 <= row <= 0xD7 for row in encoded[::2])
