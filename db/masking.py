"""What of a person may be shown, and the keyed hash by which a person may be found. Pure.

A masked text is safe to list, to index and to export: mobile numbers, landlines and identity numbers
inside it keep only their ends. Masking twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterator

HIDDEN = "**"
"""Stands for a given name of any length, so that the length tells nothing."""

ANONYMOUS = ("匿名", "不详", "无")
"""Said instead of a name: nobody to protect."""

_COMPOUND_SURNAME = (
    "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|百里|呼延|南宫|独孤|轩辕|长孙|宇文|赫连|澹台|公冶|宗政|濮阳|"
    "淳于|单于|太叔|申屠|仲孙|钟离|闾丘|司空|司寇|拓跋|东郭|南门|西门|第五"
)

_LOOK_ALIKES = (
    (0xB2, 0xBA),
    (0x2070, 0x208F),
    (0x2460, 0x2469),
    (0x24EA, 0x24EB),
    (0xFF01, 0xFF5F),
    (0x1D7CE, 0x1D800),
)
_PLAIN = {
    ord(char): folded
    for span in _LOOK_ALIKES
    for char in map(chr, range(*span))
    if len(folded := unicodedata.normalize("NFKC", char)) == 1 and folded.isascii()
}
_PLAIN |= dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2009\u200b\u202f\u3000\ufeff\t"), " ")
_PLAIN |= dict.fromkeys(map(ord, "‐‑‒–—―−－─"), "-")
"""Look-alikes of digits, brackets, spaces and dashes → ASCII, one for one, so that places stay the same."""

_DIGIT = "[0-9²³¹⁰-₎①-⑨⓪０-９\U0001d7ce-\U0001d7ff]"
LEAST_DIGITS = 7
"""Fewer in a text are no number of a person."""
_WORTH_A_LOOK = re.compile(rf"{_DIGIT}(?:[^\w\r\n]{{0,3}}{_DIGIT}){{{LEAST_DIGITS - 1}}}")

# Patterns are compiled when a text first needs them: most starts of the program need none.
_MASKED = "[" + re.escape("*+().-xX 0123456789" + "".join(map(chr, _PLAIN))) + "]"
_EDGE, _END, _GAP = r"(?<![0-9*])", r"(?![0-9*])", r"[ \-.]{0,2}"
_COUNTRY = rf"(?:(?:\+|00)?86|\(\+?86\)){_GAP}"
_MOBILE = rf"{_EDGE}({_COUNTRY})?\(?(1[3-9][0-9])\)?{_GAP}([0-9]{{4}}){_GAP}([0-9]{{4}}){_END}"
_PLAIN_MOBILE = "1[3-9][0-9]{9}"
"""As nearly all are typed."""
_NORMAL = _PLAIN_MOBILE + "|[\u4e00-\u9fff]+"
"""A number like that, or a name of ideographs: written as it is compared."""
_MOBILE_APART = rf"{_EDGE}(?=1[ \-.]?[3-9])(?:[0-9][ \-.]?){{10}}[0-9]{_END}"
_AREA = r"\(?(?:010|02[0-9]|0[3-9][0-9]{2})\)?"
_LANDLINE = rf"{_EDGE}((?:{_COUNTRY})?{_AREA}{_GAP})[2-9][0-9]{{2,3}}{_GAP}([0-9]{{4}}){_END}"
_LANDLINE_NO_AREA = (
    rf"(?:电话|座机|固话|号码|联系方式|(?i:tel))[^0-9*\n]{{0,4}}([2-9][0-9]{{2,3}}[ \-]?([0-9]{{4}})){_END}"
)
_PROVINCE = "1~[1-5]|2~[1-3]|3~[1-7]|4~[1-6]|5~[0-4]|6~[1-5]|7~1|8~[1-3]|9~1".replace("~", r"[ \-]?")
_IDENTITY = rf"{_EDGE}(?={_PROVINCE})(?:[0-9][ \-]?){{17}}[0-9Xx](?![0-9A-Za-z*])"
_IDENTITY_BEFORE_1999 = rf"身份证[^0-9*\n]{{0,6}}([0-9]{{15}}){_END}"

_ANY_NUMBER = "|".join(
    (_IDENTITY, _IDENTITY_BEFORE_1999, _MOBILE, _MOBILE_APART, _LANDLINE, _LANDLINE_NO_AREA)
)
"""What most texts with many digits have none of: found out in one go."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_CALLED_A_CASE = r"(?:工单|单号|编号|案号|件号|流水)[^0-9]{0,6}$"
_OLDEST = 110
"""Years: nobody writes in who was born before."""


def mask_name(name: str) -> str:
    """``张三丰`` → ``张**``, ``欧阳锋`` → ``欧阳**``; 匿名 stays 匿名, nothing stays nothing."""
    plain = unicodedata.normalize("NFKC", name).strip()
    if not plain or plain in ANONYMOUS:
        return plain
    surname = plain[:2] if len(plain) > 2 and re.match(_COMPOUND_SURNAME, plain) else plain[0]
    return surname.strip("*") + HIDDEN


