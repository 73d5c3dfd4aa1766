"""To the N-th case of a list, or to its middle: for lists too long to be scrolled. Pure."""

from __future__ import annotations

HINT = "如 1200 或 50%"
WRONG = "请写数字或 50%"

LONGEST = 18
"""Digits that are worked out: no list is longer."""

_ROOM = 24
"""Characters that may be typed: the digits and what stands between them."""


def place_of(written: str, length: int) -> int | None:
    """The place in a list that is meant, counted from 0 and within it; None for what is no number.

    ``1200``, ``1,200`` and ``１２００`` mean the 1,200th case, ``50%`` the middle.
    """
    plain = written.strip().replace(",", "").replace("，", "").replace("％", "%")
    number = plain.removesuffix("%")
    if not number.isdecimal():
        return None
    if len(number) > LONGEST:
        return max(0, length - 1)
    place = int(number) * length // 100 if plain.endswith("%") else int(number) - 1
    return max(0, min(place, length - 1))


class Question:
    """Which case of a list: what is typed, and the line that shows it."""

    def __init__(self) -> None:
        """Ask, with nothing typed yet."""
        self.written = ""
        self.wrong = False

    def line(self, length: int) -> str:
        """The question, in a list of so many cases."""
        return f" 跳到（共 {length:,} 件）：{self.written}_  {WRONG if self.wrong else HINT}"

    def place(self, length: int) -> int | None:
        """The place that was written; see `place_of`."""
        return place_of(self.written, length)

    def type(self, text: str) -> None:
        """Add what was typed or pasted; the sign that asked is none of it."""
        plain = "".join(sign for sign in text if sign.isprintable() and sign not in "#＃")
        self.written = (self.written + plain)[:_ROOM]
        self.wrong = False

    def take_back(self) -> None:
        """Without the last sign."""
        self.written = self.written[:-1]
        self.wrong = False
