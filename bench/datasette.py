"""The lookup box against Datasette's search page, over a plain copy of the same texts.

The copy gets its full-text index as its users make it: ``sqlite-utils enable-fts … --create-triggers``.
That cuts a text only where there is neither letter nor digit, so a run of Chinese is one token, and a word
inside it is not found: the table says how many of the cases that hold a word either way finds.
"""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

from bench import copies, processes
from bench.measure import Row, Timing, again
from db.connection import Connection
from db.reads.lookup import ids, search

CASES = 300_000
"""At most so many are copied: the newest."""

WORDS = ("路灯", "临时救助")
RUNS = 50
PAGE = 50
PATIENCE = 30.0
"""Seconds until a server that does not answer is given up."""

_COLUMNS = ("number", "title", "body", "reply")
_HOLDING = "SELECT id FROM cases WHERE instr(title, :word) OR instr(body, :word) OR instr(reply, :word)"
_FOUND = "SELECT rowid FROM cases_fts WHERE cases_fts MATCH :quoted"
"""What the search page asks: a word in quotes."""


def rows(connection: Connection, home: Path, now: int) -> Iterator[Row]:
    """A word of two characters and one of four."""
    server, indexer = processes.program("datasette"), processes.program("sqlite-utils")
    if server is None or indexer is None:
        for word in WORDS:
            yield _row(word, _ours(connection, word, now), "missing here", None)
        return

    def write(path: Path) -> None:
        copies.as_table(connection, path, CASES)
        processes.run([indexer, "enable-fts", str(path), "cases", *_COLUMNS, "--create-triggers"])

    copy = copies.kept(connection, home, "datasette.db", write)
    with _served(server, copy) as page:
        for word in WORDS:
            address = f"/{copy.stem}/cases?_search={quote(word)}"
            theirs = again(lambda address=address: page(address), RUNS)  # type: ignore[misc]
            yield _row(word, _ours(connection, word, now), _coverage(connection, copy, word, now), theirs)


def _row(word: str, ours: Timing, said: str, theirs: Timing | None) -> Row:
    return Row(f"lookup: {word}, and the newest {PAGE}", ours, f"Datasette's search page: {said}", theirs)


def _ours(connection: Connection, word: str, now: int) -> Timing:
    return again(lambda: search(connection, word, now=now, limit=PAGE), RUNS)


def _coverage(connection: Connection, copy: Path, word: str, now: int) -> str:
    """How many of the copied cases that hold a word either finds."""
    with closing(sqlite3.connect(copy)) as plain:
        (copied,) = plain.execute("SELECT count(*) FROM cases").fetchone()
        holding = {row[0] for row in plain.execute(_HOLDING, {"word": word})}
        theirs = holding.intersection(row[0] for row in plain.execute(_FOUND, {"quoted": f'"{word}"'}))
    ours = holding.intersection(ids(connection, word, now=now))
    held = f"{len(holding):,}"
    return f"of {copied:,} cases {held} hold the word; it finds {len(theirs):,}, ours {len(ours):,}"


@contextmanager
def _served(server: str, copy: Path) -> Iterator[Callable[[str], bytes]]:
    """Datasette on this machine, while it is used: a function that gets a page by its path."""
    port = _free_port()

    def page(path: str) -> bytes:
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as asked:
            asked.request("GET", path)
            answer = asked.getresponse()
            said = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"Datasette answers {answer.status} to {path}")
            return said

    command = [server, "serve", str(copy), "--host", "127.0.0.1", "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(page)
        yield page
    finally:
        running.terminate()
        running.wait()


def _await(page: Callable[[str], bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            page("/-/versions.json")
            return
        except ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
