"""Typing a 核查记录 at the real desk, in a terminal, until it is killed.

The child tells each time the form has taken what was typed (``at length``: `time.monotonic` and characters
in the field), and each time its foot says 已存 (``saved length``). What had been typed for a second, and
whatever the foot called saved, must be there afterwards.
"""

from __future__ import annotations

import itertools
import os
import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from db import drafts
from db.connection import open_reader
from db.home import path_of
from db.keeping import aftermath, daily
from duban_tui import config, locations
from tests.faults.kills import Ended, Outcome, Say
from tests.faults.offices import assert_sound, hidden_files

TEXT = "老街十二号旁路灯杆三根歪斜灯不亮已半个月居民多次反映没有人来"
FIELD = "place"

BEGIN = ("流程".encode(), b"\x1b[17~")
"""Once the case is shown: F6."""

_FOCUS = [(0.05, b"\t"), (0.05, b"\t")]
"""From 方式, by 到达, to 地点."""

RULE = 1.0
"""Seconds of typing that may be lost."""


def keys(rng: random.Random) -> Iterator[tuple[float, bytes]]:
    """As a quick typist presses them, for ever."""
    yield from _FOCUS
    for letter in itertools.cycle(TEXT):
        yield rng.uniform(0.005, 0.06), letter.encode()


def work(folder: Path, say: Say) -> None:
    """Open the desk on the case."""
    os.environ["TERM"] = "xterm-256color"
    from duban_tui.app import DubanApp
    from duban_tui.screens.note import NoteScreen

    def taken(screen: NoteScreen) -> None:
        say(f"{time.monotonic():.4f} {len(screen.form.typed().get(FIELD) or '')}")

    shown = NoteScreen._say_saved

    def saved(screen: NoteScreen, at: int) -> None:
        shown(screen, at)
        say(
            f"saved {len(screen._known.get(FIELD) or '')}"
        )  # What the foot speaks of: a key may be under way.

    NoteScreen.understand = taken  # type: ignore[method-assign, assignment]
    NoteScreen._say_saved = saved  # type: ignore[method-assign, assignment]
    settings = config.load(locations.shipped_config())
    settings = settings._replace(ui=settings.ui._replace(ambiguous="narrow"))
    home = folder / "home"
    with closing(open_reader(path_of(home))) as connection:
        (number,) = connection.execute('SELECT number FROM "case"').fetchone()
    DubanApp(home, settings, start=number).run(size=(80, 24))


def check(folder: Path, ended: Ended) -> Outcome:
    """The draft holds all but the last second, and the next start says that it is there."""
    home = folder / "home"
    assert_sound(path_of(home))
    with closing(open_reader(path_of(home))) as connection:
        kept = [draft.data.get(FIELD) or "" for draft in drafts.unfinished(connection)]
    assert len(kept) <= 1, kept
    held = kept[0] if kept else ""
    assert held == "".join(itertools.islice(itertools.cycle(TEXT), len(held)))
    told = [line.split() for line in ended.acked]
    typed = [(float(at), int(length)) for at, length in told if at != "saved"]
    acked = [int(length) for at, length in told if at == "saved"]
    acked += [length for at, length in typed if at <= ended.at - RULE]
    gone = [ended.at - at for at, length in typed if length > len(held)]
    left = hidden_files(home) != []
    hold, found = aftermath.begin(home, home / daily.FOLDER)
    assert hold is not None
    hold.release()
    said = found.ended == 1 and (not kept or "1 份草稿已保留" in found.story)
    assert hidden_files(home) == []
    return Outcome(
        max((length for _, length in typed), default=0),
        sum(length > len(held) for length in acked),
        left,
        said,
        max(gone, default=0.0) * 1000,
    )
