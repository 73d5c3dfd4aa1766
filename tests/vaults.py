"""Encrypted offices for tests: Argon2id at a cost that no attacker would mind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db import vault

PASSPHRASE = "江北嘴的江 2026"
OTHER = "朝天门的门 2027"


@contextmanager
def cheap() -> Iterator[None]:
    """Make the vaults of a test in no time; what is read asks for what was written."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(vault, "ITERATIONS", 1)
        patched.setattr(vault, "MEMORY_KIB", 64)
        yield


def everything(home: Path) -> bytes:
    """All bytes below a folder, names included."""
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return b"\n".join(str(path).encode() + b"\n" + path.read_bytes() for path in files)


def traces(home: Path, *words: str) -> list[str]:
    """Which of these words can be read in the files of a folder, in any of the usual codings."""
    held = everything(home)
    lower = held.lower()
    return [
        word
        for word in words
        if any(word.encode(coding) in held for coding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"))
        or word.encode("unicode-escape").lower() in lower
        or word.encode().hex().encode() in lower
    ]
