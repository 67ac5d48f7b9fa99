"""Agents whose phone is in a call are found by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LIVE = sa.text("purpose = 'agent' AND ended_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_calls_live_agent", "calls", ["agent_id"], sqlite_where=LIVE, postgresql_where=LIVE)


def downgrade() -> None:
    op.drop_index("ix_calls_live_agent", "calls")
