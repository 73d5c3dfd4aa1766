"""Ledgers into an office: cases, their lines, what a row proves, counts, and reading again."""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import instants
from db.exchange.errors import LedgerError
from db.exchange.ledger import Progress, Stopped, import_ledger, preview
from db.exchange.tally import Counts
from db.office import Office
from tests.exchange.conftest import RULES, Write, cases, steps

Rows = list[list[str]]

HEAD = ["工单号", "内容", "责任部门", "派单时间", "办结时限", "责任部门回单时间", "回复内容", "状态"]


def sums(counts: Counts) -> tuple[int, int, int, int, int]:
    return counts.rows, counts.added, counts.updated, counts.unchanged, counts.rejected


def row(number: str, **said: str) -> list[str]:
    """A row under `HEAD`."""
    line = {
        "工单号": number,
        "内容": f"事项{number}",
        "责任部门": "渝北区",
        "派单时间": "2026-11-02 09:00:00",
    } | said
    return [line.get(name, "") for name in HEAD]


def test_a_row_opens_a_case_with_what_it_says(office: Office, write: Write) -> None:
    path = write(
        [
            [
                "工单号", "标题", "内容", "联系人", "联系电话", "是否保密", "来电类别", "紧急程度",
                "接收时间", "办结时限", "承办单位",
            ],
            [
                "201127145829183624", "路灯不亮", "老街路灯不亮", "张三丰", "13812345678", "保密", "举报",
                "紧急", "2026/11/2 9:30:00", "2026/11/5 0:00:00", "渝北区大湾镇",
            ],
        ]
    )  # fmt: skip
    counts = import_ledger(office, path)
    assert sums(counts) == (1, 1, 0, 0, 0)
    (case,) = cases(office)
    assert case["numbers"] == {("12345工单号", "201127145829183624")}
    assert (case["title"], case["urgency"], case["stage"]) == ("路灯不亮", "紧急", "dispatched")
    assert case["confidential"] == case["report"] == 1
    assert case["delivered_at"] == instants.at(2026, 11, 2, 9, 30)
    assert case["due_at"] == case["due_rule"] == instants.at(2026, 11, 6), "0:00 means that whole day"
    assert case["due_source"] == "ledger"
    assert case["unclaimed"] is None
    masked = office.writer.execute("SELECT masked FROM submitter").fetchone()
    assert masked == ("张** 138****5678",)
    assert counts.unclaimed == 0


def test_the_rules_own_answer_stands_beside_the_ledgers(office: Office, write: Write) -> None:
    import_ledger(office, write([HEAD, row("1", 办结时限="2026-11-20 12:00:00")]))
    (case,) = cases(office)
    assert case["due_at"] == instants.at(2026, 11, 20, 12, 0)
    assert case["due_rule"] == instants.at(2026, 11, 10)


def test_a_limit_or_open_end_in_place_of_a_date(office: Office, write: Write) -> None:
    rows = [row("1", 办结时限="长期"), row("2", 办结时限="10个工作日"), row("3", 办结时限="月底前")]
    import_ledger(office, write([HEAD, *rows]))
    first, second, third = cases(office)
    assert (first["due_at"], first["limit_text"]) == (None, "长期")
    assert second["due_at"] == instants.at(2026, 11, 17)
    assert third["due_source"] == "rule"
    (told,) = office.writer.execute("SELECT text FROM content WHERE kind = 'requirement'").fetchone()
    assert told == "办结时限（原文）：月底前"


def test_an_impossible_date_is_taken_and_marked(office: Office, write: Write) -> None:
    counts = import_ledger(office, write([HEAD, row("1", 办结时限="2026-11-01")]))
    assert (counts.added, cases(office)[0]["odd_dates"]) == (1, 1)


