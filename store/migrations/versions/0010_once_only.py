"""What keeps a promise once: stray legs counted, hints of who picked up, when a promise expires; what is due is found
without reading what is not."""

import sqlalchemy as sa
from alembic import op

from store.tables import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "stray_legs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("leg_id", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("seen_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["leg_id"], ["calls.id"], name=op.f("fk_stray_legs_leg_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray_legs")),
        sa.UniqueConstraint("sid", name=op.f("uq_stray_legs_sid")),
    )
    op.create_index(op.f("ix_stray_legs_leg_id"), "stray_legs", ["leg_id"])
    with op.batch_alter_table("attempts", schema=None) as attempts:
        attempts.alter_column("agent_id", existing_type=sa.Integer(), nullable=True)
    op.add_column("calls", sa.Column("queue_seconds", sa.Float(), nullable=True))
    op.add_column("calls", sa.Column("answered_by", sa.String(length=20), nullable=True))
    op.add_column("callbacks", sa.Column("expires_at", UtcTime(timezone=True), nullable=True))
    op.drop_index(op.f("ix_callbacks_state"), "callbacks")
    op.create_index("ix_callbacks_state_due_at", "callbacks", ["state", "due_at"])
    window = sa.text("expires_at IS NOT NULL")
    columns = ["state", "expires_at"]
    op.create_index("ix_callbacks_window", "callbacks", columns, sqlite_where=window, postgresql_where=window)
    op.create_index("ix_line_entries_not_before", "line_entries", ["state", "not_before"])
    op.create_index("ix_calls_live", "calls", ["id"], sqlite_where=LIVE, postgresql_where=LIVE)


def downgrade() -> None:
    op.drop_index("ix_calls_live", "calls")
    op.drop_index("ix_line_entries_not_before", "line_entries")
    op.drop_index("ix_callbacks_window", "callbacks")
    op.drop_index("ix_callbacks_state_due_at", "callbacks")
    op.create_index(op.f("ix_callbacks_state"), "callbacks", ["state"])
    op.drop_column("callbacks", "expires_at")
    op.drop_column("calls", "answered_by")
    op.drop_column("calls", "queue_seconds")
    op.execute("DELETE FROM attempts WHERE agent_id IS NULL")
    with op.batch_alter_table("attempts", schema=None) as attempts:
        attempts.alter_column("agent_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("stray_legs")
