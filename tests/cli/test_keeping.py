"""``duban init``, ``backup``, ``restore``, ``doctor``, ``where``, ``calendar``, ``units``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db.connection import open_writer
from db.home import path_of
from tests.cli.conftest import Run
from tests.db.test_migrations import office_of_version_1


def test_init_makes_an_office_with_the_shipped_tree_once(run: Run, empty_home: Path) -> None:
    ended = run("init")
    assert ended.status == 0
    assert "个单位" in ended.out
    assert path_of(empty_home).exists()
    again = run("init")
    assert again.status == 1
    assert "已有办公库" in again.err


def test_init_with_a_table_that_is_none_leaves_nothing_behind(
    run: Run, empty_home: Path, tmp_path: Path
) -> None:
    table = tmp_path / "units.csv"
    table.write_text("乱七八糟\n1\n", encoding="utf-8")
    ended = run("init", "--units", table)
    assert ended.status == 1
    assert ended.err.count("\n") == 1
    assert not path_of(empty_home).exists()


def test_a_backup_can_be_put_back(run: Run, office: Path, empty_home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert run("backup", copy, home=office).status == 0
    assert run("backup", copy, home=office).status == 1
    assert run("restore", copy).status == 0
    board = [
        json.loads(run("board", "--json", "--at", "2026-01-01", home=home).out)
        for home in (office, empty_home)
    ]
    assert board[0] == board[1]


def test_restoring_something_else_changes_nothing(run: Run, office: Path, tmp_path: Path) -> None:
    other = tmp_path / "letter.db"
    other.write_text("这不是备份", encoding="utf-8")
    before = path_of(office).read_bytes()
    ended = run("restore", other, home=office)
    assert ended.status == 1
    assert path_of(office).read_bytes() == before


def test_the_doctor_finds_a_sound_office_sound(run: Run, demo_office: Path) -> None:
    ended = run("doctor", home=demo_office)
    assert ended.status == 0
    assert "一切完好" in ended.out
    assert json.loads(run("doctor", "--json", home=demo_office).out)["sound"] is True


def test_the_doctor_finds_a_changed_row_and_makes_it_again_from_the_journal(run: Run, office: Path) -> None:
    writer = open_writer(path_of(office))
    writer.execute('UPDATE "case" SET title = \'改过的\' WHERE id = (SELECT max(id) FROM "case")')
    writer.close()
    found = run("doctor", home=office)
    assert found.status == 1
    assert "duban doctor --rebuild" in found.out
    assert run("doctor", "--rebuild", home=office).status == 0
    assert run("doctor", home=office).status == 0


def test_where_names_the_places_without_making_them(run: Run, empty_home: Path) -> None:
    places = json.loads(run("where", "--json").out)
    assert places["home"] == str(empty_home)
    assert places["database"] == str(path_of(empty_home))
    assert set(places) >= {"config", "log"}
    assert not empty_home.exists()


def test_calendar_show_lists_holidays_and_made_up_workdays(run: Run) -> None:
    shown = json.loads(run("calendar", "show", 2026, "--json").out)
    kinds = {line["date"]: line["kind"] for line in shown["days"]}
    assert shown["published"] is True
    assert kinds["2026-02-17"] == "休"
    assert kinds["2026-02-14"] == "班"
    assert "尚未发布" in run("calendar", "show", 2031).out


def test_calendar_load_previews_what_moves_and_then_moves_it(run: Run, office: Path, tmp_path: Path) -> None:
    table = tmp_path / "2026.json"
    board = json.loads(run("board", "--json", home=office).out)
    days = [{"name": "试验", "date": f"{board['at'][:8]}{day:02}", "isOffDay": True} for day in range(1, 29)]
    table.write_text(json.dumps({"year": int(board["at"][:4]), "days": days}), encoding="utf-8")
    preview = run("calendar", "load", table, "--dry-run", home=office)
    assert "没有写入" in preview.out
    loaded = run("calendar", "load", table, home=office)
    assert loaded.out.replace("，已载入", "；以上是预览，没有写入") == preview.out
    assert "0 件事项的期限有变动" in run("calendar", "load", table, "--dry-run", home=office).out
    assert run("doctor", home=office).status == 0


def test_a_holiday_file_that_is_none_is_refused(run: Run, office: Path, tmp_path: Path) -> None:
    table = tmp_path / "2027.json"
    table.write_text("[", encoding="utf-8")
    ended = run("calendar", "load", table, home=office)
    assert ended.status == 1
    assert ended.err.count("\n") == 1


def test_units_are_added_listed_and_ended(run: Run, office: Path) -> None:
    added = run(
        "units", "add", "綦江区住房和城乡建设委员会", "--under", "綦江区", "--kind", "工作部门", home=office
    )
    assert added.status == 0
    listed = json.loads(run("units", "list", "--under", "綦江区", "--json", home=office).out)
    found = next(unit for unit in listed if unit["name"] == "綦江区住房和城乡建设委员会")
    assert set(found) == {"code", "name", "path", "level", "kind", "valid_from", "valid_to", "successor"}
    assert found["path"] == ["重庆市", "綦江区", "綦江区住房和城乡建设委员会"]
    ended = run("units", "end", "綦江区住房和城乡建设委员会", "--successor", "市住房城乡建委", home=office)
    assert ended.status == 0
    assert "承继" in ended.out
    again = run("units", "add", "某局", "--under", "没有的区", home=office)
    assert again.status == 1


def test_units_load_previews_and_refuses_the_future(run: Run, office: Path, shared_data: Path) -> None:
    table = shared_data / "units" / "units-chongqing-2026.csv"
    future = run("units", "load", table, "--effective", "2099-01-01", home=office)
    assert future.status == 1
    assert "2099-01-01" in future.err
    preview = run("units", "load", table, "--effective", "2026-01-25", "--dry-run", home=office)
    assert preview.status == 0
    assert all(word in preview.out for word in ("added", "ended", "renamed", "recoded", "moved", "unchanged"))
    assert "没有写入" in preview.out


def test_a_ledger_in_twice_and_a_list_out(run: Run, office: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "台账.csv"
    ledger.write_text(
        "工单编号,标题,内容,承办单位,派单时间\n"
        "20260105001,路灯不亮,老街路灯不亮已经半个月,綦江区,2026-01-05 09:00\n"
        ",,,,\n",
        encoding="utf-8-sig",
    )
    first = json.loads(run("import", ledger, "--json", home=office).out)
    assert {"rows", "added", "updated", "unchanged", "rejected", "unclaimed", "rejects_file"} <= set(first)
    assert first["added"] == 1
    second = json.loads(run("import", ledger, "--json", home=office).out)
    assert (second["added"], second["updated"]) == (0, 0)
    out = tmp_path / "清单.csv"
    assert run("export", out, "--unit", "綦江区", "--query", "半个月", home=office).status == 0
    assert "路灯不亮" in out.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("name", ["清单.pdf", "没有的目录/清单.csv"])
def test_a_list_that_cannot_be_written(run: Run, demo_office: Path, tmp_path: Path, name: str) -> None:
    ended = run("export", tmp_path / name, home=demo_office)
    assert ended.status == 1
    assert ended.err.count("\n") == 1


def test_a_doctor_stopped_by_ctrl_c_says_what_it_saw(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("duban_tui.cli.keeping.show_progress", stop)
    ended = run("doctor", home=office)
    assert ended.status == 130
    assert "已停下：共 300 件" in ended.out
    assert ended.out.count("\n") == 1
    told = run("doctor", "--json", home=office)
    assert json.loads(told.out)["stopped"] is True


def test_an_office_of_an_older_version_is_upgraded_in_sight(run: Run, tmp_path: Path) -> None:
    office_of_version_1(path_of(tmp_path)).close()
    ended = run("board", "--json", home=tmp_path)
    assert ended.status == 0
    assert "正在升级" in ended.err
    assert run("board", "--json", home=tmp_path).err == ""


def test_doctor_says_what_a_killed_desk_left_and_changes_nothing(run: Run, office: Path) -> None:
    sign, former = office / ".desk-1.open", office / "office.db.before-restore-20261116-090000"
    for path in (sign, office / "device.new", former):
        path.touch()
    ended = run("doctor", home=office)
    assert ended.status == 0
    assert "上次没有正常退出：没有未提交的草稿，最后一步已保存" in ended.out
    assert f"不再需要时可以删去：{former}" in ended.out
    assert "device.new" not in ended.out, "whoever makes it may be at work"
    left = json.loads(run("doctor", "--json", home=office).out)["left_behind"]
    assert len(left) == 2
    assert sign.exists()
