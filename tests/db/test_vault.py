"""An encrypted office: closed without its passphrase, and with it the office it always was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db import device, drafts, evidence, vault
from db.actions import Action
from db.connection import OfficeError, is_keyed, open_reader
from db.drafts import Draft
from db.errors import OfficeLocked, WrongPassphrase
from db.home import files_of, path_of
from db.journal import Act, open_case
from db.keeping import backup, doctor, rebuild, upkeep
from db.office import Calendars, Office
from db.units.table import UnitTableError
from tests.db.conftest import MONDAY, RULES
from tests.vaults import OTHER, PASSPHRASE, cheap, traces

TITLE = "三江街道路灯不亮"


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap():
        yield


@pytest.fixture(scope="session")
def sealed_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encrypted office with one case, made once."""
    home = tmp_path_factory.mktemp("sealed") / "home"
    with (
        cheap(),
        Office.create(home, RULES, "张三", template.parent / "units.csv", passphrase=PASSPHRASE) as made,
    ):
        open_case(made, [Act(Action.REGISTER, {"kind": "诉求", "title": TITLE})])
    return home


@pytest.fixture
def sealed(sealed_template: Path, tmp_path: Path) -> Path:
    """A copy of it that nobody has opened yet."""
    return Path(shutil.copytree(sealed_template, tmp_path / "sealed"))


@pytest.fixture
def opened(sealed: Path) -> Path:
    """The same, its vault open."""
    vault.unlock(sealed, PASSPHRASE)
    return sealed


def titles(home: Path) -> list[str]:
    """The cases of an office."""
    with closing(open_reader(path_of(home))) as reader:
        return [title for (title,) in reader.execute('SELECT title FROM "case"')]


def said(error: pytest.ExceptionInfo[OfficeError]) -> str:
    """What is shown: one line."""
    assert "\n" not in str(error.value)
    return str(error.value)


def test_without_its_passphrase_an_office_is_noise(sealed: Path) -> None:
    assert vault.is_sealed(sealed)
    assert not vault.is_open(sealed)
    assert traces(sealed, TITLE, "重庆市", "CREATE TABLE", "identity_secret") == []
    for attempt in (
        lambda: open_reader(path_of(sealed)),
        lambda: Office.open(sealed, RULES, "张三"),
        lambda: backup.back_up(sealed, sealed / "b.db", now=MONDAY),
        lambda: evidence.put(sealed, b"x"),
    ):
        with pytest.raises(OfficeLocked) as locked:
            attempt()
        assert "--passphrase-file" in said(locked)


def test_the_right_passphrase_opens_and_locking_closes_again(sealed: Path) -> None:
    with pytest.raises(WrongPassphrase):
        vault.unlock(sealed, OTHER)
    assert not vault.is_open(sealed)
    vault.unlock(sealed, PASSPHRASE)
    assert titles(sealed) == [TITLE]
    vault.lock(sealed)
    with pytest.raises(OfficeLocked):
        open_reader(path_of(sealed))


