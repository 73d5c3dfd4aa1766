"""Evidence of a 核查记录: copied before it is acknowledged, checked, taken away with a tombstone."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from db import drafts, evidence, instants, vault
from db.actions import Action
from db.connection import OfficeError
from db.drafts import Draft
from db.evidence import backup as evidence_backup
from db.evidence.file_name import clean_name
from db.evidence.intake import Limits, NotTaken, take_in
from db.evidence.media_type import media_type
from db.journal import Act, NotAllowed, Recorded, open_case, record
from db.keeping import backup, doctor, rebuild
from db.office import Office
from db.reads import evidence as reads
from db.reads import flow
from db.search import find
from db.vault import conversion
from tests.db.conftest import MONDAY, RULES
from tests.vaults import PASSPHRASE, cheap

LIMITS = Limits(file=1_000_000, note=1_500_000)

Exif = dict[int, str]


def photo(path: Path, colour: str = "red", exif: Exif | None = None) -> Path:
    """A small picture, as a camera would leave it."""
    picture, tags = Image.new("RGB", (40, 30), colour), Image.Exif()
    for tag, value in (exif or {}).items():
        tags.get_ifd(0x8769)[tag] = value
    picture.save(path, "JPEG", exif=tags)
    return path


def attach(office: Office, case_id: int, *paths: Path, **more: Any) -> Recorded:
    """A note with these files."""
    files = [take_in(office.home, path, LIMITS) for path in paths]
    return record(office, case_id, Act(Action.VERIFY, {"method": "暗访", "evidence": files, **more}))


def detach(office: Office, case_id: int, sha256: str, reason: str = "误传他人证件") -> Recorded:
    return record(office, case_id, Act(Action.DETACH, {"file": sha256, "reason": reason}))


def checkup(office: Office) -> list[doctor.Finding]:
    return doctor.Checkup(office.writer, office.calendars, office.home).run().findings


@pytest.fixture
def attached(office: Office, handled: Recorded, tmp_path: Path) -> reads.AttachmentRow:
    """A photo attached to the case."""
    attach(office, handled.case_id, photo(tmp_path / "现场 照片.jpg", exif={0x9003: "2026:11:13 09:30:15"}))
    (row,) = reads.attachments(office.writer, handled.case_id)
    return row


def test_a_file_that_is_taken_away_with_the_first_acts_of_a_case_leaves_nothing(
    office: Office, tmp_path: Path
) -> None:
    file = take_in(office.home, photo(tmp_path / "他人证件.jpg"), LIMITS)
    acts = [
        Act(Action.REGISTER, {"kind": "诉求", "title": "路灯不亮"}),
        Act(Action.VERIFY, {"method": "暗访", "evidence": [file]}),
        Act(Action.DETACH, {"file": file["file"], "reason": "误传"}),
    ]
    case = open_case(office, acts)
    said = office.writer.execute("SELECT text FROM content WHERE kind = 'evidence'").fetchall()
    assert said == [(None,)]
    assert not list(find(office.writer, "他人证件"))
    assert list(find(office.writer, "路灯")) == [case.case_id]
    assert not checkup(office)


# -- taking in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exif", "expected"),
    [
        ({0x9003: "2026:11:13 09:30:15"}, instants.at(2026, 11, 13, 9, 30) + 15),
        ({0x9003: "2026:11:13 09:30:15", 0x9011: "+00:00"}, instants.at(2026, 11, 13, 17, 30) + 15),
        ({0x9003: "2026:11:13 09:30:15", 0x9011: "nonsense"}, instants.at(2026, 11, 13, 9, 30) + 15),
    ],
)
def test_the_camera_says_when_a_photo_was_taken(
    office: Office, tmp_path: Path, exif: Exif, expected: int
) -> None:
    entry = take_in(office.home, photo(tmp_path / "a.jpg", exif=exif), LIMITS)
    assert (entry["taken_at"], entry["taken_from"]) == (expected, "EXIF")


@pytest.mark.parametrize("exif", [None, {0x9003: "0000:00:00 00:00:00"}, {0x9003: "1800:01:01 00:00:00"}])
def test_else_the_file_says_when_it_was_written(office: Office, tmp_path: Path, exif: Exif | None) -> None:
    path = photo(tmp_path / "a.jpg", exif=exif)
    os.utime(path, (MONDAY, MONDAY))
    entry = take_in(office.home, path, LIMITS)
    assert (entry["taken_at"], entry["taken_from"]) == (MONDAY, "文件时间")
    os.utime(path, (10_500_000_000, 10_500_000_000))
    assert take_in(office.home, path, LIMITS)["taken_from"] == "不详"


def test_a_broken_picture_is_a_file_like_any_other(office: Office, tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", exif={0x9003: "2026:11:13 09:30:15"})
    path.write_bytes(path.read_bytes()[:60])
    entry = take_in(office.home, path, LIMITS)
    assert (entry["type"], entry["taken_from"]) == ("image/jpeg", "文件时间")


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "假的.txt", "image/png"),
        (b"RIFF....WAVEfmt ", "a.bin", "audio/wav"),
        (b"RIFF....WEBPVP8 ", "a", "image/webp"),
        (b"\0\0\0\x18ftypmp42", "a", "video/mp4"),
        (b"\0\0\0\x18ftypM4A ", "a", "audio/mp4"),
        (b"PK\x03\x04....", "表.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"PK\x03\x04....", "表.jpg", "application/zip"),
        ("现场记录".encode("gb18030"), "a", "text/plain"),
        (b"\x01\0\x02", "a.jpg", "application/octet-stream"),
    ],
)
def test_the_bytes_say_what_a_file_is(data: bytes, name: str, kind: str) -> None:
    assert media_type(data, name) == kind


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("现场 照片.jpg", "现场 照片.jpg"),
        ("a/b\\c:*?.jpg", "a_b_c___.jpg"),
        ("照片\x1b[31m\n.jpg", "照片_[31m_.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("..", "附件"),
        (" . ", "附件"),
        ("\udcff.jpg", "_.jpg"),
        ("长" * 300 + ".jpeg", "长" * 95 + ".jpeg"),
    ],
)
def test_strange_names_are_made_harmless(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_what_cannot_be_attached_is_refused_in_one_line(office: Office, tmp_path: Path) -> None:
    empty, large = tmp_path / "空.txt", tmp_path / "长录像.mp4"
    empty.touch()
    large.write_bytes(b"x" * 1_000_001)
    pipe = tmp_path / "管道"
    os.mkfifo(pipe)
    for path, said in (
        (tmp_path, "是文件夹"),
        (empty, "是空的"),
        (tmp_path / "没有.jpg", "没有这个文件"),
        (pipe, "不是普通文件"),
        (Path("/dev/null"), "不是普通文件"),
        (large, "长录像.mp4 有 1.0 MB，一个附件最大 1.0 MB。.*max_file_mb"),
    ):
        with pytest.raises(NotTaken, match=said) as refused:
            take_in(office.home, path, LIMITS)
        assert "\n" not in str(refused.value)
    assert list(evidence.stored(office.home)) == []


def test_a_note_has_a_limit_of_its_own_and_no_file_twice(office: Office, tmp_path: Path) -> None:
    first, second = tmp_path / "一.bin", tmp_path / "二.bin"
    first.write_bytes(b"1" * 900_000)
    second.write_bytes(b"2" * 900_000)
    held = [take_in(office.home, first, LIMITS)]
    with pytest.raises(NotTaken, match=r"共 1\.8 MB，一条记录最多 1\.5 MB。.*max_note_mb"):
        take_in(office.home, second, LIMITS, held)
    again = tmp_path / "又一.bin"
    again.write_bytes(first.read_bytes())
    with pytest.raises(NotTaken, match=r"已经添加过了（一\.bin）"):
        take_in(office.home, again, Limits(10**9, 10**9), held)


def test_a_full_disk_leaves_nothing_behind(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = photo(tmp_path / "a.jpg")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OfficeError, match="存不了附件"):
        take_in(office.home, path, LIMITS)
    assert list(evidence.stored(office.home)) == []


COPY_AND_DIE = """
import os, sys
from pathlib import Path
from db import evidence
dies = sys.argv[3]
setattr(os, dies, lambda *unused: os._exit(9))
evidence.put(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes())
"""


@pytest.mark.parametrize("dies", ["fsync", "replace"])
def test_killed_before_the_copy_is_acknowledged_no_note_can_name_it(
    office: Office, handled: Recorded, tmp_path: Path, dies: str
) -> None:
    path = photo(tmp_path / "a.jpg")
    command = [sys.executable, "-c", COPY_AND_DIE, str(office.home), str(path), dies]
    assert subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode == 9
    entry = take_in(office.home, path, LIMITS)
    evidence.remove(office.home, entry["file"])
    with pytest.raises(ValueError, match="没有存在办公库里"):
        record(office, handled.case_id, Act(Action.VERIFY, {"method": "暗访", "evidence": [entry]}))
    assert reads.attachments(office.writer, handled.case_id) == []
    assert take_in(office.home, path, LIMITS)["file"] == entry["file"], "and it can be added again"


def test_a_damaged_copy_is_written_anew_by_adding_the_file_again(office: Office, tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg")
    sha256 = take_in(office.home, path, LIMITS)["file"]
    evidence.path_of(office.home, sha256).write_bytes(b"broken")
    take_in(office.home, path, LIMITS)
    assert evidence.read(office.home, sha256) == path.read_bytes()


# -- at the door -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file": "../../etc/passwd"}, "SHA-256"),
        ({"size": "1"}, "字节数"),
        ({"size": True}, "字节数"),
        ({"taken_at": "昨天"}, "应为时间"),
        ({"extra": 1}, "每一件应有"),
        ({"name": 3}, "应为文字"),
    ],
)
def test_the_door_takes_entries_strictly(
    office: Office, handled: Recorded, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    entry = take_in(office.home, photo(tmp_path / "a.jpg"), LIMITS)
    for files in ([entry | change], [entry, entry], ["a.jpg"], "a.jpg"):
        with pytest.raises(ValueError, match="附件"):
            record(office, handled.case_id, Act(Action.VERIFY, {"method": "暗访", "evidence": files}))
    with pytest.raises(ValueError, match=said):
        record(office, handled.case_id, Act(Action.VERIFY, {"method": "暗访", "evidence": [entry | change]}))


def test_the_event_holds_the_hash_and_the_name_stands_apart(
    office: Office, handled: Recorded, attached: reads.AttachmentRow
) -> None:
    (written,) = office.writer.execute("SELECT data FROM event WHERE id = ?", (attached.event_id,)).fetchone()
    (kept,) = json.loads(written)["evidence"]
    assert set(kept) == {"file", "size", "content", "sha256"}
    assert "照片" not in written
    assert (attached.name, attached.type, attached.taken_from) == ("现场 照片.jpg", "image/jpeg", "EXIF")
    assert attached.live
    assert flow.timeline(office.writer, handled.case_id)[-1].summary.startswith("暗访 · 附件 1 件")
    assert checkup(office) == []


# -- taking away -------------------------------------------------------------------------------------


def test_a_file_taken_away_leaves_a_tombstone(
    office: Office, handled: Recorded, attached: reads.AttachmentRow
) -> None:
    detach(office, handled.case_id, attached.sha256)
    (row,) = reads.attachments(office.writer, handled.case_id)
    assert (row.name, row.taken_at, row.size, row.type) == ("", None, attached.size, "image/jpeg")
    assert (row.removed_at, row.removed_by, row.removed_why) == (MONDAY, "张三", "误传他人证件")
    assert not evidence.has(office.home, attached.sha256)
    step = flow.timeline(office.writer, handled.case_id)[-1]
    assert step.summary == f"照片 {attached.size} 字节，误传他人证件"
    assert step.by == "张三"
    assert checkup(office) == []
    before = list(office.writer.execute("SELECT * FROM attachment"))
    rebuild.rebuild(office.writer, office.calendars, office.identity_secret)
    assert list(office.writer.execute("SELECT * FROM attachment")) == before
    assert checkup(office) == []


def test_only_what_the_case_has_can_be_taken_away(
    office: Office, handled: Recorded, attached: reads.AttachmentRow
) -> None:
    with pytest.raises(NotAllowed, match="没有这个附件"):
        detach(office, handled.case_id, "0" * 64)
    detach(office, handled.case_id, attached.sha256)
    with pytest.raises(NotAllowed, match="或已撤除"):
        detach(office, handled.case_id, attached.sha256)


def test_a_file_that_another_case_has_stays(office: Office, handled: Recorded, tmp_path: Path) -> None:
    other = open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "另一件"})])
    path = photo(tmp_path / "a.jpg")
    for case in (handled, other):
        attach(office, case.case_id, path)
    (row,) = reads.attachments(office.writer, other.case_id)
    detach(office, handled.case_id, row.sha256)
    assert evidence.has(office.home, row.sha256)
    assert reads.attachments(office.writer, other.case_id) == [row]
    detach(office, other.case_id, row.sha256)
    assert not evidence.has(office.home, row.sha256)


def test_a_file_attached_again_after_it_was_taken_away_is_there(
    office: Office, handled: Recorded, attached: reads.AttachmentRow, tmp_path: Path
) -> None:
    detach(office, handled.case_id, attached.sha256)
    attach(office, handled.case_id, tmp_path / "现场 照片.jpg")
    assert [row.live for row in reads.attachments(office.writer, handled.case_id)] == [False, True]
    assert evidence.has(office.home, attached.sha256)
    assert checkup(office) == []


def test_killed_between_commit_and_removal_the_next_opening_finishes(
    office: Office, handled: Recorded, attached: reads.AttachmentRow
) -> None:
    data = evidence.read(office.home, attached.sha256)
    detach(office, handled.case_id, attached.sha256)
    evidence.put(office.home, data)
    assert [one.what for one in checkup(office)] == ["已撤除，文件还在"]
    with Office.open(office.home, RULES, "李四") as again:
        assert not evidence.has(again.home, attached.sha256)
        assert checkup(again) == []


# -- the check-up and drafts -------------------------------------------------------------------------


def test_the_check_up_reads_every_file(
    office: Office, handled: Recorded, attached: reads.AttachmentRow
) -> None:
    path = evidence.path_of(office.home, attached.sha256)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    (found,) = checkup(office)
    assert found.where == f"事项 {handled.number} 的附件 {attached.sha256[:12]}"
    assert "附件已损坏" in found.what
    path.unlink()
    assert "附件不见了" in checkup(office)[0].what
    path.write_bytes(whole)
    told: list[tuple[int, int]] = []
    report = doctor.Checkup(office.writer, office.calendars, office.home).run(
        files=lambda done, total: told.append((done, total or 0))
    )
    assert (report.sound, report.files, told) == (True, 1, [(0, 1), (1, 1)])


def test_the_reading_of_files_is_estimated_and_can_be_stopped(
    office: Office, handled: Recorded, attached: reads.AttachmentRow, tmp_path: Path
) -> None:
    attach(office, handled.case_id, photo(tmp_path / "b.jpg", "blue"))

    def stop(done: int, total: int | None) -> None:
        if done == 1:
            raise KeyboardInterrupt

    checkup = doctor.Checkup(office.writer, office.calendars, office.home)
    assert checkup.estimate() > 0
    with pytest.raises(KeyboardInterrupt):
        checkup.run(files=stop)
    assert (checkup.report.files, checkup.report.cases) == (1, 1)


def test_a_row_that_differs_from_the_journal_is_found(office: Office, attached: reads.AttachmentRow) -> None:
    office.writer.execute("UPDATE attachment SET size = size + 1")
    assert [one.what for one in checkup(office)] == ["附件与流水不一致"]


def test_a_text_exchanged_within_a_list_is_found(office: Office, attached: reads.AttachmentRow) -> None:
    office.writer.execute("DELETE FROM content WHERE kind = 'evidence'")
    assert "所附文字不见了" in [one.what for one in checkup(office)]


def test_an_old_file_that_nothing_has_is_told_of_but_not_one_of_a_draft(
    office: Office, handled: Recorded, tmp_path: Path
) -> None:
    entry = take_in(office.home, photo(tmp_path / "a.jpg"), LIMITS)
    assert checkup(office) == [], "it may have been added this minute"
    path = evidence.path_of(office.home, entry["file"])
    os.utime(path, (0, 0))
    assert "有 1 个文件没有记录用到" in checkup(office)[0].what
    keep(office, handled, [entry])
    assert checkup(office) == []


def keep(office: Office, case: Recorded, files: list[dict[str, Any]]) -> None:
    """A draft with these files."""
    data = {"evidence": files, "corrects": None}
    drafts.save(office.path, Draft("d", "note", case.case_id, "草稿", data, MONDAY, MONDAY))


def test_a_draft_thrown_out_takes_its_files_along_unless_somebody_else_has_them(
    office: Office, handled: Recorded, attached: reads.AttachmentRow, tmp_path: Path
) -> None:
    own = take_in(office.home, photo(tmp_path / "b.jpg", "blue"), LIMITS)
    shared = take_in(office.home, tmp_path / "现场 照片.jpg", LIMITS)
    keep(office, handled, [own, shared])
    drafts.discard(office.path, "d")
    assert not evidence.has(office.home, own["file"])
    assert evidence.has(office.home, attached.sha256)


def test_a_file_removed_from_a_draft_goes(office: Office, handled: Recorded, tmp_path: Path) -> None:
    own = take_in(office.home, photo(tmp_path / "b.jpg", "blue"), LIMITS)
    keep(office, handled, [own])
    keep(office, handled, [])
    assert not evidence.has(office.home, own["file"])


# -- backups -----------------------------------------------------------------------------------------


def test_backups_share_the_files_and_a_restore_brings_them_back(
    office: Office, handled: Recorded, attached: reads.AttachmentRow, tmp_path: Path
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    backup.back_up(office.home, copies, now=MONDAY)
    attach(office, handled.case_id, photo(tmp_path / "b.jpg", "blue"))
    copied = list[tuple[int, int | None]]()
    last = backup.back_up(
        office.home, copies, now=MONDAY + 1, progress=lambda done, total: copied.append((done, total))
    )
    assert copied[-1] == (1, 1), "only what was not there yet"
    assert len(list(evidence.stored(copies))) == 2
    office.close()
    shutil.rmtree(office.home / evidence.FOLDER)
    backup.restore(office.home, last, now=MONDAY + 2)
    assert evidence_backup.missing(office.home) == []
    with Office.open(office.home, RULES, "张三") as restored:
        assert checkup(restored) == []


def test_offices_that_share_a_stick_do_not_take_each_others_copies(
    office: Office, attached: reads.AttachmentRow, tmp_path: Path
) -> None:
    """One in clear and two encrypted ones with the same photo: each restores its own."""
    stick = tmp_path / "stick"
    stick.mkdir()
    office.close()
    homes = [office.home, *(Path(shutil.copytree(office.home, tmp_path / name)) for name in "ab")]
    with cheap():
        copies = []
        for at, home in enumerate(homes):
            if at:
                conversion.encrypt(home, PASSPHRASE)
            copies.append(backup.back_up(home, stick, now=MONDAY + at))
        for home, copy in zip(homes, copies, strict=True):
            shutil.rmtree(home / evidence.FOLDER)
            backup.restore(home, copy, now=MONDAY)
            assert evidence_backup.missing(home) == []
            assert evidence.read(home, attached.sha256)


def test_what_a_backup_does_not_have_is_said(
    office: Office, attached: reads.AttachmentRow, tmp_path: Path
) -> None:
    (tmp_path / "copies").mkdir()
    copy = backup.back_up(office.home, tmp_path / "copies", now=MONDAY)
    evidence.path_of(copy.parent, attached.sha256).write_bytes(b"broken")
    evidence.remove(office.home, attached.sha256)
    office.close()
    backup.restore(office.home, copy, now=MONDAY)
    assert evidence_backup.missing(office.home) == [attached.sha256]


def test_a_backup_that_lacks_a_file_says_so_and_stands(
    office: Office, attached: reads.AttachmentRow, tmp_path: Path
) -> None:
    evidence.remove(office.home, attached.sha256)
    with pytest.raises(OfficeError, match="办公库已备份，但有 1 个附件没有备份"):
        backup.back_up(office.home, tmp_path / "b.db", now=MONDAY)
    assert (tmp_path / "b.db").exists()


def test_in_an_encrypted_office_files_and_their_backup_are_sealed(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "MEMORY_KIB", 64)
    monkeypatch.setattr(vault, "ITERATIONS", 1)
    path = photo(tmp_path / "a.jpg")
    sealed = tmp_path / "sealed"
    vault.make(sealed, "correct horse battery")
    sha256 = take_in(sealed, path, LIMITS)["file"]
    assert evidence.path_of(sealed, sha256).read_bytes() != path.read_bytes()
    assert evidence.read(sealed, sha256) == path.read_bytes()
    vault.lock(sealed)
    with pytest.raises(OfficeError):
        evidence.read(sealed, sha256)


def test_a_file_that_cannot_be_removed_now_does_not_undo_what_was_written(
    office: Office, handled: Recorded, attached: reads.AttachmentRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(home: Path, sha256: str) -> None:
        raise OfficeError("删不了附件")

    monkeypatch.setattr(evidence, "remove", held)
    detach(office, handled.case_id, attached.sha256)
    assert [row.live for row in reads.attachments(office.writer, handled.case_id)] == [False]
    assert [one.what for one in checkup(office)] == ["已撤除，文件还在"]
