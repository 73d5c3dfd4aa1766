"""A 核查记录 as a file: TOML or JSON into the data of `Action.VERIFY`, errors by key."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from db import instants
from db.actions import FIELDS, Action, FieldSpec
from duban_tui.cli.errors import CommandError
from duban_tui.settings import nearest
from duban_tui.written import read_time

_SPECS = {name: spec for spec in FIELDS[Action.VERIFY] for name in (spec.name, spec.label)}
"""A key may be written in English, as stored, or in Chinese, as on the form."""

_Read = Callable[[Any, int], Any]
"""From a value of the file and the present instant to what the note holds; a `ValueError` says why not."""


def read(text: str, source: str, now: int) -> dict[str, Any]:
    """The data of a note; clock times without a day are of the day of `now`, attachments are still paths.

    Raises:
        CommandError: not TOML or JSON, an unknown key, or a value of the wrong kind; names the key.
    """
    data: dict[str, Any] = {}
    for key, value in _parse(text, source).items():
        spec = _SPECS.get(key)
        if spec is None:
            raise CommandError(f"{source}：没有“{key}”这一项{nearest(key, _SPECS)}")
        if spec.name in data:
            raise CommandError(f"{source}：“{spec.label}”（{spec.name}）写了两次，请只留一个")
        try:
            data[spec.name] = _value(spec, value, now)
        except ValueError as error:
            raise CommandError(f"{source}：“{key}”{error}") from None
    return data


def _parse(text: str, source: str) -> dict[str, Any]:
    """JSON where it begins with a brace, else TOML."""
    bare = text.lstrip("\ufeff \t\r\n")
    if not bare:
        raise CommandError(f"{source}：是空的，至少要有 method（核查方式）")
    return _parse_json(bare, source) if bare.startswith("{") else _parse_toml(bare, source)


def _parse_json(text: str, source: str) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = (
            f"第 {error.lineno} 行第 {error.colno} 列"
            if isinstance(error, json.JSONDecodeError)
            else "嵌套太深"
        )
        raise CommandError(f"{source}：JSON 写法有误（{where}），请检查引号、逗号和括号") from None
    return parsed


def _parse_toml(text: str, source: str) -> dict[str, Any]:
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise CommandError(
            f"{source}：TOML 写法有误，第 {error.lineno} 行第 {error.colno} 列，"
            "请检查引号和等号；中文的项名也要加引号"
        ) from None


def _value(spec: FieldSpec, value: Any, now: int) -> Any:
    read_kind: _Read = _KINDS.get(spec.kind, _text)
    return _log(value, now) if spec.name == "log" else read_kind(value, now)


def _text(value: Any, now: int) -> str:
    if not isinstance(value, str):
        raise ValueError(f"应是文字（加引号），现在是 {value!r}")
    return value


def _time(value: Any, now: int) -> int:
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=instants.CST)
        return int(aware.timestamp())
    if isinstance(value, dt.date):
        return instants.start_of(value)
    if isinstance(value, dt.time):
        return instants.end_of(instants.day_of(now), value)
    if not isinstance(value, str):
        raise ValueError(f'应是时间，如 "2026-11-21 14:00"，现在是 {value!r}')
    return read_time(value.removesuffix("+08:00"), now)


def _bool(value: Any, now: int) -> bool:
    if value in ("是", "否"):
        return bool(value == "是")
    if not isinstance(value, bool):
        raise ValueError(f"应是 true 或 false，现在是 {value!r}")
    return value


def _people(value: Any, now: int) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError('应是一份名单，如 ["社区干部 1 人", "匿名居民"]')
    return list(value)


def _paths(value: Any, now: int) -> list[str]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return list(value)
    raise ValueError('应是文件的路径，如 ["现场1.jpg", "录音.m4a"]')


def _log(value: Any, now: int) -> list[list[str]]:
    """Lines as ``[time, text]``; a line without a time has an empty one."""
    if not isinstance(value, list):
        raise ValueError('应是一行一条，如 [["14:05", "到达现场"], ["14:20", "查看路灯"]]')
    return [_log_line(line) for line in value]


def _log_line(line: Any) -> list[str]:
    if isinstance(line, str):
        return ["", line]
    if isinstance(line, list) and len(line) == 2 and isinstance(line[1], str):
        clock = line[0].strftime("%H:%M") if isinstance(line[0], (dt.time, dt.datetime)) else line[0]
        if isinstance(clock, str):
            return [clock, line[1]]
    raise ValueError(f'的每一行应是 ["时间", "内容"]，现在有 {line!r}')


_KINDS: dict[str, _Read] = {"time": _time, "bool": _bool, "list": _people, "files": _paths}
