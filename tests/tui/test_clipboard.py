"""Copying out: by a program of the desktop, else by the terminal, and it says which way it went."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from duban_tui import clipboard
from duban_tui.clipboard import OSC52_BYTES, ClipboardError, copy
from tests.tui.conftest import Desk, Register, settled, shown

DESKTOP = ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY")

posix = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="the programs are stood in for by scripts"
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal without a desktop: no clipboard program of this machine is ever run."""
    for name in DESKTOP:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only folder that programs are looked for in."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, name: str, script: str) -> Path:
    """Put a program into the folder; the file named is what it writes to."""
    taken = folder / f"{name}.taken"
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script.format(taken=taken)}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return taken


NOWHERE = Path("/nowhere/copied.txt")
"""Nothing is written here."""

TAKES = "/bin/cat > '{taken}'"
REFUSES = "exit 1"


@posix
def test_the_program_of_the_desktop_is_taken_first(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    taken = install(programs, "xclip", TAKES)
    by_terminal: list[str] = []
    assert "xclip" in copy("2026-000001 路灯不亮“老街”", by_terminal.append, NOWHERE)
    assert taken.read_text(encoding="utf-8") == "2026-000001 路灯不亮“老街”"
    assert by_terminal == []


@posix
def test_on_wayland_its_own_program_is_taken(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    install(programs, "xclip", TAKES)
    taken = install(programs, "wl-copy", TAKES)
    assert "wl-copy" in copy("路灯", pytest.fail, NOWHERE)
    assert taken.read_text(encoding="utf-8") == "路灯"


@posix
@pytest.mark.parametrize("script", [REFUSES, None], ids=["refuses", "missing"])
def test_without_a_working_program_the_terminal_is_asked(
    programs: Path, monkeypatch: pytest.MonkeyPatch, script: str | None
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    if script is not None:
        install(programs, "xclip", script)
    by_terminal: list[str] = []
    assert "OSC 52" in copy("路灯", by_terminal.append, NOWHERE)
    assert by_terminal == ["路灯"]


@posix
def test_over_ssh_the_clipboard_of_the_far_machine_is_left_alone(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    taken = install(programs, "xclip", TAKES)
    by_terminal: list[str] = []
    assert "OSC 52" in copy("路灯", by_terminal.append, NOWHERE)
    assert by_terminal == ["路灯"]
    assert not taken.exists()


@pytest.fixture
def no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "_native", lambda: None)


@pytest.mark.usefixtures("no_program")
def test_a_text_too_long_for_a_terminal_goes_to_a_file_and_is_not_sent_cut(tmp_path: Path) -> None:
    text = "灯" * (OSC52_BYTES // 3)
    for _ in range(2):
        assert str(tmp_path / "copied.txt") in copy(text, pytest.fail, tmp_path / "copied.txt")
        assert (tmp_path / "copied.txt").read_text(encoding="utf-8") == text


@posix
@pytest.mark.usefixtures("no_program")
def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    copy("灯" * OSC52_BYTES, pytest.fail, tmp_path / "copied.txt")
    assert stat.S_IMODE((tmp_path / "copied.txt").stat().st_mode) == 0o600


@pytest.mark.usefixtures("no_program")
def test_where_the_file_cannot_be_written_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ClipboardError, match="太长"):
        copy("灯" * OSC52_BYTES, pytest.fail, tmp_path / "missing" / "copied.txt")


@pytest.mark.parametrize("key", ["y", "ｙ"])
async def test_y_copies_the_number_and_says_which_way(desk: Desk, register: Register, key: str) -> None:
    number = register("路灯不亮").number
    async with desk() as pilot:
        await pilot.press(key)
        await settled(pilot)
        assert pilot.app.clipboard == number
        said = "".join(shown(pilot).split())
        assert f"已复制{number}" in said
        assert "终端剪贴板" in said


async def test_the_text_that_is_copied_is_masked(desk: Desk, register: Register) -> None:
    register(
        "路灯不亮", body="请回电 13812345678", submitter={"name": "张小明", "phone": "13812345678"},
        lead="古南街道",
    )  # fmt: skip
    async with desk() as pilot:
        await pilot.press("Y")
        await settled(pilot)
        assert "古南街道" in pilot.app.clipboard
        assert "应于 11-" in pilot.app.clipboard
        assert "138****5678" in pilot.app.clipboard
        assert "张小明" not in pilot.app.clipboard


async def test_with_no_case_there_is_nothing_to_copy_and_it_says_so(desk: Desk) -> None:
    async with desk() as pilot:
        await pilot.press("y")
        await settled(pilot)
        assert "先选中一件事项" in shown(pilot)
        assert pilot.app.clipboard == ""
