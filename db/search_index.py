"""The index behind the lookup box: which cases contain these characters. SQLite only (FTS5).

A text is cut into grams: from every place three characters (fewer where a word ends), and four within
ASCII, since the last four digits are what people say of a number. FTS5 keeps the first one and two
characters of each gram as well (``prefix``). So a word of up to three characters is answered by the index
alone, and a longer one by an AND of grams that is checked again in the texts (`db.search`). Pairs alone say
too little: among 3,000,000 cases there are always thousands that hold those of a word apart. Words are never
segmented: that finds 13–64 % of what is there.

The grams are of the *masked* text: nobody finds a person by what is hidden. The index holds no text
(``content=''``) and no positions (``detail=none``): texts stand once, in `content` and on the case.

The row id is the case id with one bit on top while the case is open, so the order of the index is the
order of the answer: open cases newest first, then the rest newest first. The first page of a million
hits costs as much as that of fifty.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from db.connection import Connection, Progress
from db.masking import mask_text

_TOKENS = string.punctuation.replace("'", "''''").replace('"', '""')

MERGED_BY_US = "INSERT INTO lookup (lookup, rank) VALUES ('automerge', 0)"
"""FTS5 would merge its pieces inside the saves, hundreds of pages in one: `db.keeping.upkeep` does it beside
them."""

HELD_TOGETHER = "INSERT INTO lookup (lookup, rank) VALUES ('hashsize', 16777216)"
"""Bytes that one transaction gathers before it writes a piece: by FTS5's 1 MB a bulk write leaves dozens."""

FULL_PAGES = "INSERT INTO lookup (lookup, rank) VALUES ('pgsz', 8000)"
"""Bytes of a leaf of the index: one page of the file. By FTS5's 4,050 an eighth more time is spent."""

EIGHT_AT_ONCE = "INSERT INTO lookup (lookup, rank) VALUES ('usermerge', 8)"
"""Pieces of a size that are merged into one: by FTS5's 4 every gram is written half as often again."""

NO_CRISIS = "INSERT INTO lookup (lookup, rank) VALUES ('crisismerge', 128)"
"""Pieces of a size at which FTS5 merges all of them inside a save, wanted or not: by its own 16 a single step
saved after a large import could wait for seconds."""

SCHEMA: tuple[str, ...] = (
    "CREATE VIRTUAL TABLE lookup USING fts5("
    "grams, content='', contentless_delete=1, detail=none, prefix='1 2', "
    f"tokenize=\"ascii tokenchars '{_TOKENS}'\")",
    MERGED_BY_US,
    HELD_TOGETHER,
    FULL_PAGES,
    EIGHT_AT_ONCE,
    NO_CRISIS,
)
"""The grams of a text come cut, with spaces between; beyond ASCII every character is part of a token."""

LONGEST_PREFIX = 2
"""Characters of the beginnings of grams that are kept: a shorter word is looked up as a beginning."""

OPEN = 1 << 61
"""Set in the row id of an open case. Case ids are below 2**53."""

REMADE_AT_ONCE = 1_000
"""Cases whose texts are held in memory while the index is remade."""

_UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_ASCII_RUN = re.compile(r"[!-~]{4,}")


def fold(text: str) -> str:
    """The form in which texts and queries are compared: NFKC, lower case, control characters as spaces."""
    return _UNFIT.sub(" ", unicodedata.normalize("NFKC", text)).lower()


def searchable(text: str) -> str:
    """What of a text may be found: folded, with persons' numbers masked."""
    return mask_text(fold(text))


def words(query: str) -> list[str]:
    """The words of a query, each once, as they are compared; all of them must occur."""
    return list(dict.fromkeys(fold(query).split()))


def put_new(connection: Connection, cases: Iterable[tuple[int, str]]) -> None:
    """Index cases that never stood in the index, as (place, grams); inside the caller's transaction.

    In the order of their places: the index writes out all it holds in memory whenever a row id is below
    the one before, and has to merge these pieces again.
    """
    connection.executemany(_INSERT, sorted(cases))


_INSERT = "INSERT INTO lookup (rowid, grams) VALUES (?, ?)"


def put(connection: Connection, case_id: int, texts: Iterable[str]) -> None:
    """Index a case anew under these texts; inside the caller's transaction.

    The case row must be written before: a case stands among the open ones or not by its own row, so
    it has to be put again when it closes or opens again, as when its texts change.
    """
    drop(connection, case_id)
    connection.execute(_INSERT, (place_of(connection, case_id), grams(texts)))


def refresh(connection: Connection, case_id: int) -> None:
    """Index a case anew under the texts that stand in the office."""
    put(connection, case_id, all_texts_of_many(connection, [case_id])[case_id])


def drop(connection: Connection, case_id: int) -> None:
    """Take a case out of the index; inside the caller's transaction."""
    connection.execute("DELETE FROM lookup WHERE rowid IN (?, ?)", (case_id, case_id | OPEN))


_NEXT = 'SELECT id FROM "case" WHERE open = ? AND id > ? ORDER BY id LIMIT ?'


