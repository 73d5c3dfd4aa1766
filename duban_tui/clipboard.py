"""Putting text on the clipboard, and saying honestly which way it went."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from db.errors import reason

OSC52_BYTES = 74_994
"""Longest text that terminals take by OSC 52: xterm's limit of 100,000 characters, in base64."""

_SECONDS = 2.0
"""A clipboard program that takes longer is not there."""


class ClipboardError(Exception):
    """The text could not be handed over; one Chinese line."""


def copy(text: str, by_terminal: Callable[[str], None], file: Path | None) -> str:
    """Copy a text by the system's own program; over SSH, or without one, through the terminal.

    Args:
        text: what to copy.
        by_terminal: sends OSC 52.
        file: takes what is too long for a terminal; readable for its owner only. None: nothing may lie in
            a file in clear.

    Returns:
        The way it went, in Chinese.

    Raises:
        ClipboardError: too long for a terminal, and there is no file, or it cannot be written.
    """
    command = _native()
    if command is not None and _runs(command, text):
        return f"系统剪贴板（{command[0]}）"
    if len(base64.b64encode(text.encode())) > OSC52_BYTES:
        if file is None:
            raise ClipboardError("太长，终端剪贴板装不下；办公库已加密，不另写明文文件。请分段复制")
        _write(file, text)
        return f"文件 {file}（太长，终端剪贴板装不下）"
    by_terminal(text)
    return "终端剪贴板（OSC 52；若粘贴不出，是终端没有开启）"


def _write(file: Path, text: str) -> None:
    try:
        file.unlink(missing_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise ClipboardError(f"太长，终端剪贴板装不下，也写不进文件 {file}：{reason(error)}") from error


def _native() -> list[str] | None:
    """The clipboard program of this desktop; none over SSH, where it would be another machine's."""
    if "SSH_CONNECTION" in os.environ or "SSH_TTY" in os.environ:
        return None
    if sys.platform == "win32":
        return ["clip"]
    programs = [["pbcopy"]] if sys.platform == "darwin" else []
    if "WSL_DISTRO_NAME" in os.environ:
        programs.append(["clip.exe"])
    if os.environ.get("WAYLAND_DISPLAY"):
        programs.append(["wl-copy"])
    if os.environ.get("DISPLAY"):
        programs += [["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"]]
    return next((program for program in programs if shutil.which(program[0])), None)


def _runs(command: list[str], text: str) -> bool:
    windows = command[0].startswith("clip")
    encoded = text.encode("utf-16" if windows else "utf-8")
    try:
        done = subprocess.run(
            command, input=encoded, timeout=_SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
