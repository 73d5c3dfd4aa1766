"""Where things lie: the office, the config, the log. Nothing is created or opened here."""

from __future__ import annotations

import os
from pathlib import Path

from db.home import COPIED, DESK, LOG, REJECTS

HOME_VARIABLE = "DUBAN_HOME"
"""Environment variable for the data folder."""

_APP = "duban"


def home(given: str | Path | None = None) -> Path:
    """The data folder: the one given, else ``DUBAN_HOME``, else the platform's own place."""
    chosen = given or os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path(_APP, appauthor=False)


def user_config() -> Path:
    """The officer's own config file; it need not exist."""
    from platformdirs import user_config_path

    return user_config_path(_APP, appauthor=False) / "config.toml"


def shipped_config() -> Path:
    """The config that every setting falls back to: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    inside = package / "config.toml"
    return inside if inside.exists() else package.parent / "config.toml"


def log(home: Path) -> Path:
    """The log of what went wrong."""
    return home / LOG


def desk_state(home: Path) -> Path:
    """What the desk remembers from one day to the next: theme, unit, filter."""
    return home / DESK


def copied(home: Path) -> Path:
    """What was too long for the clipboard of a terminal."""
    return home / COPIED


def rejects(home: Path) -> Path:
    """Rejected ledger rows go here when their source is read-only."""
    return home / REJECTS
