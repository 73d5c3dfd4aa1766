"""The words of new cases on their way into the index behind the lookup box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import search_index
from db.connection import Connection
from db.index import waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.bulk import Bulk, Masker

CHUNK = 200
"""Cases in one question to the masker: asking costs little, and waiting for the last answer too."""


class NewWords:
    """Gathers the words of new cases; a masker masks them while other cases are written."""

    def __init__(self, connection: Connection, bulk: Bulk | None) -> None:
        """Write into `connection`; inside its transaction."""
        self.connection = connection
        self.masker = None if bulk is None else bulk.masker
        if self.masker is not None and self.masker.is_asked:
            self.masker.answer()  # A batch that was broken off asked and did not listen.
        self.places: list[int] = []
        self.texts: list[str] = []
        self.waiting: list[Sequence[str]] = []

    def add(self, case_id: int, words: list[str], *, is_open: bool) -> None:
        """Take the words of a case that never stood in the index."""
        self.places.append(search_index.rank(case_id, is_open=is_open))
        if self.masker is None:
            self.texts.append(search_index.indexed(words))
            return
        self.waiting.append(words)
        if len(self.waiting) == CHUNK:
            self._hand_over(self.masker)

    def _hand_over(self, masker: Masker) -> None:
        if masker.is_asked:
            self.texts += masker.answer()
        if self.waiting:
            masker.ask(self.waiting)
        self.waiting = []

    def flush(self) -> None:
        """Write what was gathered."""
        if self.masker is not None:
            self._hand_over(self.masker)  # The rest goes,
            self._hand_over(self.masker)  # and comes back.
        waiting.put_new(self.connection, zip(self.places, self.texts, strict=True))
        self.places, self.texts = [], []
