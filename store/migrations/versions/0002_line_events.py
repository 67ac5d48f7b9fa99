"""The log of the line"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "line_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=True),
        sa.Column("at", store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_events")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(op.f("ix_line_events_written_by"), "line_events", ["written_by"])


def downgrade() -> None:
    op.drop_table("line_events")