@pytest.mark.parametrize(
    ("said", "stage", "actions"),
    [
        ({}, "dispatched", ["register", "dispatch"]),
        ({"状态": "待办"}, "dispatched", ["register", "dispatch"]),
        ({"状态": "主办处理中"}, "handling", ["register", "dispatch", "accept"]),
        ({"回复内容": "已修好"}, "submitted", ["register", "dispatch", "accept", "submit"]),
        ({"回复内容": "已修好", "状态": "未办结"}, "submitted", ["register", "dispatch", "accept", "submit"]),
        (
            {"回复内容": "已修好", "状态": "结案"},
            "closed",
            ["register", "dispatch", "accept", "submit", "approve"],
        ),
        ({"状态": "已办理"}, "closed", ["register", "dispatch", "accept", "submit", "approve"]),
        ({"状态": "Closed"}, "closed", ["register", "dispatch", "accept", "submit", "approve"]),
        ({"责任部门": "", "派单时间": ""}, "registered", ["register"]),
    ],
)
def test_a_row_writes_what_it_proves(
    office: Office, write: Write, said: dict[str, str], stage: str, actions: list[str]
) -> None:
    import_ledger(office, write([HEAD, row("1", **said)]))
    assert cases(office)[0]["stage"] == stage
    assert [action for action, _ in steps(office, "1")] == actions


def test_unknown_times_stay_unknown(office: Office, write: Write) -> None:
    import_ledger(office, write([HEAD, row("1", 派单时间="", 状态="结案")]))
    assert {at for _, at in steps(office, "1")} == {None}


def test_the_rows_of_one_number_are_lines_of_one_case_oldest_first(office: Office, write: Write) -> None:
    first = {"责任部门": "一科", "派单时间": "2026-11-02 10:00:00", "回复内容": "一科已办"}
    second = {"责任部门": "二科", "派单时间": "2026-11-03 10:00:00", "回复内容": "二科已办"}
    rows = [
        row("1", **second, 责任部门回单时间="2026-11-04 10:00:00"),
        row("2"),
        row("1", **first, 责任部门回单时间="2026-11-05 10:00:00"),
    ]
    counts = import_ledger(office, write([HEAD, *rows]))
    assert sums(counts) == (3, 2, 1, 0, 0)
    flow = [(at, action) for action, at in steps(office, "1") if at is not None]
    assert [at for at, _ in flow] == sorted(at for at, _ in flow)
    assert [action for _, action in flow].count("dispatch") == 2
    assert [action for _, action in flow].count("submit") == 1, "the reply of a helping unit closes nothing"
    case = next(case for case in cases(office) if ("12345工单号", "1") in case["numbers"])
    assert case["unclaimed"] == "一科"


def test_a_case_that_comes_back_after_it_was_answered_is_a_redo(office: Office, write: Write) -> None:
    first = row("1", 回复内容="已修", 责任部门回单时间="2026-11-03 10:00:00", 状态="结案")
    second = row("1", 派单时间="2026-11-09 10:00:00", 办结时限="2026-11-11", 状态="主办处理中")
    import_ledger(office, write([HEAD, second, first]))
    (case,) = cases(office)
    assert (case["redone"], case["stage"]) == (1, "handling")
    assert case["due_at"] == instants.at(2026, 11, 12)
    actions = [action for action, _ in steps(office, "1")]
    assert actions.index("approve") < actions.index("redo")
    assert actions.count("dispatch") == 1


def test_the_same_redo_in_two_ledgers_is_one(office: Office, write: Write) -> None:
    import_ledger(
        office,
        write(
            [
                ["工单号", "问题描述", "接收时间", "工单类型", "下级单位", "下级回复时间"],
                ["1", "事项1", "2026/11/9 9:00:00", "重办单", "某公司", "2026/11/5 8:00:00"],
            ],
            name="甲.csv",
        ),
    )
    assert cases(office)[0]["redone"] == 1
    import_ledger(
        office,
        write(
            [
                ["客服单编号", "12345工单编号", "求助内容", "热线派单时间", "是否重办", "责任部门"],
                ["RC1", "1", "【12345重办单】事项1", "2026-11-09 10:00:00", "是", "管网部"],
            ],
            name="乙.csv",
        ),
    )
    (case,) = cases(office)
    assert (case["redone"], case["stage"]) == (1, "handling")


def test_urging_returning_and_extending(office: Office, write: Write) -> None:
    head = ["督办意见", "提交督办时间", "是否延时", "延期时间", "延期原因", "是否退单"]
    first_says = ["请抓紧", "2026-11-04 9:00", "是", "2026-11-12", "需采购", "否"]
    second_says = ["", "", "否", "", "", "是"]
    rows = [[*row("1", 办结时限="2026-11-05"), *first_says], [*row("2"), *second_says]]
    import_ledger(office, write([[*HEAD, *head], *rows]))
    first, second = cases(office)
    assert (first["urged"], first["extended"]) == (1, 1)
    assert first["due_at"] == instants.at(2026, 11, 13)
    assert first["due_first"] == instants.at(2026, 11, 6)
    assert second["pending"] == "return"


