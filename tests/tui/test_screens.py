"""Whole screens as the README shows them: no change goes unseen; ``make screenshots`` accepts it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duban_tui.config import Config
from scripts import screenshots
from scripts.screenshots import PICTURES, Picture


@pytest.fixture(scope="module")
def shown() -> Config:
    return screenshots.shipped_settings()


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory, shown: Config) -> Path:
    """The office that the pictures show."""
    home = tmp_path_factory.mktemp("screens")
    screenshots.make_office(home, shown)
    return home


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_the_screen_is_as_it_was_drawn(picture: Picture, demo_home: Path, shown: Config) -> None:
    drawn = await screenshots.draw(picture, demo_home, shown)
    kept = picture.path.read_text(encoding="utf-8")
    assert words(drawn) == words(kept), "if this is meant, run: make screenshots"
    assert drawn == kept, "the same words in other colours or places; if this is meant, run: make screenshots"


def words(svg: str) -> list[str]:
    """What can be read in a picture, line by line."""
    lines: dict[str, str] = {}
    for y, word in re.findall(r'<text [^>]*y="([^"]+)"[^>]*>([^<]*)</text>', svg):
        lines[y] = f"{lines.get(y, '')} {word}"
    return list(lines.values())
