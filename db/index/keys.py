"""Under what a text stands in the index, as numbers, and under what a word is looked for.

Keys are characters, two and three neighbours, and four neighbours of ASCII, since the last four digits are
what people say of a number. A word that is one of these is answered by the index alone; who stands under all
keys of a longer one is checked again in the texts. Pairs alone would say too little: among 3,000,000 cases
there are always thousands that hold those of a word apart. Words are never segmented: that finds 13–64 % of
what is there.
"""

from __future__ import annotations

import re
from functools import lru_cache

BITS, NUMBER_BITS = 47, 16
"""Of a key, and of the number of a case in a piece: together they are sorted as one int64."""

PAIR, OTHER = 1 << 45, 2 << 45
"""Set in the key of two characters, and of one or of four. That of three has neither."""

FOUR, RARE = 1 << 30, 1 << 31
"""Set, with `OTHER`, in the key of four characters, and in one that rare ones share."""

WIDE, NARROW, ASCII = 21, 15, 7
"""Bits of a character: of any, of a common one in a key of three, of one in a key of four."""

RANGES = ((0x0, 0x2400, 0x0), (0x3000, 0x3100, 0x2400), (0x4E00, 0xA000, 0x2500))
"""The common characters, as (first, end, the first's narrow number): the alphabets, the punctuation of
Chinese, 20,992 ideographs."""

FACTORS = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93)
"""Of the multilinear hash (Lemire and Kaser, 2014) by which threes with a rarer character share keys: the
first is added, the others belong to a character each."""

HASHED = 16
"""Bits of that hash."""

_WORD = (1 << 64) - 1
_ASCII_FOUR = re.compile(r"[!-~]{4}")


def narrow(character: str) -> int | None:
    """The number of a common character; None for a rarer one."""
    code = ord(character)
    return next((code - first + base for first, end, base in RANGES if first <= code < end), None)


def one(character: str) -> int:
    """The key of a character."""
    return OTHER | ord(character)


def two(pair: str) -> int:
    """The key of two neighbours."""
    return PAIR | ord(pair[0]) << WIDE | ord(pair[1])


def three(part: str) -> int:
    """The key of three neighbours, which others share if one of them is rare."""
    first, second, third = map(narrow, part)
    if first is None or second is None or third is None:
        total = FACTORS[0] + sum(factor * ord(each) for factor, each in zip(FACTORS[1:], part, strict=True))
        return OTHER | RARE | (total & _WORD) >> 64 - HASHED
    return first << 2 * NARROW | second << NARROW | third


def four(part: str) -> int:
    """The key of four neighbours, all of ASCII."""
    first, second, third, fourth = map(ord, part)
    return OTHER | FOUR | first << 3 * ASCII | second << 2 * ASCII | third << ASCII | fourth


def is_exact(word: str) -> bool:
    """Whether the one key of a word says that it stands there."""
    if len(word) == 3:
        return all(narrow(each) is not None for each in word)
    return len(word) < 3 or (len(word) == 4 and _ASCII_FOUR.match(word) is not None)


@lru_cache(maxsize=256)
def keys_of_word(word: str) -> tuple[int, ...]:
    """Keys under all of which every text with this word stands, the most telling first.

    Of ASCII all fours, since parts of numbers say little and are found in any order in other numbers; of the
    rest every other three.
    """
    if len(word) <= 2:
        return (one(word) if len(word) == 1 else two(word),)
    last = len(word) - 3
    fours = {at for at in range(last) if _ASCII_FOUR.match(word, at)}
    threes = [at for at in (*range(0, last, 2), last) if not {at, at - 1} & fours]
    keys = [*(four(word[at : at + 4]) for at in sorted(fours)), *(three(word[at : at + 3]) for at in threes)]
    return tuple(dict.fromkeys(keys))