def test_reading_the_same_file_again_adds_nothing(office: Office, write: Write) -> None:
    path = write([HEAD, row("1", 状态="结案", 回复内容="好"), row("1", 责任部门="二科"), row("2")])
    assert sums(import_ledger(office, path)) == (3, 2, 1, 0, 0)
    before = office.writer.execute("SELECT count(*), max(seq) FROM event").fetchone()
    assert sums(import_ledger(office, path)) == (3, 0, 0, 3, 0)
    assert office.writer.execute("SELECT count(*), max(seq) FROM event").fetchone() == before


def test_a_later_export_of_the_same_ledger_brings_what_is_new(office: Office, write: Write) -> None:
    import_ledger(office, write([HEAD, row("1"), row("2")]))
    later = [HEAD, row("1", 回复内容="已修好", 状态="结案"), row("2", 办结时限="2026-11-30"), row("3")]
    assert sums(import_ledger(office, write(later))) == (3, 1, 2, 0, 0)
    first, second, _ = cases(office)
    assert first["stage"] == "closed"
    assert (second["due_at"], second["stage"]) == (instants.at(2026, 12, 1), "dispatched")
    assert sums(import_ledger(office, write(later))) == (3, 0, 0, 3, 0)


def test_a_case_that_turns_out_to_be_confidential(office: Office, write: Write) -> None:
    import_ledger(office, write([HEAD, row("1")]))
    import_ledger(office, write([[*HEAD, "是否保密"], [*row("1"), "保密"]]))
    assert cases(office)[0]["confidential"] == 1


def test_a_blank_number_falls_back_to_the_job_number_then_to_the_row(office: Office, write: Write) -> None:
    path = write(
        [
            ["客服单编号", "12345工单编号", "求助内容"],
            ["RC1", "", "甲"],
            ["", "", "乙"],
            ["", "", "乙"],
            ["RC2", "77", "丙"],
        ]
    )
    assert sums(import_ledger(office, path)) == (4, 3, 0, 1, 0)
    numbers = [{scheme for scheme, _ in case["numbers"]} for case in cases(office)]
    assert numbers == [{"客服单编号"}, {"台账行"}, {"12345工单号", "客服单编号"}]
    assert sums(import_ledger(office, path)) == (4, 0, 0, 4, 0)


def test_a_number_that_comes_later_finds_the_case_by_its_job(office: Office, write: Write) -> None:
    head = ["客服单编号", "12345工单编号", "求助内容"]
    import_ledger(office, write([head, ["RC1", "", "甲"]]))
    assert sums(import_ledger(office, write([head, ["RC1", "88", "甲"]]))) == (1, 0, 0, 1, 0)
    assert len(cases(office)) == 1


def test_the_same_number_from_two_sources_is_two_cases(office: Office, write: Write) -> None:
    path = write([["编号", "标题"], ["1", "甲"]])
    assert import_ledger(office, path, source="东莞").added == 1
    assert import_ledger(office, path, source="杭州").added == 1
    assert import_ledger(office, path).added == 1
    assert [case["numbers"] for case in cases(office)] == [{("东莞", "1")}, {("杭州", "1")}, {("编号", "1")}]


def test_units_are_resolved_or_stay_to_be_claimed(office: Office, write: Write) -> None:
    rows = [
        row("1", 责任部门="渝北区大湾镇"),
        row("2", 责任部门="黔江区城市管理局"),
        row("3", 责任部门="管网部"),
        row("4", 责任部门="YBQ"),
        row("5", 责任部门="渝北区大湾镇"),
    ]
    counts = import_ledger(office, write([HEAD, *rows]))
    assert (counts.unclaimed, counts.queued) == (3, 3)
    assert counts.names == {"黔江区城市管理局": 1, "管网部": 1, "YBQ": 1}
    found = cases(office)
    assert [case["unclaimed"] for case in found] == [None, "黔江区城市管理局", "管网部", "YBQ", None]
    assert [case["l2"] is not None for case in found] == [True, True, False, False, True]


