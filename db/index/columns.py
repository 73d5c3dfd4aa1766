"""Texts and blocks as columns of numbers: what is made of thousands of cases at once. Loads numpy.

A column of entries is sorted, each once, int64: the key of an entry above the 16 bits of the number of its
case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from db.index.keys import ASCII, FACTORS, FOUR, HASHED, NARROW, NUMBER_BITS, OTHER, PAIR, RANGES, RARE, WIDE
from db.index.lists import BITMAP, HEAD, MOST_SINGLE, PER_KEY

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]

BLOCK = 7_800
"""Bytes of a block about at most: with it a page of the file is full."""

PART = 20_000
"""Characters that are folded or cut at once, about: what is made of them stays near the processor."""

_FACTORS = np.array(FACTORS, dtype=np.uint64)


def entries_of(texts: Sequence[str]) -> Column:
    """The entries of texts, folded and masked, of which the first is number 0; at most `schema.MOST`.

    Raises:
        ValueError: there are more.
    """
    if len(texts) > 1 << NUMBER_BITS:
        raise ValueError("a piece has no numbers for so many cases")
    return together([column for first, part in parts(texts) for column in _entries(part, first)])


def parts(texts: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Texts by the part, each about `PART` characters long, with the number of its first."""
    first = length = 0
    for number, text in enumerate(texts):
        if length > PART:
            yield first, texts[first:number]
            first, length = number, 0
        length += len(text)
    yield first, texts[first:]


def _entries(texts: Sequence[str], first: int) -> list[Column]:
    """The entries of some texts in no order, also twice, in several columns."""
    spaced = [" ".join(text.split()) + "   " for text in texts]  # So that nothing reaches into the next.
    signs = np.frombuffer("".join(spaced).encode("utf-32-le"), dtype="<u4").astype(np.int64)
    numbers = np.repeat(np.arange(first, first + len(spaced)), [len(each) for each in spaced])
    inside = signs != ord(" ")
    keyed = [
        (OTHER | signs, inside),
        (PAIR | signs[:-1] << WIDE | signs[1:], _neighbours(inside, 2)),
        (_threes(signs), _neighbours(inside, 3)),
        (_fours(signs), _neighbours(inside & (signs < 0x7F), 4)),
    ]
    return [(keys[where] << NUMBER_BITS) | numbers[: len(keys)][where] for keys, where in keyed]


def _neighbours(fit: Mask, length: int) -> Mask:
    """Where so many neighbours are all fit."""
    end = max(len(fit) - length + 1, 0)
    all_fit: Mask = np.logical_and.reduce([fit[at : at + end] for at in range(length)])
    return all_fit


def _threes(signs: Column) -> Column:
    """`keys.three` of every three neighbours."""
    common = np.full(len(signs), -1)
    for first, end, base in RANGES:
        common = np.where((signs >= first) & (signs < end), signs - first + base, common)
    keys: Column = common[:-2] << 2 * NARROW | common[1:-1] << NARROW | common[2:]
    rare = np.flatnonzero(~_neighbours(common >= 0, 3))
    total = np.full(len(rare), _FACTORS[0])
    for at in range(3):
        total += signs[rare + at].astype(np.uint64) * _FACTORS[at + 1]
    keys[rare] = OTHER | RARE | (total >> np.uint64(64 - HASHED)).astype(np.int64)
    return keys


def _fours(signs: Column) -> Column:
    """`keys.four` of every four neighbours, where they are of ASCII."""
    parts = [signs[at : len(signs) - 3 + at] << (3 - at) * ASCII for at in range(4)]
    keys: Column = OTHER | FOUR | np.bitwise_or.reduce(parts)
    return keys


def together(columns: Sequence[Column]) -> Column:
    """The entries of several columns as one."""
    entries = np.concatenate(columns)
    entries.sort()
    if len(entries) < 2:
        return entries
    return entries[np.concatenate(([True], entries[1:] != entries[:-1]))]


def blocks_of(entries: Column) -> Iterator[tuple[int, bytes]]:
    """Blocks as (first key, block), in the order of the keys."""
    if not len(entries):
        return
    keys_of_all = entries >> NUMBER_BITS
    begins = np.flatnonzero(np.concatenate(([True], keys_of_all[1:] != keys_of_all[:-1])))
    keys = keys_of_all[begins]
    sizes = np.diff(begins, append=len(entries))
    numbers = (entries & (1 << NUMBER_BITS) - 1).astype("<u2")
    stored = np.minimum(sizes, MOST_SINGLE)
    spent = np.cumsum(2 * stored + PER_KEY)
    group = (spent - 1) // BLOCK
    firsts = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
    for first, last in zip(firsts, [*firsts[1:], len(keys)], strict=True):
        span = slice(first, last)
        begin, end = int(begins[first]), int(begins[last]) if last < len(keys) else len(entries)
        yield int(keys[first]), _block(keys[span], sizes[span], stored[span], numbers[begin:end])


def _block(keys: Column, sizes: Column, stored: Column, numbers: NDArray[np.uint16]) -> bytes:
    head = len(keys).to_bytes(HEAD, "little")
    columns = (keys.astype("<i8"), (sizes - 1).astype("<u2"), np.cumsum(stored).astype("<u2"))
    if int(sizes.max()) <= MOST_SINGLE:
        return b"".join((head, *(column.tobytes() for column in columns), numbers.tobytes()))
    each = np.split(numbers, np.cumsum(sizes)[:-1])
    lists = (one.tobytes() if len(one) <= MOST_SINGLE else _bits(one) for one in each)
    return b"".join((head, *(column.tobytes() for column in columns), *lists))


def _bits(numbers: NDArray[np.uint16]) -> bytes:
    bits = np.zeros(8 * BITMAP, dtype=np.uint8)
    bits[numbers] = 1
    return np.packbits(bits, bitorder="little").tobytes()


def entries_in(block: bytes) -> Column:
    """The entries of a block."""
    count = int.from_bytes(block[:HEAD], "little")
    keys = np.frombuffer(block, "<i8", count, HEAD)
    sizes = np.frombuffer(block, "<u2", count, HEAD + 8 * count).astype(np.int64) + 1
    lists = block[HEAD + PER_KEY * count :]
    if int(sizes.max()) <= MOST_SINGLE:
        numbers = np.frombuffer(lists, "<u2").astype(np.int64)
    else:
        numbers = np.concatenate(list(_unpacked(lists, sizes)))
    entries: Column = np.repeat(keys.astype(np.int64), sizes) << NUMBER_BITS | numbers
    return entries


def _unpacked(lists: bytes, sizes: Column) -> Iterator[Column]:
    at = 0
    for size in map(int, sizes):
        if size <= MOST_SINGLE:
            yield np.frombuffer(lists, "<u2", size, at).astype(np.int64)
            at += 2 * size
        else:
            bits = np.unpackbits(np.frombuffer(lists, np.uint8, BITMAP, at), bitorder="little")
            yield np.flatnonzero(bits)
            at += BITMAP


def renumbered(entries: Column, numbers: Column) -> Column:
    """Entries with the new numbers of their cases; those whose new number is negative are left out."""
    new = numbers[entries & (1 << NUMBER_BITS) - 1]
    kept = new >= 0
    if not kept.all():
        entries, new = entries[kept], new[kept]
    anew: Column = (entries >> NUMBER_BITS << NUMBER_BITS) | new
    return anew


def between(entries: Column, first: int, end: int) -> Column:
    """The entries whose key is `first` or more, and below `end`."""
    low, high = np.searchsorted(entries, [first << NUMBER_BITS, end << NUMBER_BITS])
    within: Column = entries[low:high]
    return within