def test_a_wrong_passphrase_costs_exactly_what_the_right_one_costs(
    sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stretched, costs = vault._stretched, []

    def counted(wrapped: vault.Wrapped, passphrase: str) -> bytes:
        costs.append((wrapped.iterations, wrapped.lanes, wrapped.memory_kib))
        return stretched(wrapped, passphrase)

    monkeypatch.setattr(vault, "_stretched", counted)
    for passphrase in ("", "x", OTHER, PASSPHRASE[:-1], PASSPHRASE.swapcase()):
        if passphrase != PASSPHRASE:
            with pytest.raises(WrongPassphrase):
                vault.unlock(sealed, passphrase)
    vault.unlock(sealed, PASSPHRASE)
    assert len(set(costs)) == 1


def test_a_passphrase_is_the_same_however_its_characters_are_composed(tmp_path: Path) -> None:
    vault.make(tmp_path, "caf\u00e9 caf\u00e9")
    vault.unlock(tmp_path, "cafe\u0301 cafe\u0301")
    with pytest.raises(OfficeError, match="至少 8 个字"):
        vault.make(tmp_path / "other", "七个字的口令啊")
    assert not (tmp_path / "other").exists()


def test_after_a_change_the_old_passphrase_opens_nothing_and_nothing_is_lost(opened: Path) -> None:
    file = evidence.put(opened, b"a photograph")
    with pytest.raises(WrongPassphrase):
        vault.change_passphrase(opened, OTHER, "another of eight")
    vault.change_passphrase(opened, PASSPHRASE, OTHER)
    vault.lock(opened)
    with pytest.raises(WrongPassphrase):
        vault.unlock(opened, PASSPHRASE)
    vault.unlock(opened, OTHER)
    assert titles(opened) == [TITLE]
    assert evidence.read(opened, file) == b"a photograph"


def test_all_that_opens_the_database_works_on_an_encrypted_one(opened: Path) -> None:
    path = path_of(opened)
    drafts.save(path, Draft("d", "note", None, "草稿", {"text": "写到一半"}, MONDAY, MONDAY))
    with Office.open(opened, RULES, "张三") as office:
        assert is_keyed(office.writer)
        assert rebuild.rebuild(office.writer, office.calendars, office.identity_secret) == 1
        assert drafts.unfinished(office.writer)[0].data == {"text": "写到一半"}
        office.writer.execute("PRAGMA busy_timeout=0")
    drafts.discard(path, "d")
    assert upkeep.tend(path, wanted=lambda: True)
    with closing(open_reader(path)) as reader:
        assert doctor.check(reader, Calendars(reader)).sound


def test_the_log_of_an_encrypted_office_is_noise_too(opened: Path) -> None:
    with Office.open(opened, RULES, "张三") as office:
        open_case(office, [Act(Action.REGISTER, {"kind": "诉求", "title": "写在日志里的"})])
        log = files_of(path_of(opened))[1]
        assert log.stat().st_size > 0
        assert traces(opened, "写在日志里的") == []


def test_the_keys_of_the_machine_are_sealed(opened: Path) -> None:
    Office.open(opened, RULES, "张三").close()
    secrets = device.secrets_of(opened)
    written = (opened / device.KEY_FILE).read_text()
    assert secrets.sign not in written
    assert secrets.identity not in written
    vault.lock(opened)
    with pytest.raises(OfficeLocked):
        device.secrets_of(opened)


def test_a_lost_vault_is_named_and_not_a_broken_database(opened: Path) -> None:
    vault.lock(opened)
    (opened / vault.VAULT_FILE).unlink()
    with pytest.raises(OfficeError) as lost:
        open_reader(path_of(opened))
    assert "缺了密钥匣 vault.json" in said(lost)


def test_a_vault_of_another_office_is_named(opened: Path, tmp_path: Path) -> None:
    vault.make(tmp_path / "other", OTHER)
    shutil.copy(tmp_path / "other" / vault.VAULT_FILE, opened / vault.VAULT_FILE)
    vault.unlock(opened, OTHER)
    with pytest.raises(OfficeError) as foreign:
        open_reader(path_of(opened))
    assert "不是同一套" in said(foreign)


@pytest.mark.parametrize(
    "changed",
    [{"memory_kib": 2**40}, {"iterations": 0}, {"lanes": -1}, {"salt": ""}, {"key": "zz"}, {"mark": None}],
)
def test_a_damaged_vault_is_named_and_asks_for_no_memory(opened: Path, changed: dict[str, object]) -> None:
    path = opened / vault.VAULT_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    with pytest.raises(OfficeError) as damaged:
        vault.unlock(opened, PASSPHRASE)
    assert "已损坏" in said(damaged)


def test_an_office_in_clear_under_a_vault_is_not_opened_in_silence(template: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(template, tmp_path / "home"))
    vault.make(home, PASSPHRASE)
    with pytest.raises(OfficeError) as mixed:
        open_reader(path_of(home))
    assert "没有加密，旁边却有密钥匣" in said(mixed)


def test_an_office_that_cannot_be_made_leaves_no_vault(tmp_path: Path) -> None:
    table = tmp_path / "units.csv"
    table.write_text("乱七八糟\n1\n", encoding="utf-8")
    with pytest.raises(UnitTableError):
        Office.create(tmp_path / "home", RULES, "张三", table, passphrase=PASSPHRASE)
    assert list((tmp_path / "home").iterdir()) == []
    (tmp_path / "home" / vault.VAULT_FILE).write_text("{}")
    with pytest.raises(OfficeError, match="先移走它"):
        Office.create(tmp_path / "home", RULES, "张三", passphrase=PASSPHRASE)


def test_a_backup_is_encrypted_and_needs_its_vault_and_the_passphrase_of_its_day(
    opened: Path, tmp_path: Path
) -> None:
    copy = backup.back_up(opened, tmp_path / "copies" / "b.db", now=MONDAY)
    assert traces(copy.parent, TITLE, "CREATE TABLE") == []
    vault.change_passphrase(opened, PASSPHRASE, OTHER)
    away = tmp_path / "away"
    with pytest.raises(OfficeLocked):
        backup.restore(away, copy, now=MONDAY)
    with pytest.raises(WrongPassphrase):
        backup.restore(away, copy, now=MONDAY, passphrase=OTHER)
    assert not away.exists() or list(away.iterdir()) == []
    backup.restore(away, copy, now=MONDAY, passphrase=PASSPHRASE)
    assert titles(away) == [TITLE]
    vault.lock(away)
    vault.unlock(away, PASSPHRASE)
    backup.vault_of(copy).unlink()
    with pytest.raises(OfficeError) as without:
        backup.restore(tmp_path / "third", copy, now=MONDAY, passphrase=PASSPHRASE)
    assert "缺了密钥匣" in said(without)


def test_its_own_backup_comes_back_under_the_passphrase_of_today(opened: Path, tmp_path: Path) -> None:
    copy = backup.back_up(opened, tmp_path / "b.db", now=MONDAY)
    file = evidence.put(opened, b"a photograph")
    vault.change_passphrase(opened, PASSPHRASE, OTHER)
    former = backup.restore(opened, copy, now=MONDAY)
    assert former is not None
    vault.lock(opened)
    backup.restore(opened, copy, now=MONDAY + 60, passphrase=PASSPHRASE)
    vault.lock(opened)
    vault.unlock(opened, OTHER)
    assert titles(opened) == [TITLE]
    assert evidence.read(opened, file) == b"a photograph"


def test_a_backup_in_clear_never_replaces_an_encrypted_office(opened: Path, office: Office) -> None:
    copy = backup.back_up(office.home, office.home.with_name("plain.db"), now=MONDAY)
    before = path_of(opened).read_bytes()
    with pytest.raises(OfficeError) as refused:
        backup.restore(opened, copy, now=MONDAY)
    assert "duban encrypt" in said(refused)
    assert path_of(opened).read_bytes() == before


def test_another_encrypted_office_leaves_the_former_one_whole(
    opened: Path, template: Path, tmp_path: Path
) -> None:
    table = template.parent / "units.csv"
    Office.create(tmp_path / "other", RULES, "张三", table, passphrase=OTHER).close()
    file = evidence.put(opened, b"a photograph")
    copy = backup.back_up(tmp_path / "other", tmp_path / "b.db", now=MONDAY)
    former = backup.restore(opened, copy, now=MONDAY, passphrase=OTHER)
    assert former is not None
    assert titles(opened) == []
    assert not evidence.has(opened, file)
    back = tmp_path / "back"
    backup.restore(back, former, now=MONDAY, passphrase=PASSPHRASE)
    shutil.copytree(former.with_name(f"{former.name}.evidence"), back / evidence.FOLDER)
    assert titles(back) == [TITLE]
    assert evidence.read(back, file) == b"a photograph"


def test_a_locked_office_is_not_replaced_by_a_foreign_one(
    sealed: Path, template: Path, tmp_path: Path
) -> None:
    Office.create(tmp_path / "o", RULES, "张三", template.parent / "units.csv", passphrase=OTHER).close()
    copy = backup.back_up(tmp_path / "o", tmp_path / "b.db", now=MONDAY)
    with pytest.raises(OfficeError, match="另有口令"):
        backup.restore(sealed, copy, now=MONDAY, passphrase=OTHER)
    vault.unlock(sealed, PASSPHRASE)
    assert titles(sealed) == [TITLE]
