"""What a paired laptop with a program of its own may say: it reaches no other file, and no terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from db import actions, contents, effects, evidence, search_index
from db.actions import Action
from db.bundle.pack import pack_changes
from db.bundle.take import take
from db.chain import canonical
from db.errors import BundleRefused
from db.journal import Act, record
from db.office import Office
from db.reads.evidence import attachments
from tests.bundle.conftest import World, attached, case_of, lend, note, open_one, paired, sound


def brought(world: World, tmp_path: Path, write: Callable[[Office, str], object]) -> tuple[str, Path]:
    """A case that was taken along, and the bundle of what was written on it there."""
    office, anna, _ = world
    number = open_one(office).number
    lend(office, anna, [number], tmp_path / "out")
    write(anna, number)
    pack_changes(anna, paired(anna, office), tmp_path / "back")
    return number, tmp_path / "back"


def test_a_file_code_that_is_a_path_removes_nothing(world: World, tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("别删我", encoding="utf-8")

    def write(anna: Office, number: str) -> None:
        with pytest.MonkeyPatch.context() as unchecked:
            unchecked.setattr(actions, "is_sha256", lambda _: True)
            unchecked.setattr(effects, "is_sha256", lambda _: True)
            unchecked.setattr(evidence, "remove", lambda *_: None)
            code = f"ab{victim}"
            note(anna, number, evidence=attached((code, 9)))
            record(anna, case_of(anna, number), Act(Action.DETACH, {"file": code, "reason": "无"}))

    _, path = brought(world, tmp_path, write)
    taken = take(world.office, path)
    assert taken.new == 2
    assert len(taken.conflicts) == 2, "both stay in the journal and change nothing"
    assert victim.exists()
    assert sound(world.office)


def test_a_name_that_is_a_path_stays_in_its_folder(world: World, tmp_path: Path) -> None:
    def write(anna: Office, number: str) -> None:
        files = attached((evidence.put(anna.home, b"photo"), 5))
        note(anna, number, evidence=[files[0] | {"name": "../../逃.jpg"}])

    with pytest.MonkeyPatch.context() as unchecked:
        unchecked.setattr(actions, "_on_one_line", str)
        number, path = brought(world, tmp_path, write)
    take(world.office, path)
    (file,) = attachments(world.office.writer, case_of(world.office, number), masked=False)
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    written = evidence.write_out(evidence.read(world.office.home, file.sha256), folder, file.name)
    assert written.parent == folder


@pytest.mark.parametrize(
    "said", ["no JSON", "[]", '{"name": 7}', '{"name":"a","type":"b","taken_from":"c","taken_at":1e999}']
)
def test_a_description_that_cannot_be_read_is_refused(world: World, tmp_path: Path, said: str) -> None:
    def write(anna: Office, number: str) -> None:
        with pytest.MonkeyPatch.context() as unchecked:
            unchecked.setattr(
                contents, "canonical", lambda data: said if "taken_from" in data else canonical(data)
            )
            unchecked.setattr(search_index, "words_of", lambda *_: [])
            note(anna, number, evidence=attached((evidence.put(anna.home, b"photo"), 5)))

    _, path = brought(world, tmp_path, write)
    with pytest.raises(BundleRefused, match="改动过"):
        take(world.office, path)


STEER = "\x1b[2J\x9b1m"


def _findings(anna: Office, number: str) -> None:
    note(anna, number, f"路灯未修{STEER}")


def _reason(anna: Office, number: str) -> None:
    record(anna, case_of(anna, number), Act(Action.URGE, {"text": f"请快办{STEER}"}))


def _writer(anna: Office, number: str) -> None:
    anna.officer = f"王五{STEER}"
    note(anna, number)


@pytest.mark.parametrize("write", [_findings, _reason, _writer])
def test_a_text_that_would_steer_the_terminal_is_refused(
    world: World, tmp_path: Path, write: Callable[[Office, str], object]
) -> None:
    with pytest.MonkeyPatch.context() as unchecked:
        unchecked.setattr(actions, "_clean", str)
        _, path = brought(world, tmp_path, write)
    with pytest.raises(BundleRefused, match="改动过"):
        take(world.office, path)