def test_a_reply_without_a_unit_leaves_no_name_to_be_claimed(office: Office, write: Write) -> None:
    counts = import_ledger(office, write([["编号", "标题", "答复内容"], ["1", "甲", "好"], ["2", "乙", ""]]))
    assert (counts.unclaimed, counts.queued) == (2, 0)
    assert [(case["stage"], case["unclaimed"]) for case in cases(office)] == [
        ("submitted", None),
        ("registered", None),
    ]


REFUSED = [
    (["", "", "渝北区"], "既没有编号也没有内容"),
    (["5", "机密★1年\n某事", ""], "有密级标志“机密”"),
    (["2.01127E+17", "甲", ""], "科学记数"),
    (["6", "甲", "", "多出来的"], "列数不符：表头 3 列，本行 4 列；多出：多出来的"),
    (["7", "甲"], "列数不符：表头 3 列，本行 2 列"),
]


def test_rejected_rows_stand_with_their_reasons_in_a_file_for_excel(office: Office, write: Write) -> None:
    refused = [cells for cells, _ in REFUSED]
    path = write([["工单号", "内容", "单位"], ["201127145829183624", "手机密码忘了", ""], *refused])
    counts = import_ledger(office, path)
    assert sums(counts) == (6, 1, 0, 0, 5)
    assert counts.rejects_file == path.with_name(path.name + ".rejected.csv")
    raw = counts.rejects_file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 6
    head, *rows = csv.reader(raw.decode("utf-8-sig").splitlines(keepends=True))
    assert head == ["工单号", "内容", "单位", "行号", "原因"]
    assert [each[3] for each in rows] == ["3", "4", "5", "6", "7"]
    for each, (_, reason) in zip(rows, REFUSED, strict=True):
        assert reason in each[4]


def test_a_mended_rejects_file_goes_in(office: Office, write: Write) -> None:
    path = write([["工单号", "内容", "密级"], ["201127145829183624", "=某事", "秘密"]])
    counts = import_ledger(office, path)
    assert counts.rejects_file is not None
    text = counts.rejects_file.read_text("utf-8-sig")
    assert "\t201127145829183624,'=某事,秘密" in text, "no digits lost in Excel, no formula run"
    counts.rejects_file.write_text(text.replace("秘密,", "公开,"), "utf-8-sig")
    assert import_ledger(office, counts.rejects_file).added == 1
    (case,) = cases(office)
    assert case["numbers"] == {("12345工单号", "201127145829183624")}
    assert case["title"] == "=某事"


