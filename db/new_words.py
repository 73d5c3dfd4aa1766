"""The words of new cases on their way into the index behind the lookup box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import search_index
from db.connection import Connection

if TYPE_CHECKING:
    from db.gram_cutter import GramCutter

CHUNK = 200
"""Cases in one question to the cutter: asking costs little, and waiting for the last answer too."""


class NewWords:
    """Gathers the words of new cases; where there is a cutter, it cuts while other cases are written."""

    def __init__(self, connection: Connection, cutter: GramCutter | None) -> None:
        """Write into `connection`; inside its transaction."""
        self.connection, self.cutter = connection, cutter
        if cutter is not None:
            cutter.answer()  # A batch that was broken off may have asked and not listened.
        self.places: list[int] = []
        self.grams: list[str] = []
        self.waiting: list[list[str]] = []

    def add(self, case_id: int, words: list[str], *, is_open: bool) -> None:
        """Take the words of a case that never stood in the index."""
        self.places.append(search_index.rank(case_id, is_open=is_open))
        if self.cutter is None:
            self.grams.append(search_index.grams(words))
            return
        self.waiting.append(words)
        if len(self.waiting) == CHUNK:
            self._hand_over(self.cutter)

    def _hand_over(self, cutter: GramCutter) -> None:
        self.grams += cutter.answer()
        cutter.ask(self.waiting)
        self.waiting = []

    def flush(self) -> None:
        """Write what was gathered."""
        if self.cutter is not None:
            self._hand_over(self.cutter)
            self.grams += self.cutter.answer()
        search_index.put_new(self.connection, zip(self.places, self.grams, strict=True))
        self.places, self.grams = [], []
