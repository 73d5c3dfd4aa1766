"""What a desk that ended without a word has left behind, and what is to be said about it at the next start.

Nothing here mends the database: SQLite has done that when it was opened. It is said what was found, half-made
files are taken away, and the pages are looked through once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from db import evidence, instants
from db.connection import Connection, open_reader
from db.connection import driver as sqlite
from db.home import path_of
from db.keeping import presence, strays
from db.keeping.log_check import hidden_commits
from db.keeping.strays import Stray

RECALL = "请核对最后几步，缺的再记一次，或用 duban restore 恢复备份"
"""What to do about steps that cannot be read back."""


class Aftermath(NamedTuple):
    """What was found at a start."""

    ended: int
    """Desks that were killed, or lost their power, since somebody last looked."""
    drafts: int
    last: tuple[str, int] | None
    """Number of the case and moment of the last step that this office wrote itself."""
    half_made: list[Stray]
    former: list[Path]
    """Offices that made room for a backup."""
    hidden: int
    """See `log_check.hidden_commits`."""

    @property
    def story(self) -> str:
        """That a desk was killed, and what is safe; empty where none was."""
        if not self.ended:
            return ""
        kept = f"{self.drafts} 份草稿已保留" if self.drafts else "没有未提交的草稿"
        if self.last is None:
            return f"上次没有正常退出：{kept}"
        number, at = self.last
        return f"上次没有正常退出：{kept}，最后一步已保存（编号 {number}，{instants.local(at):%m-%d %H:%M}）"

    @property
    def warning(self) -> str:
        """What cannot be read any more; empty where nothing is missing. `RECALL` is the mend."""
        return f"有 {self.hidden} 步读不回来，磁盘可能损坏" if self.hidden else ""

    def lines(self) -> list[str]:
        """All but the warning, a line each, for whoever asks: with files that the desk does not speak of."""
        return [
            *([self.story] if self.story else []),
            *(f"半截文件，下次打开值班台时清掉：{stray.line}" for stray in self.half_made),
            *(f"恢复备份前的办公库，不再需要时可以删去：{path}" for path in self.former),
        ]


def look(home: Path, backups: Path, *, ended: int = 0) -> Aftermath:
    """Look at an office without changing anything.

    Args:
        home: the data folder.
        backups: where its daily backups lie.
        ended: desks that are known to have been killed.

    Raises:
        OfficeError: it cannot be read.
    """
    path = path_of(home)
    with closing(open_reader(path)) as connection:
        drafts, last = _safe(connection)
        hidden = hidden_commits(path, connection)
    return Aftermath(
        ended, drafts, last, strays.half_made(*_folders(home, backups)), strays.former_offices(home), hidden
    )


def begin(home: Path, backups: Path) -> tuple[presence.Hold | None, Aftermath]:
    """A desk begins: say so beside the office, look at what others left, take half-made files away.

    Returns:
        What to release at the end (None where the folder is read-only), and what was found;
        `half_made` are those that were taken away.

    Raises:
        OfficeError: the office cannot be read; what others left stays to be told.
    """
    dead = presence.dead(home)
    try:
        found = look(home, backups, ended=len(dead))
    except BaseException:
        for hold in dead:
            hold.forget()
        raise
    for hold in dead:
        hold.release()
    return presence.enter(home), found._replace(half_made=strays.clean(found.half_made))


def unannounced(home: Path) -> int:
    """Desks that were killed and whose end no desk has told yet; looks only."""
    dead = presence.dead(home)
    for hold in dead:
        hold.forget()
    return len(dead)


def damaged_page(home: Path, wanted: Callable[[], bool]) -> str | None:
    """Look through all pages once, as light as reading them is; the first fault with its mend, or None.

    Args:
        home: the data folder.
        wanted: asked every few milliseconds; false = stop and find nothing.

    Raises:
        OfficeError: the office cannot be read at all.
    """
    with closing(open_reader(path_of(home))) as connection:
        connection.set_progress_handler(lambda: not wanted(), 20_000)
        try:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite.DatabaseError as error:
            said = "ok" if "interrupted" in str(error) else str(error)
    if said == "ok":
        return None
    first = said.strip().splitlines()[-1]
    return f"数据页有损坏（{first}）：请运行 duban doctor 查清，并用 duban restore 恢复备份"


_LAST = """SELECT number, recorded_at FROM event JOIN "case" ON "case".id = case_id
WHERE device IN (SELECT id FROM device WHERE paired_at IS NULL) ORDER BY event.id DESC LIMIT 1"""


def _safe(connection: Connection) -> tuple[int, tuple[str, int] | None]:
    """Drafts, and the last step of our own: ids of events rise with the clock. Damaged pages hold neither."""
    try:
        drafts = int(connection.execute("SELECT count(*) FROM draft").fetchone()[0])
        last = connection.execute(_LAST).fetchone()
    except sqlite.DatabaseError:
        return 0, None
    return drafts, None if last is None else (str(last[0]), int(last[1]))


def _folders(home: Path, backups: Path) -> Iterable[Path]:
    return [home, backups, *(home / evidence.FOLDER).glob("??")]
