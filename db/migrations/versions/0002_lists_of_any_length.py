"""Lists, unit names and lookups that stay quick in millions of cases; closed cases counted as written."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from db import closed

revision = "0002"
down_revision = "0001"

_ALARM = ("running", "paused_at", "accepted_at", "accept_by", "urgent_from", "urgent_muted")
_QUEUE = ("stage", "pending", "unclaimed")
_SCOPE = ("l2", "l3", "l4", "due_at", *_ALARM, *_QUEUE)
_OPEN = {
    "case_open_due": ("due_at", "id", *_ALARM, *_QUEUE),
    "case_open_l2": ("l2", "due_at", "id", *_ALARM, *_QUEUE, "l3"),
    "case_open_l3": ("l3", "due_at", "id", *_ALARM, *_QUEUE, "l4"),
    "case_open_l4": ("l4", "due_at", "id", *_ALARM, *_QUEUE),
    "case_open_newest": ("id", *_SCOPE),
    "case_open_updated": ("updated_at", "id", *_SCOPE),
    "case_open_number": ("number", "id", *_SCOPE),
    "case_open_unit": ("unit_id", "id", *_SCOPE),
}
_WHOLE = {
    "case_all": ("open",),
    "case_l2": ("l2", "open"),
    "case_l3": ("l3", "open"),
    "case_l4": ("l4", "open"),
}
_REPLACED = ("case_open_due", "case_open_l2", "case_open_l3", "case_open_l4", "case_l2", "case_l3", "case_l4")


def upgrade() -> None:
    """Indexes come first: the counting reads them. The lookup is made anew by 0004."""
    for name in _REPLACED:
        op.drop_index(name, "case")
    for name, columns in _OPEN.items():
        op.create_index(name, "case", list(columns), sqlite_where=sa.text("open = 1"))
    for name, columns in _WHOLE.items():
        op.create_index(name, "case", list(columns))
    op.create_table(
        "closed_count",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id"),
    )
    office: Any = op.get_bind().connection.driver_connection
    closed.recount(office)
    for column in ("short_name", "code"):
        op.create_index(f"unit_version_{column}", "unit_version", [column])


def downgrade() -> None:
    """Not offered: go back by restoring the backup that was made before."""
    raise NotImplementedError
