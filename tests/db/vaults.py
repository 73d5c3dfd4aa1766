"""Encrypted offices for tests: a key that costs little, and a small office under it."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import vault
from db.office import Office
from tests.db.conftest import RULES

PASSPHRASE = "江北嘴的江 2026"


def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at a cost that no attacker would mind."""
    monkeypatch.setattr(vault, "ITERATIONS", 1)
    monkeypatch.setattr(vault, "MEMORY_KIB", 64)


def encrypted(home: Path, table: Path) -> Path:
    """A new encrypted office, its vault open."""
    Office.create(home, RULES, "张三", table, passphrase=PASSPHRASE).close()
    return home