def test_where_the_folder_is_read_only_the_rejects_go_home(
    office: Office, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write([["工单号", "内容"], ["", ""], ["1", "秘密★"]])
    real = Path.open

    def refuse(self: Path, *args: Any, **more: Any) -> Any:
        if self.parent == path.parent and args[:1] == ("w",):
            raise PermissionError(13, "read-only")
        return real(self, *args, **more)

    monkeypatch.setattr(Path, "open", refuse)
    counts = import_ledger(office, path)
    assert counts.rejects_file == office.home / "rejects" / "台账.csv.rejected.csv"
    assert counts.rejects_file.exists()


def test_a_preview_tells_all_and_writes_nothing(office: Office, write: Write) -> None:
    path = write(
        [
            ["12345工单"],
            ["工单号", "内容", "联系人", "联系电话", "无关"],
            *[[str(n), f"第{n}件", "张三丰", "13812345678", "x"] for n in range(5)],
            ["9", "绝密\n某事", "", "", ""],
        ],
        encoding="gb18030",
    )
    seen = preview(office.writer, RULES, path)
    assert (seen.encoding, seen.sheet, seen.header_row) == ("GB18030", "台账", 2)
    assert seen.columns[0] == ("工单号", "编号")
    assert seen.columns[-1] == ("无关", None)
    assert [sample.row for sample in seen.samples] == [3, 4, 5]
    assert dict(seen.samples[0].facts)["反映人"] == "张**"
    assert dict(seen.samples[0].facts)["联系电话"] == "138****5678"
    assert sums(seen.counts) == (6, 5, 0, 0, 1)
    assert sum(seen.counts.reasons.values()) == 1
    assert cases(office) == []
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert sums(import_ledger(office, path)) == sums(seen.counts)
    again = preview(office.writer, RULES, path)
    assert sums(again.counts) == (6, 0, 0, 5, 1)


@pytest.mark.parametrize("interruption", [Stopped, KeyboardInterrupt])
def test_an_interrupted_import_leaves_whole_batches_and_the_next_brings_the_rest(
    office: Office, write: Write, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    monkeypatch.setattr("db.exchange.ledger.BATCH", 4)
    path = write([HEAD, *[row(str(n)) for n in range(10)], row("x", 内容="秘密★")])

    def stop(progress: Progress) -> None:
        if progress.done >= 8:
            raise interruption

    counts = import_ledger(office, path, on_progress=stop)
    assert counts.stopped
    assert (counts.added, len(cases(office))) == (8, 8)
    assert sums(import_ledger(office, path)) == (11, 2, 0, 8, 1)


def test_stopped_while_reading_nothing_is_left(
    office: Office, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.exchange.ledger._READ_STEP", 2)
    path = write([HEAD, row("1", 内容="秘密★"), row("2"), row("3")])

    def stop(progress: Progress) -> None:
        raise Stopped

    counts = import_ledger(office, path, on_progress=stop)
    assert (counts.stopped, counts.added, counts.rejects_file) == (True, 0, None)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_batch_that_fails_is_undone_and_leaves_no_rejects(
    office: Office, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write([HEAD, row("1"), row("2", 内容="秘密★")])

    def fail(*args: Any, **more: Any) -> None:
        raise ValueError("不行")

    monkeypatch.setattr("db.journal.record_batch", fail)
    with pytest.raises(LedgerError, match="第 2 行起的一批没有写入：不行"):
        import_ledger(office, path)
    assert cases(office) == []
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_nothing_of_a_long_letter_is_lost(office: Office, write: Write) -> None:
    letter, reply = "信" * 45_000, "复" * 25_000
    import_ledger(office, write([["编号", "标题", "内容", "答复内容"], ["1", "题" * 300, letter, reply]]))
    texts = [text for (text,) in office.writer.execute("SELECT text FROM content")]
    assert "".join(texts).count("信") == 45_000
    assert "".join(texts).count("复") == 25_000
    assert len(cases(office)[0]["title"]) <= 200


def test_a_line_without_a_number_joins_the_case_that_has_its_job_number(office: Office, write: Write) -> None:
    head = ["工单号", "客服单编号", "内容", "承办单位", "派单时间"]
    rows = [["A-1", "J-1", "停水", "大湾镇", "2026-11-02"], ["", "J-1", "停水", "渝北区", "2026-11-03"]]
    for order in (rows, rows[::-1]):
        path = write([head, *order])
        import_ledger(office, path)
        again = import_ledger(office, path)
        assert (again.added, again.updated) == (0, 0)
    assert len(cases(office)) == 1


CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
    st.sampled_from(
        [
            "",
            "是",
            "2026-11-03",
            "2026/11/4 0:00:00",
            "渝北区",
            "结案",
            "重办单",
            "长期",
            "退",
            "延",
            "1",
            "9.9E+19",
        ]
    ),
)
FUZZ_HEAD = [
    "工单号", "客服单编号", "内容", "标题", "承办单位", "协办单位", "派单时间", "办结时限", "状态",
    "答复内容", "答复时间", "结案时间", "是否重办", "重办派单时间", "重办原因", "重办部门回复", "是否退单",
    "回复类型", "延期时间", "延期原因", "督办意见", "提交督办时间", "是否保密", "联系人", "联系电话", "备注",
    "是否属实",
]  # fmt: skip


@given(st.lists(st.lists(CELL, min_size=len(FUZZ_HEAD), max_size=len(FUZZ_HEAD)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_ledger_goes_in_and_only_once(template: Path, write: Write, rows: Rows) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(shutil.copytree(template, Path(folder) / "home"))
        with Office.open(home, RULES, "张三") as office:
            goes_in_once(office, write, rows)


def goes_in_once(office: Office, write: Write, rows: Rows) -> None:
    """Import a ledger twice."""
    plain = ["fuzz", *[""] * (len(FUZZ_HEAD) - 1)]
    path = write([FUZZ_HEAD, plain, *rows])
    first = import_ledger(office, path, source="fuzz")
    assert first.rows == first.added + first.updated + first.unchanged + first.rejected
    again = import_ledger(office, path, source="fuzz")
    assert (again.added, again.updated) == (0, 0)
    assert (again.unchanged, again.rejected) == (first.rows - first.rejected, first.rejected)
