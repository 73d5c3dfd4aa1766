"""The words of new cases on their way into the index behind the lookup box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import search_index
from db.connection import Connection
from db.index import waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.bulk import Bulk, Texts


class NewWords:
    """Folds and masks the words of some new cases, then others; beside other work where there is help."""

    def __init__(self, connection: Connection, bulk: Bulk | None) -> None:
        """Write into `connection`; inside its transaction."""
        self.connection = connection
        self.masker = None if bulk is None else bulk.masker
        self.cases: Sequence[tuple[int, Texts]] = []
        if self.masker is not None and self.masker.is_asked:
            self.masker.answer()  # A batch that was broken off asked and did not listen.

    def begin(self, cases: Sequence[tuple[int, Texts]]) -> None:
        """Take cases that never stood in the index: the place of each, and all it may be found by."""
        self.cases = cases
        if self.masker is not None and cases:
            self.masker.ask([texts for _, texts in cases])

    def finish(self) -> None:
        """Write what was begun."""
        if self.masker is not None and self.cases:
            masked = self.masker.answer()
        else:
            masked = [search_index.indexed(texts) for _, texts in self.cases]
        places = [place for place, _ in self.cases]
        waiting.put_new(self.connection, zip(places, masked, strict=True))
        self.cases = []
