"""The name under which a unit is shown."""

from __future__ import annotations


def unit_name(unit: str) -> str:
    """SQL for the short name of the unit that the SQL `unit` gives the id of.

    The name of today, or the last one where the unit has ended.
    """
    return (
        f"(SELECT short_name FROM unit_version WHERE unit_id = {unit}"
        " ORDER BY valid_to IS NULL DESC, valid_to DESC LIMIT 1)"
    )