_NAMED_THERE = r"(?<![^\W\d_])(?!(?:转|分机|或|手机|电话|座机)(?![^\W\d_]))[^\W\d_]{2,}"
"""Words beside a telephone number, of two letters or more: whose it is."""


def mask_phone(phone: str) -> str:
    """``13812341234`` → ``138****1234``, ``023-67895678`` → ``023-****5678``.

    What is no telephone number keeps at most its last four digits; without digits it is taken for a name,
    typed one field too late.
    """
    written = phone.strip()
    if re.fullmatch(_PLAIN_MOBILE, written):
        return f"{written[:3]}****{written[-4:]}"
    masked = mask_text(written)
    if masked != written or "*" in masked:
        return re.sub(_NAMED_THERE, HIDDEN, masked)
    digits = re.sub(r"[^0-9]", "", written.translate(_PLAIN))
    return "****" + (digits[-4:] if len(digits) > 6 else "") if digits else mask_name(written)


def mask_id(number: str) -> str:
    """``500222199001011234`` → ``500***********1234``; fewer than 15 signs keep nothing."""
    plain = re.sub(r"[^0-9Xx*]", "", number.translate(_PLAIN))
    if "*" in plain:
        return plain
    return plain[:3] + "*" * (len(plain) - 7) + plain[-4:] if len(plain) >= 15 else "*" * len(plain)


def may_be_masked(text: str) -> bool:
    """Whether any sign of a text is one of which `mask_text` could take away or put in some."""
    return re.search(_MASKED, text) is not None


def mask_text(text: str, keep: Collection[str] = ()) -> str:
    """A text with the telephone and identity numbers in it masked; the rest of it stays as it is.

    Args:
        text: any text; full-width, bracketed and spaced digits are understood.
        keep: numbers known not to be a person's, such as the case's own, left as they are.
    """
    if not _WORTH_A_LOOK.search(text):
        return text
    plain = text.translate(_PLAIN)
    if not re.search(_ANY_NUMBER, plain):
        return text
    spans: list[tuple[int, int, str]] = []
    for start, end, masked in _found(plain):
        if plain[start:end] not in keep and all(end <= left or start >= right for left, right, _ in spans):
            spans.append((start, end, masked))
    parts, done = [], 0
    for start, end, masked in sorted(spans):
        parts += [text[done:start], masked]
        done = end
    return "".join([*parts, text[done:]])


def _found(plain: str) -> Iterator[tuple[int, int, str]]:
    """Where a number of a person stands and what to show instead; the surest kind first."""
    for match in re.finditer(_IDENTITY, plain):
        if _is_identity(plain, match):
            yield *match.span(), mask_id(match[0])
    for match in re.finditer(_IDENTITY_BEFORE_1999, plain):
        yield *match.span(1), mask_id(match[1])
    for match in re.finditer(_MOBILE, plain):
        yield *match.span(), f"{match[1] or ''}{match[2]}****{match[4]}"
    for match in re.finditer(_MOBILE_APART, plain):
        digits = re.sub("[^0-9]", "", match[0])
        yield *match.span(), f"{digits[:3]}****{digits[-4:]}"
    for match in re.finditer(_LANDLINE, plain):
        yield *match.span(), f"{match[1]}****{match[2]}"
    for match in re.finditer(_LANDLINE_NO_AREA, plain):
        yield *match.span(1), f"****{match[2]}"


def _is_identity(text: str, match: re.Match[str]) -> bool:
    """A citizen's number, and not the 18 digits of a work order (yymmddhhmmss and six more).

    GB 11643: province, a birth date that a living person can have, check sign. By chance one order
    number in some thousands passes; where the text itself calls it 工单 or 编号 it is believed.
    """
    number = re.sub("[ -]", "", match[0]).upper()
    if not _living(number[6:14]):
        return False
    weighed = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    if number[17] != _CHECK[weighed % 11]:
        return False
    before = text[max(0, match.start() - 12) : match.start()]
    return "身份" in before or not re.search(_CALLED_A_CASE, before)


def _living(written: str) -> bool:
    try:
        born = dt.date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError:
        return False
    today = dt.date.today()
    return today.year - _OLDEST <= born.year and born <= today


def normalised(value: str) -> str:
    """The form in which two ways of writing one identity are equal.

    Numbers become bare digits without the country code (an identity number ends in ``X``, upper
    case); names are NFKC, without spaces, upper case.
    """
    if re.fullmatch(_NORMAL, value):
        return value
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", value).translate(_PLAIN)).upper()
    number = re.sub(r"[()+\-./]", "", plain)
    if not re.fullmatch(r"[0-9]{3,}X?", number):
        return plain
    return re.sub(r"^(?:00)?86(?=1[3-9][0-9]{9}$|0[0-9]{9,11}$)", "", number)


def identity_key(secret: bytes, value: str) -> str:
    """HMAC-SHA256 (hex) of a phone, an identity number or a name: equal persons, equal keys.

    Without the secret of this office a key says nothing, and nobody can try all phones against it.
    """
    import hmac

    return hmac.digest(secret, normalised(value).encode(), "sha256").hex()
