"""A file shown by the program that the system has for it, where there is a desktop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from db import evidence


def why_not(env: Mapping[str, str] = os.environ) -> str | None:
    """Why nothing can be shown here, in Chinese; ``None`` = it can."""
    if sys.platform in ("win32", "darwin"):
        return "这是远程登录，没有桌面，请另存后再看" if "SSH_CONNECTION" in env else None
    if not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")):
        return "这里没有桌面，请另存后到有桌面的电脑上看"
    return None if shutil.which("xdg-open") else "这里没有 xdg-open，请另存后再看"


def show(data: bytes, name: str) -> None:
    """Hand a copy to the system's program; it is removed when the desk is left.

    Raises:
        OSError: it cannot be written, or there is no such program.
    """
    path = evidence.write_out(data, Path(_folder().name), name)
    if sys.platform == "win32":
        os.startfile(path)
        return
    command = ["open" if sys.platform == "darwin" else "xdg-open", str(path)]
    quiet = subprocess.DEVNULL
    subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)


def forget() -> None:
    """Take away what was shown; whoever comes to a locked desk finds none of it."""
    if _folder.cache_info().currsize:
        _folder().cleanup()
        _folder.cache_clear()


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Copies that were shown: of this user alone, gone with the process."""
    return tempfile.TemporaryDirectory(prefix="duban-")
