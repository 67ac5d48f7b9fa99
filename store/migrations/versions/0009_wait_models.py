"""What the forecast of the wait has learned"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wait_models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stored_at", store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_models")),
    )


def downgrade() -> None:
    op.drop_table("wait_models")
