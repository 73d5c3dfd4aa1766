"""What the mail room says when a file cannot be taken."""

from __future__ import annotations


class LedgerError(Exception):
    """A file as a whole cannot be read or written; the message is one Chinese line, shown as it is."""
