"""What the desk remembers from one day to the next: theme, unit, filter. Losing it harms nobody."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import NamedTuple


class DeskState(NamedTuple):
    """As the board was left."""

    theme: str = ""
    """A theme name; empty = as the config says."""
    unit_id: int | None = None
    level: int = 1
    alarm: str = ""
    """`terms.Alarm` code; empty = all open cases."""
    queue: str = ""
    words: str = ""
    sort: str = "urgency"
    tree: bool = True
    preview: bool = True


def load(path: Path) -> DeskState:
    """Read what was kept; a missing or damaged file is a fresh desk."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return DeskState(**{name: kept[name] for name in DeskState._fields if name in kept})
    except (OSError, ValueError, TypeError):
        return DeskState()


def save(path: Path, state: DeskState) -> None:
    """Keep it; a folder that cannot be written is no reason to complain."""
    with contextlib.suppress(OSError):
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(state._asdict(), ensure_ascii=False, indent=1), encoding="utf-8")
        beside.replace(path)
