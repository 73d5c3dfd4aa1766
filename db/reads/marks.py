"""What somebody should look at in the events of a case that came from a laptop (`db.marks`)."""

from __future__ import annotations

from db.connection import Connection
from db.marks import told


def of_case(connection: Connection, case_id: int) -> dict[str, list[str]]:
    """Event id → what is to be said about it."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        "SELECT event_id, kind, detail FROM mark WHERE case_id = ? ORDER BY event_id, kind", (case_id,)
    )
    for event, kind, detail in rows:
        found.setdefault(event, []).append(told(kind, detail))
    return found
