"""What an office is that was measured: its texts, its steps, its units, and what a case takes on disk."""

from __future__ import annotations

import subprocess
from contextlib import closing
from pathlib import Path
from statistics import median

from bench import processes
from db.connection import Connection, open_reader
from db.home import path_of
from db.index import waiting

TAKEN_APART = 300_000
"""Cases up to which the file is read whole to see what takes how much of it."""

SAMPLE = 4_000
"""Cases, evenly over the office, whose texts are looked at."""


def of(home: Path) -> list[str]:
    """One line per fact."""
    with closing(open_reader(path_of(home))) as connection:
        (cases,) = connection.execute('SELECT count(*) FROM "case"').fetchone()
        (opened,) = connection.execute('SELECT count(*) FROM "case" WHERE open = 1').fetchone()
        (steps,) = connection.execute("SELECT count(*) FROM event").fetchone()
        (units,) = connection.execute("SELECT count(*) FROM unit WHERE ended_on IS NULL").fetchone()
        (pieces,) = connection.execute("SELECT count(*) FROM lookup_piece").fetchone()
        waits = waiting.count(connection)
        texts = _texts(connection, cases)
    size = path_of(home).stat().st_size
    parts = _by_table(home, cases) if cases <= TAKEN_APART else ""
    return [
        f"{cases:,} cases, {opened:,} of them open, {units:,} units, {steps / cases:.2f} steps a case",
        texts,
        f"{size / 2**30:.2f} GiB on disk, {size / cases:,.0f} bytes a case{parts}",
        f"the lookup index in {pieces:,} pieces; {waits:,} cases wait for theirs",
    ]


def _texts(connection: Connection, cases: int) -> str:
    sampled = connection.execute(
        """SELECT title, body_id, reply_id FROM "case" WHERE id IN (
        SELECT case_id FROM event WHERE rowid % ? = 0 AND seen = '[]' LIMIT ?)""",
        (max(1, cases // SAMPLE), SAMPLE),
    ).fetchall()
    titles = [title for title, _, _ in sampled]
    bodies = [_text(connection, body) for _, body, _ in sampled if body]
    replies = [_text(connection, reply) for _, _, reply in sampled if reply]
    signs = set("".join(bodies))
    pairs = {body[at : at + 2] for body in bodies for at in range(len(body) - 1)}
    return (
        f"median lengths: title {median(map(len, titles)):.0f}, body {median(map(len, bodies)):.0f}, "
        f"reply {median(map(len, replies)):.0f} characters (in {len(replies) / len(sampled):.0%}); "
        f"{len(signs):,} different characters and {len(pairs):,} pairs in {len(bodies):,} bodies"
    )


def _text(connection: Connection, content: str) -> str:
    return str(connection.execute("SELECT text FROM content WHERE id = ?", (content,)).fetchone()[0])


def _by_table(home: Path, cases: int) -> str:
    """Bytes a case of the largest tables and indexes; our driver cannot tell, so the shell is asked."""
    shell = processes.program("sqlite3")
    if shell is None:
        return ""
    sql = f"SELECT name, sum(pgsize) / {cases} FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 12"
    command = [shell, "-readonly", "-separator", " ", str(path_of(home)), sql]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return ": " + ", ".join(told.stdout.splitlines())
