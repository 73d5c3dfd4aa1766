"""Settings: the shipped file stands, an own file lies over it, mistakes are named in one line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from db.rules import Limit, LimitUnit
from duban_tui import config, desk_state, locations
from duban_tui.config import ConfigError
from duban_tui.desk_state import DeskState


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own.toml"


def written(file: Path, text: str) -> config.Config:
    file.write_text(text, encoding="utf-8")
    return config.load(file)


def test_the_shipped_settings_hold_the_office_s_rules() -> None:
    rules = config.load(locations.shipped_config()).rules
    assert [kind.name for kind in rules.kinds] == ["诉求", "线索", "督办事项"]
    assert str(rules.kind("诉求").limit) == "5工作日"
    assert all(kind.limit.basis for kind in rules.kinds)
    assert list(rules.urgencies) == ["一般", "紧急", "特急"]
    assert 12 <= len(rules.categories) <= 20
    assert rules.refuse_reasons
    assert rules.return_reasons
    assert rules.pause_reasons
    assert rules.deadlines.accept_days == 2


def test_every_shipped_key_is_explained() -> None:
    lines = locations.shipped_config().read_text(encoding="utf-8").splitlines()
    section = ""
    explained = False
    for line in lines:
        if line.startswith("["):
            section, explained = line, False
        elif line.startswith("#"):
            explained = True
        elif (
            " = " in line
            and not line.startswith((" ", "{"))
            and not section.startswith(("[kinds.", "[urgencies]"))
        ):
            assert explained, f"{section} {line}"
            explained = False


def test_an_own_file_overrides_key_by_key(own: Path) -> None:
    read = written(own, '[officer]\nname = "张三"\n[deadlines]\nclosing = "17:30"\n')
    assert read.officer.name == "张三"
    assert read.officer.role == "值班员"
    assert read.rules.deadlines.closing == dt.time(17, 30)
    assert read.rules.deadlines.accept_days == 2


def test_own_kinds_take_the_place_of_all(own: Path) -> None:
    read = written(own, '[kinds."咨询"]\nlimit = "3工作日"\nsame_day = true\nbasis = "本办规定"\n')
    assert [kind.name for kind in read.rules.kinds] == ["咨询"]
    assert read.rules.kind("咨询").limit == Limit(3, LimitUnit.WORKDAYS, True, True, "本办规定")


def test_local_days_off_and_keys(own: Path) -> None:
    read = written(own, '[calendar]\n"2026-11-10" = "休"\n"2026-11-14" = "班"\n[keys]\nlookup = "ctrl+l /"\n')
    assert read.rules.calendar_days == {dt.date(2026, 11, 10): False, dt.date(2026, 11, 14): True}
    assert read.keys == {"lookup": ("ctrl+l", "/")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[deadlines]\nurgent_day = 2\n", "[deadlines] 没有“urgent_day”这一项，是不是“urgent_days”？"),
        ("[dedlines]\n", "没有“dedlines”这一项，是不是“deadlines”？"),
        ("[deadlines]\nurgent_days = \"2\"\n", "[deadlines] urgent_days 应是不小于 0 的整数，现在是 '2'"),
        ("[deadlines]\nurgent_days = true\n", "应是不小于 0 的整数"),
        ('[deadlines]\nclosing = "25:00"\n', "[deadlines] closing 看不懂时刻“25:00”"),
        ('[kinds."诉求"]\nlimit = "五天"\n', "[kinds.诉求] limit 看不懂时限“五天”"),
        ('[kinds."诉求"]\nbasis = "x"\n', "[kinds.诉求] 缺 limit"),
        ('[ui]\ntheme = "drak"\n', "[ui] theme 不能是“drak”，是不是“dark”？"),
        ('[keys]\nlokup = "f3"\n', "[keys] 没有“lokup”这一项，是不是“lookup”？"),
        ('[numbering]\npattern = "{year}"\n', "[numbering] pattern 里必须有 {year} 和 {seq}"),
        ('[numbering]\npattern = "{yaer}-{seq}"\n', "[numbering] pattern 看不懂"),
        ('[calendar]\n"11-10" = "休"\n', "[calendar] 看不懂日期“11-10”"),
        ('[calendar]\n"2026-11-10" = "假"\n', "[calendar] 2026-11-10 不能是“假”"),
        ("[lists]\nchannels = []\n", "[lists] channels 应是一份名单"),
        ("[lists]\ncategories = [{ name = \"x\" }]\n", "[lists] categories 里的每一个应是名称"),
        ("officer = 3\n", "[officer] 应是一段设置"),
        ("[officer\n", "第 1 行第 9 列写法不合 TOML"),
    ],
)  # fmt: skip
def test_mistakes_name_file_key_and_the_nearest_right_one(own: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        written(own, text)
    message = str(caught.value)
    assert message.startswith(str(own))
    assert said in message
    assert "\n" not in message


def test_a_named_file_must_be_there(own: Path) -> None:
    with pytest.raises(ConfigError, match="没有设置文件"):
        config.load(own)


def test_a_file_saved_by_a_windows_editor_is_read(own: Path) -> None:
    own.write_text('[officer]\nname = "张三"\n', encoding="utf-8-sig")
    assert config.load(own).officer.name == "张三"


def test_home_is_the_argument_then_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_HOME", str(tmp_path / "variable"))
    assert locations.home(tmp_path / "given") == tmp_path / "given"
    assert locations.home() == tmp_path / "variable"
    assert not (tmp_path / "variable").exists(), "asking makes nothing"


def test_the_desk_remembers_and_survives_a_damaged_memory(tmp_path: Path) -> None:
    path = tmp_path / "desk.json"
    state = DeskState(theme="duban-light", unit_id=7, level=2, words="路灯")
    desk_state.save(path, state)
    assert desk_state.load(path) == state
    path.write_text("{", encoding="utf-8")
    assert desk_state.load(path) == DeskState()
