"""Lists of cases as they are stored: of several keys together in a block, about a page of the file.

A block is read as it lies, so all of it is little-endian, as our machines are (x86-64, aarch64). It is: how
many keys (u32); the keys (i64); of each, how many cases stand under it, less one (u16); where the list of
each ends, in steps of two bytes (u16); then the lists. A list is what a Roaring bitmap keeps of up to 65,536
numbers (Lemire et al., 2016): up to 4,096 of them one by one (u16), of more a bit for each of the 65,536.
"""

from __future__ import annotations

import struct
from bisect import bisect_left

from pyroaring import BitMap

MOST_SINGLE = 4_096
"""Numbers that are kept one by one."""

BITMAP = 8_192
"""Bytes of the bits of a longer list."""

HEAD, PER_KEY = 4, 12

_ROARING = struct.Struct("<IIHHI")
_COOKIE, _ONE_CONTAINER, _BEFORE_LISTS = 12346, 1, 16
"""The header that CRoaring reads before one container without runs (RoaringFormatSpec)."""


def read(block: bytes, key: int) -> BitMap | None:
    """The cases under a key; None where the block has no such key."""
    count = int.from_bytes(block[:HEAD], "little")
    keys = _column(block, HEAD, 8 * count, "q")
    at = bisect_left(keys, key)
    if at == count or keys[at] != key:
        return None
    sizes = _column(block, HEAD + 8 * count, 2 * count, "H")
    ends = _column(block, HEAD + 10 * count, 2 * count, "H")
    lists = HEAD + PER_KEY * count
    begin, end = lists + 2 * (ends[at - 1] if at else 0), lists + 2 * ends[at]
    header = _ROARING.pack(_COOKIE, _ONE_CONTAINER, 0, sizes[at], _BEFORE_LISTS)
    return BitMap.deserialize(header + block[begin:end])


def _column(block: bytes, begin: int, size: int, code: str) -> memoryview:
    return memoryview(block)[begin : begin + size].cast(code)  # type: ignore[call-overload, no-any-return]