def create(connection: Connection) -> None:
    """An empty index, in the place of the one that is there; inside the caller's transaction."""
    connection.execute("DROP TABLE lookup")
    for statement in SCHEMA:
        connection.execute(statement)


def remake(connection: Connection, progress: Progress = lambda done, total: None) -> None:
    """Index every case anew, inside the caller's transaction: after the way of cutting texts has changed.

    In the order of their places, and with the memory of some hundred cases.
    """
    create(connection)
    done, total = 0, connection.execute('SELECT count(*) FROM "case"').fetchone()[0]
    for held in (False, True):
        last = -1
        while part := [row[0] for row in connection.execute(_NEXT, (held, last, REMADE_AT_ONCE))]:
            texts = all_texts_of_many(connection, part)
            put_new(connection, [(rank(each, is_open=held), grams(texts[each])) for each in part])
            done, last = done + len(part), part[-1]
            progress(done, total)
    connection.execute("INSERT INTO lookup (lookup) VALUES ('optimize')")


def grams(texts: Iterable[str]) -> str:
    """The grams of all these texts, each once, with spaces between: what a row of the index is made of."""
    found: set[str] = set()
    for text in texts:
        plain = searchable(text)
        for word in plain.split():
            found.update([word[at : at + 3] for at in range(len(word))])
        for run in _ASCII_RUN.finditer(plain):
            start, end = run.span()
            found.update(plain[at : at + 4] for at in range(start, end - 3))
    return " ".join(found)


def grams_of(word: str) -> list[str]:
    """Grams that every text with this word has: as few as cover it, since each is a list to be walked along.

    Of ASCII all of them: parts of numbers say little, and are found in any order in other numbers.
    """
    size = min(len(word), 3)
    fours = {at for at in range(len(word) - 3) if _ASCII_RUN.match(word, at, at + 4)}
    threes = [at for at in range(len(word) - size + 1) if not {at, at - 1} & fours]
    covering = [at for at in threes if at + 1 not in threes or _steps_before(at, threes) % 3 == 0]
    return [*(word[at : at + 4] for at in sorted(fours)), *(word[at : at + size] for at in covering)]


def _steps_before(at: int, places: Sequence[int]) -> int:
    """How many places stand right before one, without a gap."""
    steps = 0
    while at - steps - 1 in places:
        steps += 1
    return steps


def rank(case_id: int, *, is_open: bool) -> int:
    """Where a case stands in the order of the answer."""
    return case_id | OPEN if is_open else case_id


def place_of(connection: Connection, case_id: int) -> int:
    """Where a case stands in the order of the answer, by its own row."""
    row = connection.execute('SELECT open FROM "case" WHERE id = ?', (case_id,)).fetchone()
    return rank(case_id, is_open=row is not None and bool(row[0]))


_HEADS = 'SELECT id, title, place FROM "case" WHERE id IN ({})'
_CONTENTS = "SELECT case_id, kind, text FROM content WHERE case_id IN ({}) AND text IS NOT NULL"
_NUMBERS = "SELECT case_id, number FROM case_number WHERE case_id IN ({})"
_CLAIMED = """SELECT e.case_id, n.value ->> 1 FROM event e, json_each(e.data, '$.numbers') n
WHERE e.case_id IN ({}) AND e.action = 'register' AND instr(e.data, '"numbers"')"""
"""Numbers of sources as the case claims them: one that two cases claim stands with the other one's row."""


def texts_of_many(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """By case, the texts by which it may be found: title, place, what was written, numbers; raw.

    Every id is a key, also one that no case has.
    """
    texts: dict[int, list[str]] = {case_id: [] for case_id in case_ids}
    listed = ", ".join(map(str, case_ids))
    for case_id, title, place in connection.execute(_HEADS.format(listed)):
        texts[case_id] += (title, place)
    for case_id, kind, text in connection.execute(_CONTENTS.format(listed)):
        texts[case_id] += words_of(kind, text)
    for case_id, numbers in numbers_of_many(connection, case_ids).items():
        texts[case_id] += numbers
    return texts


def numbers_of_many(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """By case, the numbers that stand with it."""
    numbers: dict[int, list[str]] = {case_id: [] for case_id in case_ids}
    for case_id, number in connection.execute(_NUMBERS.format(", ".join(map(str, case_ids)))):
        numbers[case_id].append(number)
    return numbers


def all_texts_of_many(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """What cases are indexed under: their texts, and every number they claim, as when they were new."""
    texts = texts_of_many(connection, case_ids)
    for case_id, number in connection.execute(_CLAIMED.format(", ".join(map(str, case_ids)))):
        texts[case_id].append(number)
    return texts


def texts_of(connection: Connection, case_id: int) -> list[str]:
    """The texts by which one case may be found; see `texts_of_many`."""
    return texts_of_many(connection, [case_id])[case_id]


def words_of(kind: str, text: str) -> list[str]:
    """The searchable texts of a `content` row; an identity has none."""
    if kind == "submitter":
        return []
    if kind not in ("note", "evidence"):
        return [text]
    import json

    said = json.loads(text)
    return [said["name"]] if kind == "evidence" else list(_strings(said))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
    elif isinstance(value, list):
        for entry in value:
            yield from _strings(entry)
