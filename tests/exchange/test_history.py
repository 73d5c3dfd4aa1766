"""What an import asks of the office for every case: each by an index, however many cases there are."""

from __future__ import annotations

from db.exchange import history
from db.exchange.ledger import import_ledger
from db.exchange.lines import Identity
from db.office import Office
from tests.exchange.conftest import Write, cases


def test_a_case_is_looked_up_without_a_scan(office: Office, write: Write) -> None:
    import_ledger(office, write([["工单号", "内容", "责任部门"], ["7", "路灯不亮", "渝北区"]]))
    (case,) = cases(office)
    said: list[str] = []
    office.writer.set_trace_callback(said.append)
    assert history.find(office.writer, [Identity("别的", "7"), Identity("12345工单号", "7")]) == case["id"]
    assert history.held(office.writer, case["id"]).unit_id == case["unit_id"]
    office.writer.set_trace_callback(None)
    assert len(said) == 5
    for statement in said:
        plan = [row[3] for row in office.writer.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert plan
        assert all(step.startswith("SEARCH") for step in plan), (statement, plan)
