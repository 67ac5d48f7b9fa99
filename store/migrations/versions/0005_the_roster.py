"""When agents mean to work"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("on_at", store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("off_at", store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("breaks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_roster_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
    )
    op.create_index(op.f("ix_roster_agent_id"), "roster", ["agent_id"])
    op.create_index(op.f("ix_roster_on_at"), "roster", ["on_at"])


def downgrade() -> None:
    op.drop_table("roster")
