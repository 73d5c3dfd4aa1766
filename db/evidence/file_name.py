"""The name of a file as it may be shown and written: what came in a bundle was cleaned by nobody here."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

LONGEST_NAME = 100
"""Characters of a name, its suffix included."""

_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff<>:"/\\|?*]')
"""What no name of a file may hold on every system."""


def clean_name(name: str) -> str:
    """A name that every system can keep and no terminal is steered by; never empty."""
    plain = unicodedata.normalize("NFC", name)
    visible = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    path = PurePath(" ".join(_UNFIT.sub("_", visible).split()).strip(" .") or "附件")
    return path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix[:LONGEST_NAME]
