"""Texts of many cases folded and masked at once, sign by sign from a table. Loads numpy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, chain, islice, pairwise

import numpy as np
from numpy.typing import NDArray

from db.index.columns import parts
from db.masking import LEAST_DIGITS, mask_text
from db.search_index import searchable, unchanged_by_others

_SIGNS = 0x1_0000
"""Entries of the table; whatever stands beyond is odd."""

_ODD = 1 << 32
"""Weight of a sign that has to be folded with its text; that of a digit is 1, and a text is no longer."""


def indexed(cases: Sequence[Sequence[str]]) -> list[str]:
    """What `search_index.indexed` says of the texts of each case."""
    texts = [text for case in cases for text in case]
    done = chain.from_iterable(_searchable(part) for _, part in parts(texts))
    return [" ".join(islice(done, len(case))) for case in cases]


def _searchable(texts: Sequence[str]) -> list[str]:
    """What `search_index.searchable` says of each: nearly all are slices of one folded text."""
    folds, weights = _tables()
    signs = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4")
    signs = np.minimum(signs, _SIGNS - 1)
    folded = folds[signs].tobytes().decode("utf-32-le")
    ends = list(accumulate(map(len, texts), initial=0))
    done = [folded[begin:end] for begin, end in pairwise(ends)]
    weighed = np.diff(np.concatenate(([0], np.cumsum(weights[signs])))[ends])
    for number in np.flatnonzero(weighed >= LEAST_DIGITS).tolist():
        is_odd = weighed[number] >= _ODD
        done[number] = searchable(texts[number]) if is_odd else mask_text(done[number])
    return done


@cache
def _tables() -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """What each sign is folded to, and its weight."""
    folds, weights = np.zeros(_SIGNS, "<u4"), np.full(_SIGNS, _ODD)
    for sign, folded in unchanged_by_others():
        folds[ord(sign)], weights[ord(sign)] = ord(folded), folded.isdigit()
    return folds, weights
