"""`duban find` against what one types without us: ripgrep over exported texts, LIKE in the `sqlite3` shell.

All are whole processes on the same words, and answer with the newest cases, as many as a page holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import copies, lookup, processes
from bench.measure import Row, Timing, each, times
from db.connection import Connection
from db.home import path_of

RUNS = 20
KINDS = ("2 characters", "4 characters", "nothing to find")
"""Of `lookup.queries`: a word that stands nowhere shows what it costs to read everything."""


def rows(connection: Connection, home: Path) -> Iterator[Row]:
    """Each kind of word by either program."""
    text = copies.kept(connection, home, "cases.txt", lambda path: copies.as_text(connection, path))
    env = processes.surroundings(home)

    def ours(word: str) -> None:
        processes.run(processes.duban(home, "find", word, "--limit", str(lookup.PAGE)), env)

    for kind, _, drawn in lookup.queries(connection):
        if kind in KINDS:
            words = drawn[: times(RUNS)]
            ours(words[0])
            mine, name = each(ours, words, seconds=10), f"`duban find`, whole process: {kind}"
            yield Row(name, mine, *_text_search(text, words))
            yield Row(name, mine, *_shell(path_of(home), words))


def _text_search(text: Path, words: Sequence[str]) -> tuple[str, Timing]:
    found = processes.program("rg")
    command = [found or "grep", "-F", "-m", str(lookup.PAGE)]

    def search(word: str) -> None:
        processes.run([*command, "--", word, str(text)], nothing_found=1)

    said = "ripgrep" if found else "grep, as ripgrep is missing,"
    return f"{said} over the exported text", each(search, words, seconds=10)


def _shell(office: Path, words: Sequence[str]) -> tuple[str, Timing | None]:
    shell = processes.program("sqlite3")
    if shell is None:
        return "the sqlite3 shell with LIKE: missing here", None

    def search(word: str) -> None:
        quoted = "'%" + word.replace("'", "''") + "%'"
        processes.run([shell, "-readonly", str(office), lookup.LIKE.replace(":piece", quoted)])

    return "the sqlite3 shell with LIKE", each(search, words, seconds=10)
