"""What the terminal is asked at the start, what follows from its answers, and paths as they are pasted."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from duban_tui import pasted, pictures, terminal
from duban_tui.terminal import Answers

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (b"", Answers()),
        (b"\x1b[1;2R\x1b[?62;22c", Answers()),
        (b"\x1b[1;3R\x1b[6;20;10t\x1b[?62;4;22c", Answers(wide=True, sixel=True, cell=(10, 20))),
        (b"\x1b[24;2R\x1b[6;0;0t\x1b[?64;14c", Answers()),
        (b"x\x1b[1;3Ry", Answers(wide=True)),
    ],
)
def test_answers_are_understood(said: bytes, answers: Answers) -> None:
    assert terminal.understood(said) == answers


@pytest.mark.parametrize(
    ("wanted", "term", "answers", "colours", "wide", "drawn"),
    [
        ("auto", "xterm-kitty", Answers(sixel=True), True, False, "kitty"),
        ("auto", "xterm-256color", Answers(sixel=True), True, True, "sixel"),
        ("auto", "xterm-256color", Answers(), True, False, "blocks"),
        ("auto", "xterm-256color", Answers(), True, True, "none"),
        ("auto", "linux", Answers(), False, False, "none"),
        ("none", "xterm-kitty", Answers(sixel=True), True, False, "none"),
        ("sixel", "xterm-256color", Answers(), False, False, "sixel"),
    ],
)
def test_the_way_of_drawing_follows_the_terminal(
    wanted: str, term: str, answers: Answers, colours: bool, wide: bool, drawn: str
) -> None:
    assert pictures.way(wanted, answers, {"TERM": term}, colours=colours, wide=wide) == drawn


def test_a_photo_is_drawn_upright_and_small() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was held upright.
    written = io.BytesIO()
    Image.new("RGB", (800, 600), "red").save(written, "JPEG", exif=exif)
    assert pictures.decoded(written.getvalue(), pictures.BLOCKS).size == (300, 400)


LOAD = """
import os, sys
from duban_tui import pictures
from duban_tui.terminal import Answers
assert sys.__stdout__.isatty()
pictures.load(Answers(cell=(7, 15)))
from textual_image._terminal import get_cell_size
assert get_cell_size() == (7, 15), get_cell_size()
os.write(2, b"done")
"""


def test_the_library_is_kept_from_asking_the_terminal() -> None:
    """Its questions would be answered into the keyboard of a running desk."""
    ours, its = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", LOAD], cwd=ROOT, stdin=its, stdout=its, stderr=subprocess.PIPE, check=False
    )
    os.close(its)
    try:
        asked = os.read(ours, 1000)
    except OSError:  # Nothing was written.
        asked = b""
    os.close(ours)
    assert (done.stderr, asked) == (b"done", b"")


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """A folder with files of awkward names."""
    folder = tmp_path / "现场 照片"
    folder.mkdir()
    for name in ("a b.jpg", "it's.jpg", "路灯.jpg"):
        (folder / name).touch()
    return folder


def test_paths_are_understood_as_terminals_paste_them(there: Path) -> None:
    one, quoted, lamp = there / "a b.jpg", there / "it's.jpg", there / "路灯.jpg"
    for text, paths in (
        (f"{one}", [one]),
        (f"'{one}' ", [one]),
        (f'"{one}"', [one]),
        (str(one).replace(" ", "\\ "), [one]),
        (one.as_uri(), [one]),
        (f"{one.as_uri()}\r\n{lamp.as_uri()}\r\n", [one, lamp]),
        (f"'{one}' '{lamp}'", [one, lamp]),
        (f"'{there}/it'\\''s.jpg'", [quoted]),
        (f"{quoted}", [quoted]),
        ("没有 这个", [Path("没有"), Path("这个")]),
        ("  \n", []),
        (r'"C:\照片\a b.jpg" D:\c.jpg', [Path(r"C:\照片\a b.jpg"), Path(r"D:\c.jpg")]),
        ("file:///C:/a%20b.jpg", [Path("C:/a b.jpg")]),
    ):
        assert pasted.paths(text) == paths, text


def test_a_drive_of_windows_is_found_under_wsl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_dir", lambda path: str(path) == "/mnt/c")
    assert pasted.paths(r"C:\照片\a.jpg") == [Path("/mnt/c/照片/a.jpg")]


def test_a_path_goes_on_as_far_as_it_is_clear(there: Path) -> None:
    stem = str(there.parent)
    assert pasted.completed(f"{stem}/现") == (f"{stem}/现场 照片/", ["现场 照片/"])
    assert pasted.completed(f"{there}/a") == (f"{there}/a b.jpg", ["a b.jpg"])
    assert pasted.completed(f"{there}/") == (f"{there}/", ["a b.jpg", "it's.jpg", "路灯.jpg"])
    assert pasted.completed(f"{there}/没有") == (f"{there}/没有", [])
    assert pasted.completed("/没有/x") == ("/没有/x", [])
