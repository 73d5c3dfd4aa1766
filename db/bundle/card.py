"""The card by which two machines get to know each other, and the code that is read aloud to compare.

A card holds public keys only, so it may travel by any way; but whoever carries it could hand over another
one. So both ends compare a code: Argon2id of the card, twelve digits. Somebody who wants to slip in a card
of his own with the same code has to stretch some 10¹² of them, half a second each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from db import files
from db.bundle import signing
from db.chain import canonical
from db.errors import BundleRefused, reason
from db.terms import CopyKind

MAGIC, FORMAT = "duban-card", 1

MOST_BYTES = 10_000
"""No card is longer; a file that is, is something else."""

ITERATIONS, LANES, MEMORY_KIB = 3, 4, 131_072
"""Argon2id (RFC 9106) for the code."""

_SALT = b"duban pairing code 1"
"""Public and fixed: both ends have to come to the same code."""


class Card(NamedTuple):
    """Who a machine is, to others. The same machine under the same name always has the same card."""

    id: str
    name: str
    kind: str
    """`terms.CopyKind`."""
    public_key: str
    """Ed25519, hex."""
    recipient: str
    """age recipient."""
    prefix: str
    """What it puts before the numbers it gives out."""


def code(card: Card) -> str:
    """The code to compare: three groups of four digits."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    stretched = Argon2id(
        salt=_SALT, length=16, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB
    ).derive(_said(card))
    digits = f"{int.from_bytes(stretched, 'big') % 10**12:012d}"
    return " ".join(digits[at : at + 4] for at in (0, 4, 8))


def same_code(written: str, of: str) -> bool:
    """Whether a code that somebody read out is this one; spaces and hyphens do not count."""
    return _digits(written) == _digits(of)


def _digits(written: str) -> str:
    return "".join(char for char in written if char.isdecimal())


def _said(card: Card) -> bytes:
    return canonical({"duban": MAGIC, "format": FORMAT, **card._asdict()}).encode()


def write(home: Path, card: Card, path: Path) -> None:
    """Write this machine's card, signed by itself, so that a damaged one is noticed.

    Raises:
        OfficeError: its key cannot be read, or the file cannot be written.
    """
    signed = json.loads(_said(card)) | {"signature": signing.sign(home, _said(card))}
    with files.written(path) as file:
        file.write(json.dumps(signed, ensure_ascii=False, indent=1).encode())


def read(path: Path) -> Card:
    """Read a card.

    Raises:
        BundleRefused: unreadable, not a card, of a newer version, or changed.
    """
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(MOST_BYTES + 1))
        if told["duban"] != MAGIC:
            raise ValueError
        if told["format"] > FORMAT:
            raise BundleRefused(f"名片由更新的版本写成，请升级 duban 后再配对：{path}")
        card = Card(**{name: told[name] for name in Card._fields})
        CopyKind(card.kind)
        sound = all(check(value) for check, value in zip(_SHAPES, card, strict=True))
    except OSError as error:
        raise BundleRefused(f"读不了名片 {path}：{reason(error)}。请检查路径和权限") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BundleRefused(f"这不是配对名片：{path}。请用对方 duban pair card --to 写出的文件") from None
    if not sound or not signing.is_from(card.public_key, str(told.get("signature")), _said(card)):
        raise BundleRefused(f"名片被改动过或不完整：{path}。请向对方重新要一份")
    return card


def _hex(length: int) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, str) and len(value) == length and set(value) <= set("0123456789abcdef")
    )


def _text(longest: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= longest and value.isprintable()


def _recipient(value: Any) -> bool:
    from pyrage import RecipientError, x25519

    try:
        x25519.Recipient.from_str(value)
    except (RecipientError, TypeError):
        return False
    return True


_SHAPES: tuple[Callable[[Any], bool], ...] = (
    _hex(32),
    lambda value: _text(60)(value) and bool(value.strip()),
    _text(20),
    _hex(64),
    _recipient,
    _text(8),
)
"""What each field has to look like."""
