"""How units are named: full names, stems, daily short names, abbreviations, pinyin initials. Pure."""

from __future__ import annotations

import re
import unicodedata

_PEOPLE_WORDS = re.compile(
    "土家族|苗族|仡佬族|蒙古族|回族|藏族|维吾尔族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|"
    "白族|哈尼族|哈萨克族|傣族|黎族|傈僳族|佤族|畲族|高山族|拉祜族|水族|东乡族|纳西族|景颇族|"
    "柯尔克孜族|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|锡伯族|阿昌族|普米族|塔吉克族|怒族|乌孜别克族|"
    "俄罗斯族|鄂温克族|德昂族|保安族|裕固族|京族|塔塔尔族|独龙族|鄂伦春族|赫哲族|门巴族|珞巴族|基诺族"
)
"""The 55 民族 whose names stand in names of 民族乡 and 自治县."""
_RANK = {
    2: re.compile(r"(自治县|自治州|新区|区|县|市)$"),
    3: re.compile(r"(街道|镇|乡)$"),
    4: re.compile(r"(村村民委员会|社区居民委员会|村民委员会|居民委员会|村委会|居委会|社区工作站|社区|村)$"),
}
_NOT_WRITING = re.compile(r"[\W_]+")
_GOVERNMENT = re.compile(r"(?:人民政府|政府|管理委员会|管委会)$|(?<=街道)办事处$|(?<=街道)办$")
_LONG_TAILS = (("委员会", "委"), ("管委会", "管委"), ("办公室", "办"), ("人民政府", "政府"))


def fold(text: str) -> str:
    """A written name reduced to what counts: NFKC, lower case, no spaces, brackets, dots or slashes."""
    return _NOT_WRITING.sub("", unicodedata.normalize("NFKC", text)).lower()


def tidy(text: str) -> str:
    """A cell of a table as it is stored: half-width spaces trimmed, nothing else changed."""
    return text.replace("\u3000", " ").strip()


def stem(name: str, level: int) -> str:
    """What stays of a division's name when its rank or its 民族 words change: 红椿土家族乡 → 红椿.

    A name that would leave less than two characters keeps its rank: 城镇 is not 城.
    """
    rank = _RANK.get(level)
    bare = rank.sub("", name) if rank else name
    if level in (2, 3):
        bare = _PEOPLE_WORDS.sub("", bare)
    return bare if len(bare) > 1 else name


def short_name(name: str, level: int) -> str:
    """A division's name in daily use: 双龙村村民委员会 → 双龙村, 石柱土家族自治县 → 石柱县."""
    if level == 4:
        bare = re.sub(r"(?<=村)村民委员会$|(?<=社区)居民委员会$", "", name)
        return re.sub(r"村民委员会$", "村", bare)
    bare = stem(name, level)
    if level == 2 and name.endswith("自治县"):
        return bare + "县"
    if level == 3 and name.endswith("乡") and _PEOPLE_WORDS.search(name):
        return bare + "乡"
    return name


def initials(name: str) -> str:
    """Pinyin initials of a name, lower case: 綦江区 → qjq. Imports pypinyin, so never on a fast path."""
    from pypinyin import Style, lazy_pinyin

    return fold("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)))


def area_of_committee(name: str, root: str) -> str | None:
    """The area that a 管理委员会 administers, as written in its name: 重庆两江新区管理委员会 → 两江新区."""
    if not name.endswith("管理委员会"):
        return None
    area = name.removesuffix("管理委员会")
    return area.removeprefix(root).removeprefix(stem(root, 2))


def without_government(text: str) -> str:
    """A division written as its government: 大湾镇人民政府 → 大湾镇, 双凤桥街道办事处 → 双凤桥街道."""
    return _GOVERNMENT.sub("", text)


def spellings(name: str, short: str, parent: str) -> set[str]:
    """Folded ways to write a unit where its parent is understood.

    重庆市教育委员会 below 重庆市 is also 教育委员会 and 市教育委员会.
    """
    written = {fold(name), fold(short)}
    above = fold(parent)
    for form in tuple(written):
        rest = form.removeprefix(above)
        if rest not in ("", form):
            written |= {rest, above[-1] + rest}
    return written


def contract(folded: str) -> str:
    """The long tails of institutions cut to the usual ones: 委员会 → 委, 办公室 → 办."""
    for long, short in _LONG_TAILS:
        if folded.endswith(long):
            return folded.removesuffix(long) + short
    return folded


def abbreviates(written: str, full: str) -> bool:
    """Whether one folded name may be an abbreviation of another.

    Its characters stand in the full name in the same order, with the same head and the same tail
    (局, 委, 办), and at least one character between them: 市人社局 for 市人力资源和社会保障局.
    """
    short, long = contract(written), contract(full)
    if not 3 <= len(short) < len(long) or short[0] != long[0] or short[-1] != long[-1]:
        return False
    rest = iter(long[1:-1])
    return all(character in rest for character in short[1:-1])
