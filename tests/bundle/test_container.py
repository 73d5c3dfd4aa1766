"""The sealed file: only the receiver opens it, and not one byte can be changed or missing."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest

from db.bundle import container
from db.bundle.container import Envelope
from db.errors import BundleRefused, OfficeError

ENVELOPE = Envelope("cases", "1" * 32, "2" * 32, "督查办", "3" * 32, "王五的笔记本", 1_000_000)
PARTS = [b"one", b"", b"three" * 100]


@pytest.fixture
def identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def sealed(identity: pyrage.x25519.Identity, tmp_path: Path) -> Path:
    path = tmp_path / "a.bundle"
    with container.written(path, ENVELOPE, str(identity.to_public())) as put:
        for part in PARTS:
            put(part)
    return path


def read(path: Path, identity: pyrage.x25519.Identity) -> tuple[Envelope, list[bytes]]:
    with container.opened(path) as (envelope, file):
        return envelope, list(container.parts(file, path, str(identity)))


def test_what_was_put_in_comes_out(sealed: Path, identity: pyrage.x25519.Identity) -> None:
    assert read(sealed, identity) == (ENVELOPE, PARTS)
    assert [path.name for path in sealed.parent.iterdir()] == [sealed.name]


def test_nobody_else_opens_it(sealed: Path) -> None:
    with pytest.raises(BundleRefused, match="改动过或不完整"):
        read(sealed, pyrage.x25519.Identity.generate())


def test_a_cut_file_is_refused_wherever_it_is_cut(sealed: Path, identity: pyrage.x25519.Identity) -> None:
    whole = sealed.read_bytes()
    parts = 0
    for end in range(0, len(whole), 7):
        sealed.write_bytes(whole[:end])
        try:
            parts = len(read(sealed, identity)[1])
        except BundleRefused:
            continue
        assert parts < len(PARTS)  # Cut between two parts: the signed list tells that one is missing.
    sealed.write_bytes(whole + b"x")
    with pytest.raises(BundleRefused):
        read(sealed, identity)


def test_a_bundle_of_a_later_version_says_so(sealed: Path) -> None:
    sealed.write_bytes(sealed.read_bytes().replace(b'"format":1', b'"format":2', 1))
    with pytest.raises(BundleRefused, match="更新的版本"), container.opened(sealed):
        pass


def test_a_name_that_would_steer_the_terminal_is_refused(sealed: Path) -> None:
    told = ENVELOPE._replace(sender_name="\x1b[2J")
    sealed.write_bytes(container.MAGIC + told.line())
    with pytest.raises(BundleRefused), container.opened(sealed):
        pass


def test_a_bundle_made_outside_of_countable_time_is_refused(sealed: Path) -> None:
    sealed.write_bytes(container.MAGIC + ENVELOPE._replace(made_at=1 << 62).line())
    with pytest.raises(BundleRefused), container.opened(sealed):
        pass


def test_a_list_larger_than_any_is_not_even_read(
    sealed: Path, identity: pyrage.x25519.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "LARGEST_LIST", 100)
    monkeypatch.setattr(pyrage, "decrypt", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(BundleRefused, match="改动过"):
        read(sealed, identity)


@pytest.mark.parametrize("text", [b"", b"PK\x03\x04", b"duban-bundle\n", b"duban-bundle\n[]\n"])
def test_what_is_no_bundle_is_refused_in_one_line(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(text)
    with pytest.raises(BundleRefused), container.opened(path):
        pass


def test_a_bundle_that_could_not_be_finished_is_not_there(
    identity: pyrage.x25519.Identity, tmp_path: Path
) -> None:
    def half_written() -> None:
        with container.written(tmp_path / "b", ENVELOPE, str(identity.to_public())) as put:
            put(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OfficeError, match="写不了"):
        half_written()
    assert not list(tmp_path.iterdir())
