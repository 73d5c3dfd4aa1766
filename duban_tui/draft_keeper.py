"""Keeping one draft on disk while someone types: in order, never twice, never after it was submitted."""

from __future__ import annotations

import threading
from pathlib import Path

from db import drafts
from db.connection import OfficeError
from db.drafts import Draft


class DraftKeeper:
    """Writes versions of one draft; safe to be called from a thread and from the screen at once."""

    def __init__(self, path: Path, draft_id: str) -> None:
        """Keep the draft of that id in the office at `path`."""
        self.path, self.draft_id = path, draft_id
        self._lock = threading.Lock()
        self._written = 0
        self._closed = False

    def save(self, draft: Draft, version: int) -> None:
        """Write a version; an older one than stands there, or one that comes too late, is passed over.

        Raises:
            OfficeError: the database refused.
        """
        with self._lock:
            if self._closed or version <= self._written:
                return
            drafts.save(self.path, draft)
            self._written = version

    def discard(self) -> None:
        """Take the draft away; nothing is written after that.

        Raises:
            OfficeError: the database refused.
        """
        with self._lock:
            self._closed = True
            drafts.discard(self.path, self.draft_id)


def save_failed(error: OfficeError) -> str:
    """What the foot of a form says then."""
    return f"! 草稿 未存，正在重试：{error}"
