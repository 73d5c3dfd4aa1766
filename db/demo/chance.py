"""Chance that is quick: what a case is made of is drawn some sixty times."""

from __future__ import annotations

from random import Random
from typing import Protocol, TypeVar

Item = TypeVar("Item", covariant=True)


class _Row(Protocol[Item]):
    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> Item: ...


class Chance(Random):
    """A `Random` whose draws are one call of `random`: fair to 1 in 2**53, which a demo never sees."""

    def choice(self, seq: _Row[Item]) -> Item:
        """One of a sequence."""
        return seq[int(self.random() * len(seq))]

    def randint(self, a: int, b: int) -> int:
        """A whole number from `a` to `b`, both included."""
        return a + int(self.random() * (b - a + 1))
