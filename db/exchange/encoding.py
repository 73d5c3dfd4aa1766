"""Which encoding a text file is in: BOM, else UTF-8, else GB18030. Never guessed by statistics."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import NamedTuple

from db.exchange.errors import LedgerError

_PIECE = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {"utf-8-sig": "UTF-8（带 BOM）", "utf-16": "UTF-16", "utf-8": "UTF-8", "gb18030": "GB18030"}
DAMAGE = "\ufdd0"
"""Stands for bytes that do not decode: no character, so no text ever has it (U+FFFD some texts do)."""

KEEP_READING = "duban-damage"
"""Error handler for `open`: puts `DAMAGE` for what does not decode."""


def _put_damage(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return DAMAGE, error.end


codecs.register_error(KEEP_READING, _put_damage)

_LOSSY_SHARE = 0.01
"""More damage than this, and the file is in some other encoding or no text at all."""


class Encoding(NamedTuple):
    """How to decode a file."""

    codec: str
    damaged: bool
    """Some bytes do not decode; their rows are rejected."""

    @property
    def label(self) -> str:
        """As shown."""
        return _NAMES[self.codec]


def detect(path: Path) -> Encoding:
    """Find the encoding of a text file.

    Raises:
        LedgerError: no text, or neither UTF-8 nor GB18030.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return Encoding(codec, _damage(path, codec) > 0)
    if head.count(0) > _LOSSY_SHARE * len(head) + 1:
        raise LedgerError(f"{path.name} 不是表格或文本文件，请另存为 .xlsx 或 .csv 后再导入")
    damage = {codec: _damage(path, codec) for codec in ("utf-8", "gb18030")}
    codec = min(damage, key=lambda name: damage[name])
    if damage[codec] > _LOSSY_SHARE * path.stat().st_size + 1:
        raise LedgerError(f"{path.name} 的编码不是 UTF-8 也不是 GB18030，请用 Excel 或 WPS 另存为 .xlsx")
    return Encoding(codec, damage[codec] > 0)


def _damage(path: Path, codec: str) -> int:
    """How many characters of a file do not decode."""
    decoder = codecs.getincrementaldecoder(codec)(errors=KEEP_READING)
    count = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            count += decoder.decode(piece).count(DAMAGE)
    return count + decoder.decode(b"", final=True).count(DAMAGE)
