"""The settings: the shipped ``config.toml``, overlaid by the officer's own file, as frozen values."""

from __future__ import annotations

import datetime as dt
import functools
import getpass
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from db.errors import reason
from db.rules import Category, DeadlineRules, Kind, Limit, Rules
from db.terms import Post
from duban_tui import locations, settings
from duban_tui.settings import ConfigError, Reader, read_table

__all__ = ["Backup", "Config", "ConfigError", "Evidence", "Office", "Officer", "Security", "Ui", "load"]


class Office(NamedTuple):
    """Whose desk this is."""

    name: str


class Officer(NamedTuple):
    """Who sits at it."""

    name: str
    role: str
    """The label of a `Post`."""
    sees_identity: bool
    """May find cases by the exact name, phone or identity number of the 反映人, where the post may."""

    @property
    def post(self) -> Post:
        """The post of somebody who sits down for the first time; later the list of officers says."""
        return next(post for post in Post if post.label == self.role)


class Ui(NamedTuple):
    """How the screens look at the start."""

    theme: str
    """auto, dark, light, ansi."""
    ambiguous: str
    """Cells of East Asian ambiguous characters: auto, narrow, wide."""
    preview: bool
    start: str
    """What the board shows first: open, queues."""


class Security(NamedTuple):
    """When the desk locks itself."""

    lock_minutes: int
    """Minutes without a key or the mouse; 0 = never. Only where there is a passphrase or a PIN to ask for."""


class Evidence(NamedTuple):
    """How large attached files may be, and how photos are shown."""

    max_file_mb: int
    max_note_mb: int
    """All files of one note together."""
    draw: str
    """How photos are drawn: auto, kitty, sixel, blocks, none."""


class Backup(NamedTuple):
    """The daily backup that the desk makes by itself."""

    daily: bool
    folder: str
    """Where to; empty = ``backups`` in the data folder."""
    keep: int
    """So many of its own copies stay; older ones are removed."""


class Config(NamedTuple):
    """Everything that can be set."""

    rules: Rules
    office: Office
    officer: Officer
    ui: Ui
    security: Security
    evidence: Evidence
    backup: Backup
    keys: dict[str, tuple[str, ...]]
    """Command id → its keys, where the officer chose others."""
    files: tuple[Path, ...]
    """The files it was read from, the later over the earlier."""


def load(path: Path | None = None) -> Config:
    """Read the shipped settings and over them the officer's file (the usual one when none is named).

    Raises:
        ConfigError: a file is missing, broken, or holds an unknown key or a wrong value.
    """
    own = path or locations.user_config()
    files = [locations.shipped_config()]
    if path is not None or own.exists():
        files.append(own)
    merged: dict[str, dict[Any, Any]] = {}
    for file in files:
        for section, values in _read(file).items():
            whole = section in _WHOLE
            merged[section] = values if whole else {**merged.get(section, {}), **values}
    return _build(merged, tuple(files))


def _read(file: Path) -> dict[str, dict[str, Any]]:
    """One file by sections, each value already ours."""
    import tomli

    try:
        document = tomli.loads(file.read_text(encoding="utf-8-sig"))
    except tomli.TOMLDecodeError as error:
        raise ConfigError(
            f"{file}：第 {error.lineno} 行第 {error.colno} 列写法不合 TOML，请对照默认设置改正"
        ) from None
    except FileNotFoundError:
        raise ConfigError(f"没有设置文件 {file}，请检查 --config 的路径") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}：不是 UTF-8 文本，请另存为 UTF-8") from None
    except OSError as error:
        raise ConfigError(f"读不了设置文件 {file}：{reason(error)}，请检查权限") from None
    readers: dict[str, Reader] = {name: functools.partial(read, file) for name, read in _SECTIONS.items()}
    return read_table(file, "", document, readers)


def _section(name: str, readers: dict[str, Reader]) -> Any:
    return lambda file, table: read_table(file, name, table, readers)


def _kinds(file: Path, table: Any) -> dict[str, Kind]:
    readers: dict[str, Reader] = {
        "limit": settings.limit, "basis": settings.text, "prefix": settings.text,
        "report": settings.flag, "same_day": settings.flag, "roll": settings.flag,
    }  # fmt: skip
    if not isinstance(table, dict) or not table:
        raise ConfigError(f'{file}：[kinds] 至少要有一类，如 [kinds."诉求"]')
    return {
        name: _kind(file, name, read_table(file, f"kinds.{name}", part, readers))
        for name, part in table.items()
    }


def _kind(file: Path, name: str, part: dict[str, Any]) -> Kind:
    if "limit" not in part:
        raise ConfigError(f'{file}：[kinds.{name}] 缺 limit，如 limit = "5工作日"')
    return Kind(name, _detailed(part), part.get("prefix", ""), part.get("report", False))


def _detailed(part: dict[str, Any]) -> Limit:
    """The limit of a table together with the words that qualify it."""
    chosen = {key: part[key] for key in ("same_day", "roll", "basis") if key in part}
    limit: Limit = part["limit"]
    return limit._replace(**chosen)


