"""The rows that were not taken, with their reasons, in a file that Excel opens and that can be read again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from db.durable import put_in_place
from db.exchange.errors import LedgerError
from db.exchange.lines import Refused
from db.exchange.spreadsheet import CsvTable

ADDED = ("行号", "原因")


class Rejects:
    """Collects refused rows; nothing stands at its place before `keep`."""

    def __init__(self, source: Path, names: Sequence[str], fallback: Path | None) -> None:
        """For a ledger with these columns.

        Args:
            source: the ledger; the file lies beside it.
            names: its columns.
            fallback: folder to use where the ledger's own cannot be written; None writes nothing.
        """
        self._source, self._names, self._fallback = source, names, fallback
        self._table: CsvTable | None = None
        self._path = self._fresh = source
        self.count = 0
        self.reasons: dict[str, int] = {}

    def add(self, refused: Refused) -> None:
        """Take in a row.

        Raises:
            LedgerError: nowhere to write.
        """
        self.count += 1
        self.reasons[refused.reason] = self.reasons.get(refused.reason, 0) + 1
        if self._fallback is None:
            return
        if self._table is None:
            self._table = self._open(self._fallback)
            with self._telling():
                self._table.row([*self._names, *ADDED])
        width = len(self._names)
        cells = [*refused.cells, *[""] * width][: max(width, len(refused.cells))]
        beyond = cells[width:]
        reason = f"{refused.reason}；多出：{'、'.join(beyond)}" if beyond else refused.reason
        with self._telling():
            self._table.row([*cells[:width], str(refused.row), reason])

    def _open(self, fallback: Path) -> CsvTable:
        name = f"{self._source.name}.rejected.csv"
        for folder in (self._source.parent, fallback):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._path, self._fresh = folder / name, folder / f".{name}.{os.getpid()}"
                return CsvTable(self._fresh)
            except OSError:
                continue
        raise _unwritten(fallback / name)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _unwritten(self._path) from error

    def keep(self) -> Path | None:
        """Put the file in its place; where it is, or None where there is none.

        Raises:
            LedgerError: it cannot be written to its end.
        """
        if self._table is None:
            return None
        with self._telling():
            self._close()
            put_in_place(self._fresh, self._path)
        self._table = None
        return self._path

    def drop(self) -> None:
        """Leave no file behind; harmless after `keep`."""
        if self._table is not None:
            with suppress(OSError):
                self._close()
            self._fresh.unlink(missing_ok=True)
            self._table = None

    def _close(self) -> None:
        if self._table is not None:
            self._table.__exit__(None, None, None)


def _unwritten(path: Path) -> LedgerError:
    return LedgerError(f"写不了退回行文件 {path}，请检查目录权限和磁盘空间")
