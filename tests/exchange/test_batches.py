"""Rows of one case in neighbouring batches, where the next batch is planned while one is written."""

from __future__ import annotations

import pytest

from db import bulk
from db.exchange import ledger
from db.exchange.ledger import import_ledger
from db.office import Office
from tests.exchange.conftest import Write

HEADER = ["热线工单号", "重办热线工单号", "客服单号", "标题", "工单内容", "承办单位", "交办时间"]


@pytest.fixture(autouse=True)
def _small_batches_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(ledger, "BATCH", 2)


def row(number: str, *, again: str = "", job: str = "", body: str, day: int) -> list[str]:
    return [number, again, job, "路灯不亮", body, "大湾镇", f"2026-10-{day:02d} 09:00"]


def test_rows_that_share_a_number_no_row_bears_are_one_case(office: Office, write: Write) -> None:
    shared = {2: "OLD1", 5: "OLD1"}
    path = write(
        [HEADER, *(row(f"N{d}", again=shared.get(d, ""), body=f"第{d}件", day=d) for d in range(1, 9))]
    )
    counts = import_ledger(office, path)
    assert (counts.added, counts.updated) == (7, 1)
    known = dict(office.writer.execute("SELECT number, case_id FROM case_number"))
    assert known["N2"] == known["N5"] == known["OLD1"]
    again = import_ledger(office, path)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 8)


@pytest.mark.parametrize("between", [0, 1, 2])
def test_two_rows_that_name_a_known_case_by_different_numbers_say_it_once(
    office: Office, write: Write, between: int
) -> None:
    import_ledger(office, write([HEADER, row("M1", job="J1", body="井盖破损", day=1)]))
    rows = [row("M1", body="井盖破损严重", day=2)]
    rows += [row(f"K{d}", body=f"另{d}件", day=3) for d in range(between)]
    rows += [row("", job="J1", body="井盖破损严重", day=4), row("K9", body="又一件", day=5)]
    counts = import_ledger(office, write([HEADER, *rows], name="later.csv"))
    assert (counts.added, counts.updated, counts.unchanged) == (between + 1, 1, 1)


@pytest.mark.parametrize("none", ["无", "/", "-", "0", "暂无"])
def test_rows_that_say_there_is_no_other_number_are_cases_of_their_own(
    office: Office, write: Write, none: str
) -> None:
    path = write([HEADER, *(row(f"N{d}", again=none, job=none, body=f"第{d}件", day=d) for d in range(1, 6))])
    assert import_ledger(office, path).added == 5
