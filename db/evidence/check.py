"""The check-up of the attachments: is every file there, whole, and none that was taken away?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from db import evidence
from db.connection import Connection, Progress
from db.errors import OfficeError
from db.keeping.case_check import Finding

SPEED = 200e6
"""Bytes a second in which files are read and hashed; a slow disk takes twice as long."""

STALE = 86_400
"""Seconds after which a file that nothing refers to is worth a word: a form may just be holding it."""

_SIZE = """SELECT coalesce(sum(size), 0) FROM
(SELECT max(size) AS size FROM attachment WHERE removed_by IS NULL GROUP BY sha256)"""

_FILES = """SELECT a.sha256, max(a.removed_by IS NULL), min(c.number)
FROM attachment a JOIN "case" c ON c.id = a.case_id GROUP BY a.sha256"""


def size_of(connection: Connection) -> int:
    """Bytes of all attachments."""
    return int(connection.execute(_SIZE).fetchone()[0])


def check(connection: Connection, home: Path, progress: Progress) -> Iterator[Finding]:
    """Read every attachment and hold it against its hash; may be stopped between any two of them."""
    known = connection.execute(_FILES).fetchall()
    drafts = "".join(row[0] for row in connection.execute("SELECT data FROM draft"))
    for done, (sha256, live, number) in enumerate(known):
        progress(done, len(known))
        where = f"事项 {number} 的附件 {sha256[:12]}"
        if live:
            yield from _sound(home, sha256, where)
        elif evidence.has(home, sha256) and sha256 not in drafts:
            yield Finding(where, "已撤除，文件还在", "请打开一次值班台，它会删去")
    if known:
        progress(len(known), len(known))
    yield from _strays(home, {row[0] for row in known}, drafts)


def _sound(home: Path, sha256: str, where: str) -> Iterator[Finding]:
    try:
        evidence.read(home, sha256)
    except OfficeError as error:
        what, _, mend = str(error).partition("。")
        yield Finding(where, what, mend)


def _strays(home: Path, known: set[str], drafts: str) -> Iterator[Finding]:
    """Files that neither a note nor a draft has."""
    before = time.time() - STALE
    stray = [
        path
        for path in evidence.stored(home)
        if (sha256 := evidence.hash_of(path)) not in known
        and sha256 not in drafts
        and path.stat().st_mtime < before
    ]
    if stray:
        what = f"有 {len(stray):,} 个文件没有记录用到，如 {stray[0].relative_to(home)}"
        yield Finding("附件目录", what, "多半是没写完的记录留下的；用不着就删去")
