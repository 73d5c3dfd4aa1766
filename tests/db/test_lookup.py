"""The lookup box finds all that a plain search would, in its order, and offers what the words may mean."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from db import instants
from db.actions import Action
from db.connection import open_reader
from db.home import path_of
from db.journal import Act, Recorded, open_case, record
from db.office import Office
from db.reads.lookup import Superseded, ids, marks, search
from db.reads.readings import readings
from db.terms import Alarm
from db.units import add, end
from tests.db.conftest import MONDAY


def _register(office: Office, title: str, body: str = "正文", at: int = MONDAY, **more: object) -> Recorded:
    data = {"kind": "诉求", "title": title, "body": body, **more}
    return open_case(office, [Act(Action.REGISTER, data, at=at)])


def _titles(office: Office, text: str, **more: object) -> list[str]:
    return [row.title for row in search(office.writer, text, now=MONDAY, **more).hits]  # type: ignore[arg-type]


def test_a_case_is_found_by_title_body_place_number_and_note(office: Office) -> None:
    case = _register(
        office, "路灯不亮", "老街第三根灯杆", place="古南街道", numbers=[["12345", "201126104727088059"]]
    )
    record(office, case.case_id, Act(Action.VERIFY, {"method": "visit", "findings": "灯泡已换新"}))
    _register(office, "噪声扰民")
    for text in (
        "灯不",
        "灯杆",
        "古南",
        "201126104727088059",
        "088059",
        "1126",
        case.number,
        case.number[-3:],
        "换新 老街",
    ):
        assert _titles(office, text)[0] == "路灯不亮", text
    assert _titles(office, "灯杆 噪声") == []


def test_open_cases_come_first_and_a_whole_number_before_all(office: Office) -> None:
    for hour in range(3):
        _register(office, f"路灯{hour}", at=MONDAY - 3600 * (9 - hour))
    oldest = _register(office, "路灯旧", at=MONDAY - 86_400, numbers=[["网", "77"]])
    refused = _register(office, "路灯新77", at=MONDAY - 60)
    record(office, refused.case_id, Act(Action.REFUSE, {"reason": "不属于本级"}))
    assert _titles(office, "路灯") == ["路灯2", "路灯1", "路灯0", "路灯旧", "路灯新77"]
    assert _titles(office, "77") == ["路灯旧", "路灯新77"]
    assert search(office.writer, "路灯", now=MONDAY, limit=2).more
    assert not search(office.writer, "路灯", now=MONDAY, limit=5).more
    assert list(ids(office.writer, "路灯", now=MONDAY))[3:] == [oldest.case_id, refused.case_id]


def test_the_submitter_is_found_exactly_and_only_by_who_may(office: Office) -> None:
    person = {"name": "赵钱孙", "phone": "13867895678", "id_number": "50022219900101123X"}
    case = _register(office, "路灯不亮", "来电13867895678反映", submitter=person)
    for text in ("赵钱孙", "138 6789 5678", "+8613867895678", "50022219900101123x"):
        assert _titles(office, text) == []
        found = search(office.writer, text, now=MONDAY, may_see_identity=True)
        assert found.persons == {case.case_id}
        assert [row.id for row in found.hits] == [case.case_id]
    for part in ("赵钱", "6789", "1386789567", "19900101"):
        assert _titles(office, part, may_see_identity=True) == []
    assert _titles(office, "138****5678") == ["路灯不亮"]
    assert office.writer.execute("SELECT count(*) FROM access_log").fetchone() == (0,)


def test_a_correction_is_found_and_the_error_no_longer(office: Office) -> None:
    case = _register(office, "路灯不亮")
    record(
        office, case.case_id, Act(Action.CORRECT, {"field": "title", "value": "井盖丢失", "reason": "笔误"})
    )
    assert _titles(office, "井盖") == ["井盖丢失"]
    assert _titles(office, "路灯") == []


@pytest.mark.parametrize(
    ("text", "label", "left"),
    [
        ("綦江", "綦江区（含下级）", ""),
        ("綦江区 路灯", "綦江区（含下级）", "路灯"),
        ("qjq", "綦江区（含下级）", ""),
        ("qj", "綦江区（含下级）", ""),
        ("500110001", "綦江区古南街道（含下级）", ""),
        ("綦江区 古南", "綦江区古南街道（含下级）", ""),
        ("綦江区古南街道", "綦江区古南街道（含下级）", ""),
        ("綦江区古南", "綦江区古南街道（含下级）", ""),
        ("綦江区古南街道北街社区 路灯", "綦江区古南街道北街社区居委会（含下级）", "路灯"),
        ("重庆市綦江区古南街道", "綦江区古南街道（含下级）", ""),
        ("超期", "警报", ""),
        ("上个月", "2026年10月", ""),
        ("南坪街道 古南街道", "南岸区南坪街道（含下级）", "古南街道"),
        ("警报 南岸 2026年11月", "南岸区（含下级） · 警报 · 2026年11月", ""),
        ("待签收", "待签收", ""),
        ("待交办 噪声 路灯", "待交办", "噪声 路灯"),
        ("2026-11-15", "2026-11-15", ""),
        ("20261115", "2026-11-15", ""),
        ("11月20日", "2025-11-20", ""),
        ("12月", "2025年12月", ""),
        ("２０２６／１１", "2026年11月", ""),
        ("昨天", "2026-11-15", ""),
        ("上月", "2026年10月", ""),
        ("十一月", "2026年11月", ""),
        ("元月份 路灯", "2026年1月", "路灯"),
    ],
)
def test_words_are_read_as_unit_state_and_days(office: Office, text: str, label: str, left: str) -> None:
    (reading,) = readings(office.writer, text, MONDAY)
    assert (reading.label, reading.query.words) == (label, left)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "路灯",
        "綦江区路灯不亮",
        "南岸区古南街道",
        "区",
        "2026-02-30",
        "20261345",
        "q",
        "12345",
        "不存在的镇",
    ],
)
def test_plain_words_have_no_reading(office: Office, text: str) -> None:
    assert readings(office.writer, text, MONDAY) == ()


def test_a_name_that_too_many_units_have_is_said_to_be_one(office: Office) -> None:
    (district,) = office.writer.execute("SELECT unit_id FROM unit_version WHERE name = '綦江区'").fetchone()
    for street in range(6):
        above = add(office.writer, f"第{street}镇", under=district, kind="行政区划").id
        add(office.writer, "大坪村", under=above, kind="行政区划")
    found = search(office.writer, "路灯 大坪村", now=MONDAY)
    assert (found.readings, found.crowd) == ((), "大坪村")
    (reading,) = search(office.writer, "第3镇大坪村", now=MONDAY).readings
    assert reading.label == "綦江区第3镇大坪村（含下级）"
    _register(office, "大坪村路灯不亮")
    assert search(office.writer, "大坪村", now=MONDAY).crowd == ""


def test_the_name_of_an_ended_unit_means_its_successor(office: Office) -> None:
    def unit_id(name: str) -> int:
        row = office.writer.execute("SELECT unit_id FROM unit_version WHERE name = ?", (name,)).fetchone()
        return int(row[0])

    end(office.writer, unit_id("南坪街道"), successor=unit_id("古南街道"))
    (reading,) = readings(office.writer, "南坪街道", MONDAY)
    assert reading.label == "綦江区古南街道（含下级）"


@pytest.mark.parametrize("text", ["綦江区人民政府", "重庆市綦江区人民政府", "綦江区政府"])
def test_a_government_is_its_division(office: Office, text: str) -> None:
    (district,) = office.writer.execute("SELECT unit_id FROM unit_version WHERE name = '綦江区'").fetchone()
    add(office.writer, "綦江区政府办公室", under=district, kind="区县部门")
    (reading,) = readings(office.writer, text, MONDAY)
    assert reading.label == "綦江区（含下级）"


def test_a_department_is_read_without_its_district_twice(office: Office) -> None:
    (district,) = office.writer.execute("SELECT unit_id FROM unit_version WHERE name = '綦江区'").fetchone()
    add(office.writer, "綦江区城市管理局", under=district, kind="区县部门")
    (reading,) = readings(office.writer, "綦江区城市管理局", MONDAY)
    assert reading.label == "綦江区城市管理局（含下级）"


def test_a_reading_is_an_offer_and_a_filter_and_narrows_nothing_by_itself(
    office: Office, handled: Recorded, uid: Callable[[str], str]
) -> None:
    elsewhere = _register(office, "綦江区路灯不亮")
    found = search(office.writer, "綦江区 路灯", now=MONDAY)
    assert [row.id for row in found.hits] == [elsewhere.case_id]
    assert found.reading is not None
    narrowed = search(office.writer, found.reading.query.words, now=MONDAY, within=found.reading.query)
    assert [row.id for row in narrowed.hits] == [handled.case_id]
    whole = search(office.writer, "", now=MONDAY, within=found.reading.query)
    assert [row.id for row in whole.hits] == [handled.case_id]
    assert list(ids(office.writer, "", now=MONDAY, within=found.reading.query)) == [handled.case_id]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("2026年11月", 3),
        ("10月", 1),
        ("2026-11-15", 1),
        ("待交办", 4),
        ("待签收", 0),
        ("报到", 0),
        ("警报", 0),
    ],
)
def test_a_reading_lists_what_it_says(office: Office, text: str, hits: int) -> None:
    for days in (0, 0, 1, 30):
        _register(office, "路灯不亮", at=MONDAY - days * instants.DAY_SECONDS)
    (reading,) = readings(office.writer, text, MONDAY)
    assert len(search(office.writer, "", now=MONDAY, within=reading.query).hits) == hits
    assert len(search(office.writer, "路灯", now=MONDAY, within=reading.query).hits) == hits


@pytest.mark.parametrize(
    ("text", "shown", "marked"),
    [
        ("路灯", "路灯不亮，路灯坏", ["路灯", "路灯"]),
        ("灯不 路灯", "路灯不亮", ["路灯不"]),
        ("abc", "ＡＢＣ楼", ["ＡＢＣ"]),
        ("km2", "3㎞²地", ["㎞²"]),
        ("灯", "井盖", []),
        ("", "井盖", []),
        ("aa", "aaaa", ["aaaa"]),
    ],
)
def test_the_words_are_marked_where_they_stand(text: str, shown: str, marked: list[str]) -> None:
    assert [shown[start:end] for start, end in marks(text, shown)] == marked


def test_a_search_can_be_ended_from_outside(office: Office, handled: Recorded) -> None:
    with pytest.raises(Superseded):
        search(office.writer, "路灯", now=MONDAY, stop=lambda: True)
    reader = open_reader(path_of(office.path.parent))
    reader.set_progress_handler(lambda: 1, 1)
    with pytest.raises(Superseded):
        search(reader, "路灯", now=MONDAY)
    reader.close()


def test_who_was_interrupted_reads_what_is_written_since(office: Office, handled: Recorded) -> None:
    for number in range(120):
        _register(office, f"路灯不亮{number}")
    reader = open_reader(path_of(office.path.parent))
    asked = iter(range(10))

    def interrupt() -> bool:
        if next(asked) == 1:
            reader.interrupt()
        return False

    with suppress(Superseded):
        search(reader, "路灯不亮", now=MONDAY, limit=200, stop=interrupt)
    assert not reader.in_transaction
    _register(office, "井盖丢失")
    assert len(search(reader, "井盖丢失", now=MONDAY).hits) == 1
    reader.close()


def test_the_lookup_loads_nothing_heavy() -> None:
    import subprocess
    import sys

    code = "import sys, db.reads.lookup; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {
        "sqlmodel",
        "sqlalchemy",
        "alembic",
        "pydantic",
        "openpyxl",
        "pypinyin",
        "cryptography",
        "textual",
        "rich",
    }
    assert not heavy & set(loaded)


def test_an_alarm_word_is_read_as_the_alarm_not_the_stage(office: Office) -> None:
    (reading,) = readings(office.writer, "办结", MONDAY)
    assert reading.query.alarm is Alarm.DONE


def test_our_number_is_found_without_its_hyphen(office: Office) -> None:
    recorded = _register(office, "路灯不亮")
    assert ids(office.writer, recorded.number.replace("-", ""), now=MONDAY)[0] == recorded.case_id


def test_a_number_that_two_cases_claim_finds_both_however_much_of_it_is_typed(office: Office) -> None:
    claimed = [["12345", "GD20261234567"]]
    both = {_register(office, title, numbers=claimed).case_id for title in ("路灯不亮", "路灯又不亮")}
    for typed in ("567", "4567", "34567", "GD20261234567"):
        assert set(ids(office.writer, typed, now=MONDAY)) == both, typed
