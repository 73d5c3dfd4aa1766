"""Machines that exchange bundles, officers with a PIN, evidence, marks on what came from elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"

DUTY = "duty"
"""The post of everybody who ever sat at the desk; until now it was a word that nothing read."""


def upgrade() -> None:
    """Small tables, and an index over the few cases with a conflict; no office holds an attachment yet."""
    for name in ("name", "copy_kind", "recipient"):
        op.add_column("device", sa.Column(name, AutoString(), nullable=False, server_default=""))
    op.add_column("device", sa.Column("paired_at", sa.Integer(), nullable=True))
    op.add_column("device", sa.Column("revoked_at", sa.Integer(), nullable=True))
    op.create_index(
        "case_conflicts", "case", ["conflicts", "l2", "l3", "l4"], sqlite_where=sa.text("conflicts > 0")
    )
    _officers()
    _evidence()
    _bundles()


def _officers() -> None:
    op.alter_column("officer", "role", new_column_name="post")
    op.execute(f"UPDATE officer SET post = '{DUTY}'")
    op.add_column("officer", sa.Column("pin", AutoString(), nullable=True))
    op.add_column("officer", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("officer", sa.Column("wait_until", sa.Integer(), nullable=True))
    op.add_column("officer", sa.Column("left_on", AutoString(), nullable=True))
    op.add_column("draft", sa.Column("officer", AutoString(), nullable=False, server_default=""))


def _evidence() -> None:
    op.drop_table("attachment")
    op.create_table(
        "attachment",
        sa.Column("sha256", AutoString(), nullable=False),
        sa.Column("event_id", AutoString(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("content_id", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("removed_by", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", "event_id"),
    )
    op.create_index("attachment_case", "attachment", ["case_id"])
    op.create_index("attachment_event", "attachment", ["event_id"])
    op.create_index(
        "attachment_removed", "attachment", ["sha256"], sqlite_where=sa.text("removed_by IS NOT NULL")
    )


def _bundles() -> None:
    op.create_table(
        "bundle",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("device", AutoString(), nullable=False),
        sa.Column("made_at", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.Integer(), nullable=True),
        sa.Column("manifest", AutoString(), nullable=False),
        sa.Column("signature", AutoString(), nullable=False),
        sa.Column("acknowledged_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("bundle_device", "bundle", ["device", "made_at"])
    op.create_table(
        "bundle_case",
        sa.Column("bundle_id", AutoString(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"]),
        sa.PrimaryKeyConstraint("bundle_id", "case_id"),
    )
    op.create_index("bundle_case_case", "bundle_case", ["case_id"])
    op.create_table(
        "mark",
        sa.Column("event_id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("detail", AutoString(), nullable=False),
        sa.Column("bundle_id", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "kind"),
    )
    op.create_index("mark_case", "mark", ["case_id"])


def downgrade() -> None:
    """Not offered: go back by restoring the backup that was made before."""
    raise NotImplementedError