def _categories(value: Any) -> tuple[Category, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError('应是一份名单，如 ["城市管理", "其他"]')
    return tuple(_category(entry) for entry in value)


def _category(entry: Any) -> Category:
    if isinstance(entry, str) and entry.strip():
        return Category(entry.strip())
    if not isinstance(entry, dict) or not {"name", "limit"} <= set(entry) <= {"name", "limit", "basis"}:
        raise ValueError('里的每一个应是名称，或 { name = "…", limit = "…", basis = "…" }')
    part = {"limit": settings.limit(entry["limit"]), "basis": settings.text(entry.get("basis", ""))}
    return Category(settings.text(entry["name"]), _detailed(part))


def _urgencies(file: Path, table: Any) -> dict[str, Limit | None]:
    known = table if isinstance(table, dict) else {}
    return read_table(file, "urgencies", table, dict.fromkeys(known, settings.limit_or_none))


def _calendar(file: Path, table: Any) -> dict[dt.date, bool]:
    known = table if isinstance(table, dict) else {}
    read = read_table(file, "calendar", table, dict.fromkeys(known, settings.choice("休", "班")))
    days: dict[dt.date, bool] = {}
    for written, word in read.items():
        try:
            days[dt.date.fromisoformat(written)] = word == "班"
        except ValueError:
            raise ConfigError(f'{file}：[calendar] 看不懂日期“{written}”，请写成 "2026-11-10"') from None
    return days


def _keys(file: Path, table: Any) -> dict[str, tuple[str, ...]]:
    from duban_tui.commands import COMMANDS

    return read_table(file, "keys", table, dict.fromkeys(COMMANDS, _key_list))


def _key_list(value: Any) -> tuple[str, ...]:
    keys = tuple(settings.text(value).lower().split()) if value != "Y" else ("Y",)
    if not keys:
        raise ValueError('要写至少一个按键，如 "f3 /"')
    return keys


_SECTIONS: dict[str, Any] = {
    "office": _section("office", {"name": settings.text}),
    "officer": _section(
        "officer",
        {
            "name": settings.text,
            "role": settings.choice(*(post.label for post in Post)),
            "sees_identity": settings.flag,
        },
    ),
    "kinds": _kinds,
    "lists": _section("lists", {"channels": settings.names, "categories": _categories}),
    "urgencies": _urgencies,
    "reasons": _section("reasons", dict.fromkeys(("refuse", "return", "pause"), settings.names)),
    "numbering": _section("numbering", {"pattern": settings.number_pattern}),
    "deadlines": _section(
        "deadlines",
        {
            "accept_days": settings.count, "urgent_days": settings.count, "urgent_min_limit": settings.count,
            "stop_at": settings.choice("submit", "close"), "closing": settings.clock,
            "redo_limit": settings.limit,
        },
    ),
    "calendar": _calendar,
    "ui": _section(
        "ui",
        {
            "theme": settings.choice("auto", "dark", "light", "ansi"),
            "ambiguous": settings.choice("auto", "narrow", "wide"),
            "preview": settings.flag, "start": settings.choice("open", "queues"),
        },
    ),
    "security": _section("security", {"lock_minutes": settings.count}),
    "evidence": _section("evidence", {"max_file_mb": settings.positive, "max_note_mb": settings.positive,
        "draw": settings.choice("auto", "kitty", "sixel", "blocks", "none"),
    }),
    "backup": _section(
        "backup", {"daily": settings.flag, "folder": settings.text, "keep": settings.positive}
    ),
    "keys": _keys,
}  # fmt: skip
"""Every section and how it is read."""

_WHOLE = ("kinds", "urgencies")
"""Sections that a later file replaces as a whole; in others it overrides key by key."""


def _build(merged: dict[str, dict[Any, Any]], files: Iterable[Path]) -> Config:
    deadlines = dict(merged["deadlines"])
    redo_limit = deadlines.pop("redo_limit")
    reasons = merged["reasons"]
    rules = Rules(
        kinds=tuple(merged["kinds"].values()),
        channels=merged["lists"]["channels"],
        categories=merged["lists"]["categories"],
        urgencies=merged["urgencies"],
        refuse_reasons=reasons["refuse"],
        return_reasons=reasons["return"],
        pause_reasons=reasons["pause"],
        number_pattern=merged["numbering"]["pattern"],
        deadlines=DeadlineRules(**deadlines),
        redo_limit=redo_limit,
        calendar_days=dict(merged["calendar"]),
    )
    officer = merged["officer"]
    return Config(
        rules=rules,
        office=Office(**merged["office"]),
        officer=Officer(**{**officer, "name": officer["name"] or getpass.getuser()}),
        ui=Ui(**merged["ui"]),
        security=Security(**merged["security"]),
        evidence=Evidence(**merged["evidence"]),
        backup=Backup(**merged["backup"]),
        keys=merged["keys"],
        files=tuple(files),
    )
