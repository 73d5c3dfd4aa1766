"""The explanation of a due date, as an officer reads it out."""

from __future__ import annotations

import datetime as dt

from db.calendars import packaged
from db.deadlines import Trace, explain
from db.instants import at, end_of
from db.rules import DeadlineRules, Limit
from db.workdays import DayKind

D = dt.date
RULES = DeadlineRules()


def marks(trace: Trace) -> dict[str, str]:
    return {f"{line.day:%m-%d}": line.mark for line in trace.days if line.mark}


def test_a_limit_over_the_spring_festival_is_told_day_by_day() -> None:
    limit = Limit.parse("5工作日", basis="某条例第二十四条")
    trace = explain(at(2026, 2, 13, 9), limit, packaged(), RULES)
    counted = {f"{line.day:%m-%d}": line.counted for line in trace.days if line.counted}
    assert counted == {"02-14": 1, "02-24": 2, "02-25": 3, "02-26": 4, "02-27": 5}
    assert marks(trace) == {"02-13": "送达", "02-24": "受理期限", "02-25": "紧急起", "02-27": "应办结"}
    assert [trace.days[n].kind for n in (0, 1, 2)] == [DayKind.WORK, DayKind.MAKEUP, DayKind.HOLIDAY]
    assert trace.sentences == [
        "2026-02-13（周五）09:00 送达，时限 5 个工作日，次日起算。",
        "休息日不计，数满 5 个工作日是 2026-02-27（周五）。",
        "2026-02-14 春节调休上班，照计。",
        "2026-02-15 至 2026-02-23 春节放假，不计。",
        "应于 2026-02-27（周五）24:00 前办结。",
        "受理期限到 2026-02-24（周二）24:00（送达后第 2 个工作日），到期未受理转为预警。",
        "从 2026-02-25（周三）起，其后剩余不超过 2 个工作日，转为紧急。",
        "依据：某条例第二十四条。",
        f"日历版本 {packaged().revision[:12]}（随程序提供）。",
    ]
    assert (trace.basis, trace.revision) == ("某条例第二十四条", packaged().revision)


def test_a_limit_that_ends_before_acceptance_is_due_says_which_decides() -> None:
    trace = explain(at(2026, 11, 26, 9), Limit.parse("1工作日"), packaged(), RULES)
    assert marks(trace) == {"11-26": "送达", "11-27": "应办结", "11-30": "受理期限（以办结为准）"}
    assert (
        "受理期限到 2026-11-30（周一）24:00（送达后第 2 个工作日），办结期限早于受理期限，以办结为准。"
        in trace.sentences
    )
    two = explain(at(2026, 11, 26, 9), Limit.parse("2工作日"), packaged(), RULES)
    assert marks(two)["11-30"] == "受理期限、应办结"


def test_a_roll_is_told_and_a_working_weekend_does_not_roll() -> None:
    rolled = explain(at(2026, 2, 5), Limit.parse("15日"), packaged(), RULES)
    assert "期满日是休息日，顺延到其后第一个工作日 2026-02-24（周二）。" in rolled.sentences
    assert marks(rolled)["02-20"] == "顺延"
    stayed = explain(at(2026, 9, 5), Limit.parse("15日"), packaged(), RULES)
    assert "期满日是调休上班日，不顺延。" in stayed.sentences


def test_a_pause_and_an_extension_are_told() -> None:
    granted = end_of(D(2026, 5, 29))
    trace = explain(
        at(2026, 4, 28, 9),
        Limit.parse("5工作日"),
        packaged(),
        RULES,
        pauses=[(at(2026, 4, 30, 9), at(2026, 5, 8, 9))],
        extended_to=granted,
    )
    assert (trace.rule_due, trace.due_at) == (end_of(D(2026, 5, 12)), granted)
    assert marks(trace) == {
        "04-28": "送达",
        "04-30": "受理期限、暂停",
        "05-08": "恢复",
        "05-12": "原应办结",
        "05-27": "紧急起",
        "05-29": "延期至、应办结",
    }
    said = "\n".join(trace.sentences)
    assert "暂停当天照计，其后到恢复当天共 3 个工作日，不计入时限" in said
    assert "按时限本应于 2026-05-12（周二）24:00 前办结。\n经批准延期至 2026-05-29（周五）24:00。" in said


def test_a_date_set_from_outside_stands_beside_the_rules_own() -> None:
    trace = explain(
        at(2026, 11, 2), Limit.parse("5工作日"), packaged(), RULES, due_at=end_of(D(2026, 11, 12))
    )
    assert "应办结日期已另行确定，以 2026-11-12（周四）24:00 为准。" in trace.sentences
    assert marks(trace)["11-09"] == "原应办结"


def test_a_case_that_is_paused_now_has_no_due_date_yet() -> None:
    trace = explain(
        at(2026, 11, 2), Limit.parse("5工作日"), packaged(), RULES, pauses=[(at(2026, 11, 4), None)]
    )
    assert trace.due_at is None
    assert "2026-11-04（周三）起暂停计时，恢复后再算应办结日期。" in trace.sentences


def test_a_year_that_is_not_announced_is_named() -> None:
    trace = explain(at(2026, 12, 25), Limit.parse("5工作日"), packaged(), RULES)
    assert trace.provisional
    assert "2027 年放假安排尚未公布，以上由日历算出的日期为暂定，公布后重算。" in trace.sentences


def test_today_is_marked_and_the_days_left_are_told() -> None:
    start, limit = at(2026, 11, 2), Limit.parse("5工作日")
    in_time = explain(start, limit, packaged(), RULES, now=at(2026, 11, 6, 9))
    assert marks(in_time)["11-06"] == "今天"
    assert "今天是 2026-11-06（周五），还剩 1 个工作日。" in in_time.sentences
    late = explain(start, limit, packaged(), RULES, now=at(2026, 11, 11, 9))
    assert "今天是 2026-11-11（周三），已超期 2 个工作日。" in late.sentences


def test_limits_without_counted_days_say_so() -> None:
    hours = explain(at(2026, 9, 30, 16, 20), Limit.parse("24小时"), packaged(), RULES)
    assert "应于 2026-10-01（周四，国庆节放假）16:20 前办结。" in hours.sentences
    assert "时限短于 3 个工作日，不显示紧急。" in hours.sentences
    endless = explain(at(2026, 9, 30), Limit.parse("长期"), packaged(), RULES)
    assert endless.sentences[0].endswith("没有明确时限（长期），不设应办结日期。")
    assert not any(line.counted for line in [*hours.days, *endless.days])
