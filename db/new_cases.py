"""Acts of new cases on their way through several processes."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Self, overload

from db.act import Act, Work


class NewCases(Sequence[Work]):
    """Work that opens cases, packed: whoever only hands it on does not unpack it."""

    def __init__(self, packed: bytes) -> None:
        """Take what `of` packed."""
        self._packed = packed

    @classmethod
    def of(cls, cases: Iterable[Sequence[Act]]) -> Self:
        """Pack the acts of each case."""
        plain = [[tuple(act) for act in acts] for acts in cases]  # Sooner packed than acts.
        return cls(pickle.dumps(plain, pickle.HIGHEST_PROTOCOL))

    @cached_property
    def _work(self) -> list[Work]:
        return [(None, [Act(*act) for act in acts]) for acts in pickle.loads(self._packed)]

    @overload
    def __getitem__(self, place: int) -> Work: ...

    @overload
    def __getitem__(self, place: slice) -> list[Work]: ...

    def __getitem__(self, place: int | slice) -> Work | list[Work]:
        """As of any list."""
        return self._work[place]

    def __len__(self) -> int:
        """How many cases."""
        return len(self._work)

    def __reduce__(self) -> tuple[type[Self], tuple[bytes]]:
        """Packed as they came."""
        return type(self), (self._packed,)
