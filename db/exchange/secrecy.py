"""Whether a row carries a 密级 mark: Duban is no classified system and takes no classified material.

保守国家秘密法 (2024) art. 31(3) forbids keeping state secrets in a non-classified system. A mark is a 密级
field, or 绝密/机密/秘密 followed by ★, or standing alone on the first line of a text. The bare words
are none: 手机密码, 公开的秘密, 商业机密.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LEVEL = r"(绝\s*密|机\s*密|秘\s*密)"
_STARRED = re.compile(_LEVEL + r"\s*[★☆]")
_OPEN, _CLOSE = r"[\s【\[（(《〔]*", r"[\s】\]）)》〕]*"
_ALONE = re.compile(rf"{_OPEN}(?:密\s*级\s*[:：]\s*)?{_LEVEL}{_CLOSE}")
_YES = ("是", "涉密")
_NONE = re.compile("[非不无未]")


def in_field(value: str) -> str | None:
    """The mark in a 密级 field (``秘密``, ``机密★10年``) or 是否涉密; None for 公开, 内部, 无, 非密."""
    bare = value.strip()
    if bare in _YES:
        return "涉密"
    return None if _NONE.match(bare) else _level(re.search(_LEVEL, bare))


def in_texts(cells: Iterable[str]) -> str | None:
    """The first 密级 mark in the cells of a row."""
    for cell in cells:
        if "密" not in cell:
            continue
        first = cell.lstrip().partition("\n")[0]
        found = _level(_STARRED.search(cell)) or _level(_ALONE.fullmatch(first.strip()))
        if found:
            return found
    return None


def _level(match: re.Match[str] | None) -> str | None:
    return None if match is None else re.sub(r"\s", "", match[1])
